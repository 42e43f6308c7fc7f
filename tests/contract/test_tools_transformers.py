"""Tools through the transformers worker: a tiny model asks by its own chat template, and says what it was told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

pytest.importorskip("torch")
pytest.importorskip("transformers")

from assistant.core.types import ChatRequest, Message, Origin, ToolCall
from assistant.llm.model_folder import open_folder
from assistant.llm.transformers_model import TransformersModel
from assistant.tools.calculator import CALCULATOR
from assistant.tools.toolbox import ReadingTools
from tests.obedient_mind import ANSWER, CALL, QUESTION, RESULT, make_obedient_mind
from tests.tiny_minds import make_mind

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOX = ReadingTools(CALCULATOR)
ASKED = (Message("user", QUESTION),)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def mind(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TransformersModel]:
    made = TransformersModel(open_folder(make_obedient_mind(tmp_path_factory.mktemp("minds") / "obedient")))
    yield made
    await made.close()


def request(*messages: Message, offers: bool = True) -> ChatRequest:
    return ChatRequest(messages, max_tokens=120, temperature=0.0, tools=BOX.tools if offers else ())


async def answer(mind: TransformersModel, asked: ChatRequest) -> tuple[str, tuple[ToolCall, ...], int]:
    text, calls, cached = "", list[ToolCall](), 0
    async for delta in mind.stream(asked):
        text += delta.text
        calls += delta.calls
        cached = delta.usage.cached_tokens if delta.usage else 0
    return text, tuple(calls), cached


async def test_a_call_is_asked_for_carried_out_and_its_result_said(mind: TransformersModel) -> None:
    text, calls, _ = await answer(mind, request(*ASKED))
    assert (text, [call.written for call in calls]) == ("", [CALL])

    result = await BOX.use(calls[0])
    told = Message("tool", result, origin=Origin.TOOL)
    text, more, cached = await answer(mind, request(*ASKED, Message("assistant", "", calls=calls), told))

    assert result == RESULT
    assert (text, more) == (ANSWER, ())
    assert cached > len(CALL)  # what the model wrote itself is not read again


async def test_without_an_offer_a_call_is_only_text(mind: TransformersModel) -> None:
    text, calls, _ = await answer(mind, request(*ASKED, offers=False))

    assert calls == ()
    assert text


async def test_a_model_whose_template_knows_no_tools_reads_of_them(tmp_path: Path) -> None:
    plain = TransformersModel(open_folder(make_mind("llama", tmp_path / "tiny")))
    try:
        offered = [delta async for delta in plain.stream(request(*ASKED))][-1]
        bare = [delta async for delta in plain.stream(request(*ASKED, offers=False))][-1]
    finally:
        await plain.close()

    assert offered.usage is not None and bare.usage is not None
    assert offered.usage.prompt_tokens > bare.usage.prompt_tokens + 300
