"""`vesper bench sketch`: seconds per stage from photo to first paint, and the score of the pages.

Give a folder with pictures; where it also holds `manifest.jsonl` (labels) and `score.py` (the metric), every page is
scored with it. `--perfect` takes the labels as what was seen, so that only layout and compiler are measured.
`--think 0,5,10` measures the score against the seconds given for thinking longer, and `--chart` draws the curve.
`--first-paint` measures only the seconds, picture by picture: by the warm worker of the window, and by new processes.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.core.errors import InputError
from assistant.core.sketch import Box, Element, ElementType, SketchReading
from assistant.pages.compiler import compile_page
from benchmarks.machine import print_json, print_table

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
PARTS = ("score", "block", "text", "position", "cls", "interaction", "tasks", "layout_iou")


def labelled(entry: dict[str, Any]) -> SketchReading:
    """The labels of a manifest entry as a reading."""
    width, height = entry["width"], entry["height"]
    elements = tuple(
        Element(
            f"e{number}",
            ElementType.DIVIDER if label["type"] == "line" else ElementType(label["type"]),
            Box(label["box"][0] * width, label["box"][1] * height, label["box"][2] * width, label["box"][3] * height),
            label.get("text", ""),
        )
        for number, label in enumerate(entry["elements"], start=1)
    )
    return SketchReading(width, height, elements)


def read(path: Path) -> SketchReading:
    from assistant.vision.image import decode
    from assistant.vision.pipeline import read_picture

    started = time.perf_counter()
    picture = decode(path.read_bytes(), path.name)
    decode_seconds = time.perf_counter() - started
    reading = read_picture(picture.png)
    reading.stage_seconds["decode"] = decode_seconds
    return reading


def run(arguments: list[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(prog="vesper bench sketch", description=__doc__)
    parser.add_argument("--sketches", type=Path, default=Path("..") / "shared" / "sketches")
    parser.add_argument("--only", default="", help="pictures whose name contains this")
    parser.add_argument("--perfect", action="store_true")
    parser.add_argument("--pages", type=Path, help="keep the pages here")
    parser.add_argument("--think", type=_numbers, metavar="SECONDS,...", help="score against seconds of thinking")
    parser.add_argument(
        "--first-paint", action="store_true", help="only seconds: by a warm worker and by new processes"
    )
    parser.add_argument("--every", type=int, default=1, help="only every so many pictures")
    parser.add_argument("--chart", type=Path, help="draw the curve of --think into this SVG file")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if not options.sketches.is_dir():
        raise InputError(
            f"There is no folder “{options.sketches}”.", "Name one that holds pictures: --sketches FOLDER."
        )
    manifest = options.sketches / "manifest.jsonl"
    entries = {e["file"]: e for e in map(json.loads, manifest.read_text().splitlines())} if manifest.exists() else {}
    paths = sorted(p for p in options.sketches.iterdir() if p.suffix.lower() in PICTURES and options.only in p.name)
    paths = paths[:: options.every]
    if options.first_paint:
        return _first_paint(paths, options.json)
    if options.think:
        return _think(options, paths, entries)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.pages or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        stages = _make_pages(paths, entries, folder, options.perfect)
        scores = _scores(options.sketches, [entries[p.name] for p in paths if p.name in entries], folder)
    result = {"stage_seconds": {k: statistics.median(v) for k, v in stages.items()}, "scores": scores}
    if options.json:
        print_json(result)
        return result
    print_table("Seconds per stage (medians)", list(stages), [[statistics.median(v) for v in stages.values()]])
    if scores:
        rows = [[s["file"], *[s.get(part) for part in PARTS], len(s["errors"]), len(s["external"])] for s in scores]
        print_table("Score of each page", ["file", *PARTS, "script errors", "requests"], rows)
        means = {part: _mean(scores, part) for part in PARTS}
        print("means: " + "  ".join(f"{part} {value:.3f}" for part, value in means.items()))
    return result


def _numbers(text: str) -> list[float]:
    return sorted({float(part) for part in text.split(",")})


def _first_paint(paths: list[Path], as_json: bool) -> dict[str, Any]:
    from benchmarks import first_paint

    result = {"warm": first_paint.warm(paths), "fresh": first_paint.fresh(paths)}
    if as_json:
        print_json(result)
        return result
    for title, rows in (("Warm worker", result["warm"]), ("New process", result["fresh"])):
        names = list(dict.fromkeys(name for row in rows for name in row))
        table = [[path.name, *[row.get(name) for name in names]] for path, row in zip(paths, rows, strict=True)]
        medians = [statistics.median([row[name] for row in rows if name in row]) for name in names]
        print_table(f"{title}: seconds per stage", ["file", *names], [*table, ["median", *medians]])
    return result


def _think(options: argparse.Namespace, paths: list[Path], entries: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The curve: a row for each number of seconds."""
    from benchmarks.thinking import chart, make_pages

    labels = [entries[path.name] for path in paths if path.name in entries]
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.pages or Path(scratch)
        took = make_pages(paths, options.think, folder)
        scored = {seconds: _scores(options.sketches, labels, folder / f"{seconds:g}") for seconds in options.think}
    rows = [
        {"seconds": s, "took": statistics.median(took[s]), **{part: _mean(scored[s], part) for part in PARTS}}
        for s in options.think
    ]
    result = {"pictures": len(paths), "curve": rows}
    if options.chart:
        caption = f"seconds of thinking ({len(paths)} sketches, two cores)"
        overlap = [(row["seconds"], 100 * row["layout_iou"]) for row in rows]
        options.chart.write_text(chart([(r["seconds"], r["score"]) for r in rows], overlap, caption), "utf-8")
    if options.json:
        print_json(result)
    else:
        print_table("Score against seconds of thinking", list(rows[0]), [list(row.values()) for row in rows])
    return result


def _make_pages(
    paths: list[Path], entries: dict[str, dict[str, Any]], folder: Path, perfect: bool
) -> dict[str, list[float]]:
    stages: dict[str, list[float]] = {}
    for number, path in enumerate(paths):
        reading = labelled(entries[path.name]) if perfect else read(path)
        if number == 0 and not perfect:
            reading = read(path)  # the first one loads the models
        started = time.perf_counter()
        page = compile_page(reading, path.stem)
        reading.stage_seconds["compile"] = time.perf_counter() - started
        reading.stage_seconds["first_paint"] = sum(reading.stage_seconds.values())
        for stage, seconds in reading.stage_seconds.items():
            stages.setdefault(stage, []).append(seconds)
        (folder / f"{path.stem}.html").write_text(page.html, encoding="utf-8")
    return stages


def _scores(sketches: Path, entries: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    scorer = _load(sketches / "score.py")
    if scorer is None or not entries:
        return []
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=scorer.CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        scores = [scorer.score_page(e, folder / f"{Path(e['file']).stem}.html", browser) for e in entries]
        browser.close()
    return scores


def _load(path: Path) -> ModuleType | None:
    """The metric lives beside the pictures, not in this repository."""
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("sketch_score", path)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _mean(scores: list[dict[str, Any]], part: str) -> float:
    values = [score[part] for score in scores if score.get(part) is not None]
    return statistics.mean(values) if values else float("nan")


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
