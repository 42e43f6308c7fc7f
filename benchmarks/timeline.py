"""A simulated dialogue to listen to and to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from assistant.audio.resampler import Resampler
from assistant.core.events import SpeechConfirmed, SpeechDismissed, SpeechSuspected, StopRequested
from assistant.core.types import Samples
from benchmarks.dialogue import Record, phase_spans
from benchmarks.virtual_card import RATE

SOUND_RATE = 8_000
PIXELS_PER_SECOND = 40
ROW = 90
LEFT = 110
COLOURS = {
    "listening": "#e8e8e8",
    "hearing": "#a9d6f5",
    "thinking": "#f5e0a9",
    "speaking": "#b8e3c0",
    "holding": "#f2b5a7",
}
MARKS = {
    SpeechSuspected: ("#c98300", "maybe somebody: lower the voice"),
    SpeechDismissed: ("#2e7d32", "no question: go on where it was held"),
    SpeechConfirmed: ("#b3261e", "wants the floor: give it"),
    StopRequested: ("#000000", "stop"),
}
TOP = 34  # two lines of what was said
FLOOR = TOP + 3 * ROW


def write_sound(record: Record, path: Path) -> None:
    """Left the user, right the assistant, as they were in the air; four bits a sample, to be kept beside the code."""
    import soundfile

    columns = [Resampler(RATE, SOUND_RATE).push(column) for column in record.driver.air()]
    soundfile.write(path, np.stack(columns, axis=1), SOUND_RATE, subtype="IMA_ADPCM", format="WAV")


def write_timeline(record: Record, path: Path) -> None:
    said, played = record.driver.air()
    heard = record.driver.microphone()
    width = LEFT + round(record.seconds * PIXELS_PER_SECOND) + 20
    image = Image.new("RGB", (width, TOP + 4 * ROW + 60), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(13)
    for row, (name, samples) in enumerate((("user", said), ("assistant", played), ("microphone", heard))):
        draw.text((8, TOP + row * ROW + 38), name, fill="black", font=font)
        _draw_wave(draw, samples, TOP + row * ROW + 45)
    for phase, colour in COLOURS.items():
        for start, end in phase_spans(record, phase):
            box = (_x(record, start), FLOOR + 15, _x(record, end), FLOOR + 55)
            draw.rectangle(box, fill=colour)
            if box[2] - box[0] > font.getlength(phase) + 6:
                draw.text((box[0] + 3, FLOOR + 27), phase, fill="black", font=font)
    draw.text((8, FLOOR + 27), "floor", fill="black", font=font)
    for at, event in record.events:
        if type(event) in MARKS:
            x = _x(record, at)
            draw.line((x, FLOOR + 5, x, FLOOR + 65), fill=MARKS[type(event)][0], width=2)
    for number, act in enumerate(record.acts):
        said = act.clip.text if act.clip else "(button)"
        draw.text((_x(record, act.said_at), 2 + 16 * (number % 2)), said, fill="#1a4d80", font=font)
    _draw_legend(draw, font, record.seconds)
    image.save(path, optimize=True)


def _draw_wave(draw: ImageDraw.ImageDraw, samples: Samples, middle: int) -> None:
    """The loudest sample of each pixel."""
    step = RATE // PIXELS_PER_SECOND
    whole = len(samples) - len(samples) % step
    for pixel, peak in enumerate(np.abs(samples[:whole]).reshape(-1, step).max(axis=1)):
        height = min(40, round(90 * float(peak)))
        draw.line((LEFT + pixel, middle - height, LEFT + pixel, middle + height), fill="#555555")


def _draw_legend(draw: ImageDraw.ImageDraw, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, seconds: float) -> None:
    x = LEFT
    for second in range(0, round(seconds), 5):
        draw.text((LEFT + second * PIXELS_PER_SECOND, FLOOR + 72), f"{second} s", fill="#777777", font=font)
    for colour, meaning in MARKS.values():
        draw.line((x, FLOOR + 105, x, FLOOR + 121), fill=colour, width=2)
        draw.text((x + 6, FLOOR + 106), meaning, fill="black", font=font)
        x += round(font.getlength(meaning)) + 30


def _x(record: Record, at: float) -> float:
    return LEFT + (at - record.driver.began_at) * PIXELS_PER_SECOND
