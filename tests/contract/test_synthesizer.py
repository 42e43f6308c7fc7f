"""What every Synthesizer keeps to, on real voices. hibari's weights are in its wheel, Kokoro's are fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import numpy as np
import pytest
import pytest_asyncio

from assistant.audio.hibari import Hibari
from assistant.audio.kokoro import Kokoro
from assistant.audio.server_voice import ServerVoice
from assistant.core.errors import InputError, ModelMissingError
from tests.real_speech_server import KEY, running_speech_server
from tests.speech import model_folder

pytestmark = pytest.mark.asyncio(loop_scope="module")

Voice = Hibari | Kokoro | ServerVoice
MAKERS: dict[str, Callable[[float], Hibari | Kokoro]] = {
    "hibari": lambda rate: Hibari(rate=rate),
    "kokoro": lambda rate: Kokoro(model_folder("kokoro-82m"), rate=rate),
}
NAMES = ["hibari", pytest.param("kokoro", marks=pytest.mark.model)]


@pytest_asyncio.fixture(
    loop_scope="module", scope="module", params=[*NAMES, pytest.param("server", marks=pytest.mark.model)]
)
async def voice(request: pytest.FixtureRequest) -> AsyncIterator[Voice]:
    if request.param == "server":
        with running_speech_server() as url:
            distant = ServerVoice(url, api_key=KEY)
            yield distant
            await distant.close()
        return
    made = MAKERS[request.param](1.0)
    yield made
    made.close()


async def seconds_of(voice: Voice, text: str) -> float:
    return sum([frame.seconds async for frame in voice.synthesize(text)])


async def test_a_clause_becomes_sound_of_a_plausible_length(voice: Voice):
    frames = [frame async for frame in voice.synthesize("Sure, I can help you with that.")]
    sound = np.concatenate([frame.samples for frame in frames])
    assert {frame.sample_rate for frame in frames} == {24_000}
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert 0.1 < np.abs(sound).max() <= 1.0
    assert 1.0 < len(sound) / 24_000 < 4.0


@pytest.mark.parametrize("text", ["", "   ", "😀 ✨", "\u0000", "中文"])
async def test_what_cannot_be_said_is_silence(voice: Voice, text: str):
    assert await seconds_of(voice, text) == 0


async def test_a_long_text_comes_in_several_frames(voice: Voice):
    text = "and then we went on " * (12 if isinstance(voice, Kokoro) else 30)
    frames = [frame async for frame in voice.synthesize(text)]
    assert len(frames) > 1
    assert max(frame.seconds for frame in frames) < 40


async def test_a_voice_that_was_interrupted_speaks_again(voice: Voice):
    stream = voice.synthesize("One sentence is here. Another one is there.")
    async with aclosing(stream):  # type: ignore[type-var]  # it is a generator
        await anext(stream)
    assert await seconds_of(voice, "Hello there.") > 0.4


@pytest.mark.parametrize("name", NAMES)
async def test_a_higher_rate_takes_less_time(name: str):
    fast, slow = MAKERS[name](1.6), MAKERS[name](0.8)
    text = "Let us look at it."
    assert await seconds_of(fast, text) < 0.75 * await seconds_of(slow, text)
    fast.close()
    slow.close()


async def test_a_voice_that_is_not_here_is_refused_without_a_download():
    for name in ("emma", "nobody"):
        with pytest.raises(InputError, match=name):
            await Hibari(name).load()


async def test_missing_weights_are_named(tmp_path):
    with pytest.raises(ModelMissingError, match="kokoro"):
        await Kokoro(tmp_path).load()
