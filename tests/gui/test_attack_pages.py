"""Every class of hostile page against the preview: nobody is reached, nothing hangs, and useful pages still work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from assistant.core.sketch import Page
from assistant.gui import page_watch
from assistant.gui.page_frame import PageFrame
from assistant.gui.page_watch import GREEDY, STUCK
from tests.gui.attack_pages import pages_for
from tests.gui.bomb_pages import BOMBS, HARMLESS
from tests.gui.canary import Canary

AT_ONCE = 12
SECONDS = 1.5  # the naive view's contacts arrive within a fifth of this
LIVE = 80  # at least so many of the pages reach the canary from a view without defences
NAIVE = f"""
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
if os.geteuid() == 0:
    os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
import assistant.gui
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication
application = QApplication([])
pages = json.loads(sys.stdin.read())
views = []
def show():
    for view in views:
        view.deleteLater()
    views.clear()
    if not pages:
        application.quit()
        return
    for _ in range(min({AT_ONCE}, len(pages))):
        view = QWebEngineView()
        view.show()
        view.setHtml(pages.pop(), QUrl("http://127.0.0.1/"))
        views.append(view)
    QTimer.singleShot({round(1000 * SECONDS)}, show)
show()
application.exec()
"""


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


@pytest.fixture
def frame(qtbot: QtBot) -> Iterator[PageFrame]:
    made = PageFrame()
    made.resize(600, 400)
    made.show()
    yield made
    made.close_page()
    shiboken6.delete(made)


def shown(qtbot: QtBot, frame: PageFrame, html: str, job: int = 1) -> None:
    frame.show_page(job, Page("page", f"<!doctype html><body>{html}", 1, 0))
    qtbot.waitUntil(lambda: frame.page is not None, timeout=10_000)


def test_most_of_the_pages_reach_the_canary_from_a_naive_view(canary: Canary) -> None:
    pages = pages_for(canary.tcp, canary.udp)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QTWEBENGINE")}
    subprocess.run(
        [sys.executable, "-c", NAIVE],
        input=json.dumps([f"<!doctype html><p>words</p>{page}" for page in pages.values()]),
        text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180, env=environment,
    )  # fmt: skip

    seen = b"\n".join(canary.hits)
    assert sum(f"/{name}/".encode() in seen for name in pages) >= LIVE
    assert b"udp" in seen


def test_not_one_of_the_pages_reaches_anybody(canary: Canary, qtbot: QtBot) -> None:
    from PySide6.QtWebEngineWidgets import QWebEngineView

    from assistant.gui.web_page import PreviewPage

    pages = list(pages_for(canary.tcp, canary.udp).values())
    for start in range(0, len(pages), AT_ONCE):
        running = []
        for html in pages[start : start + AT_ONCE]:
            page = PreviewPage()
            view = QWebEngineView(page)
            view.show()
            page.show_html(f"<!doctype html><p>words</p>{html}")
            running.append((view, page))
        qtbot.wait(round(1000 * SECONDS))
        for view, page in running:
            shiboken6.delete(view)
            page.dispose()

    assert canary.hits == []


@pytest.mark.parametrize("name", HARMLESS)
def test_useful_pages_work(name: str, frame: PageFrame, qtbot: QtBot) -> None:
    stops: list[str] = []
    frame.stopped.connect(stops.append)
    shown(qtbot, frame, HARMLESS[name])
    qtbot.waitUntil(lambda: frame.page is not None and frame.page.title() == "hello", timeout=10_000)
    assert stops == []


@pytest.mark.parametrize("name", BOMBS)
def test_no_page_takes_the_windows_time(name: str, frame: PageFrame, qtbot: QtBot) -> None:
    told: list[str] = []
    frame.told.connect(told.append)
    shown(qtbot, frame, BOMBS[name])
    slices, end = [], time.monotonic() + 1.0
    while time.monotonic() < end:
        before = time.thread_time()
        qtbot.wait(5)
        slices.append(time.thread_time() - before)
    assert max(slices) < 0.3  # of the window's own time; 0.26 is Qt refusing two hundred workers
    assert len(told) <= 1


# A page that cannot be helped is stopped with a sentence


def quick(frame: PageFrame) -> Callable[[], list[str]]:
    """The sentences of a frame that looks after its page twenty times as often."""
    watch: Any = frame._watch
    watch._timer.setInterval(50)
    stops: list[str] = []
    frame.stopped.connect(stops.append)
    return lambda: stops


@pytest.mark.parametrize("name", ["endless loop in a handler", "endless promise", "dialogs"])
def test_a_page_that_answers_no_more_is_stopped(name: str, frame: PageFrame, qtbot: QtBot) -> None:
    stops = quick(frame)
    shown(qtbot, frame, BOMBS[name])
    qtbot.waitUntil(lambda: stops() == [STUCK], timeout=20_000)
    assert frame.page is None


def test_a_page_that_works_while_nobody_sees_it_is_stopped(frame: PageFrame, qtbot: QtBot) -> None:
    shown(qtbot, frame, "<script>setTimeout(()=>{document.title='begun';setTimeout(()=>{for(;;);})},100)</script>")
    qtbot.waitUntil(lambda: frame.page is not None and frame.page.title() == "begun", timeout=10_000)
    qtbot.wait(200)
    frame.hide()
    stops = quick(frame)
    qtbot.waitUntil(lambda: stops() == [STUCK], timeout=20_000)


def test_a_page_that_swallows_memory_is_stopped(
    frame: PageFrame, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_watch, "SILENT_LOOKS", 10_000)  # it does not answer either
    stops = quick(frame)
    shown(qtbot, frame, BOMBS["memory"])
    qtbot.waitUntil(lambda: stops() == [GREEDY], timeout=20_000)


def test_a_page_that_computes_for_a_while_goes_on_seen_or_not(frame: PageFrame, qtbot: QtBot) -> None:
    stops = quick(frame)
    busy = "const end=Date.now()+200;while(Date.now()<end);document.title='done'"
    shown(qtbot, frame, f"<p>words</p><script>setTimeout(()=>{{{busy}}},50)</script>")
    qtbot.waitUntil(lambda: frame.page is not None and frame.page.title() == "done", timeout=10_000)
    frame.hide()
    qtbot.wait(600)
    frame.show()
    qtbot.wait(600)
    assert stops() == [] and frame.page is not None
