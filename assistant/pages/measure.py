"""Where the parts of a page stand when a browser lays it out: several pages at once, by a Chromium of the system."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

from assistant.core.errors import EngineError
from assistant.core.sketch import Box
from assistant.pages.render import run_browser

WINDOW = (1280, 900)
RULER = """
const boxes = frame => {
  const page = frame.contentDocument, found = {};
  for (const part of page.querySelectorAll(".page [id]")) {
    const whole = part.closest(".choice") || part;
    let box = whole.getBoundingClientRect();
    if (/^(P|H1|H2|H3|A|LABEL)$/.test(part.tagName) && part.textContent) {
      const range = page.createRange();
      range.selectNodeContents(part);
      box = range.getBoundingClientRect();
    }
    found[part.id] = [box.left, box.top, box.width, box.height];
  }
  return found;
};
addEventListener("load", () => {
  const all = [...document.querySelectorAll("iframe")].map(boxes);
  document.body.textContent = "measured:" + JSON.stringify(all) + ":measured";
});
"""
MEASURED = re.compile(r"measured:(.*):measured", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Measured:
    """Boxes by id, in pixels of a page as wide as WINDOW. What is hidden has no size."""

    boxes: dict[str, Box]


def measure(pages: Sequence[str]) -> tuple[Measured, ...]:
    """One for each HTML page. A second of work; raises EngineError where there is no browser, or where it fails."""
    frames = "".join(f'<iframe style="{_SIZE}" srcdoc="{escape(page)}"></iframe>' for page in pages)
    host = f'<!doctype html><meta charset="utf-8"><body>{frames}<script>{RULER}</script></body>'
    with tempfile.TemporaryDirectory(prefix="vesper-measure-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        path = work / "page.html"
        path.write_text(host, encoding="utf-8")
        said = run_browser(["--dump-dom", f"--window-size={WINDOW[0]},{WINDOW[1]}", path.as_uri()], work)
    found = MEASURED.search(said)
    if found is None:
        raise EngineError("The browser could not measure the page.", "Open the page instead.")
    return tuple(Measured(_boxes(page)) for page in json.loads(unescape(found.group(1))))


_SIZE = f"border: 0; width: {WINDOW[0]}px; height: {WINDOW[1]}px"


def _boxes(page: dict[str, Any]) -> dict[str, Box]:
    return {name: Box(*map(float, box)) for name, box in page.items()}
