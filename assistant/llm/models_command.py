"""`vesper models list | fetch | verify | remove`: the catalogue in the terminal. Blocks until done.

The functions return an exit code and raise AssistantError; `cli.py` words it. `python -m assistant.llm.models_command`
does the same without the rest of the program, for the set-up script.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from typing import TypedDict

import psutil
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from assistant.core.errors import AssistantError, ModelMissingError
from assistant.core.events import DownloadProgressed
from assistant.llm.catalog import Catalog, ModelCard, hub_url
from assistant.llm.download import Downloader, DownloadOptions
from assistant.llm.weights import check_weights, file_sha256

PLAIN_REPORT_SECONDS = 5.0  # between two lines about one model where the output is no terminal


class ModelRow(TypedDict):
    id: str
    task: str
    title: str
    licence: str
    languages: list[str]
    bytes: int
    memory_bytes: int
    needed: bool
    present: bool
    folder: str


def run_list(catalog: Catalog, as_json: bool = False) -> int:
    needed = catalog.default_ids(psutil.virtual_memory().total)
    rows = [_row(catalog, card, card.id in needed) for card in catalog.cards]
    if as_json:
        _print_json(rows)
        return 0
    table = Table("model", "for", "size", "memory", "licence", "state")
    for row in rows:
        state = "here" if row["present"] else "needed" if row["needed"] else "optional"
        size, memory = (f"{row[key] / 1e6:,.0f} MB" for key in ("bytes", "memory_bytes"))
        table.add_row(row["id"], row["task"], size, memory, row["licence"], state)
    Console().print(table)
    return 0


def _row(catalog: Catalog, card: ModelCard, needed: bool) -> ModelRow:
    present = catalog.is_present(card.id)
    return ModelRow(
        id=card.id,
        task=card.task,
        title=card.title,
        licence=card.licence,
        languages=list(card.languages),
        bytes=card.bytes,
        memory_bytes=card.memory_bytes,
        needed=needed,
        present=present,
        folder=str(catalog.folder(card.id)) if present else "",
    )


def run_fetch(catalog: Catalog, ids: Sequence[str] = (), offline: bool = False, as_json: bool = False) -> int:
    """Without ids: what this machine needs."""
    chosen = tuple(ids) or catalog.default_ids(psutil.virtual_memory().total)
    downloader = Downloader(catalog, DownloadOptions(hub_url(), offline))
    missing = downloader.bytes_missing(chosen)
    started = time.monotonic()
    if missing:
        _fetch_with_progress(downloader, chosen, as_json)
    seconds = time.monotonic() - started
    if as_json:
        _print_json({"models": chosen, "downloaded_bytes": missing, "seconds": round(seconds, 1)}, indent=None)
    elif missing:
        Console().print(f"{', '.join(chosen)}: {missing / 1e6:,.0f} MB in {seconds:.0f} s, every hash right.")
    else:
        Console().print(f"{', '.join(chosen)}: already here.")
    return 0


def _fetch_with_progress(downloader: Downloader, ids: Sequence[str], as_json: bool) -> None:
    if as_json or not sys.stdout.isatty():
        asyncio.run(downloader.fetch(ids, _plain_report(as_json)))
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as bars:
        tasks: dict[str, TaskID] = {}

        def draw(event: DownloadProgressed) -> None:
            if event.model_id not in tasks:
                tasks[event.model_id] = bars.add_task(event.model_id, total=event.total_bytes)
            bars.update(tasks[event.model_id], completed=event.done_bytes)

        asyncio.run(downloader.fetch(ids, draw))


def _plain_report(as_json: bool) -> Callable[[DownloadProgressed], None]:
    """A line now and then, for logs and pipes."""
    reported: dict[str, float] = {}

    def report(event: DownloadProgressed) -> None:
        now = time.monotonic()
        done = event.done_bytes == event.total_bytes
        if now - reported.get(event.model_id, -PLAIN_REPORT_SECONDS) < (0 if done else PLAIN_REPORT_SECONDS):
            return
        reported[event.model_id] = math.inf if done else now
        if as_json:
            _print_json(
                {"model": event.model_id, "done_bytes": event.done_bytes, "total_bytes": event.total_bytes}, None
            )
            return
        left = "" if event.seconds_left is None or done else f", {event.seconds_left:.0f} s left"
        sys.stdout.write(
            f"{event.model_id}: {event.done_bytes / 1e6:,.0f} of {event.total_bytes / 1e6:,.0f} MB, "
            f"{event.bytes_per_second / 1e6:.1f} MB/s{left}\n"
        )
        sys.stdout.flush()

    return report


def run_verify(catalog: Catalog, ids: Sequence[str] = (), as_json: bool = False) -> int:
    """Hash every file that is here (all the models that are complete, or those named). Wrong ones raise."""
    cards = [catalog.card(model_id) for model_id in ids] or [c for c in catalog.cards if catalog.is_present(c.id)]
    results = {f"{card.id}/{file.name}": _verdict(catalog, card, file.name) for card in cards for file in card.files}
    if as_json:
        _print_json(results)
    else:
        for name, verdict in results.items():
            Console().print(f"{verdict:<8} {name}", highlight=False)
    wrong = [name for name, verdict in results.items() if verdict != "right"]
    if wrong:
        model_id = wrong[0].split("/")[0]
        raise ModelMissingError(
            f"{len(wrong)} model file(s) are not what they should be, the first is {wrong[0]}.",
            f"Run: vesper models remove {model_id}, then: vesper models fetch {model_id}",
        )
    return 0


def _verdict(catalog: Catalog, card: ModelCard, name: str) -> str:
    """ "right", "wrong" or "refused" (not even of an accepted format)."""
    file = next(file for file in card.files if file.name == name)
    path = catalog.folder(card.id) / name
    try:
        check_weights(path, file.format)
    except AssistantError:
        return "refused"
    return "right" if file_sha256(path) == file.sha256 else "wrong"


def run_remove(catalog: Catalog, model_id: str) -> int:
    freed = Downloader(catalog, DownloadOptions(hub_url())).remove(model_id)
    Console().print(f"{model_id}: {freed / 1e6:,.0f} MB freed.")
    return 0


def run(arguments: argparse.Namespace, catalog: Catalog, offline: bool = False) -> int:
    """The command with its parsed arguments: action, and ids, id and json where the action has them."""
    match arguments.action:
        case "fetch":
            return run_fetch(catalog, arguments.ids, offline, arguments.json)
        case "verify":
            return run_verify(catalog, getattr(arguments, "ids", ()), arguments.json)
        case "remove":
            return run_remove(catalog, arguments.id)
    return run_list(catalog, arguments.json)


def _print_json(value: object, indent: int | None = 2) -> None:
    sys.stdout.write(json.dumps(value, indent=indent) + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m assistant.llm.models_command", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ("list", "fetch", "verify"):
        action = actions.add_parser(name)
        action.add_argument("--json", action="store_true")
        action.add_argument("ids", nargs="*", default=[])
        action.add_argument("--all", action="store_true", help="every model of the catalogue")
    actions.add_parser("remove").add_argument("id")
    try:
        catalog = Catalog.load()
        arguments = parser.parse_args()
        if getattr(arguments, "all", False):
            arguments.ids = [card.id for card in catalog.cards]
        return run(arguments, catalog)
    except AssistantError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
