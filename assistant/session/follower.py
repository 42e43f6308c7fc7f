"""Where in a reply's text the voice is: the spoken words found again among those on the screen.

Pure. What is said is not what is shown (numbers are written out, code stays silent), so words that match are the
marks to go by, and the further the last mark lies back, the further ahead the next one is looked for.
"""

from __future__ import annotations

import re

from assistant.session.agreement import plain

REACH_WORDS = 2  # ahead of the last match; one word may be on the screen that is not said
REACH_PER_MISS = 2  # more for every spoken word since then that was not found
_SILENT = re.compile(r"(```|~~~).*?(?:\1|\Z)|^[ \t]*\|[^\n]*|https?://\S+", re.DOTALL | re.MULTILINE)


class Follower:
    """One per reply: give it the texts as they grow."""

    def __init__(self) -> None:
        self._said = 0
        self._misses = 0
        self.end = 0
        """The last position."""

    def position(self, shown: str, heard: str) -> int:
        """How many characters of the shown text have been heard. Never less than before."""
        words = heard.split()
        if len(words) <= self._said:
            return self.end
        screen = _SILENT.sub(lambda found: " " * len(found[0]), shown)
        for word in words[self._said :]:
            found = self._find(plain(word), screen)
            self._misses = 0 if found else self._misses + 1
            self.end = found or self.end
        self._said = len(words)
        return self.end

    def _find(self, word: str, screen: str) -> int | None:
        """The end of the word where it comes next, if it comes soon."""
        reach = REACH_WORDS + REACH_PER_MISS * self._misses
        for candidate in re.finditer(r"\S+", screen[self.end :]):
            seen = plain(candidate[0])
            if seen and seen == word:
                return self.end + candidate.end()
            reach -= bool(seen)
            if reach <= 0:
                break
        return None
