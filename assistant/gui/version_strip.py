"""Every version of the page as a small picture in a row: a click goes back to it, or forward."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem

from assistant.core.sketch import VersionList
from assistant.gui.prose import clean
from assistant.gui.theme import LIGHT, Colors

THUMBNAIL = QSize(104, 68)
LONGEST_SENTENCE = 60


class VersionStrip(QListWidget):
    """`chosen` carries the index of a version. Arrow keys walk along it, Enter goes there."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("versions")
        self.setAccessibleName("Versions of the page")
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setWrapping(False)
        self.setIconSize(THUMBNAIL)
        self.setGridSize(QSize(THUMBNAIL.width() + 14, THUMBNAIL.height() + 34))
        self.setFixedHeight(THUMBNAIL.height() + 58)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._versions = VersionList((), 0)
        self._colors = LIGHT
        self._pictures: dict[tuple[str, ...], QPixmap] = {}
        self.itemClicked.connect(self._take)
        self.itemActivated.connect(self._take)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._fill()

    def show_versions(self, versions: VersionList) -> None:
        if versions != self._versions:
            self._versions = versions
            self._fill()

    def keep(self, sentences: tuple[str, ...], picture: QPixmap) -> None:
        """A picture of the version that these sentences led to."""
        self._pictures[sentences] = picture
        self._fill()

    def restore(self, versions: VersionList, pictures: tuple[bytes, ...]) -> None:
        """Pictures from an earlier run, which this program has painted and kept."""
        for index, png in enumerate(pictures[: len(versions.sentences)]):
            picture = QPixmap()
            if png and picture.loadFromData(png):
                picture.setDevicePixelRatio(max(1.0, picture.width() / THUMBNAIL.width()))
                self._pictures.setdefault(versions.sentences[: index + 1], picture)
        self._fill()

    def forget(self) -> None:
        self._pictures.clear()
        self._versions = VersionList((), 0)
        self.clear()

    def _fill(self) -> None:
        self.clear()
        for index, sentence in enumerate(self._versions.sentences):
            words = clean(sentence)[:LONGEST_SENTENCE]
            picture = self._pictures.get(self._versions.sentences[: index + 1])
            item = QListWidgetItem(QIcon(picture or self._blank()), words)
            item.setToolTip(words)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"Version {index + 1}: {words}")
            self.addItem(item)
        self.setCurrentRow(self._versions.current)
        if self.currentItem() is not None:
            self.scrollToItem(self.currentItem())

    def _take(self, item: QListWidgetItem) -> None:
        index = self.row(item)
        if index != self._versions.current:
            self.chosen.emit(index)

    def _blank(self) -> QPixmap:
        scale = self.devicePixelRatioF()
        blank = QPixmap(THUMBNAIL * scale)
        blank.setDevicePixelRatio(scale)
        blank.fill(QColor(self._colors.hover))
        painter = QPainter(blank)
        painter.setPen(QColor(self._colors.border))
        painter.drawRect(0, 0, THUMBNAIL.width() - 1, THUMBNAIL.height() - 1)
        painter.end()
        return blank


def thumbnail(picture: QPixmap) -> QPixmap:
    """The top of a page's picture in the strip's size."""
    if picture.isNull():
        return picture
    scale = picture.devicePixelRatio()
    scaled = picture.scaled(
        THUMBNAIL * scale, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    cut = scaled.copy(0, 0, round(THUMBNAIL.width() * scale), round(THUMBNAIL.height() * scale))
    cut.setDevicePixelRatio(scale)
    return cut
