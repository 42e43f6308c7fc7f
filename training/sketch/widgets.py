"""Draws the parts of a page by hand and notes what was drawn where."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.sketch import words
from training.sketch.pen import Pen, Rect

CLASSES = (
    "text",
    "paragraph",
    "button",
    "input",
    "textarea",
    "checkbox",
    "radio",
    "select",
    "image",
    "icon",
    "table",
    "card",
)
"""What the detector tells apart. A checkbox or radio is the mark alone; its label is a text."""


@dataclass
class Sheet:
    """A page being drawn, and its labels: (class index, box in pixels)."""

    pen: Pen
    labels: list[tuple[int, Rect]] = field(default_factory=list)
    unit: float = 30.0
    """Height of a text line in pixels."""

    def note(self, kind: str, box: Rect) -> None:
        self.labels.append((CLASSES.index(kind), box))

    def pick(self, options: list[str]) -> str:
        return options[int(self.pen.rng.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        return bool(self.pen.rng.random() < probability)

    def between(self, low: float, high: float) -> float:
        return float(self.pen.rng.uniform(low, high))

    # Text ------------------------------------------------------------------------------------------------------

    def text(self, x: float, y: float, text: str, size: float | None = None, room: float = 1e9) -> Rect:
        size = size or self.unit
        while self.pen.text_width(text, size) > room and size > 10:
            if " " in text and self.chance(0.6):
                text = text.rsplit(" ", 1)[0]
            else:
                size *= 0.85
        box = self.pen.text(x, y, text, size)
        self.note("text", box)
        return box

    def paragraph(self, x: float, y: float, width: float, lines: int) -> Rect:
        step = self.unit * self.between(0.6, 1.0)
        height = step * self.between(0.25, 0.5)
        for line in range(lines):
            last = line == lines - 1
            self.pen.squiggle(x, y + line * step, width * (self.between(0.4, 0.9) if last and lines > 1 else 1), height)
        box = (x, y, width, step * (lines - 1) + height)
        self.note("paragraph", box)
        return box

    # Controls --------------------------------------------------------------------------------------------------

    def button(self, x: float, y: float, width: float | None = None, label: str | None = None) -> Rect:
        label = label or self.pick(words.BUTTONS)
        size = self.unit * self.between(0.75, 1.05)
        needed = self.pen.text_width(label, size)
        width = max(width or 0, needed + size * self.between(0.5, 2.0))
        height = size * self.between(1.35, 2.2)
        box = (x, y, width, height)
        self.pen.rectangle(box, radius=self.between(0.15, 0.5) * height if self.chance(0.55) else 0)
        if self.chance(0.06):
            self.pen.rectangle((x + 3, y + 3, width, height))
        if self.chance(0.08):
            self.pen.squiggle(x + width * 0.2, y + height * 0.4, width * 0.6, size * 0.35)
        else:
            self.pen.text(x + (width - needed) / 2, y + (height - size * 0.75) / 2, label, size)
        self.note("button", box)
        return box

    def field(self, x: float, y: float, width: float, kind: str = "input") -> Rect:
        height = self.unit * (self.between(1.2, 2.0) if kind != "textarea" else self.between(3, 6))
        box = (x, y, width, height)
        if kind == "input" and self.chance(0.12):
            self.pen.line((x, y + height), (x + width, y + height))
            box = (x, y + height * 0.2, width, height * 0.8)
        else:
            self.pen.rectangle(box, radius=self.between(3, 14) if self.chance(0.25) else 0)
        if kind != "textarea" and self.chance(0.35):
            hint = self.pick(words.LABELS if self.chance(0.7) else words.PHRASES)
            size = height * self.between(0.42, 0.6)
            if self.pen.text_width(hint, size) < width * 0.8:
                self.pen.text(x + height * 0.25, y + (height - size * 0.75) / 2, hint, size)
        if kind == "input" and self.chance(0.1):
            self.magnifier(x + width - height * 0.7, y + height * 0.3, height * 0.4)
        self.note(kind, box)
        return box

    def magnifier(self, x: float, y: float, size: float) -> None:
        self.pen.ellipse((x, y, size * 0.7, size * 0.7))
        self.pen.line((x + size * 0.6, y + size * 0.6), (x + size, y + size), overshoot=False)

    def select(self, x: float, y: float, width: float) -> Rect:
        height = self.unit * self.between(1.2, 1.9)
        box = (x, y, width, height)
        self.pen.rectangle(box, radius=self.between(3, 10) if self.chance(0.2) else 0)
        side = height * self.between(0.8, 1.1)
        if self.chance(0.5):
            self.pen.line((x + width - side, y), (x + width - side, y + height))
        cx, cy, r = x + width - side / 2, y + height / 2, height * self.between(0.14, 0.26)
        points = [(cx - r, cy - r * 0.7), (cx, cy + r * 0.7), (cx + r, cy - r * 0.7)]
        self.pen.stroke(points if self.chance(0.5) else [*points, points[0]])
        if self.chance(0.15):
            self.pen.fill((cx - r, cy - r * 0.7, 2 * r, 1.4 * r), 0.9)
        if self.chance(0.6):
            hint = self.pick(words.OPTIONS)
            size = height * self.between(0.42, 0.58)
            if self.pen.text_width(hint, size) < width - side - 8:
                self.pen.text(x + height * 0.25, y + (height - size * 0.75) / 2, hint, size)
        self.note("select", box)
        return box

    def mark(self, x: float, y: float, kind: str, size: float) -> Rect:
        box = (x, y, size, size)
        rng = self.pen.rng
        on = self.chance(0.4)
        if kind == "checkbox":
            self.pen.rectangle(box)
            if on and self.chance(0.6):
                self.pen.stroke(
                    [
                        (x + size * 0.15, y + size * 0.5),
                        (x + size * 0.45, y + size * 0.9),
                        (x + size * self.between(0.9, 1.4), y - size * self.between(-0.1, 0.4)),
                    ]
                )
            elif on:
                self.pen.line((x, y), (x + size, y + size))
                self.pen.line((x + size, y), (x, y + size))
        else:
            self.pen.ellipse(box)
            if on:
                inner = size * self.between(0.25, 0.5)
                centre = (x + (size - inner) / 2, y + (size - inner) / 2, inner, inner)
                self.pen.ellipse(centre)
                if rng.random() < 0.6:
                    self.pen.fill(centre, 1.0)
        self.note(kind, box)
        return box

    def choice(self, x: float, y: float, kind: str, room: float = 1e9) -> Rect:
        size = self.unit * self.between(0.55, 0.95)
        self.mark(x, y, kind, size)
        label = self.pick(words.PHRASES)
        gap = size * self.between(0.3, 0.8)
        box = self.text(
            x + size + gap, y + self.between(-2, 3), label, self.unit * self.between(0.8, 1), room - size - gap
        )
        return (x, y, size + gap + box[2], max(size, box[3]))

    # Pictures --------------------------------------------------------------------------------------------------

    def image(self, x: float, y: float, width: float, height: float, round_: bool = False) -> Rect:
        box = (x, y, width, height)
        if round_:
            self.pen.ellipse(box)
        else:
            self.pen.rectangle(box, radius=self.between(4, 16) if self.chance(0.12) else 0)
        style = self.between(0, 1)
        if style < 0.5 and not (round_ and style > 0.15):
            inset = 0.15 if round_ else 0.0
            a, b = (x + width * inset, y + height * inset), (x + width * (1 - inset), y + height * (1 - inset))
            self.pen.line(a, b)
            self.pen.line((b[0], a[1]), (a[0], b[1]))
        elif style < 0.7 and round_:
            self._face(box)
        elif style < 0.78:
            self._landscape(box)
        elif style < 0.85:
            self.pen.fill(box, self.between(0.2, 0.7))
        elif style < 0.95:
            label = self.pick(["image", "photo", "img", "picture", "logo", "video", "map", "foto"])
            size = min(self.unit, height * 0.4)
            if self.pen.text_width(label, size) < width * 0.9:
                self.pen.text(x + (width - self.pen.text_width(label, size)) / 2, y + (height - size) / 2, label, size)
        else:
            self._person(box)
        self.note("image", box)
        return box

    def _face(self, box: Rect) -> None:
        x, y, w, h = box
        for side in (0.32, 0.62):
            self.pen.ellipse((x + w * side, y + h * 0.32, w * 0.07, h * 0.07))
        self.pen.stroke([(x + w * 0.3, y + h * 0.62), (x + w * 0.5, y + h * 0.74), (x + w * 0.7, y + h * 0.62)])

    def _person(self, box: Rect) -> None:
        x, y, w, h = box
        self.pen.ellipse((x + w * 0.35, y + h * 0.18, w * 0.3, h * 0.3))
        self.pen.stroke([(x + w * 0.2, y + h * 0.85), (x + w * 0.5, y + h * 0.52), (x + w * 0.8, y + h * 0.85)])

    def _landscape(self, box: Rect) -> None:
        x, y, w, h = box
        points = [(0, 0.8), (0.3, 0.4), (0.5, 0.7), (0.7, 0.3), (1, 0.8)]
        self.pen.stroke([(x + w * px, y + h * py) for px, py in points])
        self.pen.ellipse((x + w * 0.15, y + h * 0.15, min(w, h) * 0.15, min(w, h) * 0.15))

    def icon(self, x: float, y: float, size: float) -> Rect:
        box = (x, y, size, size)
        style = int(self.pen.rng.integers(6))
        if style == 0:
            for row in (0.2, 0.5, 0.8):
                self.pen.line((x, y + size * row), (x + size, y + size * row), overshoot=False)
        elif style == 1:
            self.magnifier(x, y, size)
        elif style == 2:  # a star
            self.pen.stroke(
                [
                    (x + size * px, y + size * py)
                    for px, py in [(0.5, 0), (0.8, 1), (0, 0.4), (1, 0.4), (0.2, 1), (0.5, 0)]
                ]
            )
        elif style == 3:
            self.pen.line((x, y), (x + size, y + size))
            self.pen.line((x + size, y), (x, y + size))
        elif style == 4:  # a house
            self.pen.stroke([(x + size * px, y + size * py) for px, py in [(0, 0.5), (0.5, 0), (1, 0.5)]])
            self.pen.rectangle((x + size * 0.15, y + size * 0.5, size * 0.7, size * 0.5))
        else:
            self.pen.ellipse(box)
            self._person(box)
        self.note("icon", box)
        return box
