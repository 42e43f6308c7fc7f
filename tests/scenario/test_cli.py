"""Every command on bad input: one sentence on stderr, the documented exit code, no stack, nothing written, no hang.

No models: what a command refuses, it refuses before it loads any. Most cases share this process, which saves the
imports; what concerns a whole process (Ctrl+C, a full disk, a reader that goes away) has one of its own.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import cv2
import numpy as np
import psutil
import pytest

from assistant import cli
from tests.drawings import Paper

VESPER = [sys.executable, "-m", "assistant"]
ROOT = Path(cli.__file__).resolve().parents[1]
LIMIT_SECONDS = 60

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder, no models, and a working folder full of bad files."""
    for name in ("VESPER_TEST", "VESPER_MODELS_DIR", "DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VESPER_DATA_DIR", str(tmp_path / "data"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    make_bad_files(work)
    hooks = threading.excepthook, sys.unraisablehook
    yield work
    threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
    logging.raiseExceptions = True


def make_bad_files(work: Path) -> None:
    (work / "empty").touch()
    (work / "noise").write_bytes(np.random.default_rng(1).bytes(5000))
    (work / "text.txt").write_text("not a picture, not a sound\n" * 50)
    (work / "folder").mkdir()
    os.mkfifo(work / "pipe")
    (work / "loop").symlink_to("loop")
    with (work / "huge").open("wb") as file:
        file.truncate(1 << 42)  # a hole: 4 TiB that take no room
    with wave.open(str(work / "silence.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(bytes(32000))
    (work / "cut.wav").write_bytes((work / "silence.wav").read_bytes()[:30])
    (work / "script.json").write_text('{"replies": ["Yes."]}')
    (work / "broken.json").write_text('{"replies": ')
    (work / "wrong.json").write_text('{"replies": [{"no": "step"}]}')


@pytest.fixture
def vesper(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = cli.main(list(arguments))
        except SystemExit as leaving:  # argparse's way out
            code = int(leaving.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def is_one_sentence(text: str) -> bool:
    """What happened and what to do, on one line, without stack, home or traceback."""
    return text.startswith("vesper: ") and text.count("\n") == 1 and "Traceback" not in text and len(text) < 400


def own_processes() -> set[psutil.Process]:
    """Started by this test run; earlier tests may have left the web engine's."""
    return set(psutil.Process().children(recursive=True))


BAD_SOUNDS = ("missing.wav", "empty", "text.txt", "noise", "folder", "pipe", "loop", "huge", "cut.wav", "x" * 300)
BAD_PICTURES = ("missing.png", "empty", "folder", "pipe", "loop", "huge", "x" * 300)
BAD_OUTPUTS = ("folder", "nowhere/out", "pipe", "/dev/null", "", "x" * 300)

REFUSED: list[tuple[int, Sequence[str]]] = [
    *[(2, ("talk", name)) for name in BAD_SOUNDS],
    *[(2, ("talk", "silence.wav", name)) for name in ("missing.wav", "empty")],
    *[(2, ("talk", "silence.wav", "--image", name)) for name in BAD_PICTURES],
    *[(2, ("ask", "what is this", "--image", name)) for name in BAD_PICTURES],
    *[(2, ("talk", "silence.wav", "--out", name)) for name in BAD_OUTPUTS],
    *[(2, ("say", "hello", "--out", name)) for name in BAD_OUTPUTS],
    *[(2, ("sketch", "text.txt", "--out", name)) for name in BAD_OUTPUTS],
    *[(2, ("sketch", "text.txt", "--out", "a.html", "--screenshot", name)) for name in BAD_OUTPUTS],
    *[(2, ("sketch", name, "--out", "a.html")) for name in BAD_PICTURES],
    (2, ("talk", "silence.wav", "--out", "silence.wav")),
    (2, ("sketch", "text.txt", "--out", "text.txt")),
    (2, ("sketch", "text.txt", "--out", "a.html", "--elements", "./a.html")),
    (2, ("demo", "--out", "text.txt")),
    (2, ("--data-dir", "text.txt", "ask", "hello")),
    (2, ("ask", "")),
    (2, ("ask", " \n")),
    (2, ("say", "", "--out", "a.wav")),
    (2, ("say", "...", "--out", "a.wav")),
    (2, ("say", "hello", "--out", "a.wav", "--rate", "9")),
    (2, ("say", "hello", "--out", "a.wav", "--rate", "nan")),
    (2, ("say", "hello", "--out", "a.wav", "--rate", "fast")),
    (2, ("say", "hello", "--out", "a.wav", "--engine", "espeak")),
    (2, ("transcribe", "silence.wav", "--engine", "cloud")),
    (2, ("transcribe", "silence.wav", "--language", "Klingon")),
    (2, ("transcribe",)),
    (2, ("sketch", "text.txt")),
    (2, ("fly",)),
    (2, ("doctr",)),
    (2, ("bench", "asrr")),
    (2, ("bench", "nothing")),
    (2, ("say", "hello", "--out", "a.mp3")),
    (2, ("say", "Привет, мир", "--out", "a.wav")),
    (2, ("sketch", "text.txt", "--out", "a.html", "--think", "long")),
    (3, ("ask", "hello", "there", "--offline")),
    (2, ("models", "verify", "gpt-5")),
    (2, ("models", "fetch", "gpt-5")),
    (2, ("models", "remove", "../../etc")),
    (2, ("models",)),
    (3, ("ask", "hello", "--offline")),
    (3, ("talk", "silence.wav", "--offline")),
    (3, ("transcribe", "silence.wav", "--offline")),
    (3, ("transcribe", "silence.wav", "--offline", "--engine", "openai-whisper")),
    (3, ("say", "hello", "--out", "a.wav", "--engine", "kokoro")),
    (3, ("demo", "--offline")),
    (5, ()),
    (7, ("models", "fetch", "smollm2-135m", "--offline")),
    (8, ("--test-model", "script.json", "ask", "hello")),
    (8, ("ask", "hello", "--seed", "1")),
    (8, ("--preview", "page.html")),
    (8, ("--exit-when", "idle")),
]


@pytest.mark.parametrize(("code", "arguments"), REFUSED, ids=[" ".join(case[1])[:50] or "window" for case in REFUSED])
def test_a_bad_argument_is_refused_in_one_sentence(
    vesper: Run, folder: Path, code: int, arguments: Sequence[str]
) -> None:
    before = sorted(path.name for path in folder.iterdir())
    running = own_processes()

    got, said, complaint = vesper(*arguments)

    assert (got, complaint) == (code, complaint)
    assert is_one_sentence(complaint), complaint
    assert str(folder) not in complaint
    assert "Traceback" not in said
    assert sorted(path.name for path in folder.iterdir() if path.name != "vesper-demo") == before
    assert own_processes() <= running


def test_bad_sounds_do_not_stop_the_others(vesper: Run, folder: Path) -> None:
    """Without a model the good file is refused too, but only after every bad one got its line."""
    code, said, _ = vesper("transcribe", *BAD_SOUNDS, "--json", "--offline")

    lines = [json.loads(line) for line in said.splitlines()]
    assert code in (2, 3)
    if lines:
        assert [line["file"] for line in lines] == list(BAD_SOUNDS)
        assert all(line["error"].endswith(".") and line["advice"] for line in lines)


@pytest.mark.parametrize("name", ["broken.json", "wrong.json", "missing.json", "folder"])
def test_a_bad_script_is_refused_in_one_sentence(vesper: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("VESPER_TEST", "1")

    code, _, complaint = vesper("ask", "hello", "--test-model", name)

    assert code == 2
    assert is_one_sentence(complaint)


def test_test_switches_stand_before_or_after_the_command(
    vesper: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VESPER_TEST", "1")

    before = vesper("--test-model", "script.json", "--event-log", "a.jsonl", "ask", "hello")
    after = vesper("ask", "hello", "--test-model", "script.json", "--event-log", "b.jsonl", "--data-dir", "elsewhere")

    assert before == after == (0, "Yes.\n", "")
    assert (folder / "elsewhere").is_dir()
    for name in ("a.jsonl", "b.jsonl"):
        events = [json.loads(line)["event"] for line in (folder / name).read_text().splitlines()]
        assert events[0] == "TurnCommitted"
        assert events[-1] == "ReplyFinished"


def test_a_window_switch_is_no_use_to_a_command(vesper: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VESPER_TEST", "1")

    code, _, complaint = vesper("--preview", "page.html", "doctor")

    assert code == 2
    assert "--preview is for the window" in complaint


def test_a_model_that_dies_is_one_sentence(vesper: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VESPER_TEST", "1")
    (folder / "dies.json").write_text('[[{"say": "One"}, {"fail": "The model fell over."}]]')

    code, said, complaint = vesper("ask", "hello", "--test-model", "dies.json")

    assert (code, said) == (4, "One")
    assert complaint == "vesper: The model fell over. Ask once more.\n"


def test_a_damaged_picture_is_refused_by_its_worker(vesper: Run, folder: Path) -> None:
    running = own_processes()

    code, _, complaint = vesper("sketch", "noise", "--out", "a.html", "--no-model")

    assert code == 2
    assert is_one_sentence(complaint)
    assert not (folder / "a.html").exists()
    assert own_processes() <= running


def test_doctor_needs_no_models_and_is_quick(vesper: Run) -> None:
    began = time.monotonic()
    code, said, complaint = vesper("doctor")

    assert (code, complaint) == (0, "")
    assert time.monotonic() - began < 5
    assert "MISSING; run: vesper models fetch whisper-base" in said
    assert max(map(len, said.splitlines())) <= 100
    assert set(json.loads(vesper("doctor", "--json")[1])) >= {"machine", "engines", "models", "sound", "safety"}


def test_doctor_names_what_is_wrong_with_the_settings(vesper: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "config").mkdir(parents=True)
    (tmp_path / "data" / "config" / "settings.toml").write_text("[voice]\nrate = 99\n")

    _, said, complaint = vesper("doctor")

    assert '"voice.rate" (line 2)' in said
    assert '"voice.rate" (line 2)' in complaint


def draw_page(path: Path) -> None:
    paper = Paper()
    paper.box(100, 100, 600, 80)
    paper.box(100, 300, 300, 80)
    paper.write(160, 350, "Sign in")
    cv2.imwrite(str(path), paper.image)


def start(*arguments: str, first: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """`first` is run in the new process before the program."""
    return subprocess.Popen(
        [*VESPER, *arguments],
        env={**os.environ, "VESPER_TEST": "1", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=first,
    )


def wait_for(is_there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while not is_there() and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.01)


def interrupt(process: subprocess.Popen[str]) -> str:
    """What is on stderr after Ctrl+C; the process and all its children are gone by then."""
    family = psutil.Process(process.pid).children(recursive=True)
    interrupted_at = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=LIMIT_SECONDS)
    assert time.monotonic() - interrupted_at < 6
    assert not psutil.wait_procs(family, timeout=5)[1]
    return complaint


def test_ctrl_c_ends_an_answer_in_the_middle(folder: Path) -> None:
    (folder / "endless.json").write_text('[[{"pace": 0.01}, {"say": "la ", "times": -1}]]')
    process = start("ask", "hello", "--test-model", "endless.json")
    assert process.stdout is not None
    process.stdout.read(10)

    complaint = interrupt(process)

    assert (process.returncode, complaint) == (130, "vesper: stopped.\n")


@pytest.mark.parametrize("more_seconds", [0, 1.5])
def test_ctrl_c_ends_a_drawing_and_its_worker(folder: Path, more_seconds: float) -> None:
    draw_page(folder / "page.png")
    process = start("sketch", "page.png", "--out", "a.html", "--no-model")
    wait_for(lambda: bool(psutil.Process(process.pid).children()), process)
    time.sleep(more_seconds)

    complaint = interrupt(process)

    assert (process.returncode, complaint) == (130, "vesper: stopped.\n")
    assert not list(folder.glob(".a.html*"))


def test_a_reader_that_goes_away_is_no_trouble(folder: Path) -> None:
    (folder / "endless.json").write_text('[[{"say": "la ", "times": -1}]]')
    process = start("ask", "hello", "--test-model", "endless.json")
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()

    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(LIMIT_SECONDS) == 0


def no_file_may_grow() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, resource.RLIM_INFINITY))


@pytest.mark.parametrize("arguments", [("say", "hello", "--out", "a.wav"), ("sketch", "page.png", "--out", "a.html")])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(folder: Path, arguments: Sequence[str]) -> None:
    draw_page(folder / "page.png")
    process = start(*arguments, first=no_file_may_grow)

    _, complaint = process.communicate(timeout=LIMIT_SECONDS)

    assert process.returncode == 6
    assert is_one_sentence(complaint), complaint
    assert not [path for path in folder.iterdir() if "a.wav" in path.name or "a.html" in path.name]


def test_a_bug_costs_one_sentence_and_its_stack_is_in_the_log(
    vesper: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ZeroDivisionError("what only the log may know")

    monkeypatch.setattr("assistant.doctor.run_doctor", fail)

    code, _, complaint = vesper("doctor")

    assert code == 1
    assert is_one_sentence(complaint)
    assert "ZeroDivisionError" in (tmp_path / "data" / "logs" / "vesper.log").read_text()
