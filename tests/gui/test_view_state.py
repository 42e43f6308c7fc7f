"""The reducer: what each event does to the screen, and what no order of events can break."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core import events, page_events
from assistant.core.conversation import Phase
from assistant.core.history import Turn
from assistant.core.settings import MindSettings, Settings
from assistant.core.sketch import Box, Element, ElementType, Page, SketchReading
from assistant.core.types import AudioFrame, Picture, Utterance
from assistant.gui import facts
from assistant.gui.screen import (
    KEPT_JOBS,
    KEPT_NOTICES,
    LONGEST_TRANSCRIPT,
    Attachment,
    Microphone,
    Row,
    RowAction,
    RowKind,
    ViewState,
)
from assistant.gui.view_pages import found
from assistant.gui.view_state import Status, Tone, reduce, restored, status

PICTURE = Picture(b"png", 10, 10)
READING = SketchReading(10, 10, (Element("e1", ElementType.BUTTON, Box(0, 0, 5, 5)),))
PAGE = Page("Jokes", "<p>hi</p>")
UTTERANCE = Utterance(AudioFrame(np.zeros(16, np.float32), 16_000), 0.0)
MODEL = facts.ModelRow("m", "Model", 10, "MIT", present=False, needed=True)


def after(*happened: events.Event, state: ViewState | None = None) -> ViewState:
    state = state or ViewState()
    for event in happened:
        state = reduce(state, event)
    return state


def test_an_event_the_window_does_not_show_leaves_the_same_state():
    state = ViewState()

    assert reduce(state, events.ClauseSynthesized("hi", 1.0)) is state


# Microphone


def test_the_microphone_opens_and_closes():
    assert after(events.MicrophoneOpened()).microphone is Microphone.OPEN
    closed = after(events.MicrophoneOpened(), events.LevelMeasured(0.5, 0.2), events.MicrophoneClosed())
    assert (closed.microphone, closed.microphone_level, closed.speaker_level) == (Microphone.CLOSED, 0.0, 0.2)


def test_a_microphone_opened_by_the_talk_button_closes_with_it():
    held = after(facts.PushBegan(), events.MicrophoneOpened())
    assert held.microphone is Microphone.PUSHED
    assert after(facts.PushEnded(), state=held).microphone is Microphone.CLOSED


def test_pushing_while_the_microphone_is_open_changes_nothing():
    state = after(events.MicrophoneOpened(), facts.PushBegan())
    assert state.microphone is Microphone.OPEN
    assert after(facts.PushEnded(), state=state).microphone is Microphone.OPEN


# Turns


def test_typed_text_waits_until_it_is_on_disk():
    sent = after(events.TextSubmitted("hello", ticket=7))
    assert sent.pending_ticket == 7 and sent.rows == () and sent.is_busy

    kept = after(events.PhaseChanged("thinking"), events.TurnCommitted(1, "user", "hello", 7), state=sent)
    assert (kept.pending_ticket, kept.committed_ticket) == (0, 7)
    assert [(row.kind, row.text) for row in kept.rows] == [(RowKind.USER, "hello")]


def test_a_turn_that_failed_before_it_was_on_disk_releases_the_text():
    state = after(
        events.TextSubmitted("hello", ticket=7),
        events.PhaseChanged("thinking"),
        events.ReplyFailed("It broke.", "Try again."),
        events.PhaseChanged("listening"),
    )
    assert (state.pending_ticket, state.committed_ticket) == (0, 0)


def test_an_interrupted_reply_does_not_release_the_text_that_interrupted_it():
    state = after(
        events.PhaseChanged("speaking"),
        events.TextSubmitted("stop that", ticket=8),
        events.PhaseChanged("thinking"),
        events.ReplyInterrupted("Once upon", "Once"),
    )
    assert state.pending_ticket == 8


def test_a_spoken_turn_leaves_typed_text_alone():
    state = after(events.TextSubmitted("typed", ticket=3), events.TurnCommitted(1, "user", "spoken"))
    assert (state.pending_ticket, state.committed_ticket) == (3, 0)


def test_a_turn_the_disk_refused_is_shown_as_unsaved_and_frees_the_text():
    state = after(events.TextSubmitted("hello", ticket=7), events.TurnHeld("user", "hello", 7))
    assert (state.pending_ticket, state.committed_ticket, state.rows[0].detail) == (
        0,
        7,
        "Not on disk when it was said",
    )
    assert reduce(state, events.TurnHeld("assistant", "hi")) is state


def test_a_new_conversation_has_no_pages():
    state = after(page_events.PageJobStarted(1, "a"), facts.AttachBegan("b"), facts.TurnsRestored())
    assert (state.jobs, state.job, state.attachments, state.rows) == ((), None, (), ())


def test_a_reply_grows_and_settles_under_one_key():
    writing = after(events.ReplyStarted(), events.ReplyDelta("Good "), events.ReplyDelta("day"))
    assert writing.live is not None and writing.live.text == "Good day" and writing.rows == ()

    done = after(events.ReplyFinished("Good day."), state=writing)
    assert done.live is None
    assert [(row.key, row.text) for row in done.rows] == [(writing.live.key, "Good day.")]


def test_words_without_a_start_still_show():
    assert after(events.ReplyDelta("Hi")).live == Row(1, RowKind.ASSISTANT, "Hi")


def test_an_empty_reply_leaves_no_row():
    assert after(events.ReplyStarted(), events.ReplyFinished("")).rows == ()


def test_a_finished_reply_that_never_started_is_shown():
    assert after(events.ReplyFinished("Hello")).rows[0].text == "Hello"


@pytest.mark.parametrize(
    ("heard", "detail"),
    [
        ("Once upon a time", "Stopped"),
        ("", "Stopped"),
        ("Once upon", "Interrupted after “Once upon”"),
    ],
)
def test_an_interrupted_reply_says_how_much_was_heard(heard, detail):
    state = after(events.ReplyStarted(), events.ReplyInterrupted("Once upon a time", heard))
    assert (state.rows[0].text, state.rows[0].detail) == ("Once upon a time", detail)


def test_of_a_long_reply_only_the_last_heard_words_are_quoted():
    text = "word " * 100
    state = after(events.ReplyInterrupted(text + "and more", text))
    assert state.rows[0].detail.startswith("Interrupted after “…") and len(state.rows[0].detail) < 80


def test_a_failed_reply_keeps_its_words_and_offers_to_try_again():
    state = after(
        events.TurnCommitted(1, "user", "why?"),
        events.ReplyStarted(),
        events.ReplyDelta("Because"),
        events.ReplyFailed("The engine died.", "Wait."),
    )
    assert [(row.kind, row.text, row.detail) for row in state.rows] == [
        (RowKind.USER, "why?", ""),
        (RowKind.ASSISTANT, "Because", "Cut short"),
        (RowKind.ERROR, "The engine died.", "Wait."),
    ]
    assert (state.rows[2].action, state.rows[2].payload) == (RowAction.RETRY, "why?")


def test_a_failure_before_any_question_offers_nothing():
    assert after(events.ReplyFailed("No.", "")).rows[0].action is RowAction.NONE


def test_the_assistants_own_commit_changes_nothing():
    state = after(events.ReplyFinished("Hi"))
    assert reduce(state, events.TurnCommitted(2, "assistant", "Hi")) is state


def test_stored_turns_become_rows_with_new_keys():
    turns = (
        Turn("user", "hi", (PICTURE,)),
        Turn("user", "hi", (PICTURE, PICTURE)),
        Turn("assistant", "yo", interrupted=True),
    )
    assert [(row.kind, row.detail) for row in restored(turns)] == [
        (RowKind.USER, "1 picture"),
        (RowKind.USER, "2 pictures"),
        (RowKind.ASSISTANT, "Interrupted"),
    ]
    state = after(events.TurnCommitted(1, "user", "old"), facts.TurnsRestored(turns))
    assert [row.key for row in state.rows] == [2, 3, 4]
    assert after(facts.TurnsRestored(), state=state).rows == ()


def test_the_transcript_does_not_grow_for_ever():
    rows = tuple(Row(key, RowKind.USER, "x") for key in range(LONGEST_TRANSCRIPT))
    state = replace(ViewState(), rows=rows, next_key=LONGEST_TRANSCRIPT)
    state = after(events.TurnCommitted(1, "user", "new"), events.ReplyStarted(), events.ReplyFinished("y"), state=state)
    assert len(state.rows) == LONGEST_TRANSCRIPT and [row.text for row in state.rows[-2:]] == ["new", "y"]


# Pictures


def test_an_attached_picture_waits_for_its_decoder_and_leaves_with_the_turn():
    state = after(facts.AttachBegan("a.png"), facts.AttachBegan("b.png"))
    assert state.attachments == (Attachment("a.png"), Attachment("b.png"))
    state = after(events.PictureAttached("a.png", PICTURE), state=state)
    assert state.attachments == (Attachment("b.png"), Attachment("a.png", PICTURE))
    state = after(events.TurnCommitted(1, "user", "look", 0, 1), state=state)
    assert state.attachments == () and state.rows[0].detail == "1 picture"


def test_a_refused_picture_goes_and_says_why():
    state = after(facts.AttachBegan("a.png"), events.PictureRefused("a.png", "It is empty.", "Take another."))
    assert state.attachments == ()
    assert [(notice.level, notice.what) for notice in state.notices] == [("error", "It is empty.")]


def test_detached_pictures_are_gone():
    assert after(events.PictureAttached("a", PICTURE), events.PicturesDetached()).attachments == ()


# Pages


def test_a_page_job_is_one_row_that_follows_its_stages():
    details = []
    state = ViewState()
    for event in (
        page_events.PageJobStarted(1, "joke.jpg"),
        page_events.PageJobProgressed(1, "decode"),
        page_events.PageJobProgressed(1, "read"),
        page_events.SketchRead(1, READING, PICTURE),
        page_events.PageJobProgressed(1, "compile"),
        page_events.PagePainted(1, PAGE, False),
        page_events.PageJobProgressed(1, "fill"),
        page_events.PagePainted(1, PAGE, True),
    ):
        state = reduce(state, event)
        assert len(state.rows) == 1
        details.append((state.rows[0].detail, state.rows[0].action))
    assert details == [
        ("Waiting", RowAction.CANCEL_JOB),
        ("Opening the picture", RowAction.CANCEL_JOB),
        ("Reading the drawing", RowAction.CANCEL_JOB),
        ("1 element found", RowAction.CANCEL_JOB),
        ("Laying out the page", RowAction.CANCEL_JOB),
        ("Page shown - filling in the words", RowAction.SHOW_PAGE),
        ("Page shown - filling in the words", RowAction.SHOW_PAGE),
        ("Page ready · 1 element found", RowAction.SHOW_PAGE),
    ]
    assert state.job is not None and state.job.page is PAGE and state.job.final and not state.is_busy


def test_a_page_without_a_reading_is_simply_ready():
    state = after(page_events.PageJobStarted(1, "x"), page_events.PagePainted(1, PAGE, True))
    assert state.rows[0].detail == "Page ready"


def test_a_running_job_keeps_the_stop_button_alive_until_there_is_a_page():
    state = after(page_events.PageJobStarted(1, "x"))
    assert state.is_busy
    assert not after(page_events.PagePainted(1, PAGE, False), state=state).is_busy


def test_a_picture_that_cannot_be_read_does_not_hide_the_page_of_another():
    started = (page_events.PageJobStarted(1, "drawn.png"), page_events.PageJobStarted(2, "broken.png"))
    state = after(
        *started, page_events.PageJobFailed(2, "No picture.", "Choose one."), page_events.PagePainted(1, PAGE, True)
    )
    assert state.job is not None
    assert (state.shown_job, state.job.page) == (1, PAGE)


def test_a_job_that_failed_leaves_one_row_that_says_why():
    state = after(
        page_events.PageJobStarted(1, "x.heic"), page_events.PageJobFailed(1, "It cannot be read.", "Save it as PNG.")
    )
    assert [(row.kind, row.text, row.action) for row in state.rows] == [
        (RowKind.ERROR, "It cannot be read.", RowAction.CHOOSE_PICTURE)
    ]
    assert state.job is not None and state.job.failed and not state.is_busy


def test_a_page_that_was_painted_survives_a_later_failure():
    state = after(
        page_events.PageJobStarted(1, "x"),
        page_events.PagePainted(1, PAGE, False),
        page_events.PageJobFailed(1, "Cancelled.", ""),
    )
    assert [row.kind for row in state.rows] == [RowKind.JOB, RowKind.ERROR]
    assert (state.rows[0].action, state.rows[1].action) == (RowAction.SHOW_PAGE, RowAction.NONE)


def test_the_user_can_go_back_to_an_earlier_page():
    state = after(page_events.PageJobStarted(1, "a"), page_events.PageJobStarted(2, "b"))
    assert state.shown_job == 2
    assert after(facts.JobChosen(1), state=state).shown_job == 1
    assert reduce(state, facts.JobChosen(99)) is state


def test_old_jobs_are_forgotten_and_what_they_still_say_is_ignored():
    state = after(*(page_events.PageJobStarted(job, "x") for job in range(1, KEPT_JOBS + 3)))
    assert len(state.jobs) == KEPT_JOBS
    for event in (
        page_events.PageJobProgressed(1, "read"),
        page_events.SketchRead(1, READING, PICTURE),
        page_events.PagePainted(1, PAGE, True),
        page_events.PageJobFailed(1, "x", "y"),
    ):
        assert reduce(state, event) is state


def test_no_job_shown_means_no_job():
    assert ViewState().job is None


@pytest.mark.parametrize(
    ("count", "words"), [(0, "Nothing drawn was found"), (1, "1 element found"), (2, "2 elements found")]
)
def test_elements_are_counted_in_words(count, words):
    assert found(replace(READING, elements=READING.elements * count)) == words


# The house


def test_the_same_notice_is_shown_once_and_only_the_newest_stay():
    state = after(*(events.NoticeShown("info", f"n{number}") for number in (1, 2, 2, 3, 4)))
    assert [notice.what for notice in state.notices] == ["n2", "n3", "n4"][-KEPT_NOTICES:]
    state = after(facts.NoticeDismissed(state.notices[0].key), state=state)
    assert [notice.what for notice in state.notices] == ["n3", "n4"]


@pytest.mark.parametrize("present", [True, False], ids=["finished", "cancelled"])
def test_a_download_that_ended_leaves_the_downloads(present):
    state = after(facts.ModelsListed((MODEL,)), events.DownloadProgressed("m", 5, 10, 1.0))
    assert state.missing_models == (MODEL,) and state.downloads["m"].done_bytes == 5
    state = after(facts.ModelsListed((replace(MODEL, present=present),)), state=state)
    assert state.downloads == {} and bool(state.missing_models) is not present


def test_choices_and_settings_are_kept():
    choices = facts.Choices(microphones=("Desk",))
    settings = Settings(mind=MindSettings(model="x"))
    state = after(facts.ChoicesListed(choices), facts.SettingsApplied(settings))
    assert state.choices is choices and state.settings is settings


# Status


READY = tuple(events.EngineStateChanged(name, "ready") for name in ("hearing", "mind", "voice", "eyes"))


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ((), Status("Ready - hold F8 to talk", Tone.CALM)),
        ((events.MicrophoneOpened(),), Status("Listening", Tone.LISTENING)),
        ((facts.PushBegan(),), Status("Listening - let go when you are done", Tone.LISTENING)),
        ((events.PhaseChanged("hearing"),), Status("I hear you", Tone.HEARING)),
        (
            (events.UtteranceEnded(UTTERANCE), events.PhaseChanged("thinking")),
            Status("Understanding what you said…", Tone.THINKING, True),
        ),
        (
            (
                events.UtteranceEnded(UTTERANCE),
                events.UtteranceTranscribed("hi", "en", 0.1),
                events.PhaseChanged("thinking"),
            ),
            Status("Thinking…", Tone.THINKING, True),
        ),
        ((events.PhaseChanged("thinking"), events.ReplyStarted()), Status("Thinking…", Tone.THINKING, True)),
        ((events.PhaseChanged("thinking"), events.ReplyDelta("a")), Status("Writing…", Tone.THINKING, True)),
        (
            (events.EngineStateChanged("mind", "loading"), events.PhaseChanged("thinking")),
            Status("Waking the language model…", Tone.THINKING, True),
        ),
        ((events.PhaseChanged("speaking"),), Status("Speaking", Tone.SPEAKING)),
        (
            (events.MicrophoneOpened(), events.PhaseChanged("speaking")),
            Status("Speaking - you can interrupt", Tone.SPEAKING),
        ),
        ((events.NothingHeard(),), Status("I heard no words", Tone.CALM)),
        (
            (events.NothingHeard(), events.PhaseChanged("hearing"), events.PhaseChanged("listening")),
            Status("Ready - hold F8 to talk", Tone.CALM),
        ),
        (
            (events.EngineStateChanged("mind", "loading"), events.EngineStateChanged("voice", "loading")),
            Status("Getting ready: language model and voice…", Tone.THINKING, True),
        ),
        ((events.EngineStateChanged("eyes", "failed"),), Status("The picture reader is not working", Tone.WARNING)),
        (READY, Status("Ready - hold F8 to talk", Tone.CALM)),
        ((*READY, events.AttentionChanged("typing")), Status("Ready", Tone.CALM)),
    ],
)
def test_the_status_says_what_is_going_on(happened, expected):
    assert status(after(*happened)) == expected


# Any order


EVENTS = st.one_of(
    st.sampled_from([phase.value for phase in Phase]).map(events.PhaseChanged),
    st.sampled_from(
        [
            events.MicrophoneOpened(), events.MicrophoneClosed(), facts.PushBegan(), facts.PushEnded(),
            events.LevelMeasured(0.3, 0.4), events.NothingHeard(), events.ReplyStarted(), events.PicturesDetached(),
            events.UtteranceTranscribed("hi", "en", 0.1), events.ReplyFailed("No.", "Yes."), facts.TurnsRestored(),
            events.PictureAttached("a", PICTURE), events.PictureRefused("a", "No.", ""), facts.AttachBegan("a"),
            events.EngineStateChanged("mind", "loading"), events.EngineStateChanged("mind", "failed"),
            facts.ModelsListed((MODEL,)), events.DownloadProgressed("m", 1, 2, 3.0),
        ]
    ),
    st.text(max_size=5).map(events.ReplyDelta),
    st.text(max_size=5).map(events.ReplyFinished),
    st.builds(events.ReplyInterrupted, st.text(max_size=5), st.text(max_size=5)),
    st.builds(events.TextSubmitted, st.text(max_size=3), ticket=st.integers(1, 3)),
    st.builds(
        events.TurnCommitted, st.just(1), st.sampled_from(["user", "assistant"]), st.text(max_size=3), st.integers(0, 3)
    ),
    st.builds(events.NoticeShown, st.just("info"), st.text(max_size=2)),
    st.integers(1, 9).map(facts.NoticeDismissed),
    st.builds(page_events.PageJobStarted, st.integers(1, 3), st.just("x")),
    st.builds(page_events.PageJobProgressed, st.integers(1, 3), st.sampled_from(["decode", "read", "odd"])),
    st.builds(page_events.SketchRead, st.integers(1, 3), st.just(READING), st.just(PICTURE)),
    st.builds(page_events.PagePainted, st.integers(1, 3), st.just(PAGE), st.booleans()),
    st.builds(page_events.PageJobFailed, st.integers(1, 3), st.just("No."), st.just("")),
    st.integers(1, 4).map(facts.JobChosen),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=40))
def test_in_any_order_of_events_keys_stay_unique_and_there_is_a_status(happened):
    state = after(*happened)
    keys = [row.key for row in state.rows] + ([state.live.key] if state.live else [])
    assert len(keys) == len(set(keys))
    assert all(key < state.next_key for key in keys)
    assert len(state.notices) <= KEPT_NOTICES
    assert status(state).text
    assert state.is_busy in (True, False)


def test_a_caption_becomes_the_turn_in_its_place():
    state = after(events.CaptionChanged("How does a", "boat"))
    assert state.caption is not None
    assert (state.caption.text, state.caption.firm) == ("How does a boat", 10)
    said = after(events.TurnCommitted(1, "user", "How does a boat sail?"), state=state)
    assert said.caption is None
    assert [(row.key, row.text, row.firm) for row in said.rows] == [(state.caption.key, "How does a boat sail?", None)]


def test_a_caption_goes_when_nothing_was_said_after_all():
    spoken = after(events.CaptionChanged("", "hm"))
    assert after(events.NothingHeard(), state=spoken).caption is None
    assert after(events.PhaseChanged("listening"), state=spoken).caption is None


def test_typed_text_does_not_take_the_place_of_a_caption():
    state = after(events.CaptionChanged("Never", "mind"), events.TurnCommitted(1, "user", "Typed.", ticket=3))
    assert state.rows[-1].key != 1
    assert state.caption is None


def test_what_is_still_to_be_heard_is_faint_and_stays_so_when_the_reply_is_cut_short():
    speaking = after(events.ReplyStarted(), events.ReplyHeard(0), events.ReplyDelta("It tacks. And so on."))
    assert speaking.live is not None
    assert speaking.live.firm == 0
    heard = after(events.ReplyHeard(9), state=speaking)
    assert after(events.ReplyInterrupted("It tacks. And so on.", "It tacks."), state=heard).rows[-1].firm == 9
    assert after(events.ReplyFinished("It tacks. And so on."), state=heard).rows[-1].firm is None


def test_a_reply_without_a_voice_is_not_faint():
    state = after(events.ReplyStarted(), events.ReplyDelta("It tacks."))
    assert state.live is not None
    assert state.live.firm is None
