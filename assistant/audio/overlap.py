"""Speech over our own voice: how much of a detector's doubt to believe, and what it hints at.

Pure: no clock, no device; time is counted in samples.
"""

from __future__ import annotations

from assistant.audio.probe import Hint, SpeechProbe
from assistant.core.settings import EndpointSettings
from assistant.core.types import AudioFrame, Cleaning

KEENNESS = 2.5  # an echo canceller crushes the user, not only the echo: of the echo alone 0.2 was never seen


class Overlap:
    def __init__(self, settings: EndpointSettings) -> None:
        self._probe = SpeechProbe(settings)

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

        Returns the probability to go by, and a hint where there is one.
        """
        is_over = is_speaking or self._probe.is_at_work
        probability = heard * (KEENNESS if frame.cleaning is Cleaning.CRUSHED else 1.0)
        return probability, self._probe.push(len(frame.samples), probability) if is_over else None

    def reset(self) -> None:
        self._probe.reset()
