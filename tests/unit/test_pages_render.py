"""Pictures of pages: by a real Chromium where there is one, and a sentence where there is none."""

from __future__ import annotations

import shutil
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.core.errors import EngineError
from assistant.pages import render as rendering
from assistant.pages.compiler import compile_page
from assistant.pages.render import find_browser, render
from tests.gui.attack_pages import pages_for
from tests.gui.canary import Canary
from tests.readings import LOGIN


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(compile_page(LOGIN, "login").html, encoding="utf-8")
    return path


@pytest.fixture
def only_browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Makes a shell script the only Chromium of this machine. Everybody may run it, also nobody, for root."""
    with tempfile.TemporaryDirectory(prefix="vesper-browser-") as folder:
        place = Path(folder)
        place.chmod(0o755)

        def install(script: str) -> None:
            program = place / "chromium"
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
            monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

        yield install


def test_a_page_becomes_a_picture_of_the_size_that_was_asked_for(page: Path, tmp_path: Path) -> None:
    assert find_browser(), "This test needs Chromium: `make test` installs it (or: apt-get install chromium)."
    target = tmp_path / "page.png"
    assert render(page, target, 390, 700) == ()
    data = target.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (390, 700)


def test_script_errors_of_the_page_are_told(tmp_path: Path) -> None:
    assert find_browser(), "This test needs Chromium: `make test` installs it (or: apt-get install chromium)."
    page = tmp_path / "broken.html"
    page.write_text("<!doctype html><script>nobody.knows()</script>")
    errors = render(page, tmp_path / "page.png")
    assert len(errors) == 1
    assert "nobody is not defined" in errors[0]


LOUD = ("webrtc-stun", "webrtc-candidate", "fetch", "websocket")


@pytest.mark.parametrize("is_shut_off", [False, True], ids=["naive", "ours"])
def test_a_page_that_is_looked_at_reaches_nobody(
    is_shut_off: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_browser(), "This test needs Chromium: `make test` installs it (or: apt-get install chromium)."
    if not is_shut_off:
        monkeypatch.setattr(rendering, "SWITCHES", ("--headless=new", "--disable-gpu", "--no-first-run"))
    canary = Canary()
    try:
        pages = pages_for(canary.tcp, canary.udp)
        page = tmp_path / "loud.html"
        page.write_text("<!doctype html><p>words</p>" + "".join(pages[name] for name in LOUD))
        render(page, tmp_path / "page.png")
    finally:
        canary.close()
    seen = b"\n".join(canary.hits)
    assert (b"udp" in seen, b"/fetch/" in seen) == (not is_shut_off, not is_shut_off)
    assert bool(canary.hits) is not is_shut_off


def test_no_browser_is_one_sentence(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() is None
    with pytest.raises(EngineError) as caught:
        render(page, tmp_path / "page.png")
    assert "No browser" in caught.value.what
    assert "Chromium" in caught.value.advice
    assert not (tmp_path / "page.png").exists()


@pytest.mark.parametrize("script", ["exit 1", "exit 0", "kill -9 $$"], ids=["fails", "writes nothing", "dies"])
def test_a_browser_that_fails_is_one_sentence(
    script: str, page: Path, tmp_path: Path, only_browser: Callable[[str], None]
) -> None:
    only_browser(script)
    with pytest.raises(EngineError) as caught:
        render(page, tmp_path / "page.png")
    assert str(tmp_path) not in str(caught.value)


def test_a_browser_that_hangs_is_ended(
    page: Path, tmp_path: Path, only_browser: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    only_browser("exec sleep 60")
    monkeypatch.setattr(rendering, "RENDER_SECONDS", 0.5)
    started = time.monotonic()
    with pytest.raises(EngineError):
        render(page, tmp_path / "page.png")
    assert time.monotonic() - started < 10


def test_nothing_of_a_picture_stays_behind(
    page: Path, tmp_path: Path, only_browser: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    only_browser("exit 1")
    with pytest.raises(EngineError):
        render(page, tmp_path / "page.png")
    assert list(work.iterdir()) == []


def test_the_browser_is_told_to_ask_nobody(page: Path, tmp_path: Path, only_browser: Callable[[str], None]) -> None:
    heard = Path(tempfile.mkdtemp(prefix="vesper-heard-"))
    heard.chmod(0o777)
    only_browser(f'printf "%s\\n" "$@" > {heard}/switches; printf "%s" "$HOME" > {heard}/home; exit 1')
    try:
        with pytest.raises(EngineError):
            render(page, tmp_path / "page.png")
        switches = (heard / "switches").read_text().splitlines()
        assert "--host-resolver-rules=MAP * ~NOTFOUND" in switches
        assert "--no-sandbox" not in switches
        assert (heard / "home").read_text() != str(Path.home())
    finally:
        shutil.rmtree(heard)
