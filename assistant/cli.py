"""The `vesper` command: everything the window does, without one.

Only the parser lives here, so that `--help` needs no heavy import; `commands.py` does the work.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EXIT_CODES = """\
exit codes:
  0 done                            5 microphone, loudspeaker or display
  1 something went wrong            6 the disk is full, read-only or damaged
  2 a file or argument is unusable  7 a download or server failed
  3 model files are missing         8 refused by a safety rule
  4 a model or its process failed   130 stopped with Ctrl+C
"""

BENCHMARKS = ("asr", "llm", "tts", "sketch", "elements", "start", "talk")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="vesper",
        description="A voice-and-vision assistant on your own machine. Without a command it opens the window.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and leave")
    top.add_argument("--data-dir", type=Path, help="keep everything in this folder instead of the platform's own")
    top.add_argument("--offline", action="store_true", help="never download anything")
    _test_switches(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _speech(commands)
    _pages(commands)
    _housekeeping(commands)
    return top


def _test_switches(top: argparse.ArgumentParser) -> None:
    seams = top.add_argument_group("test switches (only with VESPER_TEST=1 in the environment)")
    seams.add_argument("--test-model", type=Path, metavar="SCRIPT", help="answer from a JSON script instead of a model")
    seams.add_argument("--test-render", type=Path, metavar="FILE", help="show FILE's text as a reply in the transcript")
    seams.add_argument("--preview", type=Path, metavar="FILE", help="open an HTML file in the page preview")
    seams.add_argument("--attach", type=Path, nargs="+", default=[], metavar="FILE", help="drop these files at start")
    seams.add_argument("--event-log", type=Path, metavar="FILE", help="write every event as a JSON line")
    seams.add_argument("--seed", type=int, default=None, help="seed of the model's sampling")
    seams.add_argument("--exit-when", choices=("shown", "ready", "idle"), help="leave when the window got that far")


def _speech(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="the main job in the terminal: hear, think, speak, and draw a page")
    demo.add_argument("--out", type=Path, default=Path("vesper-demo"), help="folder for what it makes")
    talk = commands.add_parser("talk", help="answer a recorded question aloud")
    talk.add_argument("recording", type=Path, nargs="+", help="audio files, one turn each")
    talk.add_argument("--image", type=Path, help="a picture that goes with the first question")
    talk.add_argument("--out", type=Path, help="write the spoken answers to this WAV file")
    talk.add_argument("--json", action="store_true")
    transcribe = commands.add_parser("transcribe", help="write down what recordings say")
    transcribe.add_argument("files", type=Path, nargs="+")
    transcribe.add_argument("--engine", choices=("faster-whisper", "openai-whisper"))
    transcribe.add_argument("--language", default="", help="ISO 639-1 code; detected when left out")
    transcribe.add_argument("--json", action="store_true", help="one JSON object a line")
    say = commands.add_parser("say", help="speak a text into a WAV file")
    say.add_argument("text")
    say.add_argument("--out", type=Path, required=True)
    say.add_argument("--engine", choices=("hibari", "kokoro"))
    say.add_argument("--rate", type=float, help="speaking rate, 0.5 to 2")
    ask = commands.add_parser("ask", help="ask in writing, answered in writing")
    ask.add_argument("text")
    ask.add_argument("--image", type=Path)
    ask.add_argument("--json", action="store_true")


def _pages(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sketch = commands.add_parser("sketch", help="turn a drawing of a web page into a page")
    sketch.add_argument("image", type=Path)
    sketch.add_argument("--out", type=Path, required=True, help="the HTML file to write")
    sketch.add_argument("--screenshot", type=Path, help="also take a picture of the page")
    sketch.add_argument("--elements", type=Path, help="also write what was found, as JSON")
    sketch.add_argument("--no-model", action="store_true", help="do without the language model")
    sketch.add_argument("--json", action="store_true")


def _housekeeping(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    models = commands.add_parser("models", help="list, fetch, verify and remove model files")
    actions = models.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in (("list", "what there is and what is here"), ("verify", "check every file against its hash")):
        actions.add_parser(name, help=text).add_argument("--json", action="store_true")
    fetch = actions.add_parser("fetch", help="download models; without a name, what this machine needs")
    fetch.add_argument("ids", nargs="*", metavar="ID")
    fetch.add_argument("--json", action="store_true")
    remove = actions.add_parser("remove", help="delete a model's files")
    remove.add_argument("id", metavar="ID")
    doctor = commands.add_parser("doctor", help="what runs where and why, and what is missing")
    doctor.add_argument("--json", action="store_true")
    bench = commands.add_parser("bench", help="measure this machine")
    bench.add_argument("name", choices=BENCHMARKS)
    bench.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on to the benchmark")


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.version:
        from assistant import __version__

        sys.stdout.write(f"vesper {__version__}\n")
        return 0
    from assistant.commands import run

    return run(options)


if __name__ == "__main__":
    sys.exit(main())
