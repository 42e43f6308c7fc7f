"""Pages reach nothing: two dozen ways out, each against a canary, with a naive view that the canary must catch."""

import json
import os
import subprocess
import sys
import time

import pytest

from assistant.gui import web_engine
from assistant.gui.page_shot import render_to_png
from assistant.gui.web_engine import FLAGS, META_POLICY, preview_refusal, with_policy
from assistant.pages.compiler import compile_page
from tests.gui import samples
from tests.gui.canary import Canary, attacks
from tests.readings import LOGIN

SECONDS_PER_PAGE = 0.5  # the naive view's contacts all arrive within a fifth of this
NAMES = sorted(attacks(1, 2))

NAIVE = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
if os.geteuid() == 0:
    os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
import assistant.gui
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication
application = QApplication([])
view = QWebEngineView()
pages = json.loads(sys.stdin.read())
view.show()
def show():
    if not pages:
        application.quit()
        return
    view.setHtml(pages.pop(), QUrl("http://127.0.0.1/"))
    QTimer.singleShot(500, show)
show()
application.exec()
"""


@pytest.fixture
def canary():
    made = Canary()
    yield made
    made.close()


@pytest.fixture
def page(qtbot):
    from PySide6.QtWebEngineWidgets import QWebEngineView

    from assistant.gui.web_page import PreviewPage

    made = PreviewPage()
    view = QWebEngineView(made)
    view.resize(500, 400)
    view.show()
    yield made
    import shiboken6

    shiboken6.delete(view)
    made.dispose()


def test_the_canary_catches_a_naive_view(canary):
    pages = attacks(canary.tcp, canary.udp)
    chosen = [pages[name] for name in ("img", "fetch", "websocket", "iframe", "location", "stun")]

    environment = {name: value for name, value in os.environ.items() if not name.startswith("QTWEBENGINE")}
    subprocess.run(
        [sys.executable, "-c", NAIVE],
        input=json.dumps(chosen), text=True, timeout=60, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,  # its children would hold a pipe open
    )  # fmt: skip

    seen = b"\n".join(canary.hits)
    for trace in (b"/img", b"/fetch", b"/ws", b"/frame", b"/loc", b"udp"):
        assert trace in seen, (trace, canary.hits)


@pytest.mark.parametrize("name", NAMES)
def test_no_page_gets_out(canary, page, qtbot, name):
    page.show_html("<!doctype html><p>words</p>" + attacks(canary.tcp, canary.udp)[name])
    qtbot.wait(round(SECONDS_PER_PAGE * 1000))

    assert canary.hits == []


def test_the_policy_arrives_whole(page, qtbot):
    with qtbot.waitSignal(page.loadFinished, timeout=10_000):
        page.show_html("<script>fetch('http://127.0.0.1:9/')</script>")
    qtbot.waitUntil(lambda: bool(page.errors), timeout=3000)
    assert "default-src 'none'" in page.errors[0]


def test_a_page_has_no_storage_no_origin_and_no_secure_powers(page, qtbot):
    html = """<script>
    const tries = {storage: () => localStorage.a, cookie: () => document.cookie, db: () => indexedDB.open("x")};
    let said = [self.origin];
    for (const name in tries) try { tries[name](); said.push(name) } catch (e) { said.push("no " + name) }
    console.error(said.join())
    </script>"""
    with qtbot.waitSignal(page.loadFinished, timeout=10_000):
        page.show_html(html)
    qtbot.waitUntil(lambda: bool(page.errors), timeout=3000)
    assert page.errors[0].endswith("null,no storage,no cookie,no db")


def test_nothing_passes_from_one_page_to_the_next(qtbot):
    from assistant.gui.web_page import PreviewPage

    one, two = PreviewPage(), PreviewPage()
    assert one.profile() is not two.profile()
    assert one.profile().isOffTheRecord() and two.profile().isOffTheRecord()
    one.dispose()
    two.dispose()


def test_a_flood_of_dialogs_is_one_line(page, qtbot):
    told = []
    page.reported.connect(told.append)
    with qtbot.waitSignal(page.loadFinished, timeout=20_000):
        page.show_html("<script>for(let i=0;i<500;i++){alert('number '+i);confirm(i);prompt(i)}</script>")
    assert told == ["The page says: number 0"]


def test_a_flood_of_errors_is_cut_and_the_window_stays_awake(page, qtbot):
    told = []
    page.erred.connect(told.append)
    page.show_html("<script>setInterval(()=>{for(let i=0;i<300;i++)console.error('no '+i)},1)</script>")
    gaps, end = [], time.monotonic() + 2.0
    while time.monotonic() < end:
        start = time.thread_time()
        qtbot.wait(5)
        gaps.append(time.thread_time() - start)
    assert 1 <= len(told) <= 3 * 20 + 20
    assert max(gaps) < 0.2


def test_downloads_windows_and_permissions_are_refused(page, qtbot):
    from PySide6.QtWebEngineCore import QWebEngineDownloadRequest

    downloads = []
    page.profile().downloadRequested.connect(downloads.append)
    page.show_html("""<a id=a href="data:application/octet-stream,x" download="x.bin">x</a><script>
    a.click(); window.open("about:blank");
    navigator.mediaDevices?.getUserMedia({audio:true}).then(() => console.error("microphone granted"));
    Notification.requestPermission().then(r=>console.error("notify "+r));
    document.documentElement.requestFullscreen().catch(e=>console.error("no full screen"));
    </script>""")
    qtbot.wait(800)
    assert all(d.state() is QWebEngineDownloadRequest.DownloadState.DownloadCancelled for d in downloads)
    assert not any("granted" in error for error in page.errors)


# Where there is no sandbox


@pytest.fixture
def fresh_refusal():
    preview_refusal.cache_clear()
    yield
    preview_refusal.cache_clear()


def test_as_root_there_is_no_preview_outside_a_test(monkeypatch, fresh_refusal):
    monkeypatch.setattr(web_engine, "_is_root", lambda: True)
    monkeypatch.delenv("QTWEBENGINE_DISABLE_SANDBOX", raising=False)
    assert "runs as root" in preview_refusal()


def test_without_namespaces_there_is_no_preview(monkeypatch, fresh_refusal):
    monkeypatch.setattr(web_engine, "_is_root", lambda: False)
    monkeypatch.setattr(web_engine, "_has_namespaces", lambda: False)
    assert "sandbox" in preview_refusal()
    preview_refusal.cache_clear()
    monkeypatch.setattr(web_engine, "_has_namespaces", lambda: True)
    assert preview_refusal() == ""


@pytest.mark.parametrize("flags", ["", "--no-sandbox", " ".join(FLAGS) + " --no-sandbox"])
def test_with_other_flags_there_is_no_preview(monkeypatch, fresh_refusal, flags):
    monkeypatch.setenv("QTWEBENGINE_CHROMIUM_FLAGS", flags)
    assert "network block" in preview_refusal()


def test_preparing_overrides_what_the_environment_brought(monkeypatch):
    monkeypatch.setenv("QTWEBENGINE_CHROMIUM_FLAGS", "--no-sandbox")
    monkeypatch.setenv("QTWEBENGINE_DISABLE_SANDBOX", "1")
    monkeypatch.setenv("QTWEBENGINE_REMOTE_DEBUGGING", "9222")
    web_engine.prepare_web_engine({})
    assert os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] == " ".join(FLAGS)
    assert "QTWEBENGINE_DISABLE_SANDBOX" not in os.environ and "QTWEBENGINE_REMOTE_DEBUGGING" not in os.environ


@pytest.mark.parametrize(
    "html",
    ["<!doctype html><html><head><title>x</title>", "<p>x</p>", "<!DOCTYPE html>\n<p>", "", "<!doctype"],
)
def test_a_page_that_leaves_takes_its_policy_along_first(html):
    sent = with_policy(html)
    assert META_POLICY in sent and with_policy(sent) == sent
    assert sent.index(META_POLICY) < sent.find("<title") or "<title" not in sent


@pytest.mark.parametrize(
    "html",
    [
        "<!-- Content-Security-Policy --><img src='http://127.0.0.1:9/'>",
        "<!doctype html><html><head><meta charset='utf-8'><title>Content-Security-Policy</title>",
        '<!doctype html><html><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src *"><img src="http://127.0.0.1:9/">',
        '<!doctype html><html><head><meta charset="utf-8">'
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src http:">""",
        '<!doctype html><html><head><meta charset="utf-8">'
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'">"""
        '<form action="http://127.0.0.1:9/">',
        '<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content=";">',
        '<img src="http://127.0.0.1:9/"><!doctype html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{META_POLICY}">',
    ],
)
def test_a_page_that_only_talks_of_a_policy_gets_ours(html):
    sent = with_policy(html)
    assert sent.index(META_POLICY) < sent.find("127.0.0.1") or "127.0.0.1" not in sent
    assert with_policy(sent) == sent


def test_a_page_of_ours_leaves_as_it_is():
    page = compile_page(LOGIN, "login").html
    assert with_policy(page) == page


# Benign


def test_a_picture_of_a_page_is_drawn_with_its_errors_listed(qapp, tmp_path):
    path = tmp_path / "page.png"
    shot = render_to_png(samples.PAGE_HTML, 800, path)
    assert (shot.width, shot.console_errors, shot.blocked) == (800, (), ())
    assert path.read_bytes().startswith(b"\x89PNG")

    bad = render_to_png("<h1>x</h1><img src='http://127.0.0.1:9/'><script>nothing()</script>", 400, path)
    assert any("nothing is not defined" in error for error in bad.console_errors)
    assert len(bad.blocked) == 1
    tall = render_to_png("<div style='height:3000px;background:linear-gradient(red,blue)'></div>", 400, path)
    assert 3000 <= tall.height <= 3100
