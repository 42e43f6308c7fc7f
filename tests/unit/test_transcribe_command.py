"""`vesper transcribe` and `vesper say` with a scripted ear and a real voice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.audio.hibari import Hibari
from assistant.audio.say_command import say_text
from assistant.audio.transcribe_command import transcribe_files
from assistant.audio.wav import read_audio
from assistant.core.errors import InputError
from tests.fakes import ScriptedTranscriber


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    good, bad, empty = tmp_path / "good.wav", tmp_path / "bad.wav", tmp_path / "empty.wav"
    soundfile.write(good, np.zeros(16_000), 16_000)
    bad.write_bytes(b"no sound")
    empty.touch()
    return [bad, good, empty, good]


async def test_a_bad_file_does_not_stop_the_others(files: list[Path]):
    lines: list[str] = []
    assert await transcribe_files(ScriptedTranscriber("hello"), files, lines.append, as_json=True) == 2
    objects = [json.loads(line) for line in lines]
    assert [sorted(item) for item in objects[:2]] == [
        ["advice", "error", "file"],
        ["decode_seconds", "file", "language", "seconds", "text", "words"],
    ]
    assert objects[1]["text"] == "hello"
    assert objects[1]["seconds"] == 1
    assert objects[1]["words"] == [{"word": "hello", "start": 0.0, "end": 1.0, "probability": 1.0}]
    assert "empty" in objects[2]["error"]
    assert objects[3] == objects[1]


async def test_without_json_lines_name_the_file_only_where_there_are_several(files: list[Path]):
    lines: list[str] = []
    assert await transcribe_files(ScriptedTranscriber("hello"), files[1:2], lines.append) == 0
    assert await transcribe_files(ScriptedTranscriber(""), files[:2], lines.append) == 2
    assert lines[0] == "hello"
    assert lines[1].startswith("bad.wav: bad.wav is damaged")
    assert lines[2] == "good.wav: (no speech)"


async def test_clauses_become_one_file(tmp_path: Path):
    voice = Hibari()
    seconds = await say_text(voice, ["Hello there,", "how are you?"], tmp_path / "a.wav")
    assert read_audio(tmp_path / "a.wav").seconds == pytest.approx(seconds)
    assert 1 < seconds < 4
    with pytest.raises(InputError, match="nothing"):
        await say_text(voice, ["😀"], tmp_path / "b.wav")
    voice.close()
