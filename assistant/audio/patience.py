"""How long a silence must be to end the user's turn: from how it sounds, what was said, and how this person talks.

Pure: no clock, no model. No single sign is good enough (of 40 complete and 35 interrupted utterances the sound alone
held back 60 % of the interrupted, the words alone 46 %, both together 80 %), so the signs only choose between waits.
"""

from __future__ import annotations

from collections import deque

QUICK = 0.8  # of the usual wait, when sound and words both say that the turn is over: at 2/3 hesitation was cut
DOUBT = 4 / 3  # times the usual wait, when one of them says that it is not
SLOW = 2.0  # times the usual wait, when neither does
COMPLETE = 0.5  # Smart Turn's probability from which it says yes
LONGEST_SECONDS = 2.0  # an answer that comes later than this feels forgotten
REMEMBERED = 12
ENOUGH_PAUSES = 4  # of a speaker before anything is concluded from them
MARGIN_SECONDS = 0.1
LEAST_SECONDS = 0.15  # a shorter gap lies between two words, or inside one
TOO_SOON = 1.3  # the waits grow by this when the user went on after all
FORGETTING = 0.95  # and shrink by this with every turn that was over when it was thought to be
MOST_CAUTION = 2.0


class Patience:
    """Of one listener. `usual_seconds` is the wait where nothing speaks for or against an end."""

    def __init__(self, usual_seconds: float) -> None:
        self._usual = usual_seconds
        self._pauses: deque[float] = deque(maxlen=REMEMBERED)
        self._caution = 1.0

    def wait(self, sounds_complete: bool | None, reads_complete: bool | None) -> float:
        """Seconds of silence that end the turn; None where a sign is not known (yet)."""
        signs = (sounds_complete, reads_complete)
        if all(signs):
            seconds = max(self._usual * QUICK, self._habit())
        elif signs == (False, False):
            seconds = self._usual * SLOW
        else:
            seconds = max(self._usual * (DOUBT if False in signs else 1.0), self._habit())
        return min(seconds * self._caution, LONGEST_SECONDS)

    def paused(self, seconds: float) -> None:
        """The speaker was silent for so long inside a turn, and went on."""
        if seconds >= LEAST_SECONDS:
            self._pauses.append(seconds)

    def finished(self, was_reopened: bool) -> None:
        """A turn is over; or the last one was not, as the user went on at once."""
        changed = self._caution * (TOO_SOON if was_reopened else FORGETTING)
        self._caution = min(max(changed, 1.0), MOST_CAUTION)

    def _habit(self) -> float:
        """Just longer than nearly all of the speaker's pauses; no reason to wait longer than usual and a half."""
        if len(self._pauses) < ENOUGH_PAUSES:
            return 0.0
        longest_but_one = sorted(self._pauses)[-2]
        return min(longest_but_one + MARGIN_SECONDS, self._usual * 1.5)
