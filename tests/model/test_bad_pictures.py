"""Pictures that hold no page, or hold it badly: an empty reading, or the page, and never a stall."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from assistant.core.errors import InputError
from assistant.core.sketch import ElementType
from assistant.vision.image import decode
from assistant.vision.pipeline import read_picture
from tests.drawings import Paper

pytestmark = pytest.mark.model

Pixels = npt.NDArray[np.uint8]
HAND = np.random.default_rng(5)


def login() -> Paper:
    paper = Paper(900, 900)
    paper.write(300, 120, "Welcome", 2.0)
    paper.write(150, 230, "Your name")
    paper.box(150, 260, 600, 80)
    paper.box(300, 560, 300, 100)
    paper.write(360, 625, "Register")
    return paper


def read(image: Pixels, kind: str = "PNG", **options: object) -> list[tuple[ElementType, str]]:
    out = io.BytesIO()
    Image.fromarray(image[:, :, ::-1]).save(out, kind, **options)
    picture = decode(out.getvalue(), "picture")
    return [(e.type, e.text) for e in read_picture(picture.png).elements]


def wall() -> Pixels:
    image = np.full((500, 500, 3), (120, 140, 170), np.uint8)
    for row, y in enumerate(range(0, 500, 60)):
        cv2.line(image, (0, y), (500, y), (40, 50, 60), 14)
        for x in range(60 * (row % 2), 500, 120):
            cv2.line(image, (x, y), (x, y + 60), (40, 50, 60), 14)
    return image


def stars() -> Pixels:
    image = np.full((900, 1000, 3), 12, np.uint8)
    for x, y, size in zip(
        HAND.integers(0, 1000, 700), HAND.integers(0, 900, 700), HAND.integers(2, 6, 700), strict=True
    ):
        cv2.circle(image, (int(x), int(y)), int(size), (230, 240, 250), -1)
    return image


def fur() -> Pixels:
    """Soft blobs of every size, as on an animal or in a bush."""
    image = np.zeros((600, 800, 3), np.float32)
    for spread in (2, 8, 30):
        image += cv2.GaussianBlur(HAND.normal(0, 60 * spread, image.shape).astype(np.float32), (0, 0), spread)
    return np.asarray((image * 0.6 + 120).clip(0, 255), np.uint8)


def ruled() -> Pixels:
    image = np.full((1200, 900, 3), 235, np.uint8)
    for y in range(80, 1200, 52):
        cv2.line(image, (0, y), (900, y + 3), (200, 170, 140), 2)
    cv2.line(image, (130, 0), (132, 1200), (120, 120, 220), 2)
    return image


def dot() -> Pixels:
    return np.zeros((1, 1, 3), np.uint8)


def blank() -> Pixels:
    return np.full((900, 700, 3), 240, np.uint8)


def dark() -> Pixels:
    return np.zeros((900, 700, 3), np.uint8)


@pytest.mark.parametrize("draw", [wall, stars, fur, ruled, dot, blank, dark], ids=lambda draw: draw.__name__)
def test_a_picture_of_no_page_has_no_elements(draw: Callable[[], Pixels]):
    assert read(draw()) == []


def test_a_photo_of_48_megapixels_is_read_like_a_small_one():
    paper = login()
    large = np.asarray(cv2.resize(paper.image, (6900, 6900), interpolation=cv2.INTER_LINEAR), np.uint8)
    assert read(large, "JPEG", quality=80) == read(paper.image)


def test_a_torn_corner_and_a_glare_take_only_what_they_cover():
    paper = login()
    torn, y, x = paper.image.copy(), *np.mgrid[0:900, 0:900]
    cv2.fillPoly(
        torn, [np.array([[900, 0], [650, 0], [690, 40], [720, 60], [780, 70], [830, 150], [900, 190]])], (50, 60, 70)
    )
    shine = np.exp(-(((x - 600) / 90) ** 2 + ((y - 300) / 60) ** 2))[..., None]
    bright = np.asarray((torn * (1 - shine) + 300 * shine).clip(0, 255), np.uint8)
    found = read(bright)
    assert {"Welcome", "Your name"} <= {text for _, text in found}
    assert (ElementType.BUTTON, "Register") in found


def test_white_ink_on_nothing_is_read():
    paper = login()
    ink = 255 - paper.image.min(axis=2)
    chalk = np.dstack([np.full_like(paper.image, 255), np.where(ink > 90, 255, 0).astype(np.uint8)])
    out = io.BytesIO()
    Image.fromarray(chalk).save(out, "PNG")
    texts = {e.text for e in read_picture(decode(out.getvalue(), "chalk.png").png).elements}
    assert {"Welcome", "Your name", "Register"} <= texts


def test_a_hostile_drawing_in_svg_is_refused_before_anything_parses_it():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg onload="x()">&b;</svg>'
    with pytest.raises(InputError, match="SVG"):
        decode(bomb, "bomb.svg")
