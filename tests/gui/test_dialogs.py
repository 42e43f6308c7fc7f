"""Settings apply as they are changed; models are listed, fetched and removed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QMessageBox, QSlider

from assistant.core import events
from assistant.core.settings import AudioSettings, PageSettings, Settings
from assistant.gui import facts
from assistant.gui.models_dialog import progress_in_words, size_in_words
from assistant.gui.screen import Download
from assistant.gui.settings_dialog import SettingsDialog
from tests.gui import samples

CHOICES = facts.Choices(
    microphones=("Desk microphone",),
    voices=(
        facts.Voices("hibari", "Hibari", ("heart",)),
        facts.Voices("kokoro", "Kokoro", ("af_bella", "bm_george")),
    ),
)


@pytest.fixture
def dialog(window, qtbot):
    made = SettingsDialog(window, Settings(audio=AudioSettings(output_device="Gone speaker")), CHOICES)
    made.heard = []
    made.changed.connect(made.heard.append)
    made.show()
    yield made
    made.close()


def named(dialog, kind, name):
    return next(widget for widget in dialog.findChildren(kind) if widget.accessibleName() == name)


def choose(combo: QComboBox, value: str):
    index = combo.findData(value)
    assert index >= 0
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def test_a_choice_applies_at_once(dialog):
    choose(named(dialog, QComboBox, "Microphone"), "Desk microphone")
    assert [settings.audio.input_device for settings in dialog.heard] == ["Desk microphone"]


def test_a_device_that_is_unplugged_stays_chosen(dialog):
    combo = named(dialog, QComboBox, "Loudspeaker")
    assert combo.currentData() == "Gone speaker" and "not found" in combo.currentText()


def test_another_engine_brings_its_own_voices(dialog):
    choose(named(dialog, QComboBox, "Engine"), "kokoro")
    voices = named(dialog, QComboBox, "Voice")
    assert [voices.itemData(index) for index in range(voices.count())] == ["af_bella", "bm_george"]
    assert (dialog.settings.voice.engine, dialog.settings.voice.voice) == ("kokoro", "af_bella")
    choose(voices, "bm_george")
    assert dialog.heard[-1].voice.voice == "bm_george"


def test_a_dragged_slider_changes_the_settings_once_it_rests(dialog, qtbot):
    slider = named(dialog, QSlider, "Speed")
    for value in (110, 120, 130):
        slider.setValue(value)
    assert dialog.heard == []
    qtbot.waitUntil(lambda: bool(dialog.heard), timeout=1000)
    assert [settings.voice.rate for settings in dialog.heard] == [1.3]


def test_closing_does_not_lose_a_change_that_had_not_settled(dialog):
    named(dialog, QSlider, "Volume").setValue(40)
    dialog.reject()
    assert dialog.heard[-1].audio.volume == 0.4


def test_a_server_is_taken_when_the_field_is_left(dialog):
    line = named(dialog, QLineEdit, "Own server")
    line.setText(" https://box:8080/v1 ")
    line.editingFinished.emit()
    assert dialog.heard[-1].mind.server_url == "https://box:8080/v1"


def test_switches_apply(dialog):
    offline = next(box for box in dialog.findChildren(QCheckBox) if "offline" in box.text())
    offline.click()
    assert dialog.heard[-1].privacy.offline


def test_the_talk_key_is_the_key_that_was_pressed(dialog):
    dialog.list.setCurrentRow(5)
    dialog.key.setFocus()
    QTest.keyClick(dialog.key, Qt.Key.Key_F6)
    dialog.key.editingFinished.emit()
    assert dialog.heard[-1].window.push_to_talk_key == "F6"


def test_the_window_takes_the_settings_over_and_passes_them_on(window, commands):
    window.show_settings()
    themes = next(c for c in window.dialogs.settings.findChildren(QComboBox) if c.accessibleName() == "Theme")
    choose(themes, "dark")
    assert window.state.settings.window.theme == "dark"
    assert commands.named("change_settings")[0][0].window.theme == "dark"


def test_pages_are_given_more_time_and_a_time_set_elsewhere_is_kept(dialog, window):
    waits = named(dialog, QComboBox, "Think about pages")
    choose(waits, "20")
    assert dialog.heard[-1].pages.think_seconds == 20.0
    other = SettingsDialog(window, Settings(pages=PageSettings(think_seconds=7.5)), CHOICES)
    assert named(other, QComboBox, "Think about pages").currentText() == "7.5 more seconds"
    other.done(0)


# Models


def test_needed_models_are_offered_at_the_first_start_and_then_the_window_opens(window, commands, qtbot):
    window.on_event(facts.ModelsListed(samples.MODELS))
    qtbot.wait(60)
    assert window.first_run.isVisible() and not window.composer.isVisible()
    assert window.first_run.download.text() == "Download 1.1 GB"
    window.first_run.download.click()
    assert commands.named("fetch_models") == [(("qwen2.5-coder-1.5b",),)]

    window.on_event(events.DownloadProgressed("qwen2.5-coder-1.5b", 10, 1_117_320_768, 1.0))
    qtbot.wait(60)
    assert window.first_run.cancel.isVisible() and not window.first_run.download.isVisible()
    window.first_run.cancel.click()
    assert commands.named("cancel_fetch") == [()]

    window.on_event(
        facts.ModelsListed(tuple(facts.ModelRow(m.id, m.title, 1, "MIT", True, True) for m in samples.MODELS))
    )
    qtbot.wait(60)
    assert window.welcome.isVisible() and window.composer.isVisible()


def test_the_first_start_can_wait(window, qtbot):
    window.on_event(facts.ModelsListed(samples.MODELS))
    qtbot.wait(60)
    window.first_run.later.click()
    qtbot.wait(60)
    assert window.composer.isVisible()


def test_chosen_models_are_fetched_and_present_ones_removed(window, commands, qtbot):
    window.on_event(facts.ModelsListed(samples.MODELS))
    window.show_models()
    dialog = window.dialogs.models
    dialog.table.selectRow(3)
    assert dialog.fetch.text() == "Download 491 MB" and not dialog.remove.isEnabled()
    dialog.fetch.click()
    assert commands.named("fetch_models") == [(("qwen2.5-coder-0.5b",),)]

    dialog.table.selectRow(0)
    assert not dialog.fetch.isEnabled()
    dialog.remove.click()
    box = dialog.findChild(QMessageBox)
    next(button for button in box.buttons() if button.text() == "Remove").click()
    assert commands.named("remove_model") == [("whisper-base",)]


def test_a_running_download_can_be_cancelled_and_tells_its_speed(window, commands, qtbot):
    window.on_event(facts.ModelsListed(samples.MODELS))
    window.show_models()
    window.on_event(events.DownloadProgressed("kokoro-82m", 165_000_000, 330_000_000, 11e6))
    qtbot.wait(60)
    assert "165 MB of 330 MB · 11 MB/s · 15 s left" in window.dialogs.models._words.text()
    window.dialogs.models.cancel.click()
    assert commands.named("cancel_fetch") == [()]


def test_sizes_and_progress_in_words():
    assert [size_in_words(size) for size in (900, 2_300_000, 145e6, 1.117e9, 22e9)] == [
        "1 kB", "2.3 MB", "145 MB", "1.1 GB", "22 GB",
    ]  # fmt: skip
    assert progress_in_words(Download(0, 10_000_000, 0.0)) == "0 kB of 10 MB"
    assert progress_in_words(Download(0, 6_000_000_000, 10e6)).endswith("10 min left")


def test_the_sound_page_moves_its_meters_asks_for_checks_and_shows_their_answers(qtbot, window, commands):
    window.show_settings()
    dialog = window.dialogs.settings
    page = dialog.sound_page

    page.buttons["echo"].click()
    window.on_event(events.LevelMeasured(0.5, 0.25))
    window.on_event(facts.SoundChecked("echo", "Playing a rising tone…", is_running=True))
    window._paint()

    assert commands.named("check_sound") == [("echo",)]
    assert (page.microphone.value(), page.speaker.value()) == (50, 25)
    assert not page.buttons["phrase"].isEnabled()
    window.on_event(facts.SoundChecked("echo", "Heard after 100 ms."))
    window._paint()
    assert page.answers["echo"].text() == "Heard after 100 ms."
    assert page.buttons["phrase"].isEnabled()


def test_the_voice_can_be_listened_to_and_its_fault_is_shown(qtbot, window, commands):
    window.show_settings()
    dialog = window.dialogs.settings

    dialog.listen.click()
    window.on_event(facts.SoundChecked("voice", "There is no loudspeaker."))
    window._paint()

    assert commands.named("check_sound") == [("voice",)]
    assert dialog.voice_page.answer.text() == "There is no loudspeaker."


def test_a_name_that_cannot_be_said_is_not_taken(qtbot, window, commands):
    window.show_settings()
    dialog = window.dialogs.settings

    for typed in ("", "7", "x"):
        dialog.name.setText(typed)
        dialog.name.editingFinished.emit()
        assert dialog.name.text() == "Vesper"
    dialog.name.setText("  Ada   Lovelace ")
    dialog.name.editingFinished.emit()

    assert [settings.talk.name for (settings,) in commands.named("change_settings")] == ["Ada Lovelace"]


def test_the_way_to_talk_is_chosen_beside_the_message_and_kept(qtbot, window, commands):
    named = next(action for action in window.composer.way.menu().actions() if "Vesper" in action.text())

    named.trigger()
    window._paint()

    assert [settings.talk.way for (settings,) in commands.named("change_settings")] == ["name"]
    assert "Vesper" in window.composer.way.text()


def test_the_new_controls_are_reached_by_the_keyboard(qtbot, window):
    window.show_settings()
    dialog = window.dialogs.settings
    controls = [dialog.listen, dialog.name, *dialog.sound_page.buttons.values(), window.composer.way]

    for control in controls:
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.objectName()


def type_into(line: QLineEdit, text: str) -> None:
    line.setText(text)
    line.editingFinished.emit()


def test_a_model_of_ones_own_is_planned_before_it_is_loaded(dialog):
    asked = []
    dialog.plan_wanted.connect(asked.append)
    page = dialog.model_page
    dialog.list.setCurrentRow(3)
    type_into(page.folder, "/models/own")
    choose(named(dialog, QComboBox, "Weights"), "8-bit")

    assert [(one.folder, one.weights) for one in asked] == [
        ("", "auto"),
        ("/models/own", "auto"),
        ("/models/own", "8-bit"),
    ]
    assert dialog.heard == []
    assert not page.use.isHidden()
    page.use.click()
    assert (dialog.settings.mind.folder, dialog.settings.mind.weights) == ("/models/own", "8-bit")
    assert page.use.isHidden()


def test_what_a_model_needs_is_shown(window, commands):
    window.show_settings()
    dialog = window.dialogs.settings
    dialog.list.setCurrentRow(3)
    assert [asked.folder for (asked,) in commands.named("plan_mind")] == [""]

    window.on_event(facts.MindPlanned("weights 5.0 + context 1.2 = 6.7 GB"))
    window._paint()
    assert dialog.model_page.plan.text() == "weights 5.0 + context 1.2 = 6.7 GB"


def test_how_to_run_a_folder_is_asked_only_where_there_is_one(dialog):
    dialog.list.setCurrentRow(3)
    weights = named(dialog, QComboBox, "Weights")
    assert weights.isHidden()
    type_into(dialog.model_page.folder, "/models/own")
    assert not weights.isHidden()


@pytest.mark.parametrize(
    ("page", "group", "before"), [("talking_page", "hearing", "auto"), ("voice_page", "voice", "hibari")]
)
def test_a_speech_server_counts_once_it_has_an_address(dialog, page, group, before):
    page = getattr(dialog, page)
    engine = named(page, QComboBox, "Recogniser" if group == "hearing" else "Engine")
    assert page.url.isHidden()
    choose(engine, "server")
    assert not page.url.isHidden() and "sent to that server" in page._warning.text()
    assert getattr(dialog.settings, group).engine == before

    type_into(page.url, "https://lab/v1")
    assert getattr(dialog.settings, group).engine == "server"
    assert getattr(dialog.settings, group).server_url == "https://lab/v1"
    choose(engine, "faster-whisper" if group == "hearing" else "kokoro")
    assert page.url.isHidden() and not getattr(dialog.settings, group).is_elsewhere


def test_a_key_is_handed_over_once_and_not_kept_in_the_field(window, commands):
    window.show_settings()
    dialog = window.dialogs.settings
    page = dialog.model_page
    type_into(page.url, "https://lab/v1")
    page.key.line.setText("sesame")
    page.key.button.click()

    assert commands.named("store_key") == [("https://lab/v1", "sesame")]
    assert page.key.line.text() == ""
    assert page.key.line.echoMode() is QLineEdit.EchoMode.Password
    window.on_event(facts.KeyAnswered("https://lab/v1", "The key is in the keyring."))
    window._paint()
    assert page.key.answer.text() == "The key is in the keyring."


def test_every_field_of_every_page_has_a_name_and_is_reached_by_the_keyboard(dialog):
    for page in range(dialog.stack.count()):
        widget = dialog.stack.widget(page)
        for kind in (QLineEdit, QComboBox, QCheckBox, QSlider):
            for field in widget.findChildren(kind):
                if field.parent().metaObject().className() in ("QKeySequenceEdit", "QComboBox"):
                    continue
                assert field.accessibleName() or field.text(), (page, field)
                assert field.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_what_becomes_of_the_talk_key_is_said_on_its_page_and_a_refusal_is_a_notice(window, qtbot):
    window.show_settings()
    window.on_event(facts.TalkKeyAnswered("Press F8 works in all windows."))
    qtbot.wait(60)
    assert window.dialogs.settings.key_note.text() == "Press F8 works in all windows."
    assert not window.state.notices

    window.on_event(facts.TalkKeyAnswered("It was not given.", "Ask anew.", is_refused=True))
    qtbot.wait(60)
    assert window.dialogs.settings.key_note.text() == "It was not given. Ask anew."
    assert window.state.notices[-1].what == "It was not given."
