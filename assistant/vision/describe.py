"""What a model without eyes is told of a picture: the texts in it and where they stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.vision.reader import OcrLine, clean

MOST_CHARACTERS = 1500  # about 400 tokens: a tenth of the small model's context
DOUBTFUL = 0.5
ROWS = ("top", "middle", "bottom")
COLUMNS = ("left", "centre", "right")


def describe_lines(lines: Sequence[OcrLine], width: int, height: int) -> str:
    """Lines from the top with their places, as long as they fit. Empty where there is no text."""
    told: list[str] = []
    left = MOST_CHARACTERS
    for line in sorted(lines, key=lambda line: (round(line.box.y / max(1, height) * 40), line.box.x)):
        text = clean(line.text)
        if line.confidence < DOUBTFUL or not any(c.isalnum() for c in text):
            continue
        entry = f"{place(line, width, height)}: {text}"
        if len(entry) + 1 > left:
            break
        told.append(entry)
        left -= len(entry) + 1
    return "\n".join(told)


def place(line: OcrLine, width: int, height: int) -> str:
    """ "top left", "centre", ... of the line's middle."""
    x, y = line.box.centre
    row = ROWS[min(2, max(0, int(3 * y / max(1, height))))]
    column = COLUMNS[min(2, max(0, int(3 * x / max(1, width))))]
    if row == "middle":
        return column
    return row if column == "centre" else f"{row} {column}"
