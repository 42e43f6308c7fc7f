"""The "mm-hm" in a long turn: only where it is wanted, only in it, and never part of the conversation."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from assistant.core.events import ReplySounded, TurnCommitted
from assistant.core.settings import AheadSettings, Settings, TalkSettings
from tests.scenario.scenario import Scenario

SHORT_PAUSE = 0.16
LONG_STORY = (
    ("so last summer my sister and I went to the coast and", 1.0, 7.0),
    ("we rented a boat from an old fisherman who", 7.5, 16.0),
    ("told us about the", 16.5, 25.5),
    ("storm of that year", 26.0, 27.0),
)


def told(*stretches: tuple[str, float, float], nods: bool) -> tuple[Scenario, list[float]]:
    """The scenario, and at which pauses the loudspeaker was at work just after them."""
    settings = replace(Settings(), talk=TalkSettings(nods=nods), ahead=AheadSettings(speculation=False))
    talk = Scenario(replies=["What a story."], settings=settings)
    talk.user_speaks(*stretches)
    nodded: list[float] = []

    def listen(end: float) -> None:
        talk.do(end + SHORT_PAUSE + 0.4, lambda _: nodded.append(end) if talk.speaker.queued_seconds else None)

    for _, _, end in stretches:
        listen(end)
    talk.run()
    return talk, nodded


def test_nobody_hums_unless_the_user_wants_it():
    assert told(*LONG_STORY, nods=False)[1] == []


def test_a_long_turn_is_hummed_to_in_its_pauses_once_the_sound_is_ready():
    talk, nodded = told(*LONG_STORY, nods=True)
    assert nodded == [16.0, 25.5]  # the first occasion prepares; at the end the words read as complete
    assert [event.text for event in talk.of(TurnCommitted)] == [  # type: ignore[attr-defined]
        " ".join(text for text, _, _ in LONG_STORY),
        "What a story.",
    ]
    assert len(talk.of(ReplySounded)) == 1


def test_a_short_turn_is_not_hummed_to():
    assert told(("what is", 1.0, 2.0), ("the capital of", 2.5, 3.5), ("France", 4.0, 4.5), nods=True)[1] == []


def test_hums_keep_their_distance():
    close = [(f"and then we went to the {number} and", 1.0 + 3 * number, 3.5 + 3 * number) for number in range(8)]
    _, nodded = told(*close, ("home", 25.0, 25.5), nods=True)
    assert all(later - earlier >= 8 for earlier, later in pairwise(nodded))
    assert len(nodded) >= 2
