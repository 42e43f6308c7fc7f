"""Prints what was found in a picture: python -m assistant.vision.dump IMAGE. For looking at, not for the product."""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.vision.pipeline import read_picture


def main() -> None:
    reading = read_picture(Path(sys.argv[1]).read_bytes())
    out = [f"{reading.width} x {reading.height}, {reading.language}"]
    for e in reading.elements:
        box = " ".join(f"{v:5.0f}" for v in (e.box.x, e.box.y, e.box.width, e.box.height))
        tick = " [x]" if e.checked else ""
        out.append(f"{e.id:4} {e.type:10} {box}  {e.confidence:.2f}{tick} {e.text}")
    out.append(" ".join(f"{k}={v:.2f}" for k, v in reading.stage_seconds.items()))
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
