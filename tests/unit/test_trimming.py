from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.trimming import LEAD_SECONDS, NO_PAUSE_SECONDS, pause_seconds, trimmed
from assistant.core.types import AudioFrame, Samples

RATE = 24_000


def clip(lead: float, sound: float, trail: float) -> Samples:
    return np.concatenate([np.zeros(round(s * RATE)) + v for s, v in ((lead, 0), (sound, 0.3), (trail, 0.0))])


async def spoken(clause: str, *parts: Samples) -> Samples:
    async def frames() -> AsyncIterator[AudioFrame]:
        for part in parts:
            yield AudioFrame(part.astype(np.float32), RATE)

    out = [frame.samples async for frame in trimmed(clause, frames())]
    return np.concatenate(out) if out else np.zeros(0, np.float32)


async def test_the_voice_begins_at_once_and_pauses_as_the_words_end():
    heard = await spoken("It tacks,", clip(0.3, 1.0, 0.4))
    assert len(heard) / RATE == pytest.approx(LEAD_SECONDS + 1.0 + pause_seconds("It tacks,"), abs=0.001)


async def test_a_phrase_goes_on_without_a_pause():
    heard = await spoken("The capital of Portugal", clip(0.3, 1.0, 0.4))
    assert len(heard) / RATE == pytest.approx(LEAD_SECONDS + 1.0 + NO_PAUSE_SECONDS, abs=0.001)


async def test_silence_between_sounds_stays():
    heard = await spoken("Well. Now.", clip(0.3, 0.5, 0.4), clip(0.3, 0.5, 0.4))
    assert len(heard) / RATE == pytest.approx(LEAD_SECONDS + 0.5 + 0.7 + 0.5 + pause_seconds("."), abs=0.001)


async def test_a_clause_that_is_silent_is_nothing():
    assert len(await spoken("…", clip(0.3, 0.0, 0.4))) == 0


@given(st.lists(st.integers(1, 40_000), max_size=5))
async def test_it_does_not_matter_how_the_sound_is_cut(cuts):
    sound = clip(0.3, 0.8, 0.4)
    whole = await spoken("So be it.", sound)
    parts = await spoken("So be it.", *np.split(sound, sorted(cut for cut in cuts if cut < len(sound))))
    lead = round(LEAD_SECONDS * RATE)
    assert 0 <= len(whole) - len(parts) <= lead  # a cut within the lead takes what lies before it
    assert np.array_equal(whole[lead:], parts[len(parts) - len(whole) + lead :])
