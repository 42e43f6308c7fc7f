"""Marks around pictures, and pictures that are circles."""

from __future__ import annotations

from assistant.core.sketch import Element, ElementType
from tests.drawings import Paper


def gallery() -> Paper:
    paper = Paper(1100, 800)
    paper.write(400, 80, "Our trips", 1.6)
    paper.crossed_box(250, 130, 600, 340)
    paper.write(320, 640, "Come with us")
    return paper


def arrows(paper: Paper, *sides: int) -> None:
    for side in sides:
        x = 180 if side < 0 else 920
        paper.stroke((x - 15 * side, 270), (x + 15 * side, 300), (x - 15 * side, 330))


def marks(paper: Paper) -> list[tuple[ElementType, str]]:
    return [(e.type, e.text) for e in paper.read() if "mark" in e.evidence]


def pictures(paper: Paper) -> list[Element]:
    return sorted((e for e in paper.read() if e.type is ElementType.IMAGE), key=lambda e: e.box.x)


def test_arrow_heads_on_both_sides_of_a_picture_are_read() -> None:
    paper = gallery()
    arrows(paper, -1, 1)
    assert marks(paper) == [(ElementType.TEXT, "<"), (ElementType.TEXT, ">")]


def test_one_arrow_head_alone_is_a_slip() -> None:
    paper = gallery()
    arrows(paper, 1)
    assert marks(paper) == []


def test_arrow_heads_that_point_inwards_are_none() -> None:
    paper = gallery()
    for x, side in ((180, 1), (920, -1)):
        paper.stroke((x - 15 * side, 270), (x + 15 * side, 300), (x - 15 * side, 330))
    assert marks(paper) == []


def test_equal_dots_in_the_middle_below_a_picture_are_read() -> None:
    paper = gallery()
    for number in range(4):
        paper.ring(475 + 50 * number, 515, 11)
    assert marks(paper) == [(ElementType.ICON, "")] * 4


def test_dots_at_the_side_are_none() -> None:
    paper = gallery()
    for number in range(3):
        paper.ring(290 + 50 * number, 515, 11)
    assert marks(paper) == []


def test_a_large_ring_is_a_round_picture_and_a_box_is_not() -> None:
    paper = Paper()
    paper.write(300, 80, "Our team", 1.6)
    paper.ring(200, 300, 100)
    paper.write(150, 460, "Anna")
    paper.crossed_box(500, 200, 200, 200)
    paper.write(550, 460, "House")
    assert ["round" in picture.evidence for picture in pictures(paper)] == [True, False]
