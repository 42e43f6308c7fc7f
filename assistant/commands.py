"""What each command does: builds the parts it needs, runs them, prints. One boundary turns failures into sentences."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import app
from assistant.core.errors import AssistantError, InputError
from assistant.core.settings import Settings
from assistant.llm.catalog import Catalog
from assistant.log_file import log_to_file
from assistant.outputs import check_outputs, make_folder
from assistant.plain_output import plain_output
from assistant.seams import seams_of
from assistant.session.observers import EventLog
from assistant.storage.paths import Folders, find_folders
from assistant.storage.settings_file import load_settings

log = logging.getLogger(__name__)

STOP_SECONDS = 2.0  # after Ctrl+C; an engine in the middle of a long call is not waited for any longer


def run(options: argparse.Namespace) -> int:
    """Exit code of the command. Every failure a user can meet ends as one sentence on stderr."""
    with plain_output():
        return _run_safely(options)


def _run_safely(options: argparse.Namespace) -> int:
    try:
        if options.data_dir is not None:
            _use_data_folder(options.data_dir)
        return COMMANDS[options.command or "window"](options)
    except AssistantError as error:
        sys.stderr.write(f"vesper: {error}\n")
        return error.exit_code
    except BrokenPipeError:
        raise  # whoever read our output has gone; cli.py ends quietly
    except Exception:  # the one boundary of a command: a bug must not spill its stack over the terminal
        log.exception("the command failed")
        sys.stderr.write("vesper: Something went wrong inside Vesper. Its log has the details: logs/vesper.log.\n")
        return 1


def _use_data_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder.name} is not a folder.", "Give --data-dir a folder.")
    os.environ["VESPER_DATA_DIR"] = str(folder.absolute())


def engines_for(options: argparse.Namespace) -> app.Engines:
    seams = seams_of(options)
    folders = find_folders()
    log_to_file(folders.data / "logs")
    settings = _settings(options, folders)
    catalog = Catalog.load(own_folder=settings.privacy.models_folder, models_folder=folders.models)
    engines = app.Engines(settings, folders, catalog, seams)
    if seams.event_log is not None:
        check_outputs([seams.event_log])
        events = EventLog(seams.event_log, time.monotonic, in_full=True)
        engines.emit, engines.record = events, events.record
    return engines


def _settings(options: argparse.Namespace, folders: Folders) -> Settings:
    settings, notices = load_settings(folders.settings_file)
    if options.command:  # the window shows them itself
        for notice in notices:
            sys.stderr.write(f"vesper: {notice}\n")
    if options.offline:
        settings = replace(settings, privacy=replace(settings.privacy, offline=True))
    return settings


def _run(engines: app.Engines, work: Coroutine[Any, Any, int]) -> int:
    """Run a command's work on a loop of its own, and let go of the engines whatever happens."""

    async def main() -> int:
        async with _closing(engines):
            return await work

    return asyncio.run(main())


@asynccontextmanager
async def _closing(engines: app.Engines) -> AsyncIterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        _leave_soon()
        raise
    finally:
        await engines.close()


def _leave_soon() -> None:
    """Ctrl+C ends the process, also while a library computes. Child processes die with this one."""

    def leave() -> None:
        sys.stderr.write("vesper: stopped.\n")
        sys.stderr.flush()
        os._exit(130)

    timer = threading.Timer(STOP_SECONDS, leave)
    timer.daemon = True
    timer.start()


def window(options: argparse.Namespace) -> int:
    from assistant.window import run_window

    return run_window(engines_for(options))


def demo(options: argparse.Namespace) -> int:
    from assistant.demo import run_demo

    engines = engines_for(options)
    make_folder(options.out)
    return _run(engines, run_demo(engines, options.out))


def talk(options: argparse.Namespace) -> int:
    from assistant.talk import run_talk

    engines = engines_for(options)
    return _run(engines, run_talk(engines, options))


def transcribe(options: argparse.Namespace) -> int:
    from assistant.audio.transcribe_command import transcribe_files

    engines = engines_for(options)
    hearing = engines.settings.hearing
    hearing = replace(hearing, engine=options.engine or hearing.engine, language=options.language or hearing.language)
    engines.settings = replace(engines.settings, hearing=hearing)

    async def work() -> int:
        transcriber = engines.hearing.get()
        return await transcribe_files(transcriber, options.files, _print_line, options.json, hearing.language)

    return _run(engines, work())


def say(options: argparse.Namespace) -> int:
    from assistant.audio.say_command import say_text
    from assistant.session.speakable import SpokenClauses
    from assistant.session.voice import check_sayable

    engines = engines_for(options)
    check_outputs([options.out])
    text = " ".join(options.text)
    check_sayable(text, options.out)
    voice = engines.settings.voice
    voice = replace(voice, engine=options.engine or voice.engine, rate=options.rate or voice.rate)
    engines.settings = replace(engines.settings, voice=voice)

    async def work() -> int:
        spoken = SpokenClauses()
        clauses = [*spoken.feed(text), *spoken.finish()]
        seconds = await say_text(engines.voice.get(), clauses, options.out)
        _print_line(f"{options.out.name}: {seconds:.1f} s of speech")
        return 0

    return _run(engines, work())


def ask(options: argparse.Namespace) -> int:
    from assistant.talk import run_ask

    engines = engines_for(options)
    return _run(engines, run_ask(engines, options))


def sketch(options: argparse.Namespace) -> int:
    from assistant.draw import run_sketch

    engines = engines_for(options)
    return _run(engines, run_sketch(engines, options))


def improve(options: argparse.Namespace) -> int:
    from assistant.improve import run_improve

    return run_improve(engines_for(options), options)


def models(options: argparse.Namespace) -> int:
    from assistant.llm import models_command

    engines = engines_for(options)
    return models_command.run(options, engines.catalog, offline=engines.settings.privacy.offline)


def key(options: argparse.Namespace) -> int:
    """The key is read from the terminal or from a pipe, never from the command line, where others could see it."""
    from assistant.llm import server_key

    if options.forget:
        was_there = server_key.forget_key(options.server)
        _print_line("The key is forgotten." if was_there else "There was no key.")
        return 0
    text = getpass.getpass("Key: ") if sys.stdin.isatty() else sys.stdin.readline()
    server_key.save_key(options.server, text.strip())
    _print_line(f"The key for {server_key.address_of(options.server)} is in the system's keyring.")
    return 0


def doctor(options: argparse.Namespace) -> int:
    from assistant.doctor import run_doctor

    return run_doctor(engines_for(options), options.json)


def bench(options: argparse.Namespace) -> int:
    import importlib

    seams_of(options)
    root = Path(__file__).resolve().parents[1]
    if not (root / "benchmarks").is_dir():
        raise InputError(
            "The benchmarks are not part of this installation.", "Run them from a clone of the repository."
        )
    log_to_file(find_folders().data / "logs")
    sys.path.insert(0, str(root))
    try:
        importlib.import_module(f"benchmarks.{options.name}").run(options.arguments)
    except ModuleNotFoundError as error:
        what = f"This benchmark needs “{error.name}”, which is one of the tools for development."
        raise InputError(what, "Set them up with `make dev`.") from error
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
    "improve": improve,
    "models": models,
    "key": key,
    "doctor": doctor,
    "bench": bench,
}
