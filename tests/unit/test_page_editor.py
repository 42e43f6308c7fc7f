"""A page in the hands of its user: questions, versions, variants and a model's proposals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from assistant.core.errors import EngineError
from assistant.core.sketch import Edited
from assistant.core.types import ChatRequest, ModelDelta, ModelTraits
from assistant.pages.editor import NOT_UNDERSTOOD, PageEditor
from assistant.pages.proposals import parse, propose
from tests.page_outline import bakery, changes, reading


class OneAnswer:
    """A language model that says one thing, breaks, or never answers."""

    def __init__(self, answer: str | None = None, hangs: bool = False) -> None:
        self.answer = answer
        self.hangs = hangs
        self.requests: list[ChatRequest] = []

    async def traits(self) -> ModelTraits:
        return ModelTraits("one", 4096)

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelDelta]:
        self.requests.append(request)
        if self.hangs:
            await asyncio.sleep(3600)
        if self.answer is None:
            raise EngineError("The language model stopped.", "Ask again.")
        yield ModelDelta(self.answer)

    async def prefill(self, request: ChatRequest) -> None: ...

    async def count_tokens(self, text: str) -> int:
        return len(text)


def editor() -> PageEditor:
    return PageEditor(bakery(), reading(bakery().drawn))


def edits(*given: dict[str, Any]) -> str:
    return json.dumps({"edits": given})


async def say(page: PageEditor, *words: str, model: OneAnswer | None = None, selected: str = "") -> list[Edited]:
    return [await page.change(one, selected, model) for one in words]


async def test_an_edit_is_told_and_undone_and_done_again() -> None:
    page = editor()
    told = await say(page, "make the second button green", "undo", "undo", "redo", "redo")
    assert told == [
        Edited("Done: the Cancel button is green.", changed=True),
        Edited("Undone: the Cancel button is green.", changed=True),
        Edited("There is nothing to undo."),
        Edited("Done again: the Cancel button is green.", changed=True),
        Edited("There is nothing to redo."),
    ]
    assert page.document.style("e14").background == "#2e7d32"


async def test_several_steps_are_undone_at_once() -> None:
    page = editor()
    await say(page, "make the header sticky", "add a footer", "use a dark theme")
    assert (await say(page, "undo twice"))[0].said == "Undone: 2 changes."
    assert changes(bakery(), page.document) == ["- . row", "+ . row header is_sticky=True"]
    assert (await say(page, "undo everything"))[0].changed
    assert page.document == bakery()


@pytest.mark.parametrize(
    ("answer", "coloured"),
    [
        ("Cancel", ["e14"]),
        ("The first one.", ["e13"]),
        ("the Log in button", ["e13"]),
        ("both", ["e13", "e14"]),
        ("the right one", ["e14"]),
        ("number two", ["e14"]),
    ],
)
async def test_the_answer_to_a_question_completes_the_request(answer: str, coloured: list[str]) -> None:
    page = editor()
    (asked,) = await say(page, "make the button green")
    assert asked == Edited("Which button: Login or Cancel?")
    assert page.understands(answer)
    await say(page, answer)
    assert [key for key, style in page.document.styles.items() if style.background] == coloured


async def test_two_unclear_parts_are_asked_about_one_after_the_other() -> None:
    page = editor()
    told = await say(page, "move the link below the button", "About", "Login")
    assert [one.said for one in told] == [
        "Which link: Home, About or Contact?",
        "Which button: Login or Cancel?",
        "Done: the About link is below the Login button.",
    ]


async def test_a_question_may_be_dropped_or_passed_over() -> None:
    page = editor()
    assert [one.said for one in await say(page, "remove the button", "never mind", "undo")] == [
        "Which button: Login or Cancel?",
        "Fine, the page stays as it is.",
        "There is nothing to undo.",
    ]
    await say(page, "remove the button")
    assert not page.understands("What is the weather like?")
    assert (await say(page, "add a footer"))[0].changed
    assert not page.understands("the first one")


async def test_variants_are_pages_of_which_one_is_taken() -> None:
    page = editor()
    offered, taken = await say(page, "Show me three variants.", "take the middle one")
    assert len({variant.html for variant in offered.variants}) == 3
    assert taken == Edited("Done: the page is compact and dark.", changed=True)
    assert page.document.look.theme == "dark"
    assert page.page(1).html == offered.variants[1].html
    await say(page, "undo")
    assert page.document == bakery()


async def test_what_is_so_already_changes_nothing() -> None:
    told = await say(editor(), "use a dark theme", "use a dark theme", "undo", "undo")
    assert [one.changed for one in told] == [True, False, True, False]


async def test_a_model_is_asked_only_where_the_rules_do_not_know() -> None:
    model = OneAnswer(edits({"op": "look", "target": "e13", "value": "green"}))
    page = editor()
    await say(page, "make the header sticky", model=model)
    assert not model.requests
    (told,) = await say(page, "the way in could look friendlier", model=model, selected="e13")
    assert told == Edited("Done: the Login button is green.", changed=True)
    (request,) = model.requests
    assert "The user points at e13." in request.messages[-1].text
    assert request.json_schema is not None


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "sure!",
        "[]",
        "{}",
        '{"edits": 5}',
        '{"edits": [5]}',
        edits(),
        edits({"op": "remove", "target": "e99"}),
        edits({"op": "remove", "target": ["e1"]}),
        edits({"op": "explode", "target": "e1"}),
        edits({"op": "look", "target": "e1", "value": "url(https://example.com)"}),
        edits({"op": "set_text", "target": "e1", "text": "see https://example.com"}),
        edits({"op": "remove", "target": "e1"}, {"op": "look", "target": "e1"}),
        edits(*[{"op": "remove", "target": f"e{n}"} for n in range(1, 8)]),
        edits({"op": "move", "target": "e1", "place": 7, "anchor": "e2"}),
        edits({"op": "add", "target": "page", "value": "script"}),
        "x" * 9000,
    ],
)
async def test_a_proposal_that_is_not_valid_changes_nothing(answer: str) -> None:
    page = editor()
    assert await say(page, "the way in could look friendlier", model=OneAnswer(answer)) == [Edited(NOT_UNDERSTOOD)]
    assert page.document == bakery()


def test_every_operation_of_a_proposal_becomes_a_patch() -> None:
    answer = edits(
        {"op": "set_text", "target": "e1", "text": "Fresh bread"},
        {"op": "move", "target": "e5", "place": "below", "anchor": "e6"},
        {"op": "add", "target": "page", "value": "footer", "text": "See you"},
        {"op": "theme", "target": "page", "value": "warm"},
    )
    assert [type(patch).__name__ for patch in parse(answer, bakery())] == ["SetText", "Move", "Add", "SetTheme"]
    rest = edits(
        {"op": "duplicate", "target": "e13"},
        {"op": "swap", "target": "e13", "anchor": "e14"},
        {"op": "rename", "target": "page", "text": "Bread"},
        {"op": "move", "target": "e5", "place": "top"},
    )
    assert [type(patch).__name__ for patch in parse(rest, bakery())] == ["Duplicate", "Swap", "RenamePage", "Move"]


async def test_a_model_that_breaks_or_is_late_leaves_the_page_with_a_sentence() -> None:
    (told,) = await say(editor(), "the way in could look friendlier", model=OneAnswer())
    assert told == Edited("The page stays as it is. The language model stopped.")
    assert await propose("friendlier", bakery(), "", OneAnswer(hangs=True), seconds=0.01) == ()


async def test_filling_keeps_what_was_edited_and_can_be_undone_past() -> None:
    page = editor()
    await say(page, "make the login button say Enter")
    await page.fill(OneAnswer('{"options": ["Spain", "France", "Italy"]}'))
    await say(page, "undo")
    assert page.document.element("e13").text == "Login"  # type: ignore[union-attr]
    await say(page, "redo")
    assert page.document.element("e13").text == "Enter"  # type: ignore[union-attr]


async def test_undo_is_heard_as_other_words_where_there_is_something_to_undo() -> None:
    page = editor()
    assert not page.understands("And you.")
    await say(page, "make the second button green")
    assert page.understands("And you.")
    assert not page.understands("And you?")
    (undone,) = await say(page, "And you.")
    assert undone.said.startswith("Undone")
    assert page.document == bakery()
