"""The whole program with its window, in a process of its own: switches, processes, signals, a second start."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import psutil
import pytest

from assistant import app
from assistant.core.types import ChatRequest, Message
from assistant.llm.scripted import ScriptedModel
from tests.drawings import Paper
from tests.running_window import LIMIT_SECONDS, ROOT, RunningWindow, events, stored_turns

SCRIPT = {"replies": ["The first answer.", [{"say": "Second"}, {"fail": "The model fell over."}], "The third."]}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(SCRIPT))
    return path


def test_typed_turns_are_answered_kept_and_logged(tmp_path: Path, script: Path) -> None:
    texts = ["one", "two", "three"]
    with RunningWindow(tmp_path / "data", "--test-model", script, "--say", *texts, "--exit-when", "idle") as window:
        code, complaint, facts = window.finish()

    assert (code, complaint) == (0, "")
    committed = [(fact["role"], fact["text"]) for fact in events(facts, "TurnCommitted")]
    assert committed == [
        ("user", "one"),
        ("assistant", "The first answer."),
        ("user", "two"),
        ("assistant", "Second"),
        ("user", "three"),
        ("assistant", "The third."),
    ]
    assert [fact["what"] for fact in events(facts, "ReplyFailed")] == ["The model fell over."]
    assert {"TurnCommitted", "ReplyFinished", "ReplyFailed"} <= {f["type"] for f in events(facts, "MessageShown")}
    states = [fact["state"] for fact in events(facts, "WorkerChanged")]
    assert states == ["started", "ended"]
    assert events(facts, "Connection") == []


def test_a_text_a_page_and_a_dropped_sketch_are_shown(tmp_path: Path, script: Path) -> None:
    (tmp_path / "text.md").write_text("**bold** \N{GRINNING FACE}")
    (tmp_path / "page.html").write_text("<!doctype html><title>x</title><p>hello")
    paper = Paper()
    paper.box(100, 100, 600, 80)
    paper.write(160, 150, "Sign in")
    cv2.imwrite(str(tmp_path / "drawn.png"), paper.image)
    (tmp_path / "broken.png").write_bytes(b"nothing")
    switches: list[str | Path] = ["--test-render", tmp_path / "text.md", "--preview", tmp_path / "page.html"]
    files: list[str | Path] = ["--attach", tmp_path / "drawn.png", tmp_path / "broken.png", tmp_path / "missing.png"]

    with RunningWindow(tmp_path / "data", "--test-model", script, *switches, *files, "--exit-when", "idle") as window:
        code, _, facts = window.finish()

    assert code == 0
    assert [fact["text"] for fact in events(facts, "ReplyFinished")] == ["**bold** \N{GRINNING FACE}"]
    assert events(facts, "PageShown")
    painted = {fact["job"] for fact in events(facts, "PagePainted") if fact["final"]}
    failed = {fact["job"] for fact in events(facts, "PageJobFailed")}
    assert -1 in painted
    assert len(painted) == 2
    assert len(failed) == 1
    assert [fact["name"] for fact in events(facts, "PictureRefused")] == ["missing.png"]


def test_a_page_comes_back_with_its_versions_and_can_be_shaped_on(tmp_path: Path, script: Path) -> None:
    paper = Paper()
    paper.box(100, 100, 600, 80)
    paper.write(160, 150, "Sign in")
    cv2.imwrite(str(tmp_path / "drawn.png"), paper.image)

    def run(*switches: str | Path) -> list[dict[str, object]]:
        with RunningWindow(tmp_path / "data", "--test-model", script, *switches, "--exit-when", "idle") as window:
            code, _, facts = window.finish()
        assert code == 0
        return facts

    run("--attach", tmp_path / "drawn.png")
    run("--say", "make the button green")
    facts = run("--say", "undo")  # the log goes on where the run before ended
    changes = ["Done: the Sign in button is green.", "Undone: the Sign in button is green."]
    assert [fact["said"] for fact in events(facts, "PageEdited")] == changes
    assert not events(facts, "PageJobFailed")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_closes_the_window_and_all_its_processes(
    tmp_path: Path, script: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "endless.json").write_text('[[{"pace": 0.2}, {"say": "la ", "times": -1}]]')
    with RunningWindow(tmp_path / "data", "--test-model", tmp_path / "endless.json", "--say", "sing") as window:
        window.wait_for(lambda fact: fact["event"] == "WorkerChanged")
        family = psutil.Process(window.process.pid).children(recursive=True)
        window.process.send_signal(number)
        got, complaint, _ = window.finish()

    assert (got, complaint) == (code, "")
    assert family
    assert not psutil.wait_procs(family, timeout=5)[1]
    question, answer = asyncio.run(stored_turns(tmp_path / "data"))
    assert question.text == "sing"
    assert answer.text.startswith("la")
    assert answer.interrupted


def test_a_second_start_says_that_the_first_is_there(tmp_path: Path, script: Path) -> None:
    with RunningWindow(tmp_path / "data", "--test-model", script) as first:
        first.wait_for(lambda fact: fact["event"] == "TurnsRestored")
        with RunningWindow(tmp_path / "data", "--test-model", script) as second:
            said, complaint = second.process.communicate(timeout=LIMIT_SECONDS)

    assert (second.process.returncode, said, complaint) == (0, "Vesper is already running.\n", "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_a_display_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "DISPLAY": ":987", "VESPER_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environment.pop("QT_QPA_PLATFORM", None)
    environment.pop("WAYLAND_DISPLAY", None)

    done = subprocess.run(
        [sys.executable, "-m", "assistant"], env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS
    )

    assert done.returncode == 5
    assert done.stderr.startswith("vesper: No window can be opened on this display. ")
    assert done.stderr.count("\n") == 1


async def test_the_seed_reaches_the_model() -> None:
    model = ScriptedModel(["x"])

    async def nothing(_: object) -> None: ...

    seeded = app.SlotModel(app.Slot(lambda: model, nothing), seed=7)
    async for _ in seeded.stream(ChatRequest((Message("user", "x"),))):
        pass

    assert [request.seed for request in model.requests] == [7]
