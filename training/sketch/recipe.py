"""The detector from nothing, in one command: `python -m training.sketch.recipe --work DIR`.

Fetches handwriting fonts (SIL OFL, from npm), draws the samples, trains, exports. Each step goes on where it stopped.
Takes about two hours on two CPU cores. `--short` proves the recipe in a minute.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
from pathlib import Path

FONTS = (
    "caveat",
    "caveat-brush",
    "patrick-hand",
    "indie-flower",
    "kalam",
    "architects-daughter",
    "gloria-hallelujah",
    "shadows-into-light",
    "reenie-beanie",
    "nanum-pen-script",
    "covered-by-your-grace",
    "handlee",
    "homemade-apple",
    "schoolbell",
    "short-stack",
    "gaegu",
    "neucha",
    "rock-salt",
)
FONT_VERSION = "5.3.0"


def fetch_fonts(folder: Path) -> None:
    """One regular Latin font file of each family."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FONTS:
        target = folder / f"{name}.woff"
        if target.exists():
            continue
        package = f"@fontsource/{name}@{FONT_VERSION}"
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        archive = folder / f"fontsource-{name}-{FONT_VERSION}.tgz"
        with tarfile.open(archive) as members:
            file = members.extractfile(f"package/files/{name}-latin-400-normal.woff")
            if file is None:
                raise SystemExit(f"{package} holds no font")
            target.write_bytes(file.read())
        archive.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for fonts, samples and checkpoints")
    parser.add_argument("--out", type=Path, help="the ONNX file; by default detector.onnx in the work folder")
    parser.add_argument("--fonts", type=Path, help="use these fonts instead of fetching some")
    parser.add_argument("--samples", type=int, default=6600)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--short", action="store_true", help="200 samples, 4 steps: does everything work?")
    options = parser.parse_args()
    samples, steps = (200, 4) if options.short else (options.samples, options.steps)
    if options.fonts is None:
        fetch_fonts(options.work / "fonts")
    fonts, data, run = options.fonts or options.work / "fonts", options.work / "data", options.work / "run"
    out = options.out or options.work / "detector.onnx"
    steps_of_it = (
        ["training.sketch.dataset", "--out", data, "--fonts", fonts, "--count", samples],
        ["training.sketch.train", "--data", data, "--out", run, "--steps", steps],
        ["training.sketch.export", "--run", run, "--out", out],
    )
    for step in steps_of_it:
        subprocess.run([sys.executable, "-m", *map(str, step)], check=True)


if __name__ == "__main__":
    main()
