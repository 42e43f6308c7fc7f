"""Whatever a model says or a file is called: the terminal is not steered by it."""

import sys

import pytest

from assistant.plain_output import plain_output

HOSTILE = "\x1b]52;c;eA==\x07a\x1b[2Jb\x9b31mc\u202ed\u2066e\x00\x7f\x08f"


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_what_steers_a_terminal_is_taken_out(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    getattr(sys, name).write(HOSTILE)
    assert "\x1b" in getattr(capsys.readouterr(), name[3:])  # what a program does that does not look
    with plain_output():
        getattr(sys, name).write(HOSTILE)
    assert getattr(capsys.readouterr(), name[3:]) == "]52;c;eA==a[2Jb31mcdef"


def test_words_of_all_languages_and_a_line_that_is_written_over_stay(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Zoë 日本語 שלום\u200f 👩‍💻\tdone\r\n"
    with plain_output():
        sys.stdout.write(text)
        sys.stdout.flush()
        assert not sys.stdout.isatty()
    assert capsys.readouterr().out == text


def test_the_streams_are_given_back_after_a_failure() -> None:
    before = sys.stdout, sys.stderr
    with pytest.raises(KeyError), plain_output():
        raise KeyError
    assert (sys.stdout, sys.stderr) == before
