"""Pages beside the conversation, on a virtual clock."""

from __future__ import annotations

from assistant.core.errors import InputError
from assistant.core.events import NoticeShown, PictureAttached, PictureDropped, ReplyDelta
from assistant.core.page_events import PageJobFailed, PageJobProgressed, PagePainted, SketchRead
from assistant.core.sketch import Box, Element, ElementType, SketchReading
from assistant.core.types import Picture
from tests.scenario.scenario import Scenario

READING = SketchReading(
    100,
    100,
    (
        Element("e1", ElementType.HEADING, Box(0, 0, 50, 10), "My page"),
        Element("e2", ElementType.BUTTON, Box(0, 20, 50, 10), "Go"),
    ),
)


def painted(talk: Scenario) -> list[tuple[float, str, bool]]:
    return [(round(t, 2), e.page.html, e.final) for t, e in talk.events if isinstance(e, PagePainted)]


def test_a_dropped_sketch_is_painted_before_the_model_fills_it() -> None:
    talk = Scenario(reading=READING)
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.run()
    assert painted(talk) == [(2.1, "<p>drawn</p>", False), (4.1, "<p>filled</p>", True)]


def test_a_question_takes_the_model_from_a_page_which_is_filled_afterwards() -> None:
    talk = Scenario(reading=READING, replies=["Yes."])
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.user_types("are you there", at=3.0)  # the page is being filled
    talk.run()
    assert talk.history[-1].text == "Yes."
    assert [html for _, html, _ in painted(talk)] == ["<p>drawn</p>", "<p>filled</p>"]
    assert painted(talk)[-1][0] > 5.0


def test_an_unreadable_picture_gives_a_sentence_and_no_page() -> None:
    talk = Scenario(reading=InputError("sketch.jpg is not a picture.", "Use a PNG or JPEG file."))
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.run()
    (failed,) = talk.of(PageJobFailed)
    assert failed.what == "sketch.jpg is not a picture."  # type: ignore[attr-defined]
    assert not talk.of(PagePainted)


def test_asking_for_a_page_of_an_attached_picture_builds_it_and_says_so() -> None:
    talk = Scenario(reading=READING)
    talk.at(0.5, PictureAttached("sketch.jpg", Picture(b"png", 100, 100)))
    talk.user_types("make this a web page", at=1.0)
    talk.run()
    (read,) = talk.of(SketchRead)
    assert read.picture.png == b"flat png", "boxes are shown over the picture they were measured in"  # type: ignore[attr-defined]
    assert painted(talk)[-1][1] == "<p>filled</p>"
    assert "I found" in "".join(event.text for event in talk.of(ReplyDelta))  # type: ignore[attr-defined]


def test_a_picture_with_a_question_is_described_to_a_model_that_cannot_see() -> None:
    talk = Scenario(reading=READING, replies=["A menu."])
    talk.at(0.5, PictureAttached("photo.jpg", Picture(b"png", 100, 100)))
    talk.user_types("what does this say", at=1.0)
    talk.run()
    assert talk.model.requests[0].messages[-1].pictures[0].description == "top left: Menu"


def test_thinking_longer_looks_again_repairs_and_tells_how_far_it_is() -> None:
    talk = Scenario(reading=READING, think_seconds=10.0)
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.run()
    pages = [html for _, html, _ in painted(talk)]
    assert pages == [
        "<p>drawn</p>",
        "<p>drawn</p><p>repaired</p>",
        "<p>seen again: 3</p>",
        "<p>seen again: 4</p>",
        "<p>seen again: 5</p>",
        "<p>seen again: 5</p><p>repaired</p>",
        "<p>filled</p>",
    ]
    shares = [e.share for e in talk.of(PageJobProgressed) if e.stage == "think"]  # type: ignore[attr-defined]
    assert shares == sorted(shares)
    assert len(shares) == 6


def test_a_short_time_for_thinking_is_kept() -> None:
    talk = Scenario(reading=READING, think_seconds=3.5)
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.run()
    assert [html for _, html, _ in painted(talk)][1:-1] == ["<p>drawn</p><p>repaired</p>"]
    (filling,) = [t for t, e in talk.events if isinstance(e, PageJobProgressed) and e.stage == "fill"]
    assert filling < 2.1 + 3.5 + 0.1


def test_a_question_takes_the_time_from_thinking_which_goes_on_afterwards() -> None:
    talk = Scenario(reading=READING, replies=["Yes."], think_seconds=10.0)
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.user_types("are you there", at=4.0)
    talk.run()
    assert talk.history[-1].text == "Yes."
    assert painted(talk)[-1][1] == "<p>filled</p>"
    assert any("seen again" in html for t, html, _ in painted(talk) if t > 5.0)


def test_thinking_is_cancelled_with_its_page() -> None:
    talk = Scenario(reading=READING, think_seconds=10.0)
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.user_cancels_page(1, at=3.5)
    talk.run()
    assert max(t for t, _, _ in painted(talk)) < 3.6


def test_somebody_may_ask_for_more_thinking() -> None:
    talk = Scenario(reading=READING)
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.user_types("Think a bit longer about it, please.".replace(",", ""), at=8.0)
    talk.run()
    assert "another 20 seconds" in talk.history[-1].text
    assert painted(talk)[-1][1] == "<p>filled</p>"
    assert any("repaired" in html for t, html, _ in painted(talk) if t > 8.0)


def test_a_picture_without_a_drawing_gives_a_sentence_and_an_empty_page() -> None:
    talk = Scenario(reading=SketchReading(100, 100, ()))
    talk.at(1.0, PictureDropped("cat.jpg", b"..."))
    talk.run()
    (told,) = talk.of(NoticeShown)
    assert told.what == "I found no drawing of a page in that picture."  # type: ignore[attr-defined]
    assert talk.of(PagePainted)


def test_many_pictures_at_once_become_pages_one_after_the_other() -> None:
    talk = Scenario()
    for number in range(8):
        talk.at(1.0, PictureDropped(f"{number}.jpg", b"..."))
    talk.run()
    finals = [event for event in talk.of(PagePainted) if event.final]  # type: ignore[attr-defined]
    assert {event.job for event in finals} >= {8}  # type: ignore[attr-defined]
    assert {event.job for event in talk.of(PagePainted)} == set(range(1, 9))  # type: ignore[attr-defined]
    assert not talk.left_running


def test_a_seeing_model_writes_the_page_before_the_eyes_of_the_user() -> None:
    talk = Scenario(reading=READING)
    talk.maker.writes = ("<p>half</p>", "<p>whole</p>")
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.run()
    assert [(html, final) for _, html, final in painted(talk)][1:] == [
        ("<p>filled</p>", True), ("<p>half</p>", False), ("<p>whole</p>", False), ("<p>whole</p>", True),
    ]  # fmt: skip


def test_a_written_page_that_fails_a_check_gives_way_to_the_drawn_one_with_a_sentence() -> None:
    talk = Scenario(reading=READING)
    talk.maker.writes, talk.maker.objection = ("<p>half</p>", "<p>whole</p>"), "It showed less of the drawing."
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.run()
    assert painted(talk)[-1][1:] == ("<p>filled</p>", True)
    assert [notice.advice for notice in talk.of(NoticeShown)] == ["It showed less of the drawing."]  # type: ignore[attr-defined]


def test_a_question_stops_the_writing_shows_the_drawn_page_and_the_writing_begins_again() -> None:
    talk = Scenario(reading=READING, replies=["Yes."])
    talk.maker.writes = ("<p>half</p>", "<p>whole</p>")
    talk.at(1.0, PictureDropped("sketch.jpg", b"..."))
    talk.user_types("are you there", at=5.5)
    talk.run()
    pages = [html for _, html, _ in painted(talk)]
    assert pages[1:4] == ["<p>filled</p>", "<p>half</p>", "<p>filled</p>"]
    assert pages[-1] == "<p>whole</p>"
    assert talk.history[-1].text == "Yes."
