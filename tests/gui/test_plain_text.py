"""No text from outside is ever read as HTML: Qt's labels and boxes guess by default, and then load what they find."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox

from assistant.core import events, page_events
from assistant.gui import facts
from assistant.gui.yielding import BREAK
from tests.gui import samples

SOURCES = sorted((Path(__file__).parents[2] / "assistant" / "gui").glob("*.py"))
RICH = {"setHtml", "insertHtml", "setMarkdown", "insertMarkdown", "appendHtml", "toHtml", "setOpenExternalLinks"}
BARE = {"QLabel", "QMessageBox", "QTextBrowser", "QErrorMessage"}
STATIC = {"information", "warning", "critical", "question", "about"}
EVIL = '<b>bold</b><img src="file:///etc/hostname">'


def calls(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = getattr(getattr(node.func, "value", None), "id", "")
            yield node, name, owner


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_code_hands_text_to_qt_as_markup(path: Path):
    for node, name, owner in calls(path):
        where = f"{path.name}:{node.lineno}"
        assert name not in RICH, where
        assert not (owner == "QMessageBox" and name in STATIC), where
        if name in BARE:
            assert "setTextFormat(Qt.TextFormat.PlainText)" in path.read_text(encoding="utf-8"), where
            assert path.name in ("buttons.py", "models_dialog.py"), f"{where}: use buttons.plain_label"


def test_every_label_of_the_live_window_is_plain_text(window, qtbot):
    for event in (
        facts.ModelsListed(samples.MODELS),
        events.NoticeShown("error", EVIL, EVIL),
        events.TurnCommitted(1, "user", EVIL),
        events.ReplyStarted(),
        events.ReplyFinished(EVIL),
        events.ReplyFailed(EVIL, EVIL),
        page_events.PageJobStarted(1, EVIL),
        events.PictureAttached(EVIL, samples.picture()),
        page_events.PageJobFailed(1, EVIL, EVIL),
    ):
        window.on_event(event)
    window.show_settings()
    window.show_models()
    qtbot.wait(80)
    labels = window.findChildren(QLabel)
    ours = [label for label in labels if not label.objectName().startswith("qt_")]
    assert len(ours) > 40
    assert [label.text() for label in ours if label.textFormat() is not Qt.TextFormat.PlainText] == []
    assert any(EVIL in label.text().replace(BREAK, "") for label in ours)


def test_the_question_before_a_model_is_removed_is_plain_text(window, qtbot):
    window.on_event(facts.ModelsListed(samples.MODELS))
    window.show_models()
    window.dialogs.models.table.selectRow(0)
    window.dialogs.models.remove.click()
    box = window.dialogs.models.findChild(QMessageBox)
    assert box.textFormat() is Qt.TextFormat.PlainText
    box.close()
