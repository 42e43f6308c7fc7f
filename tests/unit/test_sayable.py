"""What `vesper say` is asked for is looked at before a voice is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.core.errors import InputError
from assistant.session.voice import check_sayable


@pytest.mark.parametrize("name", ["a.wav", "a.WAV", "a"])
def test_english_goes_into_a_wav(name: str) -> None:
    check_sayable("Hello there, how are you?", Path(name))


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("Привет, мир", "a.wav", "no voice for Russian"),
        ("Guten Tag, ich bin nicht da.", "a.wav", "no voice for German"),
        ("Hello.", "a.mp3", "written as WAV. Call the file a.wav"),
    ],
)
def test_what_would_come_out_wrong_is_refused(text: str, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_sayable(text, Path(name))
