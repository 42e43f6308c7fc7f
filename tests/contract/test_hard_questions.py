"""Too much for a model: twenty pictures, a history of forty thousand tokens, a picture for a model without eyes.

Each through the whole reply and every engine, on tiny random weights and in real processes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

pytest.importorskip("torch")
pytest.importorskip("transformers")

from assistant.core.errors import EngineError
from assistant.core.events import Event, ReplyFailed, ReplyFinished, TextSubmitted
from assistant.core.history import History, Turn
from assistant.core.settings import MindSettings, Settings
from assistant.core.types import Origin, Picture
from assistant.llm.fit import Wanted
from assistant.llm.llama_server import Extras, LlamaServer
from assistant.llm.model_folder import open_folder
from assistant.llm.openai_client import OpenAIClient, ServerTraits
from assistant.llm.plan import EngineSettings
from assistant.llm.prompts import PromptBuilder
from assistant.llm.transformers_model import TorchSettings, TransformersModel
from assistant.session.reply import Reply
from assistant.session.reply_parts import Ask, ReplyParts
from tests.pictures import noise
from tests.real_llm_server import KEY, running_server
from tests.scenario.scenario import FakeReader, FakeStore, FakeTranscriber
from tests.tiny_gguf import make_gguf
from tests.tiny_minds import make_mind

pytestmark = pytest.mark.asyncio(loop_scope="module")

Mind = TransformersModel | LlamaServer | OpenAIClient
CONTEXT = 2048  # the smallest that is ever planned for
SETTINGS = Settings(mind=MindSettings(longest_reply_tokens=64))
NO_READING = EngineError("Nobody reads sketches here.")
BYTES = 40_000  # a token of a tiny model is a byte


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["transformers", "llama.cpp", "server"])
async def mind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mind]:
    place = tmp_path_factory.mktemp("minds")
    if request.param == "transformers":
        wanted = TorchSettings(wanted=Wanted(context_tokens=CONTEXT))
        made: Mind = TransformersModel(open_folder(make_mind("qwen2.5-vl", place / "tiny")), wanted)
    else:
        model, projector = make_gguf(place / "tiny")
        if request.param == "server":
            with running_server(model, CONTEXT, projector) as url:
                made = OpenAIClient(url, "", KEY)
                yield made
                await made.close()
            return
        made = LlamaServer(model, EngineSettings(context_tokens=CONTEXT), extras=Extras(projector))
    yield made
    await made.close()


def shown(seed: int) -> Picture:
    return Picture(noise(seed), 48, 40)


async def asked(
    mind: Mind, text: str, pictures: tuple[Picture, ...] = (), before: tuple[Turn, ...] = ()
) -> list[Event]:
    """The events of a reply in a conversation that began with the turns `before`."""
    events: list[Event] = []
    parts = ReplyParts(
        FakeTranscriber(),
        mind,
        PromptBuilder(),
        FakeStore(),
        FakeReader(NO_READING),
        None,
        SETTINGS,
        History(before),
        1,
    )
    await Reply(Ask(TextSubmitted(text), pictures), parts, events.append).run()
    return events


def answer_of(events: list[Event]) -> str:
    assert not [event for event in events if isinstance(event, ReplyFailed)]
    finished = events[-1]
    assert isinstance(finished, ReplyFinished)
    return finished.text


def history(turns: int, pictures: bool = False) -> tuple[Turn, ...]:
    words = "word " * (BYTES // turns // 5)
    roles = (("user", Origin.USER), ("assistant", Origin.MODEL))
    return tuple(
        Turn(role, f"{number} {words}", (shown(number),) if pictures and role == "user" else (), origin)
        for number in range(turns // 2)
        for role, origin in roles
    )


async def test_twenty_pictures_at_once_are_answered(mind: Mind) -> None:
    answer_of(await asked(mind, "What are these?", tuple(shown(seed) for seed in range(20))))


async def test_twenty_pictures_one_after_the_other_are_answered(mind: Mind) -> None:
    before = tuple(
        turn
        for seed in range(20)
        for turn in (Turn("user", "And this?", (shown(seed),)), Turn("assistant", "A wall.", (), Origin.MODEL))
    )

    answer_of(await asked(mind, "Which was red?", before=before))


@pytest.mark.parametrize("pictures", [False, True])
async def test_a_history_of_forty_thousand_tokens_is_answered_from_its_end(mind: Mind, pictures: bool) -> None:
    answer_of(await asked(mind, "And now?", before=history(200, pictures)))


async def test_one_question_of_forty_thousand_tokens_is_a_sentence_and_the_next_is_answered(mind: Mind) -> None:
    events = await asked(mind, "word " * (BYTES // 5))

    failed = [event for event in events if isinstance(event, ReplyFailed)]
    assert len(failed) == 1
    assert "too long" in failed[0].what
    answer_of(await asked(mind, "Hello."))


async def test_a_picture_for_a_transformers_model_without_eyes_is_read_to_it(tmp_path: Path) -> None:
    blind = TransformersModel(open_folder(make_mind("llama", tmp_path / "tiny")))
    answer_of(await asked(blind, "What is it?", (shown(1),)))
    await blind.close()


async def test_a_picture_for_a_model_without_projector_is_read_to_it(tmp_path: Path) -> None:
    blind = LlamaServer(make_gguf(tmp_path / "tiny")[0], EngineSettings(context_tokens=CONTEXT))
    answer_of(await asked(blind, "What is it?", (shown(1),)))
    await blind.close()


async def test_a_picture_for_a_server_without_eyes_is_a_sentence_once_and_then_read_to_it(tmp_path: Path) -> None:
    with running_server(make_gguf(tmp_path / "tiny")[0], CONTEXT) as url:
        client = OpenAIClient(url, "", KEY, ServerTraits(sees_pictures=True))  # the user is mistaken
        events = await asked(client, "What is it?", (shown(1),))
        [failed] = [event for event in events if isinstance(event, ReplyFailed)]
        assert failed.what.endswith("cannot look at pictures.")
        answer_of(await asked(client, "What is it?", (shown(1),)))
        await client.close()
