"""Everything the mouse and the keys do to a page, on its way from the pane to the session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from assistant.core.page_events import (
    ElementCorrected,
    ElementSelected,
    InkDrawn,
    RepairAsked,
    ShapedByHand,
    ThumbnailTaken,
    VariantChosen,
    VersionChosen,
    VersionStepped,
)
from assistant.core.sketch import Correction, Places
from assistant.core.types import Picture
from assistant.gui.bridge import Commands
from assistant.gui.camera_dialog import CameraDialog
from assistant.gui.picture_bytes import png_of
from assistant.gui.side_pane import SidePane


class PageDesk(QObject):
    """`job` tells the number of the job in the pane; 0 while there is none."""

    def __init__(self, window: QWidget, pane: SidePane, commands: Commands, job: Callable[[], int]) -> None:
        super().__init__(window)
        self._commands = commands
        self._job = job
        preview, sketch = pane.preview, pane.sketch
        preview.frame.pointer.pointed.connect(self.select)
        preview.bar.unselect_wanted.connect(self._unselect)
        preview.bar.undo_wanted.connect(self.undo)
        preview.bar.redo_wanted.connect(self.redo)
        preview.versions.chosen.connect(self._choose_version)
        preview.variants.taken.connect(self._choose_variant)
        preview.variants.refused.connect(self._refuse_variants)
        preview.repair_wanted.connect(self._repair)
        preview.ink.drawn.connect(self._draw)
        sketch.pointed_at.connect(self.select)
        sketch.corrected.connect(self._correct)
        preview.pictured.connect(self._keep_picture)
        pane.pad.drawn.connect(self._make_page)
        self.camera = CameraDialog(window)
        self.camera.begun.connect(commands.begin_camera)
        self.camera.taken.connect(self._take_photo)
        self.camera.given_up.connect(self._give_up_photo)
        pane.pad.camera_wanted.connect(self.camera.look)
        for keys, act in (
            ("Ctrl+Shift+Z", self.undo),
            ("Ctrl+Shift+Y", self.redo),
            ("Ctrl+E", preview.bar.point.click),
            ("Ctrl+D", pane.show_drawing),
        ):
            QShortcut(QKeySequence(keys), window).activated.connect(act)

    def select(self, element_id: str) -> None:
        if self._job():
            self._commands.act_on_page(ElementSelected(self._job(), element_id))

    def undo(self) -> None:
        self._act(VersionStepped(self._job(), -1))

    def redo(self) -> None:
        self._act(VersionStepped(self._job(), 1))

    def _act(self, act: ShapedByHand) -> None:
        if act.job:
            self._commands.act_on_page(act)

    def _unselect(self) -> None:
        self.select("")

    def _choose_version(self, index: int) -> None:
        self._act(VersionChosen(self._job(), index))

    def _choose_variant(self, index: int) -> None:
        self._act(VariantChosen(self._job(), index))

    def _refuse_variants(self) -> None:
        self._act(VariantChosen(self._job(), None))

    def _repair(self, problem: str, element_id: str) -> None:
        self._act(RepairAsked(self._job(), problem, element_id))

    def _correct(self, correction: Correction) -> None:
        self._act(ElementCorrected(self._job(), correction))

    def _draw(self, picture: Picture, places: Places) -> None:
        self._act(InkDrawn(self._job(), picture, places))

    def _keep_picture(self, index: int, picture: QImage) -> None:
        """Some hundred pixels: encoded in a millisecond."""
        self._act(ThumbnailTaken(self._job(), index, png_of(picture)))

    def _take_photo(self) -> None:
        self._commands.end_camera(takes_photo=True)

    def _give_up_photo(self) -> None:
        self._commands.end_camera(takes_photo=False)

    def _make_page(self, png: bytes) -> None:
        self._commands.build_page(bytes(png), "Drawing")
