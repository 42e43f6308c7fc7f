"""The transcript under load: thousands of turns, fifty updates a second, and a reader who has scrolled up."""

import time
from itertools import pairwise

import pytest

from assistant.core import events
from assistant.core.history import Turn
from assistant.gui import facts
from assistant.gui.message_text import MessageText
from assistant.gui.theme import LIGHT
from assistant.gui.transcript_view import MOST_ROWS, SHOWN_ROWS
from tests.gui import samples

UPDATES = 200
LONGEST_GAP_SECONDS = 0.2  # SAFETY.md: in any test; normal use is far below


@pytest.fixture
def long_window(window, qtbot):
    turns = tuple(Turn("user" if n % 2 else "assistant", f"Turn {n}: " + "words " * 30) for n in range(4000))
    window.on_event(facts.TurnsRestored(turns))
    qtbot.wait(100)
    return window


def test_four_thousand_turns_are_a_few_dozen_widgets_at_the_end(long_window):
    view = long_window.transcript
    assert len(view.widgets) == SHOWN_ROWS
    assert view.widgets[-1].row.text.startswith("Turn 3999")
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_streaming_into_a_long_conversation_never_stalls_the_window(long_window, qtbot):
    long_window.on_event(events.ReplyStarted())
    costs = []
    for _ in range(UPDATES):
        start = time.thread_time()  # what the window's thread works; the machine may be busy with other things
        long_window.on_event(events.ReplyDelta("some words, a `name` and **more**\n"))
        qtbot.wait(5)
        costs.append(time.thread_time() - start)
    qtbot.wait(50)

    assert sorted(costs)[UPDATES // 2] < 0.02  # fifty updates a second leave 20 ms for each
    assert max(costs) < LONGEST_GAP_SECONDS
    assert long_window.transcript.widgets[-1].row.text.count("some words") == UPDATES


def test_scrolling_up_shows_earlier_turns_and_keeps_the_place(long_window, qtbot):
    view = long_window.transcript
    first = view.widgets[0].row
    view.verticalScrollBar().setValue(0)
    qtbot.wait(30)
    assert len(view.widgets) == 2 * SHOWN_ROWS
    assert view.widgets[SHOWN_ROWS].row is first
    top = view.widgets[SHOWN_ROWS].y() - view.verticalScrollBar().value()
    assert 0 <= top < view.height()


def test_new_words_do_not_pull_the_reader_down(long_window, qtbot):
    view = long_window.transcript
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    long_window.on_event(events.ReplyFinished("An answer. " * 50))
    qtbot.wait(60)
    assert bar.value() == place
    view.scroll_to_end()
    assert bar.value() == bar.maximum() and not view._to_end.isVisible()


def test_what_the_user_says_brings_them_to_the_end(long_window, qtbot):
    bar = long_window.transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    long_window.on_event(events.TurnCommitted(5000, "user", "And now?"))
    qtbot.wait(60)
    assert bar.value() == bar.maximum()


@pytest.mark.parametrize("height", [420, 300])
def test_a_smaller_window_stays_at_the_end(long_window, qtbot, height):
    bar = long_window.transcript.verticalScrollBar()
    long_window.resize(long_window.width(), height)
    qtbot.wait(60)
    assert bar.value() == bar.maximum()


def test_the_widgets_of_a_long_session_stay_few(window, qtbot):
    for number in range(MOST_ROWS + 30):
        window.on_event(events.TurnCommitted(number, "user", f"Turn {number}"))
        if number % 20 == 0:
            qtbot.wait(40)
    qtbot.wait(60)
    assert len(window.transcript.widgets) <= MOST_ROWS
    assert window.transcript.widgets[-1].row.text == f"Turn {MOST_ROWS + 29}"


def test_rows_do_not_overlap_at_any_width(window, qtbot):
    window.on_event(events.TurnCommitted(1, "user", "short"))
    window.on_event(events.ReplyFinished(samples.REPLY))
    window.on_event(events.ReplyFailed("It broke in a way that takes a whole sentence to explain.", "Try again."))
    for width in (640, 700, 798):
        window.resize(width, 500)
        qtbot.wait(40)
        boxes = [widget.geometry() for widget in window.transcript.widgets]
        assert all(upper.bottom() < lower.top() for upper, lower in pairwise(boxes))
        assert all(box.left() >= 0 and box.right() < window.transcript.width() for box in boxes)


def test_a_message_is_rewritten_only_from_the_first_change_on(qtbot):
    text = MessageText()
    qtbot.addWidget(text)
    text.set_colors(LIGHT)
    text.set_text("one\ntwo\nthr")
    changes = []
    text.document().contentsChange.connect(lambda position, removed, added: changes.append(position))
    text.set_text("one\ntwo\nthree")
    assert min(changes) >= len("one\ntwo")
    assert text.plain_text() == "one\ntwo\nthree"


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_streamed_in_any_pieces_a_message_ends_the_same(qtbot, step):
    streamed, whole = MessageText(), MessageText()
    for text in (streamed, whole):
        qtbot.addWidget(text)
        text.set_colors(LIGHT)
        text.resize(300, 100)
    for end in range(0, len(samples.REPLY) + step, step):
        streamed.set_text(samples.REPLY[:end])
    whole.set_text(samples.REPLY)
    assert streamed.plain_text() == whole.plain_text()
    assert streamed.height_for(300) == whole.height_for(300)


def test_nothing_a_text_names_is_loaded(qtbot, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(samples.picture().png)
    text = MessageText()
    qtbot.addWidget(text)
    text.set_colors(LIGHT)
    text.set_text(f'<img src="{secret}"> ![x](file://{secret})')
    assert text.document().resource(2, secret.as_uri()) == ""
    assert "<img" in text.plain_text()


def faint(text: MessageText) -> str:
    return "".join(selection.cursor.selectedText() for selection in text.extraSelections())


@pytest.mark.parametrize(
    ("said", "firm", "expected"),
    [
        ("It tacks. And so on.", 9, " And so on."),
        ("Use **bold words** here.", 10, " words here."),
        ("1. One\n2. Two", 6, "\u20292.\tTwo"),
        ("One word at a time", 0, "One word at a time"),
        ("Done 👍🏽 and gone", 4, " 👍🏽 and gone"),
        ("All of it", 99, ""),
    ],
)
def test_words_that_are_not_certain_are_painted_faintly(window, qtbot, said, firm, expected):
    window.on_event(events.ReplyStarted())
    window.on_event(events.ReplyHeard(0))
    window.on_event(events.ReplyDelta(said))
    qtbot.wait(50)
    text = window.transcript.widgets[-1].findChild(MessageText)
    assert faint(text) == text.plain_text().replace("\n", "\u2029")
    window.on_event(events.ReplyHeard(firm))
    qtbot.wait(50)
    assert faint(text) == expected
    window.on_event(events.ReplyFinished(said))
    qtbot.wait(50)
    assert faint(text) == ""


def test_a_caption_turns_into_the_users_turn_without_another_widget(window, qtbot):
    window.on_event(events.CaptionChanged("How does a", "boat"))
    qtbot.wait(50)
    row = window.transcript.widgets[-1]
    assert faint(row.findChild(MessageText)) == " boat"
    window.on_event(events.TurnCommitted(1, "user", "How does a boat sail?"))
    qtbot.wait(50)
    assert window.transcript.widgets[-1] is row
    assert row.findChild(MessageText).plain_text() == "How does a boat sail?"
    assert faint(row.findChild(MessageText)) == ""
