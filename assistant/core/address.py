"""The address of a server of the user's own, taken apart without trusting it: people and files write anything. Pure."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import idna

from assistant.core.errors import InputError

LONGEST = 2000  # characters
NAME = re.compile(r"(?=.{1,253}\.?$)[\w-]{1,63}(?:\.[\w-]{1,63})*\.?")


def host_of(url: str, kind: str = "server address") -> str:
    """ "host:port" for the user. Raises InputError for anything that is no web address."""
    parts = _parts(url)
    if parts is None or parts.hostname is None:
        raise InputError(f"That is no {kind}.", "It looks like https://host/v1.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname  # else its end could be a port
    return host + (f":{parts.port}" if parts.port else "")


def origin_of(url: str) -> str:
    """ "https://host:port": another port is another server. Raises InputError."""
    host = host_of(url)
    return f"{urlsplit(url).scheme}://{host}"


def host_in(url: str) -> str:
    """The same for showing; "a server" where that is no address."""
    parts = _parts(url)
    return "a server" if parts is None else host_of(url)


def is_server(url: str) -> bool:
    return _parts(url) is not None


def _parts(url: str) -> SplitResult | None:
    if len(url) > LONGEST or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # brackets that do not close, ports beyond the last one
        return None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        return None
    return parts if _is_number(host) or _is_name(host) else None


def _is_name(host: str) -> bool:
    """One that can be looked up: names in other letters than Latin ones have a form in Latin ones (IDNA 2008)."""
    if not NAME.fullmatch(host):
        return False
    if host.isascii() and "xn--" not in host:
        return True  # also with underscores, which names in a private network have
    try:
        idna.encode(host)
    except idna.IDNAError:
        return False
    return True


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
