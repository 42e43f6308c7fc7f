"""The commands on real models with the network cut: everything works, and nothing tries to get out.

Each runs in a network namespace that holds nothing but loopback, and one under strace, which sees every connect.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from assistant.llm.catalog import data_folder

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo"
CUT = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
LIMIT_SECONDS = 280
SMALL_MIND = '[mind]\nmodel = "smollm2-135m"\nlongest_reply_tokens = 40\n'
GOES_OUT = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?, .*")
LOOPBACK = re.compile(r'inet_addr\("127\.|"::1"')


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of the test's own with the fetched models, and the smallest mind chosen."""
    models = os.environ.get("VESPER_MODELS_DIR") or str(data_folder() / "models")
    (tmp_path / "data" / "config").mkdir(parents=True)
    (tmp_path / "data" / "models").symlink_to(models)
    (tmp_path / "data" / "config" / "settings.toml").write_text(SMALL_MIND)
    return tmp_path / "data"


def start(data: Path, before: list[str], *arguments: str | Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "VESPER_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
    environment.pop("VESPER_MODELS_DIR", None)
    return subprocess.Popen(
        [*before, sys.executable, "-m", "assistant", *map(str, arguments)],
        env=environment,
        cwd=data.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def cut_off(data: Path, *arguments: str | Path) -> str:
    """What a command prints where there is no network at all."""
    if shutil.which("unshare") is None or subprocess.run([*CUT, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody cut the network")
    process = start(data, CUT, *arguments)
    said, complaint = process.communicate(timeout=LIMIT_SECONDS)
    assert (process.returncode, complaint) == (0, "")
    return said


def test_two_spoken_questions_are_one_conversation(data: Path) -> None:
    question = DEMO / "question.flac"

    lines = [
        json.loads(line) for line in cut_off(data, "talk", question, question, "--json", "--out", "a.wav").splitlines()
    ]

    assert [line["turn"] for line in lines] == [1, 2]
    for line in lines:
        assert "country" in line["question"]
        assert line["answer"]
        assert line["spoken"]
        assert list(line["stage_seconds"]) == [
            "transcribe",
            "asked",
            "first_token",
            "first_clause",
            "first_audio",
            "first_sound",
        ]
        assert line["model"]["completion_tokens"] > 0
        assert line["model"]["tokens_per_second"] > 0
    assert lines[1]["model"]["cached_tokens"] > lines[0]["model"]["prompt_tokens"] // 2
    assert (data.parent / "a.wav").stat().st_size > 10_000


def test_what_is_said_is_heard_again(data: Path) -> None:
    cut_off(data, "say", "The quick brown fox jumps over the lazy dog.", "--out", "fox.wav")

    heard = json.loads(cut_off(data, "transcribe", "fox.wav", "--json"))

    assert "quick brown fox" in heard["text"].lower()
    assert [word["word"].strip() for word in heard["words"]][:2] == ["The", "quick"]


def test_a_sketch_becomes_a_page_with_its_picture(data: Path) -> None:
    arguments = ("--out", "p.html", "--screenshot", "p.png", "--elements", "e.json", "--json")

    result = json.loads(cut_off(data, "sketch", DEMO / "sketch.jpg", *arguments))

    assert result["elements"] >= 4
    assert result["script_errors"] == []
    assert (data.parent / "p.html").read_text().startswith("<!doctype html>")
    assert (data.parent / "p.png").read_bytes().startswith(b"\x89PNG")
    assert len(json.loads((data.parent / "e.json").read_text())["elements"]) == result["elements"]


def test_a_picture_is_read_to_a_model_without_eyes(data: Path) -> None:
    line = json.loads(cut_off(data, "ask", "What is written here?", "--image", DEMO / "sketch.jpg", "--json"))

    assert line["answer"]
    assert line["model"]["prompt_tokens"] > 100


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace to see what is connected to")
def test_asking_connects_to_nothing_but_this_machine(data: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    before = ["strace", "-f", "-qq", "-e", "trace=connect", "-o", str(trace)]
    process = start(data, before, "ask", "Hello.")
    said, complaint = process.communicate(timeout=LIMIT_SECONDS)

    assert (process.returncode, complaint) == (0, "")
    assert said.strip()
    calls = trace.read_text()
    assert "AF_UNIX" in calls  # the trace saw the engine's socket, so it would have seen others
    assert [call for call in GOES_OUT.findall(calls) if not LOOPBACK.search(call)] == []


@pytest.mark.parametrize(
    ("arguments", "pause_seconds"),
    [
        (("ask", "Tell me a very long story."), 4),
        (("talk", DEMO / "question.flac"), 3),
        (("transcribe", DEMO / "question.flac"), 1.5),
        (("say", "Some words. " * 300, "--out", "a.wav"), 2),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_ctrl_c_ends_engines_at_work(data: Path, arguments: tuple[str | Path, ...], pause_seconds: float) -> None:
    process = start(data, [], *arguments)
    time.sleep(pause_seconds)
    family = psutil.Process(process.pid).children(recursive=True)
    interrupted_at = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=LIMIT_SECONDS)

    assert time.monotonic() - interrupted_at < 6
    assert not psutil.wait_procs(family, timeout=5)[1]
    assert (process.returncode, complaint) in ((130, "vesper: stopped.\n"), (0, ""))
