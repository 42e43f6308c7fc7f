"""The lid is closed in the middle of something, and opened hours later: a whole session on a jumping clock."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assistant import suspend_watch
from assistant.app import Engines
from assistant.audio.devices import SoundSystem
from assistant.audio.sound_card import SoundCard
from assistant.core.attention import Attention
from assistant.core.conversation import Phase
from assistant.core.events import ReplyFailed, ReplyFinished
from assistant.core.settings import AudioSettings, Settings
from assistant.llm.catalog import Catalog
from assistant.session.session import Session
from assistant.storage.paths import find_folders
from assistant.suspend_watch import watch_suspends
from tests.fakes import FakeSoundDriver, microphone_device, speaker_device
from tests.scenario.test_called_by_name import NamedScenario

NIGHT = 8 * 3600.0


class NotedCard(SoundCard):
    """Notes when its devices are to be opened anew."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.reopened: list[float] = []

    def reopen(self) -> None:
        self.reopened.append(asyncio.get_running_loop().time())
        super().reopen()


class Lid(NamedScenario):
    """A conversation on a laptop, open to everything that is said unless a test waits for the name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.way = "open"
        self.asleep = 0.0
        self.reopened: list[float] = []

    def closes_for_the_night(self, at: float) -> None:
        """As the session sees it: its clock stands still, and nothing but another clock tells."""
        self.do(at, lambda _: setattr(self, "asleep", self.asleep + NIGHT))

    def _session(self, loop: asyncio.AbstractEventLoop) -> Session:
        session = super()._session(loop)
        driver = FakeSoundDriver(SoundSystem((microphone_device(), speaker_device())))
        card = NotedCard(AudioSettings(), lambda _: None, driver.make, loop.time)
        self.reopened = card.reopened
        engines = Engines(Settings(), find_folders(), Catalog.load())
        watching = asyncio.ensure_future(watch_suspends(session, self.doorway, card, engines).run())
        loop.call_at(self.runs_for - 1, watching.cancel)
        return session


@pytest.fixture
def lid(monkeypatch: pytest.MonkeyPatch) -> Lid:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    one = Lid(replies=["Once upon a time there was a king who had three daughters.", "Five."])
    monkeypatch.setattr(suspend_watch, "seconds_asleep", lambda: one.asleep)
    return one


def test_an_answer_that_was_being_spoken_has_ended_where_it_was_heard_and_the_next_question_is_answered(
    lid: Lid,
) -> None:
    lid.user_says("Tell me a story.", from_=1.0, to=2.0)
    lid.closes_for_the_night(at=5.0)
    lid.user_says("How many fingers has a hand?", from_=8.0, to=9.5)
    lid.run()

    story = lid.history[1]
    assert story.interrupted
    assert story.text.startswith("Once upon a") and "daughters" not in story.text
    assert 5.0 <= lid.silenced_at[0] <= 5.6
    assert lid.reopened and lid.reopened[0] <= 5.6
    assert len(lid.reopened) == 1
    assert [turn.text for turn in lid.history[2:]] == ["How many fingers has a hand?", "Five."]
    assert len(lid.of(ReplyFinished)) == 1
    assert lid.of(ReplyFailed) == []
    assert lid.final_phase is Phase.LISTENING


def test_half_a_sentence_is_forgotten_and_nobody_waits_for_its_end(lid: Lid) -> None:
    lid.user_speaks(("Remind me to", 1.0, 2.0), ends=False)
    lid.closes_for_the_night(at=2.1)
    lid.run()

    assert lid.history == ()
    assert lid.model.requests == []
    assert lid.final_phase is Phase.LISTENING


def test_after_the_night_the_name_is_needed_again(lid: Lid) -> None:
    lid.way = "name"
    lid.user_says("Vesper, tell me a story.", from_=1.0, to=2.0)
    lid.closes_for_the_night(at=5.0)
    lid.user_says("Where are my glasses?", from_=7.0, to=8.0)
    lid.run()

    assert lid.said == ["Tell me a story."]
    assert lid.doorway.attention is Attention.ASLEEP


def test_a_silent_night_changes_nothing_but_the_devices(lid: Lid) -> None:
    lid.closes_for_the_night(at=5.0)
    lid.run()

    assert lid.history == () and lid.silenced_at == []
    assert len(lid.reopened) == 1
