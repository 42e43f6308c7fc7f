# ruff: noqa: E501 - a page is one line, however long: that is how it is compared and copied
"""Pages that try to hang, fill or flood what shows them; each has to leave the window calm."""

from __future__ import annotations

from tests.gui.attack_pages import js

BOMBS = {
    "endless loop": js("while(true){}"),
    "endless loop later": js("setTimeout(()=>{while(true){}},300)"),
    "endless loop in a handler": "<button id=b onclick='while(1){}'>x</button>" + js("setTimeout(()=>b.click(),300)"),
    "endless recursion": js("(function f(){try{f()}finally{f()}})()"),
    "endless promise": js("(function f(){Promise.resolve().then(f)})()"),
    "endless regex": js("/^(a+)+$/.test('a'.repeat(40)+'!')"),
    "memory": js("let a=[];for(;;)a.push(new Uint8Array(1<<26).fill(1))"),
    "text": js("let s='x';for(;;)s+=s+s.length"),
    "wide document": js("for(let i=0;i<4e5;i++)document.body.append(document.createElement('p'))"),
    "deep document": "<div>" * 20_000 + "x",
    "deep by script": js("let d=document.body;for(let i=0;i<1e5;i++){let e=document.createElement('div');d.append(e);d=e}"),
    "giant source": "<p>" + "x" * 8_000_000,
    "giant canvas": js("for(let i=0;i<50;i++){let c=document.createElement('canvas');c.width=c.height=16000;"
    "c.getContext('2d').fillRect(0,0,9,9);document.body.append(c)}"),
    "giant size": "<div style='width:99999999px;height:99999999px;box-shadow:0 0 9999px red'>x</div>",
    "blur": "<style>*{filter:blur(99px)}</style>" + "<div>" * 200 + "x",
    "css animation": "<style>@keyframes a{to{transform:rotate(9turn);filter:blur(50px)}}div{animation:a 1s infinite;"
    "width:900px;height:900px;background:red}</style>" + "<div></div>" * 50,
    "svg bomb": "<svg><defs><g id=a0><rect width=9 height=9 /></g>"
    + "".join(f"<g id=a{n}>" + f"<use href='#a{n - 1}'/>" * 10 + "</g>" for n in range(1, 9))
    + "</defs><use href='#a8'/></svg>",
    "entity bomb": js("new DOMParser().parseFromString('<!DOCTYPE x ['+Array.from({length:9},(_,i)=>`<!ENTITY e${i+1} "
    "\"${('&e'+i+';').repeat(10)}\">`).join('')+'<!ENTITY e0 \"x\">]><x>&e9;</x>','text/xml')"),
    "frames": js("for(let i=0;i<300;i++){let f=document.createElement('iframe');f.srcdoc='<p>x';document.body.append(f)}"),
    "workers": js("for(let i=0;i<200;i++)new Worker(URL.createObjectURL(new Blob(['for(;;);'])))"),
    "web gl": js("let c=document.createElement('canvas'),g=c.getContext('webgl2')||c.getContext('webgl');for(;;)g&&g.clear(16384)"),
    "web gpu": js("navigator.gpu?.requestAdapter().then(a=>a?.requestDevice())"),
    "speech": js("try{new (self.SpeechRecognition||self.webkitSpeechRecognition)().start()}catch(e){}"),
    "speech out": js("speechSynthesis?.speak(new SpeechSynthesisUtterance('x'.repeat(1e5)))"),
    "dialogs": js("for(;;){alert('a');confirm('b');prompt('c')}"),
    "dialogs on leaving": js("onbeforeunload=e=>{e.preventDefault();return 'stay'};setInterval(()=>location.reload(),1)"),
    "print": js("setInterval(()=>print(),1)"),
    "console": js("setInterval(()=>{for(let i=0;i<2000;i++)console.error('no '+i+'x'.repeat(2000))},1)"),
    "rejections": js("setInterval(()=>{for(let i=0;i<500;i++)Promise.reject(new Error('x'+i))},1)"),
    "history": js("setInterval(()=>{for(let i=0;i<500;i++)try{history.pushState(0,'','#'+Math.random())}catch(e){}},1)"),
    "fragments": js("setInterval(()=>{for(let i=0;i<200;i++)location.hash=Math.random()},1)"),
    "titles": js("setInterval(()=>{for(let i=0;i<500;i++)document.title=Math.random()+'x'.repeat(9999)},1)"),
    "icons": js("setInterval(()=>{let l=document.createElement('link');l.rel='icon';l.href='data:image/png;base64,'+Math.random();"
    "document.head.append(l)},1)"),
    "focus": "<input id=i>" + js("setInterval(()=>{for(let j=0;j<200;j++){i.focus();i.blur();self.focus();self.blur()}},1)"),
    "scrolling": "<div style='height:9999px'>x</div>" + js("setInterval(()=>{for(let j=0;j<200;j++)scrollTo(0,Math.random()*9999)},1)"),
    "resizing": js("setInterval(()=>{document.body.style.height=Math.random()*99999+'px';resizeTo(9,9);moveTo(9,9)},1)"),
    "popups": js("setInterval(()=>{for(let i=0;i<50;i++)window.open('about:blank')},1)"),
    "downloads": js("setInterval(()=>{let a=document.createElement('a');a.href='data:application/x-x,'+Math.random();a.download='x';a.click()},1)"),
    "permissions": js("setInterval(()=>{navigator.geolocation.getCurrentPosition(()=>0);Notification.requestPermission();"
    "navigator.mediaDevices?.getUserMedia({audio:true,video:true}).catch(()=>0)},1)"),
    "full screen": js("setInterval(()=>document.documentElement.requestFullscreen().catch(()=>0),1)"),
    "pointer lock": js("setInterval(()=>document.body.requestPointerLock?.(),1)"),
    "clipboard": js("setInterval(()=>{navigator.clipboard?.readText().catch(()=>0);document.execCommand('paste')},1)"),
    "reloads": js("setInterval(()=>location.reload(),1)"),
    "navigations": js("setInterval(()=>{location='preview://page/'+Math.random()},1)"),
    "schemes": js("setInterval(()=>{location='mailto:x@example.com';location='tel:1';location='vesper:x'},1)"),
    "registers": js("setInterval(()=>{navigator.registerProtocolHandler?.('web+x','preview://page/%s')},1)"),
    "messages": js("setInterval(()=>{for(let i=0;i<500;i++)parent.postMessage({a:'x'.repeat(9999)},'*')},1)"),
    "audio": js("for(let i=0;i<60;i++){let c=new AudioContext(),o=c.createOscillator();o.connect(c.destination);o.start()}"),
    "shadowed names": "<form id=document><input name=getElementById></form><img name=body>"
    + js("Object.prototype.toJSON=()=>'x';Array.prototype.map=()=>{throw 1};JSON.stringify=()=>'x'.repeat(1e8)"),
}  # fmt: skip

HARMLESS = {
    "form": "<form onsubmit='event.preventDefault();p.textContent=f.value'><input id=f value=hello><button id=b>x</button></form>"
    "<p id=p></p>" + js("b.click();document.title=p.textContent"),
    "data picture": "<img id=i src='data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs='>"
    + js("i.onload=()=>document.title='hello'"),
    "timer": js("setTimeout(()=>document.title='hello',50)"),
    "canvas": js("let c=document.createElement('canvas').getContext('2d');c.fillRect(0,0,9,9);"
    "if(c.getImageData(0,0,1,1).data[3]===255)document.title='hello'"),
    "svg": "<svg width=9 height=9><rect id=r width=9 height=9 /></svg>" + js("if(r.getBBox().width===9)document.title='hello'"),
    "anchor": "<a id=a href='#b'>x</a><p id=b>y</p>" + js("onhashchange=()=>document.title='hello';a.click()"),
    "confirm": js("if(confirm('sure?'))document.title='hello'"),
}  # fmt: skip
