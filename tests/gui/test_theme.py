"""Colours that everyone can read, and a style sheet without holes."""

from dataclasses import fields

import pytest

from assistant.gui.theme import DARK, LIGHT, RESOURCES, Colors, icon, style_sheet

PAIRS = [
    ("text", "ground"), ("text", "surface"), ("text", "bubble"), ("text", "accent_soft"), ("text", "danger_soft"),
    ("text", "warning_soft"), ("text", "code"), ("muted", "ground"), ("muted", "surface"), ("muted", "hover"),
    ("muted", "danger_soft"), ("muted", "bubble"), ("accent", "ground"), ("accent", "accent_soft"),
    ("accent_text", "accent"), ("danger", "danger_soft"), ("warning", "ground"), ("good", "surface"),
]  # fmt: skip


def luminance(color: str) -> float:
    shares = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(colors: Colors, text: str, ground: str):
    assert contrast(getattr(colors, text), getattr(colors, ground)) >= 4.5


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_is_filled_in(colors: Colors):
    sheet = style_sheet(colors, 1.5)
    assert "$" not in sheet.replace("$name", "")
    assert colors.accent in sheet


def test_every_colour_is_a_hex_triple():
    for colors in (LIGHT, DARK):
        for field in fields(Colors):
            value = getattr(colors, field.name)
            assert isinstance(value, bool) or (len(value) == 7 and int(value[1:], 16) >= 0)


def test_every_icon_draws_something(qapp):
    for path in (RESOURCES / "icons").glob("*.svg"):
        image = icon(path.stem, "#ff0000", "#00ff00", 20).pixmap(20, 20).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(20) for y in range(20)), path.name
