"""Pictures of the window in its states, without a screen: `python -m tests.gui.screenshots OUT_DIR [NAME...]`.

Each is made in light and dark. Look at them after a change to the window: tests cannot see.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from assistant.core import events, page_events
from assistant.core.settings import Settings
from assistant.gui import facts
from assistant.gui.main_window import MainWindow, create_window
from assistant.gui.page_frame import Width
from assistant.gui.web_engine import prepare_web_engine
from assistant.pages.editor import PageEditor
from assistant.pages.page_maker import PageMaker
from tests.gui import samples
from tests.gui.fake_commands import FakeCommands

Scene = Callable[[MainWindow], None]


def wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


def tell(window: MainWindow, *happened: events.Event) -> None:
    for event in happened:
        window.on_event(event)


def empty(window: MainWindow) -> None:
    tell(window, *(events.EngineStateChanged(name, "ready") for name in ("hearing", "mind", "voice", "eyes")))


def starting(window: MainWindow) -> None:
    tell(window, events.EngineStateChanged("mind", "loading"), events.EngineStateChanged("hearing", "loading"))


def conversation(window: MainWindow) -> None:
    tell(
        window,
        events.MicrophoneOpened("Built-in"),
        events.TurnCommitted(1, "user", "Tell me a story about the sea."),
        events.ReplyStarted(),
        events.ReplyInterrupted(
            "Once upon a time there was a lighthouse keeper who had never seen the sea by day. Every evening",
            "Once upon a time there was a lighthouse keeper",
        ),
        events.TurnCommitted(2, "user", "Thanks. How would I count clicks on a button in JavaScript?"),
        events.ReplyStarted(),
        events.ReplyFinished(samples.REPLY),
        events.TurnCommitted(3, "user", "And could you say that in one sentence?"),
        events.PhaseChanged("thinking"),
        events.ReplyStarted(),
        events.ReplyHeard(0),
        events.ReplyDelta("Keep a number outside the click handler, add one to it on every click, and"),
        events.ReplyHeard(41),
        events.PhaseChanged("speaking"),
        events.LevelMeasured(0.0, 0.7),
    )
    window.composer.text.setPlainText("And what about ")


def hearing(window: MainWindow) -> None:
    tell(window, events.MicrophoneOpened(), events.PhaseChanged("hearing"), events.LevelMeasured(0.8, 0.0))
    tell(window, events.TurnCommitted(1, "user", "Tell me about sailing."), events.ReplyStarted())
    reply = "A sailing boat moves by turning the wind into a push. **Into** the wind it has to zigzag, for 2 reasons."
    tell(window, events.ReplyHeard(0), events.ReplyDelta(reply), events.ReplyHeard(71))
    tell(window, events.ReplyInterrupted(reply, "A sailing boat moves by turning the wind into a push. Into the wind"))
    tell(window, events.CaptionChanged("Wait, so how does it get", "back to the harbour if"))


def attached(window: MainWindow) -> None:
    tell(window, events.PictureAttached("holiday-photo.jpg", samples.picture()), facts.AttachBegan("scan 2026-11.png"))
    window.composer.text.setPlainText("What is written on these?")


def sketch_page(window: MainWindow) -> None:
    tell(
        window,
        page_events.PageJobStarted(1, "funny-jokes.jpg"),
        page_events.PageJobProgressed(1, "read"),
        page_events.SketchRead(1, samples.reading(), samples.picture()),
        page_events.PagePainted(1, samples.page(), True),
        events.TurnCommitted(1, "user", "Make the button tell another joke"),
        events.ReplyStarted(),
        events.ReplyFinished("Here is your page. I found 7 elements: a heading, a form and a picture."),
    )
    wait(2.5)


def sketch(window: MainWindow) -> None:
    tell(window, page_events.PageJobStarted(1, "funny-jokes.jpg"))
    tell(
        window,
        page_events.SketchRead(1, samples.reading(), samples.picture()),
        page_events.PageJobProgressed(1, "compile"),
    )
    wait(0.2)
    box = window.pane.sketch.box(samples.ELEMENTS[6])
    QTest.mouseMove(window.pane.sketch, QPointF(box.center()).toPoint())


def real_page(window: MainWindow) -> PageEditor:
    """The drawing, and the page that the program itself makes of it."""
    editor = PageMaker().open(samples.reading(), "funny-jokes.jpg")
    tell(
        window,
        page_events.PageJobStarted(1, "funny-jokes.jpg"),
        page_events.SketchRead(1, samples.reading(), samples.picture()),
        page_events.PagePainted(1, editor.page(0), True),
        page_events.VersionsListed(1, editor.versions),
    )
    wait(2.0)
    return editor


def pointing(window: MainWindow) -> None:
    editor = real_page(window)
    asyncio.run(editor.change("make the button green", "", None))
    tell(window, page_events.PagePainted(1, editor.page(1), True), page_events.VersionsListed(1, editor.versions))
    wait(0.8)
    asyncio.run(editor.change("make the heading bigger", "", None))
    tell(window, page_events.PagePainted(1, editor.page(2), True), page_events.VersionsListed(1, editor.versions))
    window.pane.preview.bar.versions.click()
    tell(window, page_events.PartSelected(1, "e7", "the Tell me one button"))
    wait(1.0)


def inking(window: MainWindow) -> None:
    real_page(window)
    window.pane.preview.bar.ink.click()
    pad = window.pane.preview.ink.pad
    scribble(pad, [(60, 420), (260, 424), (262, 480), (58, 478), (60, 418)])
    wait(0.2)


def correcting(window: MainWindow) -> None:
    real_page(window)
    window.pane.show_tab(1)
    tell(window, page_events.PartSelected(1, "e5", "the field"))
    wait(0.2)
    box = window.pane.sketch.box(samples.ELEMENTS[4])
    QTest.mouseClick(window.pane.sketch, Qt.MouseButton.LeftButton, pos=box.center().toPoint())


def choosing(window: MainWindow) -> None:
    editor = real_page(window)
    offered = asyncio.run(editor.change("show me three variants", "", None)).variants
    tell(window, page_events.VariantsOffered(1, offered))
    wait(3.0)


def drawing(window: MainWindow) -> None:
    window.pane.show_drawing()
    wait(0.2)
    pad = window.pane.pad.pad
    scribble(pad, [(120, 120), (420, 118), (422, 170), (118, 172), (120, 116)])
    scribble(pad, [(150, 150), (160, 130), (170, 152), (182, 128), (196, 154)])
    scribble(pad, [(120, 260), (420, 262), (418, 330), (122, 328), (120, 262)])


def scribble(pad: QWidget, points: list[tuple[int, int]]) -> None:
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(pad, QPoint(*point))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(*points[-1]))


def phone(window: MainWindow) -> None:
    sketch_page(window)
    window.pane.preview.set_width(Width.PHONE)
    wait(0.6)


def source(window: MainWindow) -> None:
    sketch_page(window)
    window.pane.preview.show_code(True)


def error(window: MainWindow) -> None:
    tell(
        window,
        events.NoticeShown("warning", "No microphone was found.", "Plug one in; typing works meanwhile."),
        events.TurnCommitted(1, "user", "What is the tallest mountain?"),
        events.ReplyFailed("The language model stopped twice in a row.", "Try again, or choose a smaller model."),
        page_events.PageJobStarted(1, "IMG_2044.heic"),
        page_events.PageJobFailed(
            1, "IMG_2044.heic is not a picture this program can open.", "Save it as PNG or JPEG."
        ),
    )
    window.toggle_pane()


def settings(window: MainWindow) -> None:
    window.show_settings()


def turn_to(window: MainWindow, title: str) -> None:
    """A page of the settings, by its title."""
    window.show_settings()
    if window.dialogs.settings is not None:
        titles = window.dialogs.settings.list
        titles.setCurrentItem(titles.findItems(title, Qt.MatchFlag.MatchExactly)[0])


def appearance(window: MainWindow) -> None:
    turn_to(window, "Appearance")


def privacy(window: MainWindow) -> None:
    turn_to(window, "Privacy")


def pages(window: MainWindow) -> None:
    turn_to(window, "Pages")


def keys(window: MainWindow) -> None:
    turn_to(window, "Keys")
    tell(window, facts.TalkKeyAnswered("Your desktop did not give Vesper the talk key.", "Ask for it once more."))


LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def long_words(window: MainWindow) -> None:
    """Words that do not fit, as German makes them, wherever words come from outside."""
    settings = window.state.settings
    tell(
        window,
        facts.SettingsApplied(replace(settings, talk=replace(settings.talk, way="name", name=LONG[:40]))),
        events.AttentionChanged("asleep"),
        events.MicrophoneOpened("Built-in"),
        events.NoticeShown("warning", f"The loudspeaker “{LONG}” is not there.", "The system's default is used."),
        events.TurnCommitted(1, "user", f"Was macht die {LONG}?"),
        events.ReplyStarted(),
        events.ReplyDelta(f"Die {LONG} gibt es nur im Wörterbuch.\n\n    {LONG * 3}"),
        events.PhaseChanged("speaking"),
        page_events.PageJobStarted(1, f"{LONG}.heic"),
        page_events.PageJobFailed(1, f"{LONG}.heic is not a picture this program can open.", "Save it as PNG."),
    )


def long_names(window: MainWindow) -> None:
    named = facts.Voices("hibari", f"Hibari {LONG}", ("heart",))
    tell(window, facts.ChoicesListed(facts.Choices((LONG, "Mikrofon"), (f"{LONG} {LONG}",), (named,))))
    turn_to(window, "Sound")


def models(window: MainWindow) -> None:
    tell(window, facts.ModelsListed(samples.MODELS))
    tell(window, events.DownloadProgressed("qwen2.5-coder-1.5b", 400_000_000, 1_117_320_768, 21e6))
    window._skip_first_run()
    window.show_models()


def first_run(window: MainWindow) -> None:
    tell(window, facts.ModelsListed(samples.MODELS))


def downloading(window: MainWindow) -> None:
    first_run(window)
    tell(window, events.DownloadProgressed("qwen2.5-coder-1.5b", 400_000_000, 1_117_320_768, 21e6))


def dropping(window: MainWindow) -> None:
    window.overlay.begin()
    window.overlay.purpose_at(window.rect().topLeft())


def asleep(window: MainWindow) -> None:
    settings = Settings()
    named = replace(settings, window=window.state.settings.window, talk=replace(settings.talk, way="name"))
    empty(window)
    tell(
        window,
        facts.SettingsApplied(named),
        events.AttentionChanged("asleep"),
        events.MicrophoneOpened("Built-in"),
    )


def muted(window: MainWindow) -> None:
    empty(window)
    tell(window, events.AttentionChanged("open"), events.MicrophoneOpened(), events.AttentionChanged("muted"))


def ways(window: MainWindow) -> None:
    asleep(window)
    window.composer.way.menu().popup(window.composer.way.mapToGlobal(window.composer.way.rect().topLeft()))


def talking(window: MainWindow) -> None:
    turn_to(window, "Talking")


PLAN = (
    "Qwen3-VL-4B from your folder through transformers, because its files are safetensors. Qwen3-VL-4B at 8 bits: "
    "weights 5.0 + context of 8192 tokens 1.2 + working memory 0.5 = 6.7 GB; 10.9 GB of the graphics card are free, "
    "and 1.9 GB of them stay free."
)


def model(window: MainWindow) -> None:
    turn_to(window, "Model")
    tell(window, facts.MindPlanned(PLAN))
    dialog = window.dialogs.settings
    if dialog is not None:
        dialog.model_page.folder.setText("/home/me/models/Qwen3-VL-4B")
        dialog.model_page.folder.editingFinished.emit()


def speech_server(window: MainWindow) -> None:
    window.show_settings()
    dialog = window.dialogs.settings
    if dialog is not None:
        dialog.voice_page.show_server(True)
        dialog.voice_page.url.setText("https://lab.example/v1")


def sound(window: MainWindow) -> None:
    window.show_settings()
    tell(window, events.LevelMeasured(0.6, 0.2))
    tell(window, facts.SoundChecked("echo", "The loudspeaker is heard after 142 ms, at -23 dB. Vesper takes it out; "
                                    "headset mode must stay off."))  # fmt: skip
    turn_to(window, "Sound")


SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        empty, starting, conversation, hearing, attached, sketch_page, sketch, phone, source, error, settings,
        appearance, privacy, pages, keys, long_words, long_names, models, pointing, inking, correcting, choosing,
        drawing, first_run, downloading, dropping, asleep, muted, ways, talking, sound, model, speech_server,
    )
}  # fmt: skip


def shoot(folder: Path, name: str, theme: str, size: tuple[int, int] = (1280, 800), scale: float = 1.0) -> None:
    base = Settings()
    window = create_window(FakeCommands(), replace(base, window=replace(base.window, theme=theme, text_scale=scale)))
    window.resize(*size)
    window.show()
    wait(0.15)
    SCENES[name](window)
    wait(0.35)
    dialog = QApplication.activePopupWidget() or next(
        (d for d in (window.dialogs.settings, window.dialogs.models) if d is not None and d.isVisible()), None
    )
    suffix = "" if (size, scale) == ((1280, 800), 1.0) else f"-{size[0]}x{size[1]}-{scale:g}"
    path = folder / f"{name}-{theme}{suffix}.png"
    (dialog or window).grab().save(str(path))
    print(path)
    window.close()
    window.deleteLater()
    wait(0.05)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    prepare_web_engine({"VESPER_TEST": "1"})
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    application.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    names = arguments[1:] or list(SCENES)
    for name in names:
        for theme in ("light", "dark"):
            shoot(folder, name, theme)
    if not arguments[1:]:
        for name in ("conversation", "error", "empty", "first_run", "talking", "sound", "keys", "models", "long_words"):
            shoot(folder, name, "light", (1280, 800), 2.0)
        shoot(folder, "long_words", "light", (640, 440))
        shoot(folder, "sketch_page", "dark", (1024, 600))
        shoot(folder, "conversation", "light", (640, 440))
        shoot(folder, "first_run", "light", (1024, 600))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
