"""Seconds from a picture to its page: by the worker that the window keeps warm, as the user feels it, and from nothing.

A new process imports and loads everything before it looks at the picture; the window never does.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from assistant.pages.compiler import compile_page
from assistant.vision.sketch_reader import SketchReader, vision_worker

Stages = dict[str, float]


def warm(paths: Sequence[Path]) -> list[Stages]:
    """By a worker that has read another picture before, with what it costs to hand pictures over."""
    return asyncio.run(_warm(paths))


async def _warm(paths: Sequence[Path]) -> list[Stages]:
    reader = SketchReader(vision_worker())
    try:
        await reader.start()
        await _first_paint(reader, paths[-1])
        return [await _first_paint(reader, path) for path in paths]
    finally:
        await reader.close()


async def _first_paint(reader: SketchReader, path: Path) -> Stages:
    started = time.perf_counter()
    data = await asyncio.to_thread(path.read_bytes)
    picture = await reader.decode(data, path.name)
    decoded = time.perf_counter()
    reading = await reader.read(picture)
    read = time.perf_counter()
    compile_page(reading, path.stem)
    done = time.perf_counter()
    stages = {**reading.stage_seconds, "decode": decoded - started}
    handing = read - decoded - sum(v for k, v in stages.items() if k != "decode")
    return {**stages, "handing": handing, "compile": done - read, "first_paint": done - started}


def fresh(paths: Sequence[Path]) -> list[Stages]:
    """Each by a process of its own, from its start."""
    return [_fresh(path) for path in paths]


def _fresh(path: Path) -> Stages:
    started = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.first_paint", str(path)], stdout=subprocess.PIPE, check=True
    )
    stages: Stages = json.loads(told.stdout)
    whole = time.perf_counter() - started
    return {"loading": whole - sum(stages.values()), **stages, "first_paint": whole}


def _main(path: Path) -> None:
    from assistant.vision.image import decode
    from assistant.vision.pipeline import read_picture

    started = time.perf_counter()
    picture = decode(path.read_bytes(), path.name)
    decoded = time.perf_counter()
    reading = read_picture(picture.png)
    read = time.perf_counter()
    compile_page(reading, path.stem)
    compiled = time.perf_counter() - read
    print(json.dumps({**reading.stage_seconds, "decode": decoded - started, "compile": compiled}))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
