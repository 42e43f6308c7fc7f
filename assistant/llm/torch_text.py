"""Tokens become text while they are made: half characters wait, and an answer ends before its stop text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

HALF_CHARACTER = "\ufffd"
LONGEST_HALF = 4  # tokens; a byte-level token holds at least one byte, and no character has more than four
KEPT_TOKENS = 6  # decoded again with every new token, because a tokeniser's spaces depend on what stands before


class Writer:
    """`decode` turns ids into text. `add` returns what may be shown now; `rest` what was held back at the end."""

    def __init__(self, decode: Callable[[Sequence[int]], str], stop: Sequence[str] = ()) -> None:
        self._decode = decode
        self._stop = tuple(text for text in stop if text)
        self._ids: list[int] = []
        self._settled = 0
        self._held = ""
        self.stopped = False

    def add(self, token: int) -> str:
        self._ids.append(token)
        before = self._decode(self._ids[: self._settled])
        text = self._decode(self._ids)[len(before) :]
        if text.endswith(HALF_CHARACTER) and len(self._ids) - self._settled < LONGEST_HALF:
            return ""
        self._ids = self._ids[-KEPT_TOKENS:]
        self._settled = len(self._ids)
        return self._release(text)

    def rest(self) -> str:
        before = self._decode(self._ids[: self._settled])
        text = self._release(self._decode(self._ids)[len(before) :])
        held, self._held = self._held, ""
        return text if self.stopped else text + held

    def _release(self, text: str) -> str:
        """All but a tail that may yet become a stop text."""
        waiting = self._held + text
        found = [at for at in (waiting.find(stop) for stop in self._stop) if at >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return waiting[: min(found)]
        keep = max((overlap(waiting, stop) for stop in self._stop), default=0)
        self._held = waiting[len(waiting) - keep :]
        return waiting[: len(waiting) - keep]


def overlap(text: str, stop: str) -> int:
    """How many last characters of the text are first ones of the stop text."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:size])), 0)
