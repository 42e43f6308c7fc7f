"""The quick form of the conversation harness: real engines in a simulated room, judged on what is no matter of time."""

from __future__ import annotations

import pytest

from benchmarks.conversation import measure, parse, trials

pytestmark = pytest.mark.model


def test_a_dialogue_over_a_loudspeaker_goes_through_and_again_in_the_same_way() -> None:
    result, again = (measure(parse(["--quick", "--ratios", "10"])) for _ in range(2))
    figures, repeated = ({name: value for name, value in run["ratios"]["+10 dB"].items() if not name.startswith("cpu")}
                         for run in (result, again))  # fmt: skip
    assert figures == repeated
    assert figures["turns"] == 3
    assert figures["self_interruptions"] == 0
    assert figures["cut_offs"] == 0
    assert figures["barge_ins_found"] == 1
    assert figures["backchannel_false_stops"] == 0
    assert figures["stops_obeyed"] == 1
    assert figures["history_words_not_heard"] == 0


def test_the_same_seed_draws_the_same_dialogues() -> None:
    first, again, other = (trials(parse(["--seed", seed])) for seed in ("3", "3", "4"))
    assert first == again
    assert first != other
    assert {trial.ratio for trial in first} == {10, 0, -5}
