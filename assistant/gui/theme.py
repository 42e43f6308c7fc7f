"""Colours, type sizes and icons of the window, light and dark. `resources/theme.qss` is the style sheet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
BASE_PIXELS = 15  # body text at scale 1; logical pixels, so that high-DPI screens stay sharp
COLUMN = 46  # width of the text column in units of the text's pixel size: about 75 letters a line
FAMILIES = (
    "Inter",
    "Segoe UI Variable Text",
    "Segoe UI",
    "SF Pro Text",
    "Cantarell",
    "Noto Sans",
    "Ubuntu",
    "DejaVu Sans",
)
ICON_SIDE = 20  # of a button's drawing, at text scale 1
ICON_SCALES = (1, 2, 3)  # device pixels per logical pixel that icons are drawn for


@dataclass(frozen=True, slots=True)
class Colors:
    """Named by use. Text on its ground keeps a contrast of at least 4.5 (tested)."""

    ground: str
    surface: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    accent: str
    accent_text: str
    accent_soft: str
    bubble: str
    code: str
    danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    good: str
    dark: bool = False


LIGHT = Colors(
    ground="#f6f6f9",
    surface="#ffffff",
    raised="#ffffff",
    hover="#ececf3",
    border="#e0e1ea",
    text="#1c1e29",
    muted="#62667a",
    accent="#5257d8",
    accent_text="#ffffff",
    accent_soft="#e9eafc",
    bubble="#e6e8fb",
    code="#f0f0f5",
    danger="#b92b41",
    danger_soft="#fcebed",
    warning="#8f5a00",
    warning_soft="#fdf3dd",
    good="#12784f",
)

DARK = Colors(
    ground="#15161c",
    surface="#1b1d24",
    raised="#23252e",
    hover="#2b2e39",
    border="#31343f",
    text="#e9eaf1",
    muted="#a0a4b6",
    accent="#9498fa",
    accent_text="#14151c",
    accent_soft="#2a2c4a",
    bubble="#2c2f4e",
    code="#101116",
    danger="#ff8b97",
    danger_soft="#3a1f27",
    warning="#f0bd62",
    warning_soft="#372c18",
    good="#62d3a0",
    dark=True,
)


@runtime_checkable
class Themed(Protocol):
    """A widget that paints with colours of its own and wants to know when they change."""

    def set_colors(self, colors: Colors) -> None: ...


def colors_for(theme: str) -> Colors:
    """`theme` is "light", "dark" or "system"."""
    if theme == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme is Qt.ColorScheme.Dark else LIGHT
    return DARK if theme == "dark" else LIGHT


def apply_theme(window: QWidget, colors: Colors, scale: float) -> None:
    """Dress a window and everything in it. Cheap enough to do while the user drags a slider."""
    font = QFont(window.font())
    font.setFamilies(_families())
    font.setPixelSize(round(BASE_PIXELS * scale))
    window.setFont(font)
    window.setPalette(_palette(colors))
    window.setStyleSheet(style_sheet(colors, scale))
    for widget in (window, *window.findChildren(QWidget)):
        dress(widget, colors)


def dress(widget: QWidget, colors: Colors) -> None:
    """Colours and icon of one widget, for those made after the window was dressed."""
    if isinstance(widget, QAbstractButton) and widget.property("iconName"):
        tone = str(asdict(colors)[str(widget.property("iconTone") or "muted")])
        side = round(ICON_SIDE * pixels_of(widget) / BASE_PIXELS)
        widget.setIconSize(QSize(side, side))
        widget.setIcon(icon(str(widget.property("iconName")), tone, colors.muted, side))
    if isinstance(widget, Themed):
        widget.set_colors(colors)


def style_sheet(colors: Colors, scale: float) -> str:
    sizes = {f"size{step}": f"{round(BASE_PIXELS * scale * factor)}px" for step, factor in _SIZES.items()}
    template = Template((RESOURCES / "theme.qss").read_text(encoding="utf-8"))
    names = {key: str(value) for key, value in asdict(colors).items()}
    files = {"icons": (RESOURCES / "icons").as_posix(), "kind": "dark" if colors.dark else "light"}
    return template.substitute(names | sizes | files)


_SIZES = {"Tiny": 0.8, "Small": 0.87, "Body": 1.0, "Large": 1.2, "Title": 1.73}


def monospace(pixels: int) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(pixels)
    return font


def pixels_of(widget: QWidget) -> int:
    """Height of a widget's text in pixels, however its font was given."""
    return QFontInfo(widget.font()).pixelSize()


def icon(name: str, color: str, disabled: str, side: int) -> QIcon:
    """One of our own drawings in a colour, and faintly in another where its button is disabled."""
    made = QIcon()
    for scale in ICON_SCALES:
        made.addPixmap(pixmap(name, color, side, scale), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, disabled, side, scale, opacity=0.45), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, color: str, side: int, scale: float = 1.0, opacity: float = 1.0) -> QPixmap:
    """A drawing `side` logical pixels square, for a screen of `scale` device pixels each."""
    svg = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    made = QPixmap(QSize(round(side * scale), round(side * scale)))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setOpacity(opacity)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(made.rect()))
    painter.end()
    made.setDevicePixelRatio(scale)
    return made


def _families() -> list[str]:
    present = set(QFontDatabase.families())
    named = [family for family in FAMILIES if family in present]
    return named or [QApplication.font().family()]


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colors.ground,
        QPalette.ColorRole.WindowText: colors.text,
        QPalette.ColorRole.Base: colors.surface,
        QPalette.ColorRole.AlternateBase: colors.raised,
        QPalette.ColorRole.Text: colors.text,
        QPalette.ColorRole.Button: colors.raised,
        QPalette.ColorRole.ButtonText: colors.text,
        QPalette.ColorRole.ToolTipBase: colors.raised,
        QPalette.ColorRole.ToolTipText: colors.text,
        QPalette.ColorRole.PlaceholderText: colors.muted,
        QPalette.ColorRole.Highlight: colors.accent,
        QPalette.ColorRole.HighlightedText: colors.accent_text,
        QPalette.ColorRole.Link: colors.accent,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.muted))
    return palette
