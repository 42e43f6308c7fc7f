"""What each command does: builds the parts it needs, runs them, prints. One boundary turns failures into sentences."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assistant import app
from assistant.core.errors import AssistantError, InputError
from assistant.core.sketch import SketchReading
from assistant.llm.catalog import Catalog
from assistant.storage.paths import find_folders
from assistant.storage.settings_file import load_settings

LARGEST_PICTURE_BYTES = 40 * 1024**2  # SAFETY: refused before anything looks inside


def run(options: argparse.Namespace) -> int:
    """Exit code of the command. Every failure a user can meet ends as one sentence on stderr."""
    if options.data_dir is not None:
        os.environ["VESPER_DATA_DIR"] = str(options.data_dir.absolute())
    try:
        return COMMANDS[options.command or "window"](options)
    except AssistantError as error:
        sys.stderr.write(f"vesper: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("vesper: stopped.\n")
        return 130
    except BrokenPipeError:
        return 0


def engines_for(options: argparse.Namespace) -> app.Engines:
    seams = app.Seams(options.test_model, options.seed)
    app.check_seams(seams)
    folders = find_folders()
    settings, notices = load_settings(folders.settings_file)
    for notice in notices:
        sys.stderr.write(f"vesper: {notice}\n")
    if options.offline:
        settings = replace(settings, privacy=replace(settings.privacy, offline=True))
    catalog = Catalog.load(own_folder=settings.privacy.models_folder, models_folder=folders.models)
    return app.Engines(settings, folders, catalog, seams)


def window(options: argparse.Namespace) -> int:
    from assistant.desktop import run_window

    return run_window(options, engines_for(options))


def demo(options: argparse.Namespace) -> int:
    from assistant.demo import run_demo

    options.out.mkdir(parents=True, exist_ok=True)
    return asyncio.run(run_demo(engines_for(options), options.out))


def talk(options: argparse.Namespace) -> int:
    from assistant.talk import run_talk

    return asyncio.run(run_talk(engines_for(options), options))


def transcribe(options: argparse.Namespace) -> int:
    from assistant.audio.transcribe_command import transcribe_files

    engines = engines_for(options)
    hearing = replace(engines.settings.hearing, engine=options.engine or engines.settings.hearing.engine)
    engines.settings = replace(engines.settings, hearing=hearing)

    async def work() -> int:
        try:
            return await transcribe_files(
                engines.hearing.get(), options.files, _print_line, options.json, options.language or hearing.language
            )
        finally:
            await engines.close()

    return asyncio.run(work())


def say(options: argparse.Namespace) -> int:
    from assistant.audio.say_command import say_text
    from assistant.session.speakable import SpokenClauses

    engines = engines_for(options)
    voice = engines.settings.voice
    voice = replace(voice, engine=options.engine or voice.engine, rate=options.rate or voice.rate)
    engines.settings = replace(engines.settings, voice=voice)

    async def work() -> int:
        try:
            spoken = SpokenClauses()
            clauses = [*spoken.feed(options.text), *spoken.finish()]
            seconds = await say_text(engines.voice.get(), clauses, options.out)
            _print_line(f"{options.out.name}: {seconds:.1f} s of speech")
            return 0
        finally:
            await engines.close()

    return asyncio.run(work())


def ask(options: argparse.Namespace) -> int:
    from assistant.talk import run_ask

    return asyncio.run(run_ask(engines_for(options), options))


def sketch(options: argparse.Namespace) -> int:
    engines = engines_for(options)
    return asyncio.run(make_page(engines, options))


async def make_page(engines: app.Engines, options: argparse.Namespace) -> int:
    from assistant.core.clock import Stopwatch
    from assistant.pages.page_maker import PageMaker
    from assistant.storage.files import write_atomically

    watch = Stopwatch()
    try:
        data = read_picture_file(options.image)
        eyes = engines.eyes.get()
        await app.warm(eyes)
        watch.mark("load")
        picture = await eyes.decode(data, options.image.name)
        reading = await eyes.read(picture)
        maker = PageMaker()
        title = options.image.stem
        page = maker.compile(reading, title)
        watch.mark("first_paint")
        write_atomically(options.out, page.html.encode())
        if not options.no_model and reading.elements:
            page = await maker.fill(reading, title, app.SlotModel(engines.mind))
            write_atomically(options.out, page.html.encode())
            watch.mark("fill")
        if options.elements:
            write_atomically(options.elements, json.dumps(reading_as_dict(reading), indent=1).encode())
        if options.screenshot:
            take_screenshot(options.out, options.screenshot)
            watch.mark("screenshot")
    finally:
        await engines.close()
    _report_sketch(options, reading, watch.seconds)
    return 0


def _report_sketch(options: argparse.Namespace, reading: SketchReading, seconds: dict[str, float]) -> None:
    stages = {**reading.stage_seconds, **seconds}
    if options.json:
        result = {"page": str(options.out), "elements": len(reading.elements), "stage_seconds": stages}
        _print_line(json.dumps(result))
        return
    from assistant.session.jobs import page_remark

    _print_line(page_remark(reading))
    _print_line("  ".join(f"{name} {value:.2f} s" for name, value in stages.items()))
    _print_line(f"Open {options.out} in a browser.")


def take_screenshot(page: Path, target: Path, width: int = 1280) -> None:
    """A picture of a page, by a browser of the system where there is one, else by the app's own preview.

    Call it on the main thread: Qt wants that.
    """
    from assistant.pages.render import find_browser, render

    if find_browser() is not None:
        render(page, target, width)
        return
    from assistant.gui.page_shot import render_to_png
    from assistant.gui.web_engine import prepare_web_engine

    prepare_web_engine()
    render_to_png(page.read_text(encoding="utf-8"), width, target)


def read_picture_file(path: Path) -> bytes:
    """The bytes of a picture file, after looking at what kind of thing it is."""
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise InputError(f"{path.name} {what}.", "Give a PNG or JPEG picture.")
        if path.stat().st_size > LARGEST_PICTURE_BYTES:
            raise InputError(f"{path.name} is larger than 40 MB.", "Save the picture smaller and try again.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}.", "Check its permissions.") from error


def reading_as_dict(reading: SketchReading) -> dict[str, object]:
    """Elements with boxes in pixels of the rectified picture."""
    return dataclasses.asdict(reading)


def models(options: argparse.Namespace) -> int:
    from assistant.llm import models_command

    settings, _ = load_settings(find_folders().settings_file)
    catalog = Catalog.load(own_folder=settings.privacy.models_folder, models_folder=find_folders().models)
    return models_command.run(options, catalog, offline=options.offline or settings.privacy.offline)


def doctor(options: argparse.Namespace) -> int:
    from assistant.doctor import run_doctor

    return run_doctor(engines_for(options), options.json)


def bench(options: argparse.Namespace) -> int:
    import importlib

    root = Path(__file__).resolve().parents[1]
    if not (root / "benchmarks").is_dir():
        raise InputError(
            "The benchmarks are not part of this installation.", "Run them from a clone of the repository."
        )
    sys.path.insert(0, str(root))
    importlib.import_module(f"benchmarks.{options.name}").run(options.arguments)
    return 0


def _print_line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "window": window,
    "demo": demo,
    "talk": talk,
    "transcribe": transcribe,
    "say": say,
    "ask": ask,
    "sketch": sketch,
    "models": models,
    "doctor": doctor,
    "bench": bench,
}
