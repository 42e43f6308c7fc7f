"""Speech over our own voice: how much of a detector's doubt to believe, and what it hints at.

Pure: no clock, no device; time is counted in samples.
"""

from __future__ import annotations

from assistant.audio.probe import Hint, SpeechProbe
from assistant.audio.rise import Rise
from assistant.core.settings import EndpointSettings
from assistant.core.types import AudioFrame, Cleaning

KEENNESS = 2.5  # a user in an echo is never as plain; of an echo that was taken out 0.1 was never seen


class Overlap:
    def __init__(self, settings: EndpointSettings) -> None:
        self._threshold = settings.speech_threshold
        self._probe = SpeechProbe(settings)
        self._rise = Rise()

    @property
    def is_suspecting(self) -> bool:
        """A hint has been given that asks for another one."""
        return self._probe.is_suspecting

    @property
    def gap(self) -> int:
        """Samples since the last voiced one of the stretch that was SAMPLED last."""
        return self._probe.gap

    def push(self, frame: AudioFrame, heard: float, is_speaking: bool) -> tuple[float, Hint | None]:
        """The next frame and the detector's probability of it; `is_speaking` is the assistant.

        Returns the probability to go by, and a hint where there is one. It may be above 1: plainer than plain.
        """
        is_over = is_speaking or self._probe.is_at_work
        is_clear = frame.cleaning is Cleaning.CLEARED and is_over
        probability = heard * (KEENNESS if is_clear or frame.cleaning is Cleaning.CRUSHED else 1.0)
        probability = probability if is_clear else min(1.0, probability)  # of what was crushed nothing is plain
        if not is_over:
            return probability, None
        rises = is_clear and self._rise.push(frame.samples, heard, probability >= self._threshold)
        return probability, self._probe.push(len(frame.samples), probability, rises)

    def reset(self) -> None:
        self._probe.reset()
