"""A hand with a pen: wobbly strokes with gaps and overshoot, and handwriting from free fonts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Canvas = npt.NDArray[np.uint8]
Point = tuple[float, float]
Rect = tuple[float, float, float, float]  # left, top, width, height in pixels


@dataclass
class Pen:
    """One writer's habits on one sheet. Draws on `ink`: 0 is paper, 255 full ink."""

    rng: np.random.Generator
    ink: Canvas
    fonts: list[Path]
    thickness: int = 2
    wobble: float = 1.0
    gap: float = 0.1
    overshoot: float = 2.0
    pressure: int = 230
    tilt: float = 0.0
    font: Path = field(init=False)

    def __post_init__(self) -> None:
        self.font = self.fonts[int(self.rng.integers(len(self.fonts)))]

    def stroke(self, points: list[Point], thickness: int | None = None) -> None:
        """A line through the points, as an unsteady hand draws it."""
        path: list[Point] = []
        for (x0, y0), (x1, y1) in pairwise(points):
            length = math.hypot(x1 - x0, y1 - y0)
            steps = max(2, int(length / 14))
            bow = self.rng.normal(0, self.wobble * min(3.0, length / 90))
            nx, ny = (-(y1 - y0) / length, (x1 - x0) / length) if length else (0.0, 0.0)
            for step in range(steps):
                t = step / steps
                off = bow * math.sin(math.pi * t) + self.rng.normal(0, self.wobble * 0.35)
                path.append((x0 + (x1 - x0) * t + nx * off, y0 + (y1 - y0) * t + ny * off))
        path.append(points[-1])
        shade = int(np.clip(self.pressure + self.rng.normal(0, 12), 60, 255))
        curve = np.array(path, np.float32)
        cv2.polylines(
            self.ink, [np.round(curve * 8).astype(np.int32)], False, shade, thickness or self.thickness, cv2.LINE_AA, 3
        )

    def line(self, a: Point, b: Point, overshoot: bool = True) -> None:
        length = math.hypot(b[0] - a[0], b[1] - a[1]) or 1.0
        over = abs(self.rng.normal(0, self.overshoot)) if overshoot else 0.0
        ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
        end = (b[0] + ux * over, b[1] + uy * over)
        self.stroke([a, end])
        if self.rng.random() < 0.04:  # gone over twice
            self.stroke([(a[0] + 1, a[1] + 1), end])

    def rectangle(self, box: Rect, radius: float = 0.0) -> None:
        x, y, w, h = box
        jitter = [tuple(self.rng.normal(0, self.wobble * 0.8, 2)) for _ in range(4)]
        corners = [
            (px + dx, py + dy)
            for (px, py), (dx, dy) in zip([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], jitter, strict=True)
        ]
        if radius > 1:
            self._rounded(box, radius)
            return
        if self.rng.random() < 0.35:  # one closed stroke
            start = int(self.rng.integers(4))
            order = [corners[(start + i) % 4] for i in range(5)]
            if self.rng.random() < 0.4:
                order[-1] = (order[-1][0] + self.rng.normal(0, 4), order[-1][1] + self.rng.normal(0, 4))
            self.stroke(order)
            return
        for i in range(4):
            a, b = corners[i], corners[(i + 1) % 4]
            if self.rng.random() < self.gap:
                t = self.rng.uniform(0.01, 0.06)
                a = (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
            if self.rng.random() < self.gap:
                t = self.rng.uniform(0.94, 0.99)
                b = (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
            self.line(a, b)

    def _rounded(self, box: Rect, radius: float) -> None:
        x, y, w, h = box
        r = min(radius, w / 2, h / 2)
        centres = [(x + w - r, y + r, -90), (x + w - r, y + h - r, 0), (x + r, y + h - r, 90), (x + r, y + r, 180)]
        points: list[Point] = []
        for cx, cy, start in centres:
            for step in range(6):
                angle = math.radians(start + 18 * step)
                points.append((cx + r * math.cos(angle), cy + r * math.sin(angle)))
        points.append((points[0][0] + self.rng.normal(0, 2), points[0][1] + self.rng.normal(0, 2)))
        self.stroke(points)

    def ellipse(self, box: Rect) -> None:
        x, y, w, h = box
        start = self.rng.uniform(0, 2 * math.pi)
        turn = 2 * math.pi * self.rng.uniform(0.97, 1.12)
        steps = max(10, int((w + h) / 8))
        squash = self.rng.normal(1, 0.03, 2)
        self.stroke(
            [
                (
                    x + w / 2 + w / 2 * squash[0] * math.cos(start + turn * i / steps),
                    y + h / 2 + h / 2 * squash[1] * math.sin(start + turn * i / steps),
                )
                for i in range(steps + 1)
            ]
        )

    def squiggle(self, x: float, y: float, width: float, height: float) -> None:
        """One line of pretended text: waves, loops, a zigzag or a plain stroke."""
        kind = self.rng.random()
        if kind < 0.3:
            self.stroke([(x, y + height / 2), (x + width, y + height / 2 + self.rng.normal(0, 1.5))])
            return
        period = self.rng.uniform(0.6, 1.6) * height
        count = max(3, int(width / period))
        points: list[Point] = []
        for i in range(count * 2 + 1):
            amplitude = height / 2 * self.rng.uniform(0.4, 1.0)
            px = x + width * i / (count * 2)
            if kind < 0.65:
                points.append((px, y + height / 2 + (amplitude if i % 2 else -amplitude)))
            else:
                points.extend(
                    (px + period / 3 * math.cos(a), y + height / 2 + amplitude * math.sin(a))
                    for a in np.linspace(0, 2 * math.pi, 6)
                )
        self.stroke(points)

    def fill(self, box: Rect, density: float) -> None:
        """Hatching inside a box."""
        x, y, w, h = box
        gap = max(4.0, 22 * (1 - density))
        position = gap
        while position < w + h:
            a = (x + min(position, w), y + max(0.0, position - w))
            b = (x + max(0.0, position - h), y + min(position, h))
            self.line(a, b, overshoot=False)
            position += gap * self.rng.uniform(0.7, 1.3)

    def text(self, x: float, y: float, text: str, size: float) -> Rect:
        """Write with the top left corner at (x, y); `size` is the line's height. Returns the ink's box."""
        font = ImageFont.truetype(str(self.font), max(8, int(size)))
        left, top, right, bottom = font.getbbox(text)
        width, height = int(right - left), int(bottom - top)
        if width < 1 or height < 1:
            return (x, y, 1, 1)
        pad = 6
        tile = Image.new("L", (width + 2 * pad, height + 2 * pad))
        ImageDraw.Draw(tile).text(
            (pad - left, pad - top), text, 255, font=font, stroke_width=1 if self.thickness > 2 else 0
        )
        if abs(self.tilt) > 0.2 or self.rng.random() < 0.3:
            tile = tile.rotate(self.tilt + self.rng.normal(0, 0.8), Image.Resampling.BILINEAR, expand=True)
        ink = np.asarray(tile, np.float32) * (self.pressure / 255)
        rows, columns = np.nonzero(ink > 60)
        if not len(rows):
            return (x, y, 1, 1)
        self._stamp(ink, x - pad, y - pad)
        return (
            x - pad + float(columns.min()),
            y - pad + float(rows.min()),
            float(np.ptp(columns)) + 1,
            float(np.ptp(rows)) + 1,
        )

    def text_width(self, text: str, size: float) -> float:
        return float(ImageFont.truetype(str(self.font), max(8, int(size))).getlength(text))

    def _stamp(self, ink: npt.NDArray[np.float32], x: float, y: float) -> None:
        left, top = round(x), round(y)
        height, width = self.ink.shape
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(width, left + ink.shape[1]), min(height, top + ink.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        part = ink[y0 - top : y1 - top, x0 - left : x1 - left]
        self.ink[y0:y1, x0:x1] = np.maximum(self.ink[y0:y1, x0:x1], part.astype(np.uint8))
