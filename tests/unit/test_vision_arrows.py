"""Arrows between drawn screens are seen with their direction; other strokes are none."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.core.sketch import ElementType
from assistant.pages.document import open_document
from assistant.pages.screens import ways
from assistant.vision.arrows import arrow_in
from assistant.vision.pipeline import perceive
from tests.drawings import Paper
from tests.fakes import FakeTextReader


def arrow(paper: Paper, *points: tuple[int, int], head: int = 26) -> None:
    paper.stroke(*points)
    (x0, y0), (x1, y1) = points[-2:]
    angle = np.arctan2(y1 - y0, x1 - x0)
    for turn in (2.6, -2.6):
        end = (round(x1 + head * np.cos(angle + turn)), round(y1 + head * np.sin(angle + turn)))
        paper.stroke((x1, y1), end)


def app() -> Paper:
    """Three screens; the first one's two buttons lead to the third and to the second."""
    paper = Paper(1500, 900)
    for x, title in ((40, "Home"), (560, "Shop"), (1080, "About")):
        paper.box(x, 120, 360, 640)
        paper.write(x + 40, 190, title)
    for y, name in ((340, "Team"), (520, "Wares")):
        paper.box(120, y, 200, 70)
        paper.write(175, y + 48, name)
    paper.crossed_box(620, 300, 240, 200)
    paper.box(1140, 300, 240, 60)
    paper.write(1120, 600, "Since 1999")
    return paper


def found_ways(paper: Paper) -> dict[str, str]:
    reading = perceive(paper.image, FakeTextReader(paper.written)).reading
    document = open_document(reading, "app")
    names = {e.id: e.text for e in reading.elements if e.type is ElementType.BUTTON}
    return {names.get(k, k): v for k, v in ways(document.root, document.ways).items()}


def test_arrows_say_which_button_leads_where() -> None:
    paper = app()
    arrow(paper, (330, 375), (420, 375), (500, 60), (1100, 50), (1140, 95))
    arrow(paper, (330, 555), (545, 440))
    assert found_ways(paper) == {"Team": "screen-3", "Wares": "screen-2"}


def test_an_arrow_may_begin_at_the_frame_beside_its_button() -> None:
    paper = app()
    arrow(paper, (410, 375), (545, 375))
    assert found_ways(paper)["Team"] == "screen-2"


def pixels(paper: Paper) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rows, columns = np.nonzero(paper.image[..., 0] < 150)
    return np.stack([columns, rows], axis=1).astype(np.float64)


@pytest.mark.parametrize("turn", range(8))
def test_the_tip_is_the_end_with_the_head(turn: int) -> None:
    paper = Paper(900, 900)
    angle = turn * np.pi / 4 + 0.2
    tip = (round(450 + 300 * np.cos(angle)), round(450 + 300 * np.sin(angle)))
    arrow(paper, (450, 450), tip)
    seen = arrow_in(pixels(paper), 4.0)
    assert seen is not None
    assert np.hypot(seen.x1 - tip[0], seen.y1 - tip[1]) < 12
    assert np.hypot(seen.x0 - 450, seen.y0 - 450) < 12


def test_a_plain_line_a_box_and_a_double_arrow_are_no_arrows() -> None:
    for draw in (
        lambda paper: paper.stroke((100, 400), (700, 420)),
        lambda paper: paper.box(200, 200, 400, 300),
        lambda paper: (arrow(paper, (450, 400), (700, 400)), arrow(paper, (450, 400), (200, 400))),
    ):
        paper = Paper(900, 900)
        draw(paper)
        assert arrow_in(pixels(paper), 4.0) is None
