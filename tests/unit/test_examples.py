"""Corrected sketches on disk: what is kept comes back, what is broken is passed over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.core.errors import StorageError
from assistant.storage import examples
from assistant.storage.examples import keep, kept
from tests.readings import LOGIN

PNG = b"\x89PNG picture"


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    assert keep(tmp_path, PNG, LOGIN)
    (example,) = kept(tmp_path)
    assert example.picture.read_bytes() == PNG
    assert [(e.type, e.text, e.box, e.checked) for e in example.reading.elements] == [
        (e.type, e.text, e.box, e.checked) for e in LOGIN.elements
    ]


def test_a_later_correction_of_a_picture_replaces_the_earlier_one(tmp_path: Path) -> None:
    keep(tmp_path, PNG, LOGIN)
    keep(tmp_path, PNG, replace(LOGIN, elements=LOGIN.elements[:2]))
    (example,) = kept(tmp_path)
    assert len(example.reading.elements) == 2


def test_no_folder_means_no_examples(tmp_path: Path) -> None:
    assert kept(tmp_path / "nothing") == ()


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", '{"width": 1}', '{"width": 1, "height": 1, "elements": [{"type": "x"}]}']
)
def test_a_broken_example_is_passed_over(tmp_path: Path, broken: str) -> None:
    keep(tmp_path, PNG, LOGIN)
    keep(tmp_path, b"another", LOGIN)
    (tmp_path / kept(tmp_path)[0].name / "reading.json").write_text(broken)
    assert len(kept(tmp_path)) == 1


def test_only_so_many_pictures_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "MOST_EXAMPLES", 2)
    assert [keep(tmp_path, bytes([n]), LOGIN) for n in range(3)] == [True, True, False]
    assert keep(tmp_path, bytes([1]), LOGIN), "a kept picture may be corrected again"
    assert len(kept(tmp_path)) == 2


def test_a_disk_that_refuses_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        keep(tmp_path / "file", PNG, LOGIN)
