"""`vesper bench sketch --think 0,5,10`: the score of the pages against the seconds that were given for thinking.

Every picture is read and thought about anew for each number of seconds, the way the program does it; only then are the
pages scored. The labels are seen by the scorer alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from assistant.outputs import make_folder, write_output
from assistant.pages.page_maker import PageMaker
from assistant.session.thinking import think
from assistant.vision.sketch_reader import SketchReader, vision_worker

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 400, 64, 24, 24, 52
STYLE = "font: 14px system-ui, sans-serif"
Series = Sequence[tuple[float, float]]


def make_pages(paths: Sequence[Path], seconds: Sequence[float], folder: Path) -> dict[float, list[float]]:
    """Writes FOLDER/<seconds>/<name>.html, and tells how long the thinking about each picture took."""
    return asyncio.run(_make_pages(paths, seconds, folder))


async def _make_pages(paths: Sequence[Path], seconds: Sequence[float], folder: Path) -> dict[float, list[float]]:
    for budget in seconds:
        make_folder(folder / f"{budget:g}")
    reader, took = SketchReader(vision_worker()), dict[float, list[float]]()
    await reader.start()
    try:
        for path in paths:
            data = await asyncio.to_thread(path.read_bytes)
            for budget in seconds:
                spent, html = await _make_page(reader, path.name, data, budget)
                took.setdefault(budget, []).append(spent)
                target = folder / f"{budget:g}" / f"{path.stem}.html"
                await asyncio.to_thread(write_output, target, html.encode())
    finally:
        await reader.close()
    return took


async def _make_page(reader: SketchReader, name: str, data: bytes, seconds: float) -> tuple[float, str]:
    """Seconds that were taken, and the page."""
    picture = await reader.decode(data, name)
    page = PageMaker().open(await reader.read(picture), Path(name).stem)
    started = asyncio.get_running_loop().time()
    if seconds:
        async for _ in think(reader, picture, page, seconds):
            pass
    return asyncio.get_running_loop().time() - started, page.page(0).html


def chart(score: Series, overlap: Series, caption: str) -> str:
    """An SVG: the mean score (line, left axis) and the layout overlap (dashed, in the same units of 100)."""
    values = [value for _, value in (*score, *overlap)]
    low, high = 5 * int(min(values) // 5), 5 * (int(max(values) // 5) + 1)
    longest = max(seconds for seconds, _ in score)

    def at(seconds: float, value: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * seconds / max(longest, 1)
        return round(x, 1), round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low), 1)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" style="{STYLE}" role="img">',
        f"<title>{caption}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for value in range(low, high + 1, 10):
        x, y = at(0, value)
        lines.append(f'<path d="M{x} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        lines.append(f'<text x="{x - 10}" y="{y + 5}" text-anchor="end" fill="#444">{value}</text>')
    for series, colour, dash, name in (
        (score, "#2f5bd7", "", "score"),
        (overlap, "#a3451d", "6 5", "layout IoU × 100"),
    ):
        points = [at(*point) for point in series]
        path = " ".join(f"{x},{y}" for x, y in points)
        lines.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="3" stroke-dasharray="{dash}"/>'
        )
        lines += [f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in points]
        last = points[-1]
        lines.append(f'<text x="{last[0]}" y="{last[1] - 12}" text-anchor="end" fill="{colour}">{name}</text>')
    for seconds, _ in score:
        x, _ = at(seconds, low)
        lines.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#444">{seconds:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    lines.append(f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle" fill="#444">{caption}</text></svg>')
    return "\n".join(lines) + "\n"
