"""A server on loopback that counts whoever reaches it, over TCP and UDP: what a page must never manage."""

from __future__ import annotations

import socket
import threading
import time


class Canary:
    """Listens on one TCP and one UDP port until closed. `hits` holds the first bytes of every contact."""

    def __init__(self) -> None:
        self.hits: list[bytes] = []
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._tcp.settimeout(0.05)
        self._udp.settimeout(0.05)
        self._closed = threading.Event()
        self._threads = [threading.Thread(target=self._accept), threading.Thread(target=self._receive)]
        for thread in self._threads:
            thread.start()

    @property
    def tcp(self) -> int:
        return int(self._tcp.getsockname()[1])

    @property
    def udp(self) -> int:
        return int(self._udp.getsockname()[1])

    def close(self) -> None:
        self._closed.set()
        for thread in self._threads:
            thread.join()
        self._tcp.close()
        self._udp.close()

    def wait_for(self, count: int, seconds: float = 5.0) -> None:
        end = time.monotonic() + seconds
        while len(self.hits) < count and time.monotonic() < end:
            time.sleep(0.02)

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._tcp.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(0.2)
                try:
                    first = connection.recv(100)
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nAccess-Control-Allow-Origin: *\r\n\r\nhi"
                    )
                except OSError:
                    first = b""
                self.hits.append(b"tcp " + first)

    def _receive(self) -> None:
        while not self._closed.is_set():
            try:
                data, _ = self._udp.recvfrom(100)
            except TimeoutError:
                continue
            self.hits.append(b"udp " + data)


def attacks(tcp: int, udp: int) -> dict[str, str]:
    """Pages that try to reach the canary, one way each."""
    at = f"http://127.0.0.1:{tcp}"
    script = "<script>{}</script>"
    return {
        "img": f'<img src="{at}/img">',
        "script": f'<script src="{at}/s.js"></script>',
        "css": f'<link rel="stylesheet" href="{at}/s.css">'
        f'<style>@import "{at}/i.css";body{{background:url({at}/b)}}</style>',
        "font": f"<style>@font-face{{font-family:f;src:url({at}/f)}}p{{font-family:f}}</style><p>x",
        "fetch": script.format(f'fetch("{at}/fetch",{{mode:"no-cors"}})'),
        "xhr": script.format(f'let x=new XMLHttpRequest();x.open("GET","{at}/xhr");x.send()'),
        "beacon": script.format(f'navigator.sendBeacon("{at}/beacon","x")'),
        "websocket": script.format(f'new WebSocket("ws://127.0.0.1:{tcp}/ws")'),
        "eventsource": script.format(f'new EventSource("{at}/es")'),
        "webtransport": script.format(f'try{{new WebTransport("https://127.0.0.1:{tcp}/wt")}}catch(e){{}}'),
        "form": f'<form id=f action="{at}/form" method=post></form>' + script.format("f.submit()"),
        "iframe": f'<iframe src="{at}/frame"></iframe><iframe srcdoc="<img src={at}/srcdoc>"></iframe>',
        "object": f'<object data="{at}/o"></object><embed src="{at}/e">',
        "location": script.format(f'location.href="{at}/loc"'),
        "refresh": f'<meta http-equiv="refresh" content="0;url={at}/refresh">',
        "open": script.format(f'window.open("{at}/open")'),
        "click": f'<a id=a href="{at}/click" ping="{at}/ping" target=_blank>x</a>' + script.format("a.click()"),
        "download": f'<a id=a href="{at}/dl" download>x</a>' + script.format("a.click()"),
        "preconnect": f'<link rel=preconnect href="{at}"><link rel=dns-prefetch href="{at}">'
        f'<link rel=prefetch href="{at}/p">'
        f'<link rel=preload as=image href="{at}/pl"><link rel=modulepreload href="{at}/m.js">',
        "speculation": f'<script type=speculationrules>{{"prefetch":[{{"source":"list","urls":["{at}/spec"],'
        f'"eagerness":"immediate"}}],"prerender":[{{"source":"list","urls":["{at}/pre"]}}]}}</script>',
        "worker": script.format(f"new Worker(URL.createObjectURL(new Blob(['fetch(\"{at}/w\")'])));"),
        "media": f'<video src="{at}/v" autoplay></video><audio src="{at}/a" autoplay></audio>',
        "svg": f'<svg><image href="{at}/svg" width=9 height=9 /><use href="{at}/use#x"/></svg>',
        "stun": script.format(
            f'let p=new RTCPeerConnection({{iceServers:[{{urls:"stun:127.0.0.1:{udp}"}}]}});'
            'p.createDataChannel("x");p.createOffer().then(o=>p.setLocalDescription(o))'
        ),
        "turn": script.format(
            f'let p=new RTCPeerConnection({{iceServers:[{{urls:"turn:127.0.0.1:{tcp}?transport=tcp",username:"u",'
            'credential:"c"}]});p.createDataChannel("x");p.createOffer().then(o=>p.setLocalDescription(o))'
        ),
        "base": f'<base href="{at}/"><img src="base.png">',
        "file": '<img src="file:///etc/hostname">' + script.format('fetch("file:///etc/hostname")'),
        "manifest": f'<link rel=manifest href="{at}/m.json"><link rel=icon href="{at}/i.ico">',
    }
