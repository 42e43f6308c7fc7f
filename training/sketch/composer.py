"""Composes random pages out of the sections real sketches have: forms, cards, tables, navigation, players."""

from __future__ import annotations

from collections.abc import Callable

from training.sketch import words
from training.sketch.pen import Rect
from training.sketch.widgets import Sheet

Section = Callable[[Sheet, float, float, float], float]
"""Draws at (x, y) within a width and returns the height it took."""


def heading(s: Sheet, x: float, y: float, width: float) -> float:
    size = s.unit * s.between(1.1, 2.1)
    text = s.pick(words.HEADINGS)
    indent = max(0.0, (width - s.pen.text_width(text, size)) / 2) if s.chance(0.35) else 0.0
    box = s.text(x + indent, y, text, size, width - indent)
    if s.chance(0.3):
        under = y + box[3] + s.between(4, 14)
        wide = s.chance(0.4)
        s.pen.line((x if wide else box[0], under), (x + width if wide else box[0] + box[2], under))
        return box[3] + 20
    return box[3] + 6


def navigation(s: Sheet, x: float, y: float, width: float) -> float:
    height = s.unit * s.between(1.4, 2.2)
    if s.chance(0.5):
        s.pen.rectangle((x, y, width, height))
    left = x + s.unit * 0.4
    if s.chance(0.5):
        side = height * 0.75
        s.image(left, y + height * 0.12, side * s.between(1, 2.2), side)
        left += side * 2.6
    elif s.chance(0.4):
        s.icon(left, y + height * 0.25, height * 0.5)
        left += height
    count = int(s.pen.rng.integers(2, 6))
    step = (x + width - left) / count
    for i in range(count):
        label = s.pick(words.LINKS)
        if s.chance(0.12):
            s.button(left + i * step, y + height * 0.1, label=label)
        else:
            s.text(left + i * step, y + height * 0.25, label, s.unit * s.between(0.7, 0.95), step * 0.9)
    return height


def text_block(s: Sheet, x: float, y: float, width: float) -> float:
    lines = int(s.pen.rng.integers(1, 5))
    if s.chance(0.5):
        return s.paragraph(x, y, width * s.between(0.4, 1.0), lines)[3]
    used = 0.0
    for _ in range(lines):
        used += s.text(x, y + used, s.pick(words.PHRASES), None, width)[3] + s.unit * s.between(0.2, 0.6)
    return used


def form(s: Sheet, x: float, y: float, width: float) -> float:
    beside = s.chance(0.4)
    label_width = width * s.between(0.25, 0.4)
    used = 0.0
    for _ in range(int(s.pen.rng.integers(1, 6))):
        kind = s.pick(["input", "input", "input", "select", "textarea", "choices", "choices"])
        label = s.pick(words.LABELS)
        fx, room = x, width * s.between(0.55, 1.0)
        if kind == "choices":
            used += choices(s, x, y + used, width)
            used += s.unit * s.between(0.3, 0.8)
            continue
        if beside:
            s.text(x, y + used + s.unit * 0.35, label, s.unit * s.between(0.8, 1.0), label_width * 0.95)
            fx, room = x + label_width, (width - label_width) * s.between(0.7, 1.0)
        elif s.chance(0.8):
            used += s.text(x, y + used, label, s.unit * s.between(0.8, 1.0), width)[3] + s.unit * s.between(0.15, 0.5)
        box = s.select(fx, y + used, room) if kind == "select" else s.field(fx, y + used, room, kind)
        used += box[3] + s.unit * s.between(0.35, 1.1)
    bx = x
    for _ in range(int(s.pen.rng.integers(0, 3))):
        wide = width * s.between(0.5, 1.0) if s.chance(0.15) else None
        box = s.button(bx, y + used, wide)
        bx = box[0] + box[2] + s.unit
        if bx > x + width * 0.7:
            break
    return used + s.unit * 2.2


def choices(s: Sheet, x: float, y: float, width: float) -> float:
    kind = s.pick(["checkbox", "radio"])
    count = int(s.pen.rng.integers(1, 5))
    used = 0.0
    if s.chance(0.4) and count > 1:  # side by side
        step = width / count
        return max(s.choice(x + i * step, y, kind, step * 0.95)[3] for i in range(count))
    if s.chance(0.3):
        used += s.text(x, y, s.pick(words.LABELS), None, width)[3] + s.unit * 0.3
    for _ in range(count):
        used += s.choice(x, y + used, kind, width)[3] + s.unit * s.between(0.25, 0.7)
    return used


def media(s: Sheet, x: float, y: float, width: float) -> float:
    side = width * s.between(0.18, 0.5)
    height = side * s.between(0.6, 1.2)
    round_ = s.chance(0.35)
    if round_:
        height = side = min(side, s.unit * s.between(2.5, 6))
    right = s.chance(0.25)
    s.image(x + width - side if right else x, y, side, height, round_)
    tx = x if right else x + side + s.unit * 0.6
    room = width - side - s.unit
    used = s.text(tx, y + 2, s.pick(words.HEADINGS + words.PHRASES), None, room)[3] + s.unit * 0.5
    used += text_block(s, tx, y + used, room)
    if s.chance(0.35):
        used += s.button(tx, y + used + 6)[3] + 6
    return max(height, used)


def cards(s: Sheet, x: float, y: float, width: float) -> float:
    count = int(s.pen.rng.integers(2, 5))
    gap = s.unit * s.between(0.4, 1.0)
    side = (width - gap * (count - 1)) / count
    framed = s.chance(0.55)
    with_image, with_text, with_button = s.chance(0.8), s.chance(0.8), s.chance(0.35)
    round_ = s.chance(0.3)
    image_height = side * (s.between(0.5, 0.9) if not round_ else 0.6)
    tallest = 0.0
    for i in range(count):
        cx = x + i * (side + gap)
        inset = s.unit * 0.3 if framed else 0.0
        used = inset
        inner = side - 2 * inset
        if with_image:
            if round_:
                s.image(cx + (side - image_height) / 2, y + used, image_height, image_height, True)
            else:
                s.image(cx + inset, y + used, inner, image_height)
            used += image_height + s.unit * 0.4
        used += s.text(cx + inset, y + used, s.pick(words.HEADINGS), s.unit * 0.8, inner)[3] + s.unit * 0.4
        if with_text:
            if s.chance(0.5):
                used += s.paragraph(cx + inset, y + used, inner, 2)[3] + s.unit * 0.4
            else:
                used += s.text(cx + inset, y + used, s.pick(words.PHRASES), s.unit * 0.75, inner)[3] + s.unit * 0.4
        if with_button:
            used += s.button(cx + inset, y + used, inner * 0.7, s.pick(["Buy", "More", "Add", "View", "+"]))[3] + 8
        tallest = max(tallest, used + inset)
    if framed:
        for i in range(count):
            box = (x + i * (side + gap), y, side, tallest)
            s.pen.rectangle(box)
            s.note("card", box)
    return tallest


def table(s: Sheet, x: float, y: float, width: float) -> float:
    rows, columns = int(s.pen.rng.integers(2, 6)), int(s.pen.rng.integers(2, 5))
    row_height = s.unit * s.between(1.2, 1.9)
    step = width / columns
    grid = s.chance(0.75)
    for row in range(rows):
        for column in range(columns):
            cx, cy = x + column * step + 6, y + row * row_height + row_height * 0.25
            if s.chance(0.75):
                s.text(cx, cy, s.pick(words.PHRASES), s.unit * 0.7, step - 12)
            elif s.chance(0.5):
                s.paragraph(cx, cy + 6, step * 0.7, 1)
    box = (x, y, width, rows * row_height)
    if grid:
        s.pen.rectangle(box)
        for row in range(1, rows):
            s.pen.line((x, y + row * row_height), (x + width, y + row * row_height))
        for column in range(1, columns):
            s.pen.line((x + column * step, y), (x + column * step, y + box[3]))
    else:
        s.pen.line((x, y + row_height), (x + width, y + row_height))
    s.note("table", box)
    return box[3]


def bullet_list(s: Sheet, x: float, y: float, width: float) -> float:
    used = 0.0
    numbered = s.chance(0.3)
    for i in range(int(s.pen.rng.integers(2, 6))):
        if not numbered:
            dot = s.unit * 0.18
            s.pen.ellipse((x, y + used + s.unit * 0.35, dot, dot))
        text = f"{i + 1}. {s.pick(words.PHRASES)}" if numbered else s.pick(words.PHRASES)
        used += s.text(x + (0 if numbered else s.unit * 0.6), y + used, text, None, width)[3] + s.unit * 0.5
    return used


def search_bar(s: Sheet, x: float, y: float, width: float) -> float:
    room = width * s.between(0.5, 0.75)
    box = s.field(x, y, room)
    s.button(x + room + s.unit * 0.4, y, label=s.pick(["Search", "Go", "Add", "OK", "Find"]))
    return max(box[3], s.unit * 1.8)


def button_row(s: Sheet, x: float, y: float, width: float) -> float:
    count = int(s.pen.rng.integers(1, 5))
    bx = x + (width * s.between(0, 0.4) if s.chance(0.4) else 0)
    for _ in range(count):
        box = s.button(bx, y)
        bx += box[2] + s.unit * s.between(0.4, 1.2)
        if bx > x + width * 0.85:
            break
    return s.unit * 2.1


def counter(s: Sheet, x: float, y: float, width: float) -> float:
    number = str(s.pen.rng.integers(0, 100))
    box = s.button(x, y, label="-")
    text = s.text(x + box[2] + s.unit * 0.6, y + 4, number, s.unit * s.between(1, 1.8))
    s.button(text[0] + text[2] + s.unit * 0.6, y, label="+")
    return max(box[3], text[3])


def hero(s: Sheet, x: float, y: float, width: float) -> float:
    height = width * s.between(0.2, 0.5)
    s.image(x, y, width, height)
    return height


def icons(s: Sheet, x: float, y: float, width: float) -> float:
    count = int(s.pen.rng.integers(2, 6))
    size = s.unit * s.between(0.8, 1.4)
    for i in range(count):
        s.icon(x + i * width / count, y, size)
    return size


SECTIONS: tuple[tuple[Section, float], ...] = (
    (heading, 3.0),
    (text_block, 2.5),
    (form, 4.0),
    (choices, 2.0),
    (media, 2.5),
    (cards, 2.2),
    (table, 1.2),
    (bullet_list, 1.0),
    (search_bar, 1.2),
    (button_row, 1.5),
    (counter, 0.8),
    (hero, 0.8),
    (icons, 0.6),
)


def compose(s: Sheet, page: Rect) -> None:
    """Fill a page (in pixels) from top to bottom, sometimes in two columns, sometimes inside a browser frame."""
    x, y, width, height = page
    bottom = y + height
    if s.chance(0.12):
        y = _browser_frame(s, page)
        x, width = x + s.unit * 0.5, width - s.unit
    if s.chance(0.35):
        y += navigation(s, x, y, width) + s.unit * s.between(0.4, 1)
    elif s.chance(0.7):
        y += heading(s, x, y, width) + s.unit * s.between(0.3, 1)
    if s.chance(0.25):
        split = width * s.between(0.3, 0.65)
        gap = s.unit
        _column(s, x, y, split - gap, bottom)
        _column(s, x + split, y, width - split, bottom)
    else:
        _column(s, x, y, width * (s.between(0.5, 0.9) if s.chance(0.3) else 1.0), bottom)


def _column(s: Sheet, x: float, y: float, width: float, bottom: float) -> None:
    weights = [weight for _, weight in SECTIONS]
    total = sum(weights)
    for _ in range(12):
        section = SECTIONS[int(s.pen.rng.choice(len(SECTIONS), p=[w / total for w in weights]))][0]
        if y > bottom - s.unit * 3:
            return
        if width < s.unit * 9 and section in (cards, table, media):
            continue
        y += section(s, x, y, width) + s.unit * s.between(0.4, 1.6)
        if s.chance(0.06):
            s.pen.line((x, y), (x + width, y))
            y += s.unit * 0.5


def _browser_frame(s: Sheet, page: Rect) -> float:
    x, y, width, height = page
    bar = s.unit * s.between(1.2, 2)
    s.pen.rectangle((x - 6, y - 6, width + 12, height + 12))
    s.pen.line((x - 6, y + bar), (x + width + 6, y + bar))
    for i in range(3):
        s.pen.ellipse((x + 4 + i * s.unit * 0.7, y + bar * 0.3, s.unit * 0.4, s.unit * 0.4))
    return y + bar + s.unit * 0.5
