"""Tools offered to llama.cpp: the worker reads of them as text, and a real server that knows none is asked without."""

from __future__ import annotations

from pathlib import Path

from assistant.core.types import ChatRequest, Message, ModelDelta, Origin, ToolCall
from assistant.llm.llama_server import LlamaServer
from assistant.llm.openai_client import OpenAIClient
from assistant.llm.plan import EngineSettings
from assistant.tools.calculator import CALCULATOR
from assistant.tools.toolbox import ReadingTools
from tests.real_llm_server import KEY, running_server
from tests.tiny_gguf import make_gguf

TOOLS = ReadingTools(CALCULATOR).tools
ASKED = (Message("user", "What is 3 times 17?"),)
CALL = ToolCall("calculator", '{"sum": "3*17"}', "c1", '<tool_call>{"name": "calculator"}</tool_call>')
TOLD = (*ASKED, Message("assistant", "", calls=(CALL,)), Message("tool", "51", origin=Origin.TOOL, answers="c1"))


def request(messages: tuple[Message, ...], offers: bool = True) -> ChatRequest:
    return ChatRequest(messages, max_tokens=4, temperature=0.0, tools=TOOLS if offers else ())


async def last_of(mind: LlamaServer | OpenAIClient, asked: ChatRequest) -> ModelDelta:
    return [delta async for delta in mind.stream(asked)][-1]


async def test_the_worker_reads_of_tools_calls_and_results(tmp_path: Path) -> None:
    mind = LlamaServer(make_gguf(tmp_path / "tiny")[0], EngineSettings(context_tokens=2048))
    try:
        bare, offered, told = [
            await last_of(mind, asked) for asked in (request(ASKED, offers=False), request(ASKED), request(TOLD))
        ]
    finally:
        await mind.close()

    assert bare.usage is not None and offered.usage is not None and told.usage is not None
    assert offered.usage.prompt_tokens > bare.usage.prompt_tokens + 300
    assert told.usage.cached_tokens > offered.usage.prompt_tokens - 20  # the offer and the question are read once


async def test_a_real_server_started_without_tools_answers_all_the_same(tmp_path: Path) -> None:
    with running_server(make_gguf(tmp_path / "tiny")[0]) as url:
        client = OpenAIClient(url, "", KEY)
        try:
            answers = [await last_of(client, request(messages)) for messages in (ASKED, TOLD, ASKED)]
        finally:
            await client.close()

    assert all(answer.finish_reason for answer in answers)
