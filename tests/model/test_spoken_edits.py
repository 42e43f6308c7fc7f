"""Requests spoken aloud by the real voice, heard by the real recogniser, and what becomes of the page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from assistant.audio.hibari import Hibari
from assistant.audio.kokoro import Kokoro
from assistant.audio.whisper_ct2 import FasterWhisper
from assistant.core.types import AudioFrame
from assistant.pages.editor import PageEditor
from tests.page_outline import bakery, changes, reading
from tests.speech import model_folder

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]

PAUSE_SECONDS = 0.4  # of silence around a request, as a listener leaves it


class Ears:
    """Says a request and tells what was heard."""

    def __init__(self, voice: Hibari | Kokoro) -> None:
        self._voice = voice
        self._whisper = FasterWhisper(model_folder("whisper-base"))

    async def heard(self, words: str) -> str:
        frames = [frame async for frame in self._voice.synthesize(words)]
        rate = frames[0].sample_rate
        pause = np.zeros(round(PAUSE_SECONDS * rate), np.float32)
        sound = np.concatenate([pause, *(frame.samples for frame in frames), pause])
        return (await self._whisper.transcribe(AudioFrame(sound, rate))).text

    def close(self) -> None:
        self._whisper.close()
        self._voice.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["hibari", "kokoro"])
async def ears(request: pytest.FixtureRequest) -> AsyncIterator[Ears]:
    made = Ears(Hibari("heart", 1.0) if request.param == "hibari" else Kokoro(model_folder("kokoro-82m")))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ("Make the header sticky.", ["- . row", "+ . row header is_sticky=True"]),
        (
            "The second button should be green.",
            ['- . . button e14 "Cancel"', '+ . . button e14 "Cancel" background=#2e7d32'],
        ),
        ("Use a dark theme.", ["+ page: theme=dark"]),
        ("Delete the last field.", ['- . select e11 "Country"']),
        (
            "Change the title to Contact.",
            ['- . . heading e1 "Welcome"', '+ . . heading e1 "Contact"'],
        ),
        (
            "Put the cancel button on the right.",
            ['- . . button e14 "Cancel"', '+ . . button e14 "Cancel" align=right'],
        ),
        ("Make the email field required.", ["+ required e8: True"]),
        ("Make everything bigger.", ["+ page: zoom=1.3"]),
        ("Add a footer.", ["+ . column footer", "+ . . divider n1", '+ . . text n2 "© Welcome"']),
        (
            "Move this below the picture.",
            [
                "- . row",
                "- . . image e5 300x200",
                "+ . image e5 300x200",
                '- . . text e6 "We bake bread every day"',
                '+ . text e6 "We bake bread every day"',
            ],
        ),
    ],
)
async def test_a_spoken_request_changes_exactly_this(ears: Ears, words: str, changed: list[str]) -> None:
    page = PageEditor(bakery(), reading(bakery().drawn))
    edited = await page.change(await ears.heard(words), "e6", None)
    assert edited.changed, edited.said
    assert changes(bakery(), page.document) == changed


async def test_variants_are_asked_for_and_taken_back_aloud(ears: Ears) -> None:
    page = PageEditor(bakery(), reading(bakery().drawn))
    for words in ("Show me three variants.", "Take the middle one.", "Add a contact form.", "Undo twice."):
        await page.change(await ears.heard(words), "", None)
    assert page.document == bakery()
    assert len(page.versions.sentences) - page.versions.current == 3
