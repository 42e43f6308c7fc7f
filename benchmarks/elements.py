"""How well elements are found in drawings: precision, recall and F1 at an overlap of 0.5, per class and together.

    python -m benchmarks.elements FOLDER [--json] [--overlays OUT] [--rules-only]

FOLDER holds pictures and manifest.jsonl (boxes 0 to 1 of the picture). Headings, texts and links count as one class;
cards, tables, lists and dividers are labelled on few pictures only and are left out.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from assistant.core.sketch import Box, Element
from assistant.vision.ink import Pixels
from assistant.vision.pipeline import Perception, detector, perceive, text_reader
from assistant.vision.rectify import move

CLASS = {"heading": "text", "link": "text", "textarea": "input", "icon": "image"}
LEFT_OUT = {"card", "table", "list", "divider", "line"}
OVERLAP = 0.5
COLOURS = {"text": (200, 100, 0), "button": (0, 0, 255), "input": (0, 150, 0), "checkbox": (255, 0, 255)}


@dataclass
class Counts:
    right: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    drawn: Counter[str] = field(default_factory=Counter)

    def scores(self, kinds: Sequence[str]) -> tuple[float, float, float]:
        right, found, drawn = (sum(c[k] for k in kinds) for c in (self.right, self.found, self.drawn))
        precision, recall = right / max(1, found), right / max(1, drawn)
        return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)

    def add(self, other: Counts) -> None:
        self.right += other.right
        self.found += other.found
        self.drawn += other.drawn


@dataclass(frozen=True)
class Item:
    kind: str
    box: Box
    text: str


def run(given: list[str]) -> None:
    arguments = _arguments(given)
    entries = [json.loads(line) for line in (arguments.folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    reader = text_reader()
    reader.warm()
    network = None if arguments.rules_only else detector()
    aware, blind = Counts(), Counts()
    seconds: dict[str, list[float]] = defaultdict(list)
    rows, similar = [], []
    for entry in entries:
        image = np.asarray(cv2.imread(str(arguments.folder / entry["file"])), np.uint8)
        seen = perceive(image, reader, network)
        drawn, found = drawn_items(entry), found_items(seen)
        one, other = count(drawn, found, True), count(drawn, found, False)
        aware.add(one)
        blind.add(other)
        similar += text_similarities(drawn, found)
        for stage, value in seen.reading.stage_seconds.items():
            seconds[stage].append(value)
        rows.append({"file": entry["file"], "f1": one.scores(list(one.drawn | one.found))[2]})
        if arguments.overlays:
            _overlay(arguments.overlays / (Path(entry["file"]).stem + ".png"), seen, image, drawn, found)
    _report(arguments.json, rows, (aware, blind), similar, seconds)


def count(drawn: Sequence[Item], found: Sequence[Item], by_class: bool) -> Counts:
    """Matches one to one with the most overlap."""
    counts = Counts()
    counts.drawn.update(d.kind if by_class else "any" for d in drawn)
    counts.found.update(f.kind if by_class else "any" for f in found)
    if drawn and found:
        overlap = np.array([[_overlap(d, f, by_class) for f in found] for d in drawn])
        overlap[overlap < OVERLAP] = 0
        for i, j in zip(*linear_sum_assignment(-overlap), strict=True):
            if overlap[i, j]:
                counts.right[drawn[i].kind if by_class else "any"] += 1
    return counts


def text_similarities(drawn: Sequence[Item], found: Sequence[Item]) -> list[float]:
    """For every drawn text, how alike the best found text is."""
    texts = [f.text.lower() for f in found if f.text]
    return [
        max((SequenceMatcher(None, d.text.lower(), t).ratio() for t in texts), default=0.0) for d in drawn if d.text
    ]


def _overlap(drawn: Item, found: Item, by_class: bool) -> float:
    return 0.0 if by_class and drawn.kind != found.kind else drawn.box.overlap(found.box)


def drawn_items(entry: dict[str, Any]) -> list[Item]:
    width, height = entry["width"], entry["height"]
    items = []
    for e in entry["elements"]:
        if e["type"] not in LEFT_OUT:
            x, y, w, h = e["box"]
            box = Box(x * width, y * height, w * width, h * height)
            items.append(Item(CLASS.get(e["type"], e["type"]), box, e["text"]))
    return items


def found_items(seen: Perception) -> list[Item]:
    back = np.linalg.inv(seen.matrix)
    return [
        Item(CLASS.get(e.type, str(e.type)), _carried(e, back), e.text)
        for e in seen.reading.elements
        if e.type not in LEFT_OUT
    ]


def _carried(element: Element, matrix: np.ndarray[Any, Any]) -> Box:
    """The box in the photo: between the moved middles of its sides, since corners would overstate a turned box."""
    box = element.box
    (x, y), points = box.centre, []
    points = [[box.x, y], [x, box.y], [box.right, y], [x, box.bottom]]
    left, top, right, bottom = move(np.array(points, np.float32), matrix)
    return Box(float(left[0]), float(top[1]), float(right[0] - left[0]), float(bottom[1] - top[1]))


def _report(
    as_json: bool,
    rows: list[dict[str, Any]],
    counts: tuple[Counts, Counts],
    similar: list[float],
    seconds: dict[str, list[float]],
) -> None:
    aware, blind = counts
    kinds = sorted(set(aware.drawn) | set(aware.found))
    table = {k: [round(v, 3) for v in aware.scores([k])] for k in kinds}
    result = {
        "micro": [round(v, 3) for v in aware.scores(kinds)],
        "agnostic": [round(v, 3) for v in blind.scores(["any"])],
        "text_similarity": round(statistics.mean(similar), 3),
        "classes": table,
        "median_seconds": {k: round(statistics.median(v), 3) for k, v in seconds.items()},
        "pictures": rows,
    }
    if as_json:
        print(json.dumps(result))
        return
    for row in rows:
        print(f"{row['file']:24} F1 {row['f1']:.2f}")
    for kind in kinds:
        print(
            f"{kind:10} P {table[kind][0]:.2f} R {table[kind][1]:.2f} F1 {table[kind][2]:.2f}  of {aware.drawn[kind]}"
        )
    print("micro", result["micro"], "agnostic", result["agnostic"], "text", result["text_similarity"])
    print("median seconds", result["median_seconds"])


def _overlay(path: Path, seen: Perception, image: Pixels, drawn: Sequence[Item], found: Sequence[Item]) -> None:
    """The picture with labels dashed grey and findings in colour; wrong ones thick."""
    path.parent.mkdir(parents=True, exist_ok=True)
    out = image.copy()
    for item in drawn:
        ok = any(_overlap(item, f, True) >= OVERLAP for f in found)
        if not ok:
            _frame(out, item, (0, 200, 255), 5, "miss " + item.kind)
    for item in found:
        ok = any(_overlap(d, item, True) >= OVERLAP for d in drawn)
        _frame(
            out,
            item,
            COLOURS.get(item.kind, (130, 0, 130)),
            2 if ok else 4,
            f"{item.kind} {item.text}" + ("" if ok else " !!"),
        )
    cv2.imwrite(str(path), out)


def _frame(out: Pixels, item: Item, colour: tuple[int, int, int], width: int, caption: str) -> None:
    box = item.box
    cv2.rectangle(out, (round(box.x), round(box.y)), (round(box.right), round(box.bottom)), colour, width)
    cv2.putText(out, caption, (round(box.x), round(box.y) - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 2)


def _arguments(given: list[str]) -> argparse.Namespace:
    about = __doc__.splitlines()[0] if __doc__ else ""
    parser = argparse.ArgumentParser(prog="vesper bench elements", description=about)
    parser.add_argument("folder", type=Path, help="labelled sketches, with a manifest.jsonl")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--overlays", type=Path, help="folder for pictures with what was found")
    parser.add_argument("--rules-only", action="store_true", help="without the network's second opinion")
    return parser.parse_args(given)


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
