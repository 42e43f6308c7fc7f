"""Draws the sketch of `vesper demo`: `python -m training.sketch.demo_sketch FONT OUT.jpg`."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from training.sketch.camera import _photo, _tilt
from training.sketch.pen import Pen


def main(font: Path, out: Path) -> None:
    rng = np.random.default_rng(12)
    ink = np.zeros((1000, 1300), np.uint8)
    pen = Pen(rng, ink, [font], thickness=3, wobble=0.9, gap=0.1, overshoot=3, pressure=235, tilt=0.4)
    pen.text(420, 90, "My Joke Website", 74)
    pen.text(180, 250, "Why did the scarecrow win a prize?", 56)
    pen.rectangle((180, 350, 560, 90), radius=18)
    pen.text(215, 370, "[push to reveal punchline]", 46)
    pen.rectangle((180, 480, 260, 84), radius=14)
    pen.text(225, 498, "Next joke", 46)
    pen.text(180, 640, "Send me your own joke", 52)
    pen.rectangle((180, 720, 640, 84))
    pen.text(205, 742, "Your joke", 42)
    pen.rectangle((850, 720, 190, 84), radius=12)
    pen.text(905, 738, "Send", 46)
    pen.rectangle((870, 350, 300, 230))
    pen.line((870, 350), (1170, 580))
    pen.line((1170, 350), (870, 580))
    picture, _ = _tilt(rng, _photo(rng, ink), [])
    grey = picture.astype(np.float32)
    tinted = cv2.merge([(grey * gain).astype(np.uint8) for gain in (0.93, 0.99, 1)])
    cv2.imwrite(str(out), tinted, [cv2.IMWRITE_JPEG_QUALITY, 80])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
