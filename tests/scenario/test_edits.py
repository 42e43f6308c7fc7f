"""Shaping a page by talking, from the drop of a sketch to what is on disk, on a virtual clock."""

from __future__ import annotations

import asyncio
import json

from assistant.core.events import NoticeShown, PictureDropped, ReplyFinished, ReplyInterrupted
from assistant.core.page_events import (
    ElementCorrected,
    ElementSelected,
    InkDrawn,
    PageEdited,
    PageJobStarted,
    PagePainted,
    PartSelected,
    ReadingCorrected,
    ThumbnailTaken,
    VariantsOffered,
    VersionsListed,
    VersionStepped,
)
from assistant.core.sketch import Box, Correction, Element, ElementType, Page, SketchReading
from assistant.core.types import Origin, Picture
from assistant.pages.page_maker import PageMaker
from tests.scenario.scenario import FakeStore, Scenario

READING = SketchReading(
    400,
    400,
    (
        Element("e1", ElementType.HEADING, Box(20, 10, 200, 40), "My page"),
        Element("e2", ElementType.IMAGE, Box(20, 80, 200, 120)),
        Element("e3", ElementType.SELECT, Box(20, 240, 200, 40), "Flavour"),
        Element("e4", ElementType.BUTTON, Box(20, 320, 100, 40), "Login"),
        Element("e5", ElementType.BUTTON, Box(200, 320, 100, 40), "Cancel"),
    ),
)
GREEN = "#e5 { background: #2e7d32"
OPTIONS = '{"options": ["Vanilla", "Lemon"]}'  # what the fake model says of the drop-down, in two tokens


class PageStore(FakeStore):
    """Keeps the pages too."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[Page] = []

    async def save_page(self, conversation_id: int, page: Page, reading: SketchReading | None) -> int:
        await super().save_page(conversation_id, page, reading)
        self.pages.append(page)
        return len(self.pages)


def conversation(*replies: str) -> Scenario:
    """A sketch is dropped at 1 s and painted at 2.1 s; then the model is asked about the drop-down."""
    talk = Scenario(reading=READING, replies=list(replies), maker=PageMaker())
    talk.store = PageStore()
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    return talk


def painted(talk: Scenario) -> list[PagePainted]:
    return [event for event in talk.of(PagePainted) if isinstance(event, PagePainted)]


def replies(talk: Scenario) -> list[str]:
    return [turn.text for turn in talk.history if turn.role == "assistant"]


def test_a_page_is_changed_and_changed_back_by_talking() -> None:
    talk = conversation(OPTIONS)
    talk.user_says("make the second button green", from_=5.0, to=6.5)
    talk.user_says("undo", from_=12.0, to=12.5)
    talk.run()
    assert replies(talk) == ["Done: the Cancel button is green.", "Undone: the Cancel button is green."]
    pages = painted(talk)
    assert [GREEN in event.page.html for event in pages] == [False, False, True, False]
    assert [event.page.revision for event in pages] == [0, 1, 2, 3]
    assert [event.final for event in pages] == [False, True, True, True]
    assert pages[3].page.html == pages[1].page.html
    assert [event.said for event in talk.of(PageEdited)] == replies(talk)  # type: ignore[attr-defined]
    assert isinstance(talk.store, PageStore)
    assert talk.store.pages == [event.page for event in pages]
    assert [turn.origin for turn in talk.store.rows.values() if turn.role == "assistant"] == [Origin.MODEL] * 2
    assert not talk.left_running


def test_a_plain_question_beside_a_page_asks_the_model_once_and_only_for_the_answer() -> None:
    talk = conversation(OPTIONS, "Paris.")
    talk.user_types("what is the capital of France", at=5.0)
    talk.run()
    assert replies(talk) == ["Paris."]
    assert len(talk.model.requests) == 2
    assert talk.model.requests[1].json_schema is None


def test_undo_while_the_model_fills_the_page() -> None:
    talk = conversation('{"options": ["Vanilla", ' + " " * 60 + '"Lemon"]}', OPTIONS, OPTIONS)
    talk.user_types("make the second button green", at=2.3)  # the model is answering since 2.1
    talk.user_types("undo", at=2.4)
    talk.run()
    last = painted(talk)[-1].page.html
    assert GREEN not in last
    assert "<option>Vanilla</option>" in last
    assert any(GREEN in event.page.html for event in painted(talk))
    assert "<option>Vanilla</option>" in painted(talk)[-1].page.html
    assert not talk.left_running


def test_an_edit_made_before_the_page_is_filled_stays() -> None:
    talk = conversation('{"options": ["Vanilla", ' + " " * 60 + '"Lemon"]}', OPTIONS)
    talk.user_types("make the second button green", at=2.3)
    talk.run()
    last = painted(talk)[-1].page.html
    assert GREEN in last and "<option>Vanilla</option>" in last


def test_an_edit_interrupts_the_assistant() -> None:
    talk = conversation(OPTIONS, "Once upon a time there was a king who had three daughters.")
    talk.user_says("tell me a story", from_=5.0, to=6.0)
    talk.user_says("make the second button green", from_=8.5, to=9.5)
    talk.run()
    assert talk.of(ReplyInterrupted)
    assert talk.silenced_at == [8.6]
    assert replies(talk)[-1] == "Done: the Cancel button is green."
    assert GREEN in painted(talk)[-1].page.html


def test_an_interrupted_sentence_does_not_take_the_edit_back() -> None:
    talk = conversation(OPTIONS)
    talk.user_says("make the second button green", from_=5.0, to=6.0)
    talk.user_stops(at=7.4)
    talk.run()
    assert talk.of(ReplyInterrupted)
    assert GREEN in painted(talk)[-1].page.html


def test_this_is_what_the_user_clicked() -> None:
    talk = conversation(OPTIONS)
    talk.at(4.0, ElementSelected(1, "e4"))
    talk.user_types("move this below the picture", at=5.0)
    talk.run()
    assert replies(talk) == ["Done: the Login button is below the picture."]
    html = painted(talk)[-1].page.html
    assert html.index('id="e2"') < html.index('id="e4"') < html.index('id="e3"')


def test_an_unclear_part_is_asked_about_and_the_answer_is_understood() -> None:
    talk = conversation(OPTIONS)
    talk.user_types("remove the button", at=5.0)
    talk.user_types("Cancel", at=10.0)
    talk.run()
    assert replies(talk) == ["Which button: Login or Cancel?", "Done: the Cancel button is gone."]
    assert 'id="e5"' not in painted(talk)[-1].page.html


def test_variants_are_shown_and_one_is_taken() -> None:
    talk = conversation(OPTIONS)
    talk.user_types("show me three variants", at=5.0)
    talk.user_types("take the middle one", at=20.0)
    talk.run()
    offered, over = talk.of(VariantsOffered)
    assert len(offered.pages) == 3  # type: ignore[attr-defined]
    assert over.pages == ()  # type: ignore[attr-defined]
    assert painted(talk)[-1].page.html == offered.pages[1].html  # type: ignore[attr-defined]


def test_a_wish_that_the_rules_do_not_know_goes_to_the_model() -> None:
    proposal = json.dumps({"edits": [{"op": "look", "target": "e5", "value": "green"}]})
    talk = conversation(OPTIONS, '{"intent": "edit"}', proposal)
    talk.user_types("the button looks sad", at=5.0)
    talk.run()
    assert replies(talk) == ["Done: the Cancel button is green."]


def test_without_a_page_a_request_for_a_change_is_plain_talk() -> None:
    talk = Scenario(replies=["There is no page."], maker=PageMaker())
    talk.user_types("make the second button green", at=1.0)
    talk.run()
    assert replies(talk) == ["There is no page."]
    assert not talk.of(PagePainted)


def test_a_full_disk_keeps_the_edit_on_the_screen_and_says_so() -> None:
    talk = conversation(OPTIONS)
    talk.do(4.5, lambda _: setattr(talk.store, "fails", True))
    talk.user_types("make the second button green", at=5.0)
    talk.run()
    assert GREEN in painted(talk)[-1].page.html
    assert talk.of(NoticeShown)
    assert talk.of(ReplyFinished)


def test_what_the_mouse_does_is_an_edit_like_any_other() -> None:
    talk = conversation(OPTIONS)
    talk.at(5.0, ElementCorrected(1, Correction("e2", type=ElementType.TEXTAREA)))
    talk.at(6.0, VersionStepped(1, -1))
    talk.at(7.0, VersionStepped(1, -1))
    talk.run()
    assert '<textarea id="e2"' in painted(talk)[-2].page.html
    assert '<textarea id="e2"' not in painted(talk)[-1].page.html
    corrected, back = talk.of(ReadingCorrected)
    assert corrected.reading.elements[1].type is ElementType.TEXTAREA  # type: ignore[attr-defined]
    assert back.reading == READING  # type: ignore[attr-defined]
    assert [reading for _, reading in talk.learned] == [corrected.reading, READING]  # type: ignore[attr-defined]
    listed = talk.of(VersionsListed)[-1].versions  # type: ignore[attr-defined]
    assert (len(listed.sentences), listed.current) == (2, 0)
    assert [event.what for event in talk.of(NoticeShown)] == ["There is nothing to undo."]  # type: ignore[attr-defined]
    assert not talk.left_running


def test_a_part_is_selected_only_if_the_page_has_it() -> None:
    talk = conversation(OPTIONS)
    talk.at(5.0, ElementSelected(1, "e5"))
    talk.at(6.0, ElementSelected(1, "<script>"))
    talk.at(7.0, ElementSelected(9, "e5"))
    talk.run()
    assert talk.of(PartSelected) == [PartSelected(1, "e5", "the Cancel button"), PartSelected(1, "")]


def test_a_selected_part_that_is_removed_is_selected_no_more() -> None:
    talk = conversation(OPTIONS)
    talk.at(5.0, ElementSelected(1, "e5"))
    talk.user_types("remove this", at=6.0)
    talk.run()
    assert talk.of(PartSelected)[-1] == PartSelected(1, "")


def test_ink_over_the_page_is_read_and_put_where_it_was_drawn() -> None:
    talk = conversation(OPTIONS)
    places = tuple((element.id, element.box) for element in READING.elements)
    drawn = SketchReading(400, 400, (Element("e1", ElementType.BUTTON, Box(20, 210, 90, 26), "More"),))
    talk.do(4.0, lambda _: setattr(talk.reader, "reading", drawn))
    talk.at(5.0, InkDrawn(1, Picture(b"ink", 400, 400), places))
    talk.run()
    html = painted(talk)[-1].page.html
    assert html.index('id="e2"') < html.index(">More</button>") < html.index('id="e3"')


def test_pages_and_their_versions_are_there_after_a_restart() -> None:
    talk = conversation(OPTIONS)
    talk.user_types("make the second button green", at=5.0)
    talk.at(9.0, ThumbnailTaken(1, 1, b"small"))
    talk.run()
    last = painted(talk)[-1].page.html
    assert talk.store.thumbnails == [(1, 1, b"small")]

    again = Scenario(maker=PageMaker())
    again.store.kept = talk.store.kept
    again.do(0.5, lambda session: asyncio.ensure_future(session.jobs.restore()))
    again.at(2.0, VersionStepped(1, -1))
    again.at(3.0, PictureDropped("second.jpg", b"..."))
    again.run()
    assert painted(again)[0].page.html == last
    assert GREEN not in painted(again)[1].page.html
    assert [event.job for event in again.of(PageJobStarted)] == [1, 2]  # type: ignore[attr-defined]


def test_a_new_conversation_forgets_the_pages_of_the_old_one() -> None:
    talk = conversation(OPTIONS, "There is no page here.")
    talk.do(5.0, lambda session: asyncio.ensure_future(session.start_over(2)))
    talk.user_types("make the second button green", at=6.0)
    talk.run()
    assert GREEN not in painted(talk)[-1].page.html
