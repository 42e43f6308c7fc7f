"""The page preview at work: benign pages run, revisions keep their place, and a page that dies hurts nobody."""

import os
import signal
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from assistant.core import page_events
from assistant.gui import facts, page_frame
from assistant.gui.page_export import PageExport, file_name
from assistant.gui.page_frame import Width
from assistant.gui.web_engine import META_POLICY
from assistant.pages.written_page import kept_inside
from tests.gui import samples

BUTTON = """<!doctype html><style>body{margin:0}button{display:block;width:100%;height:9999px}</style>
<button onclick="console.error('clicked ' + innerWidth)">x</button>"""


@pytest.fixture
def show(window, qtbot):
    def show(html, job=1, revision=0):
        if window.state.shown_job != job:
            window.on_event(page_events.PageJobStarted(job, "a.jpg"))
        window.on_event(page_events.PagePainted(job, samples.page(revision, html), True))
        frame = window.pane.preview.frame
        qtbot.waitUntil(lambda: frame.page is not None and not frame._patience.isActive(), timeout=10_000)
        qtbot.wait(200)
        return frame

    return show


def ask(qtbot, page, script):
    answers = []
    page.runJavaScript(script, 1, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=3000)
    return answers[0]


def test_a_click_in_a_page_runs_its_script(show, qtbot):
    frame = show(BUTTON)
    QTest.mouseClick(frame.view.focusProxy(), Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    qtbot.waitUntil(lambda: any("clicked 1200" in error for error in frame.page.errors), timeout=3000)


def test_the_sample_page_tells_another_joke(show, qtbot):
    frame = show(samples.PAGE_HTML)
    ask(qtbot, frame.page, "document.getElementById('tell').click(); 1")
    assert "SQL" in ask(qtbot, frame.page, "document.getElementById('joke').textContent")


def test_a_link_within_the_page_scrolls(show, qtbot):
    frame = show("<a id=l href='#end'>x</a><div style='height:5000px'></div><p id=end>end</p>")
    ask(qtbot, frame.page, "document.getElementById('l').click(); 1")
    qtbot.waitUntil(lambda: frame.page.scrollPosition().y() > 100, timeout=3000)


def test_a_new_revision_keeps_the_place_and_a_new_job_does_not(show, window, qtbot):
    tall = "<!doctype html><p>{}</p><div style='height:6000px'></div>"
    frame = show(tall.format("one"))
    first = frame.page
    ask(qtbot, first, "window.scrollTo(0, 900); 1")
    qtbot.waitUntil(lambda: first.scrollPosition().y() > 0, timeout=3000)

    frame = show(tall.format("two"), revision=1)
    assert frame.page is first
    assert abs(ask(qtbot, frame.page, "window.scrollY") - 900) < 3
    assert ask(qtbot, frame.page, "document.querySelector('p').textContent") == "two"

    frame = show(tall.format("three"), job=2)
    assert frame.page is not first
    assert ask(qtbot, frame.page, "window.scrollY") == 0


@pytest.mark.parametrize("width", list(Width))
def test_each_width_is_the_width_the_page_sees(show, window, qtbot, width):
    frame = show("<!doctype html><p>x</p>")
    window.pane.preview.set_width(width)
    qtbot.wait(150)
    assert abs(ask(qtbot, frame.page, "innerWidth") - width.value) <= 2


def test_a_page_that_dies_says_so_and_can_be_reloaded(show, window, qtbot):
    frame = show("<p>alive</p>")
    os.kill(frame.page.renderProcessPid(), signal.SIGKILL)
    preview = window.pane.preview
    qtbot.waitUntil(lambda: "stopped working" in preview._message.text(), timeout=5000)
    assert preview._again.isVisible()

    preview._again.click()
    qtbot.waitUntil(lambda: frame.page is not None and not frame._patience.isActive(), timeout=10_000)
    assert ask(qtbot, frame.page, "document.body.textContent") == "alive"


def test_a_page_stuck_in_a_loop_is_given_up_and_the_next_one_works(show, window, qtbot, monkeypatch):
    monkeypatch.setattr(page_frame, "PATIENCE_MILLISECONDS", 1500)
    window.on_event(page_events.PageJobStarted(1, "a.jpg"))
    window.on_event(page_events.PagePainted(1, samples.page(0, "<script>while(true){}</script>"), True))
    preview = window.pane.preview
    qtbot.waitUntil(lambda: "does not respond" in preview._message.text(), timeout=10_000)
    monkeypatch.undo()

    frame = show("<p>fine</p>", job=2)
    assert ask(qtbot, frame.page, "document.body.textContent") == "fine"


def test_a_hidden_page_is_frozen(show, window, qtbot):
    frame = show("<p>x</p>")
    window.toggle_pane()
    states = type(frame.page).LifecycleState
    assert frame.page.lifecycleState() is states.Frozen
    window.toggle_pane()
    assert frame.page.lifecycleState() is states.Active


def test_a_revision_that_arrives_unseen_is_there_when_the_page_is_shown_again(show, window, qtbot):
    frame = show("<p>old</p>")
    window.toggle_pane()
    show("<p>new</p>", revision=1)
    assert frame.page.lifecycleState() is type(frame.page).LifecycleState.Frozen
    window.toggle_pane()
    assert ask(qtbot, frame.page, "document.body.textContent") == "new"


def test_the_source_can_be_seen_copied_and_saved(show, window, qtbot, tmp_path):
    show(samples.PAGE_HTML)
    preview = window.pane.preview
    preview.code_button.click()
    assert preview.code.isVisible() and "My really funny jokes" in preview.code.toPlainText()
    preview.copy_code()
    assert QGuiApplication.clipboard().text() == samples.PAGE_HTML

    preview._save_as(str(tmp_path / "out.html"))
    qtbot.waitUntil(lambda: (tmp_path / "out.html").exists() and bool(window.state.notices), timeout=3000)
    assert META_POLICY in (tmp_path / "out.html").read_text()


def test_a_page_that_cannot_be_written_is_told(qtbot, tmp_path):
    export = PageExport()
    with qtbot.waitSignal(export.failed, timeout=3000) as told:
        export.save(tmp_path / "no" / "such" / "folder.html", "<p>x")
    assert told.args[0] == "folder.html could not be written."


@pytest.mark.parametrize(
    ("title", "name"),
    [("My Jokes!", "My-Jokes.html"), ("../../etc/passwd", "etcpasswd.html"), ("", "page.html"), ("日本", "日本.html")],
)
def test_a_title_makes_a_harmless_file_name(title, name):
    assert file_name(title) == name


def test_an_error_of_the_page_is_one_line_beside_it(show, window):
    show("<script>nosuch()</script>")
    assert "nosuch is not defined" in window.pane.preview._strip_text.text()
    assert window.pane.preview._strip.isVisible()


def test_a_refused_preview_says_why_and_keeps_the_source(window, qtbot, monkeypatch):
    monkeypatch.setattr(page_frame, "preview_refusal", lambda: "The preview is off because of a test.")
    window.on_event(page_events.PageJobStarted(1, "a.jpg"))
    window.on_event(page_events.PagePainted(1, replace(samples.page()), True))
    preview = window.pane.preview
    qtbot.waitUntil(lambda: "because of a test" in preview._message.text(), timeout=3000)
    assert not preview._again.isVisible() and preview.frame.view is None
    preview.show_code(True)
    assert preview.code.isVisible()


def test_a_new_conversation_closes_the_page(show, window, qtbot):
    frame = show("<p>x</p>")
    window.on_event(facts.TurnsRestored())
    qtbot.waitUntil(lambda: frame.view is None and window.pane.isHidden(), timeout=3000)
    assert show("<p>again</p>").page is not None


def test_a_page_that_is_being_written_grows_without_being_loaded_again(show, qtbot):
    rows = [f"<p id='e{number}' style='height: 300px'>Row {number}</p>" for number in range(1, 31)]
    answer = "<html><head><title>Rows</title><style>p { margin: 0 }</style></head><body>" + "".join(rows)
    frame = show(kept_inside(answer[:1000], "a.jpg", "en", False), revision=1)
    loads = []
    frame.page.loadStarted.connect(lambda: loads.append(1))
    ask(qtbot, frame.page, "window.mine = 7; scrollTo(0, 900); 1")
    qtbot.waitUntil(lambda: ask(qtbot, frame.page, "scrollY") > 800, timeout=3000)
    for revision, length in enumerate((1700, len(answer)), start=2):
        frame = show(kept_inside(answer[:length], "a.jpg", "en", False), revision=revision)
    qtbot.waitUntil(lambda: ask(qtbot, frame.page, "document.querySelectorAll('p').length") == 30, timeout=3000)
    assert loads == []
    assert ask(qtbot, frame.page, "window.mine") == 7
    assert ask(qtbot, frame.page, "scrollY") > 800
