"""A written dialogue to listen to and to look at: a hum, a question in between, and the story taken up again."""

from __future__ import annotations

from collections.abc import AsyncIterator

from assistant.core.types import ChatRequest, ModelDelta, ModelTraits
from benchmarks.dialogue import Line
from benchmarks.people import Kind

DIALOGUE = (
    Line(Kind.QUESTION, "I would like to hear a story about a lighthouse."),
    Line(Kind.BACKCHANNEL, "I see.", "speaking", 3.2),
    Line(Kind.INTERRUPTION, "Who told you that?", "speaking", 2.0),
    Line(Kind.RESUME, "Go on."),
)
STORY = (
    "The lighthouse stood on a rock two miles out, and for three hundred years somebody had lived in it. "
    "The last keeper was a quiet man who carved birds out of driftwood."
)
ASIDE = "An old fisherman did."


class Storyteller:
    """A LanguageModel that knows one story, and where it has it from."""

    async def traits(self) -> ModelTraits:
        return ModelTraits("storyteller", 4096, runs_on="script")

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        text = STORY if "story" in request.messages[-1].text else ASIDE
        for word in text.split():
            yield ModelDelta(f"{word} ")

    async def prefill(self, request: ChatRequest) -> None:
        """Nothing to read in advance."""

    async def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def close(self) -> None:
        """Nothing to let go of."""
