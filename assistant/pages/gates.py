"""What a page that a model has written must keep before it replaces the compiled one: checked, never believed.

    nothing reaches out ─▶ no script fails ─▶ it shows the drawing as truly as the compiled page

The checks run in a headless Chromium without network; the page is measured with its scripts off. Blocking.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape, unescape
from pathlib import Path

from assistant.core.errors import EngineError
from assistant.core.sketch import Box, Element, ElementType
from assistant.pages.measure import WINDOW
from assistant.pages.render import render, run_browser
from assistant.pages.written_page import reaches_out

SLACK = 0.03  # of the score: a model that sees spells better than the reader, and loses some points by that
ALIKE = 0.6  # of two texts from which one is meant to be the other
SHARES = (0.5, 0.25, 0.25)  # of words, places and controls in the score
CONTROLS = {
    ElementType.BUTTON: ("button",), ElementType.INPUT: ("input",), ElementType.TEXTAREA: ("textarea", "input"),
    ElementType.SELECT: ("select",), ElementType.CHECKBOX: ("checkbox",), ElementType.RADIO: ("radio",),
    ElementType.LINK: ("a", "button"),
}  # fmt: skip
NOT_TEXT = ("button", "input", "textarea", "select", "h1", "h2", "h3")
LOOK = """
const seen = frame => {
  const page = frame.contentDocument, found = [];
  for (const part of page.body.querySelectorAll("*")) {
    if (/^(SCRIPT|STYLE|OPTION|TEMPLATE)$/.test(part.tagName) || found.length >= 600) continue;
    const own = [...part.childNodes].filter(node => node.nodeType === 3).map(node => node.data).join(" ");
    const control = /^(INPUT|TEXTAREA|SELECT|BUTTON|A)$/.test(part.tagName);
    const words = (control && part.textContent) || own || part.placeholder || "";
    if (!control && !words.trim()) continue;
    const box = part.getBoundingClientRect();
    if (!box.width || !box.height || page.defaultView.getComputedStyle(part).visibility === "hidden") continue;
    const kind = part.tagName === "INPUT" && /^(checkbox|radio)$/.test(part.type) ? part.type
      : part.tagName === "INPUT" && /^(submit|button|reset)$/.test(part.type) ? "button" : part.tagName.toLowerCase();
    const said = part.tagName === "INPUT" && kind === "button" ? part.value : words;
    found.push([kind, said.replace(/\\s+/g, " ").trim().slice(0, 300), box.left, box.top, box.width, box.height]);
  }
  return found;
};
addEventListener("load", () => {
  const all = [...document.querySelectorAll("iframe")].map(seen);
  document.body.textContent = "seen:" + JSON.stringify(all) + ":seen";
});
"""
SEEN = re.compile(r"seen:(.*):seen", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that a page shows: its kind, its words and where it stands."""

    kind: str
    text: str
    box: Box


def objection(written: str, compiled: str, drawn: Sequence[Element]) -> str:
    """Why the written page does not take the compiled one's place, in a sentence; empty where it does."""
    if reaches_out(written):
        return "The model's page wanted to reach the network."
    with tempfile.TemporaryDirectory(prefix="vesper-gate-", ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "page.html"
        page.write_text(written, encoding="utf-8")
        if render(page, Path(folder) / "page.png"):
            return "The scripts of the model's page failed."
    shown, usual = look_at((written, compiled))
    if likeness(drawn, shown) < likeness(drawn, usual) - SLACK:
        return "The model's page showed less of the drawing."
    return ""


def look_at(pages: Sequence[str]) -> tuple[tuple[Seen, ...], ...]:
    """What each page shows when none of its scripts run. A second of work; raises EngineError without a browser."""
    style = f"border: 0; width: {WINDOW[0]}px; height: {WINDOW[1]}px"
    frames = "".join(
        f'<iframe sandbox="allow-same-origin" style="{style}" srcdoc="{escape(p)}"></iframe>' for p in pages
    )
    host = f'<!doctype html><meta charset="utf-8"><body>{frames}<script>{LOOK}</script></body>'
    with tempfile.TemporaryDirectory(prefix="vesper-gate-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        path = work / "page.html"
        path.write_text(host, encoding="utf-8")
        said = run_browser(["--dump-dom", f"--window-size={WINDOW[0]},{WINDOW[1]}", path.as_uri()], work)
    found = SEEN.search(said)
    if found is None:
        raise EngineError("The browser could not look at the page.", "Open the page instead.")
    listed = json.loads(unescape(found.group(1)))
    return tuple(tuple(Seen(str(i[0]), str(i[1]), Box(*map(float, i[2:]))) for i in page) for page in listed)


def likeness(drawn: Sequence[Element], shown: Sequence[Seen]) -> float:
    """0 to 1: words that are there, where they stand, and controls that are there. Pure."""
    written = [element for element in drawn if element.text.strip()]
    pairs = [(element, *_likest(element, shown)) for element in written]
    words = _mean([ratio for _, _, ratio in pairs])
    found = [(element.box, seen.box) for element, seen, ratio in pairs if seen is not None and ratio >= ALIKE]
    controls = [element for element in drawn if element.type in CONTROLS]
    left = [seen.kind for seen in shown]
    present = 0
    for element in controls:
        kind = next((kind for kind in CONTROLS[element.type] if kind in left), None)
        if kind is not None:
            left.remove(kind)
            present += 1
    parts = (words, _placing(found), present / len(controls) if controls else 1.0)
    return sum(share * part for share, part in zip(SHARES, parts, strict=True))


def _likest(element: Element, shown: Sequence[Seen]) -> tuple[Seen | None, float]:
    said = element.text.lower()
    rated = [(1.0 if said in s.text.lower() else SequenceMatcher(None, said, s.text.lower()).ratio(), s) for s in shown]
    ratio, best = max(
        rated, key=lambda pair: (pair[0], _is_kin(element, pair[1]), -len(pair[1].text)), default=(0.0, None)
    )
    return best, ratio


def _is_kin(element: Element, seen: Seen) -> bool:
    """The same words often stand on a heading and on a button."""
    if element.type is ElementType.HEADING:
        return bool(re.fullmatch("h[1-6]", seen.kind))
    return seen.kind in CONTROLS[element.type] if element.type in CONTROLS else seen.kind not in NOT_TEXT


def _placing(found: Sequence[tuple[Box, Box]]) -> float:
    """How near the words stand to where they were drawn, both sides laid over each other."""
    if not found:
        return 0.0
    here, there = _hull([one for one, _ in found]), _hull([other for _, other in found])
    return _mean([1 - min(1.0, _apart(one, here, other, there)) for one, other in found])


def _apart(one: Box, here: Box, other: Box, there: Box) -> float:
    x = (one.centre[0] - here.x) / max(here.width, 1.0) - (other.centre[0] - there.x) / max(there.width, 1.0)
    y = (one.centre[1] - here.y) / max(here.height, 1.0) - (other.centre[1] - there.y) / max(there.height, 1.0)
    return max(abs(x), abs(y))


def _hull(boxes: Sequence[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0
