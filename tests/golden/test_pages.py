"""What small drawings become, to the letter: a change of the compiler shows here before anybody sees it.

Only what the drawing decides is kept, the page's body without the kit. To accept a change, look at the difference and
run: VESPER_UPDATE_GOLDEN=1 pytest tests/golden
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from assistant.core.sketch import SketchReading
from assistant.pages.compiler import compile_page
from tests.readings import JOKES, LOGIN, ORDER

FOLDER = Path(__file__).parent
READINGS = {"login": LOGIN, "jokes": JOKES, "order": ORDER}


def drawn_part(reading: SketchReading, name: str) -> str:
    match = re.search(r"<body.*</main>", compile_page(reading, name).html, re.DOTALL)
    assert match is not None
    return match.group() + "\n"


@pytest.mark.parametrize("name", READINGS)
def test_the_page_is_the_one_that_was_looked_at(name: str) -> None:
    made, golden = drawn_part(READINGS[name], name), FOLDER / f"{name}.html"
    if os.environ.get("VESPER_UPDATE_GOLDEN") == "1":
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8")


def test_a_page_that_differs_is_noticed() -> None:
    assert drawn_part(LOGIN, "x") != drawn_part(JOKES, "x")
