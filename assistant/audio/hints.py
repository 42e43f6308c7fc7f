"""Remarks on a microphone that cannot be heard well: it gives nothing at all, or more than fits.

Pure. Each remark is made once per opening of the microphone: it is no news the second time.
"""

from __future__ import annotations

import numpy as np

from assistant.core.events import NoticeShown
from assistant.core.types import SPEECH_RATE, Samples

MUTED_SECONDS = 5.0  # of exact zeros, which no real microphone gives unless it is switched off
GATED_SECONDS = 30.0  # once something was heard: some drivers give exact zeros between two sentences
FULL_SCALE = 0.999
CLIPPED_SHARE = 0.003  # of an utterance; a single loud vowel stays below

SILENT = NoticeShown(
    "info",
    "The microphone gives nothing but silence.",
    "See whether it is muted, or choose another one in the settings.",
)
CRACKLING = NoticeShown(
    "info", "The microphone is so loud that your words crackle.", "Turn it down in the sound settings of your system."
)


class MicrophoneHints:
    """Frames in, and now and then something to say about them."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Another microphone, or the same one anew."""
        self._zeros = 0
        self._has_heard = False
        self._told: set[str] = set()

    def push(self, samples: Samples) -> NoticeShown | None:
        if samples.any():
            self._zeros, self._has_heard = 0, True
            return None
        self._zeros += len(samples)
        is_long = self._zeros >= (GATED_SECONDS if self._has_heard else MUTED_SECONDS) * SPEECH_RATE
        return self._once(SILENT) if is_long else None

    def judge(self, utterance: Samples) -> NoticeShown | None:
        """Of what was said."""
        is_clipped = np.count_nonzero(np.abs(utterance) >= FULL_SCALE) > CLIPPED_SHARE * len(utterance)
        return self._once(CRACKLING) if is_clipped else None

    def judge_press(self, frames: list[Samples]) -> NoticeShown | None:
        """Of what was heard while somebody held the key to speak: nothing is worth a word each time."""
        return None if any(frame.any() for frame in frames) else SILENT

    def _once(self, notice: NoticeShown) -> NoticeShown | None:
        if notice.what in self._told:
            return None
        self._told.add(notice.what)
        return notice


def held_too_long(seconds: float) -> NoticeShown:
    """What was said until then is taken; what follows is not heard until the next press."""
    what = f"The talk key was held for {seconds:.0f} seconds."
    return NoticeShown("info", what, "Let it go and press it again to say more.")
