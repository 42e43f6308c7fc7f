"""A small drawing, what is found in it and the page it becomes, for the window's tests and pictures."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from assistant.core.sketch import Box, Element, ElementType, Page, SketchReading
from assistant.core.types import Picture
from assistant.gui.facts import ModelRow

WIDTH, HEIGHT = 900, 640

ELEMENTS = (
    Element("e1", ElementType.HEADING, Box(80, 50, 470, 70), "My really funny jokes"),
    Element("e2", ElementType.LINK, Box(660, 66, 80, 36), "About"),
    Element("e3", ElementType.PARAGRAPH, Box(80, 150, 620, 90), "", lines=3),
    Element("e4", ElementType.IMAGE, Box(80, 280, 300, 200), ""),
    Element("e5", ElementType.INPUT, Box(430, 300, 330, 52), "Your name"),
    Element("e6", ElementType.CHECKBOX, Box(430, 376, 250, 40), "Send me more"),
    Element("e7", ElementType.BUTTON, Box(430, 436, 190, 56), "Tell me one"),
)

PAGE_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>My really funny jokes</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; margin: 0; color: #1f2430; background: #fff; }
main { max-width: 56rem; margin: auto; padding: 2rem 1.5rem; }
header { display: flex; justify-content: space-between; align-items: baseline; }
.two { display: flex; flex-wrap: wrap; gap: 2rem; margin-top: 1.5rem; }
.picture { flex: 1 1 16rem; min-height: 14rem; border-radius: 12px; background: #dfe3ff; }
form { flex: 1 1 16rem; display: grid; gap: 1rem; align-content: start; }
input[type=text] { padding: .7rem .9rem; border: 1px solid #cbd0dd; border-radius: 8px; font: inherit; }
button { padding: .7rem 1.2rem; border: 0; border-radius: 8px; background: #4f5bd5; color: #fff; font: inherit; }
</style></head><body><main>
<header><h1>My really funny jokes</h1><a href="#about">About</a></header>
<p id="joke">Why do programmers prefer dark mode? Because light attracts bugs.</p>
<div class="two"><div class="picture" role="img" aria-label="A picture"></div>
<form><label>Your name<br><input type="text"></label>
<label><input type="checkbox"> Send me more</label>
<button type="button" id="tell">Tell me one</button></form></div>
</main><script>
document.getElementById("tell").addEventListener("click", () => {
  document.getElementById("joke").textContent = "A SQL query walks into a bar and asks: may I join you?";
});
</script></body></html>"""

REPLY = """Sure. Here is a **small counter** in JavaScript:

```js
const button = document.querySelector("button");
let count = 0;
button.addEventListener("click", () => {
  button.textContent = `Clicked ${++count} times`;
});
```

Three things to know:

- `count` lives outside the handler, so it keeps its value
- the text changes in place, nothing reloads
- it works in every browser of the last ten years"""

MODELS = (
    ModelRow("whisper-base", "Whisper base (hearing)", 145_000_000, "MIT", True, True),
    ModelRow("silero-vad", "Silero VAD (when you speak)", 2_300_000, "MIT", True, True),
    ModelRow("qwen2.5-coder-1.5b", "Qwen2.5 Coder 1.5B (thinking)", 1_117_320_768, "Apache-2.0", False, True),
    ModelRow("qwen2.5-coder-0.5b", "Qwen2.5 Coder 0.5B (small)", 491_400_064, "Apache-2.0", False),
    ModelRow("kokoro-82m", "Kokoro 82M (second voice)", 330_000_000, "Apache-2.0", False),
)


def reading() -> SketchReading:
    return SketchReading(WIDTH, HEIGHT, ELEMENTS)


def page(revision: int = 0, html: str = PAGE_HTML) -> Page:
    return Page("My really funny jokes", html, len(ELEMENTS), revision)


def picture() -> Picture:
    """The drawing itself. Needs a QApplication for its fonts."""
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor("#f4f1ea"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#3b3b44"), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for element in ELEMENTS:
        _draw(painter, element)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return Picture(bytes(buffer.data().data()), WIDTH, HEIGHT)


def _draw(painter: QPainter, element: Element) -> None:
    box = QRectF(element.box.x, element.box.y, element.box.width, element.box.height)
    font = QFont("DejaVu Serif")
    font.setItalic(True)
    font.setPixelSize(40 if element.type is ElementType.HEADING else 24)
    painter.setFont(font)
    if element.type is ElementType.PARAGRAPH:
        for line in range(element.lines):
            y = box.top() + 16 + line * 30
            for x in range(int(box.left()), int(box.right()) - 20, 20):
                painter.drawArc(QRectF(x, y - 6, 20, 12), 0 if (x // 20) % 2 else 180 * 16, 180 * 16)
    elif element.type is ElementType.IMAGE:
        painter.drawRect(box)
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.topRight(), box.bottomLeft())
    elif element.type is ElementType.CHECKBOX:
        painter.drawRect(QRectF(box.left() + 4, box.top() + 8, 24, 24))
        painter.drawText(box.adjusted(42, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, element.text)
    else:
        if element.type in (ElementType.BUTTON, ElementType.INPUT):
            painter.drawRoundedRect(box, 8, 8)
        painter.drawText(box.adjusted(10, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, element.text)
