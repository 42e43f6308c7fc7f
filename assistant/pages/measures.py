"""How large things become on the page: the sketch's proportions within the bounds of good taste. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from assistant.core.sketch import Box, Element, ElementType
from assistant.pages.tree import Kind, Node, Widget

PAGE_WIDTHS = ((0.95, 520), (1.25, 860), (float("inf"), 1040))  # drawn width / height -> pixels of content
BODY_PIXELS = (16.0, 19.0)
BODY_SHARE = 0.8  # of the drawn height, which holds risers and descenders
TEXT_STEPS = ((0.6, 0.88), (1.5, 1.0), (2.0, 1.25), (math.inf, 1.55))  # drawn size per usual size -> font per body
HEADING_STEPS = ((1.3, 1.3), (1.8, 1.6), (math.inf, 2.0))  # hands waver by a fifth: sizes are steps, not a scale
TITLE = 1.6  # font per body of the page's first heading, at least
LINE = 1.4  # line height per font size
LETTER = 0.5  # width of a letter per font size, as system fonts have it
CONTROL_PIXELS = (42.0, 60.0)
KEY_PIXELS = (42.0, 96.0)
KEY_ASPECT = 1.8  # width / height below which a button is a key, as on a keypad
TEXTAREA_PIXELS = (84.0, 260.0)
TIGHTEST = (0.7, 1.0)  # factor on drawn heights
GAP_PIXELS = (12.0, 84.0)
CHOICE_PIXELS = 28.0
WRITTEN = (ElementType.TEXT, ElementType.LINK, ElementType.CHECKBOX, ElementType.RADIO)
TABLIST_PIXELS = 58.0  # with the edges of the panel
DOTS_PIXELS = 40.0
SKELETON_PIXELS = 24.0  # of one grey line, margins included


def page_width(box: Box) -> int:
    aspect = box.width / max(box.height, 1.0)
    return next(width for limit, width in PAGE_WIDTHS if aspect < limit)


def within(value: float, bounds: tuple[float, float]) -> float:
    return min(bounds[1], max(bounds[0], value))


@dataclass(frozen=True, slots=True)
class Fit:
    """Corrections found by looking at the finished page (fitting.py); as it is, what the sketch suggests."""

    width: int = 0
    """Of the content in pixels; 0 as the sketch's proportions suggest."""
    pitch: float = 1.0
    """Factor on distances down the page."""
    spaces: Mapping[str, int] = field(default_factory=dict)
    """Pixels above the part that begins with this element."""


class Measures:
    """Pixels of the page per pixel of the sketch, and what follows from it."""

    def __init__(self, root: Box, elements: tuple[Element, ...] = (), fit: Fit | None = None) -> None:
        fit = fit or Fit()
        self.width = fit.width or page_width(root)
        self.scale = self.width / max(root.width, 1.0)
        heights = [e.box.height / e.lines for e in elements if e.type in WRITTEN and e.text]
        usual = median(heights) if heights else BODY_PIXELS[1] / self.scale
        self.usual_height = usual
        self.body = round(within(usual * self.scale * BODY_SHARE, BODY_PIXELS), 1)
        """Font size of plain text, in pixels."""
        tight = within(self.body * LINE / max(usual * self.scale, 1.0), TIGHTEST)
        self.pitch = self.scale * tight * fit.pitch
        """Pixels of the page per pixel of the sketch down the page: large writing was drawn with large gaps."""
        self._title = next((e.id for e in elements if e.type is ElementType.HEADING), "")

    def font(self, element: Element) -> float:
        size = element.box.height / element.lines / self.usual_height
        steps = HEADING_STEPS if element.type is ElementType.HEADING else TEXT_STEPS
        step = next(font for limit, font in steps if size < limit)
        if element.id == self._title:
            step = max(step, TITLE)
        return round(self.body * step, 1)

    def control(self, element: Element) -> float:
        bounds = TEXTAREA_PIXELS if element.type is ElementType.TEXTAREA else CONTROL_PIXELS
        if element.type is ElementType.BUTTON and element.box.width < KEY_ASPECT * element.box.height:
            bounds = KEY_PIXELS
        return round(within(element.box.height * self.scale, bounds))

    def gap(self, target_top: float, reached: float) -> int:
        """Space above something that is drawn `target_top` pixels below its container's top."""
        return round(within(target_top - reached, GAP_PIXELS))

    def height(self, node: Node) -> float:
        """About how tall the node will be, in pixels."""
        if node.element is not None and node.kind is Kind.LEAF:
            return self._leaf_height(node.element)
        if node.widget in (Widget.TABS, Widget.CAROUSEL, Widget.DIALOG):
            return self._widget_height(node)
        if node.kind is Kind.ROW:
            return max(self.height(child) for child in node.children)
        if node.kind is Kind.TABLE:
            return node.box.height * self.scale
        reached = 0.0
        for child in node.children:
            target = (child.box.y - node.box.y) * self.pitch
            reached += (self.gap(target, reached) if reached else 0.0) + self.height(child)
        return reached + (28 if node.kind is Kind.CARD else 0)

    def _widget_height(self, node: Node) -> float:
        match node.widget:
            case Widget.TABS:
                return TABLIST_PIXELS + sum(self.height(panel) for panel in node.children[1:2])
            case Widget.CAROUSEL:
                return DOTS_PIXELS + max(self.height(child) for child in node.children)
            case _:
                return 0.0

    def _leaf_height(self, element: Element) -> float:
        match element.type:
            case ElementType.HEADING | ElementType.TEXT | ElementType.LINK:
                font = self.font(element)
                room = max(element.box.width * self.scale, font * 4)
                lines = max(element.lines, math.ceil(len(element.text) * font * LETTER / room * 0.9))
                return font * LINE * lines
            case ElementType.CHECKBOX | ElementType.RADIO:
                return CHOICE_PIXELS
            case ElementType.PARAGRAPH:
                return SKELETON_PIXELS * element.lines if not element.text else self.body * LINE * element.lines
            case ElementType.IMAGE | ElementType.ICON:
                return element.box.height * self.scale
            case ElementType.DIVIDER:
                return 2.0
            case _:
                return self.control(element)
