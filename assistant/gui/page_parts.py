"""A one-file page taken apart into what a developer expects: index.html, style.css, script.js and its pictures.

Pure. The policy inside the page is opened by as much as it takes to load its own files, and no more.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile

STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL | re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|webp|gif);base64,([A-Za-z0-9+/=]+)")
POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(")')
OPENED = {"style-src": "'self'", "script-src": "'self'", "img-src": "'self'"}
STAMP = (2020, 1, 1, 0, 0, 0)  # the same page gives the same bytes


def parts_of(html: str) -> dict[str, bytes]:
    """Files by name; `index.html` refers to the others by relative names."""
    files: dict[str, bytes] = {}
    styles = STYLE.findall(html)
    scripts = SCRIPT.findall(html)
    if styles:
        files["style.css"] = "\n\n".join(style.strip("\n") for style in styles).encode("utf-8", "replace") + b"\n"
        html = _first_becomes(STYLE, '<link rel="stylesheet" href="style.css">', html)
    if scripts:
        files["script.js"] = "\n\n".join(script.strip("\n") for script in scripts).encode("utf-8", "replace") + b"\n"
        html = _last_becomes(SCRIPT, '<script src="script.js"></script>', html)

    def picture(found: re.Match[str]) -> str:
        try:
            data = base64.b64decode(found[2], validate=True)
        except binascii.Error:
            return found[0]
        name = next((known for known, content in files.items() if content == data), "")
        if not name:
            number = sum(key.startswith("images/") for key in files) + 1
            name = f"images/picture-{number}.{found[1].replace('jpeg', 'jpg')}"
            files[name] = data
        return name

    html = PICTURE.sub(picture, html)
    return {"index.html": POLICY.sub(_opened, html).encode("utf-8", "replace"), **files}


def zipped(html: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts_of(html).items():
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def _first_becomes(pattern: re.Pattern[str], new: str, html: str) -> str:
    html = pattern.sub(lambda _: new, html, count=1)
    return pattern.sub("", html)


def _last_becomes(pattern: re.Pattern[str], new: str, html: str) -> str:
    """Scripts run when the page is there: the one file stands where the last of them stood."""
    last = list(pattern.finditer(html))[-1]
    return pattern.sub("", html[: last.start()]) + new + html[last.end() :]


def _opened(found: re.Match[str]) -> str:
    directives = [one.strip() for one in found[2].split(";") if one.strip()]
    opened = []
    for directive in directives:
        name, _, sources = directive.partition(" ")
        opened.append(f"{name} {OPENED[name]} {sources}" if name in OPENED else directive)
    return f"{found[1]}{'; '.join(opened)}{found[3]}"
