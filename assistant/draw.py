"""`vesper sketch`: a photographed drawing becomes a page, as a file, with a picture of it where one is wanted."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from assistant import app
from assistant.core.clock import Stopwatch
from assistant.core.errors import AssistantError
from assistant.core.sketch import SketchReading
from assistant.outputs import check_outputs, write_output
from assistant.pages.page_maker import PageMaker
from assistant.session.thinking import think
from assistant.vision.image import read_file

COLUMNS = 78
SCREENSHOT_WIDTH = 1280  # px: a laptop's browser


@dataclass(frozen=True, slots=True)
class Drawing:
    """What to read and which files to write."""

    image: Path
    page: Path
    screenshot: Path | None = None
    elements: Path | None = None
    with_model: bool = True
    think_seconds: float = 0.0


@dataclass(slots=True)
class Drawn:
    """What became of it. `spared` is why the model added nothing, where it should have."""

    reading: SketchReading
    stage_seconds: dict[str, float]
    script_errors: tuple[str, ...] = ()
    spared: AssistantError | None = None


async def run_sketch(engines: app.Engines, options: argparse.Namespace) -> int:
    model = not options.no_model
    drawing = Drawing(options.image, options.out, options.screenshot, options.elements, model, options.think)
    check_outputs([drawing.page, drawing.screenshot, drawing.elements], [drawing.image])
    drawn = await draw(engines, drawing)
    stages = {name: round(seconds, 3) for name, seconds in drawn.stage_seconds.items()}
    if options.json:
        result: dict[str, object] = {
            "page": str(options.out),
            "elements": len(drawn.reading.elements),
            "stage_seconds": stages,
        }
        if options.screenshot:
            result |= {"screenshot": str(options.screenshot), "script_errors": drawn.script_errors}
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        report(drawn)
        sys.stdout.write(f"Open {options.out} in a browser.\n")
    if drawn.spared is None:
        return 0
    sys.stderr.write(f"vesper: the page stays as drawn. {drawn.spared}\n")
    return drawn.spared.exit_code


async def draw(engines: app.Engines, drawing: Drawing) -> Drawn:
    """The page is on disk as soon as it is drawn, and again when the model has filled it.

    Call it on the main thread: Qt may take the screenshot, and wants that.
    """
    watch = Stopwatch()
    data = read_file(drawing.image)
    eyes = engines.eyes.get()
    await app.warm(eyes)
    watch.mark("load")
    picture = await eyes.decode(data, drawing.image.name)
    if picture.note:
        sys.stderr.write(f"vesper: {picture.note}\n")
    reading = await eyes.read(picture)
    page = PageMaker().open(reading, drawing.image.stem)
    write_output(drawing.page, page.page(0).html.encode())
    watch.mark("first_paint")
    drawn = Drawn(reading, {**reading.stage_seconds, **watch.seconds})
    if drawing.think_seconds and reading.elements:
        async for thought in think(eyes, picture, page, drawing.think_seconds):
            drawn.reading = thought.reading or drawn.reading
            sys.stderr.write(f"vesper: thinking, {thought.share:.0%} of the time is used.\n")
        write_output(drawing.page, page.page(1).html.encode())
        watch.mark("think")
    if drawing.elements is not None:
        write_output(drawing.elements, json.dumps(dataclasses.asdict(drawn.reading), indent=1).encode())
    if drawing.with_model and reading.elements:
        try:
            await page.fill(engines.model())
            write_output(drawing.page, page.page(2).html.encode())
        except AssistantError as error:  # the page as drawn stands; the model only adds to it
            drawn.spared = error
        watch.mark("fill")
    if drawing.screenshot is not None:
        drawn.script_errors = take_screenshot(drawing.page, drawing.screenshot)
        watch.mark("screenshot")
    drawn.stage_seconds |= watch.seconds
    return drawn


def report(drawn: Drawn) -> None:
    from assistant.session.jobs import page_remark

    stages = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in drawn.stage_seconds.items())
    sys.stdout.write(f"{page_remark(drawn.reading)}\n{textwrap.fill(f'Seconds: {stages}.', COLUMNS)}\n")
    for error in drawn.script_errors:
        sys.stdout.write(f"The page's script failed: {error}\n")


def take_screenshot(page: Path, target: Path) -> tuple[str, ...]:
    """A picture of a page, by a browser of the system where there is one, else by the app's own preview.

    Returns the errors its scripts made.
    """
    from assistant.pages.render import find_browser, render

    if find_browser() is not None:
        return render(page, target, SCREENSHOT_WIDTH)
    from assistant.gui.page_shot import render_to_png
    from assistant.gui.web_engine import prepare_web_engine
    from assistant.log_file import log_qt_messages

    log_qt_messages()
    prepare_web_engine()
    return render_to_png(page.read_text(encoding="utf-8"), SCREENSHOT_WIDTH, target).console_errors
