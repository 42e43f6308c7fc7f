"""The `vesper` command: everything the window does, without one.

Only the parser lives here, so that `--help` needs no heavy import; `commands.py` does the work.
"""

from __future__ import annotations

import argparse
import atexit
import os
import re
import signal
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

EXIT_CODES = """\
exit codes:
  0 done                            5 microphone, loudspeaker or display
  1 something went wrong            6 the disk is full, read-only or damaged
  2 a file or argument is unusable  7 a download or server failed
  3 model files are missing         8 refused by a safety rule
  4 a model or its process failed   130 stopped with Ctrl+C
"""

BENCHMARKS = (
    "asr",
    "llm",
    "vlm",
    "engines",
    "together",
    "load",
    "tts",
    "sketch",
    "elements",
    "start",
    "talk",
    "turns",
    "conversation",
    "idle",
)
LARGEST_SEED = 2**31 - 1
LONGEST_THOUGHT = 600.0  # seconds; every way of looking at a drawing is tried long before
MOST_STEPS = 100_000
SLOWEST, FASTEST = 0.5, 2.0


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the whole usage."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)$", message)
        if wrong and (near := get_close_matches(wrong[1], re.findall(r"[\w.-]+", wrong[2]), n=1)):
            message = f"“{wrong[1]}” is unknown; did you mean “{near[0]}”?"
        end = "" if message.endswith("?") else "."
        self.exit(2, f"vesper: {message}{end} See {self.prog} --help.\n")


def parser() -> argparse.ArgumentParser:
    anywhere = _anywhere(argparse.SUPPRESS)
    top = Parser(
        prog="vesper",
        description="A voice-and-vision assistant on your own machine. Without a command it opens the window.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_anywhere(None)],
    )
    top.add_argument("--version", action="store_true", help="print the version and leave")
    _window_switches(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _speech(commands, anywhere)
    _pages(commands, anywhere)
    _housekeeping(commands, anywhere)
    return top


def _anywhere(default: str | None) -> Parser:
    """Switches that stand before or after the command. After it they have no default, or they would undo the others."""
    shared = Parser(add_help=False)
    shared.add_argument(
        "--data-dir", type=Path, default=default, metavar="FOLDER", help="keep everything in this folder"
    )
    shared.add_argument("--offline", action="store_true", default=default or False, help="never download anything")
    test = shared.add_argument_group("test switches (only with VESPER_TEST=1 in the environment)")
    test.add_argument(
        "--test-model", type=Path, default=default, metavar="SCRIPT", help="answer from a JSON script, not a model"
    )
    test.add_argument("--seed", type=_seed, default=default, help="seed of the model's sampling")
    test.add_argument(
        "--event-log", type=Path, default=default, metavar="FILE", help="write every event as a JSON line"
    )
    return shared


def _window_switches(top: argparse.ArgumentParser) -> None:
    test = top.add_argument_group("test switches of the window")
    test.add_argument("--test-render", type=Path, metavar="FILE", help="show FILE's text as a reply in the transcript")
    test.add_argument("--preview", type=Path, metavar="FILE", help="open an HTML file in the page preview")
    test.add_argument("--attach", type=Path, nargs="+", default=[], metavar="FILE", help="drop these files at start")
    test.add_argument("--say", nargs="+", default=[], metavar="TEXT", help="type these texts, one turn each")
    test.add_argument("--exit-when", choices=("shown", "ready", "idle"), help="leave when the window got that far")


def _speech(commands: argparse._SubParsersAction[Parser], anywhere: Parser) -> None:
    demo = commands.add_parser(
        "demo", parents=[anywhere], help="the main job in the terminal: hear, think, speak, and draw a page"
    )
    demo.add_argument("--out", type=Path, default=Path("vesper-demo"), metavar="FOLDER", help="for what it makes")
    talk = commands.add_parser("talk", parents=[anywhere], help="answer recorded questions aloud")
    talk.add_argument("recording", type=Path, nargs="+", help="audio files: the turns of one conversation")
    talk.add_argument("--image", type=Path, help="a picture that goes with the first question")
    talk.add_argument("--out", type=Path, help="write the spoken answers to this WAV file")
    talk.add_argument("--json", action="store_true", help="one JSON object a turn")
    transcribe = commands.add_parser("transcribe", parents=[anywhere], help="write down what recordings say")
    transcribe.add_argument("files", type=Path, nargs="+")
    transcribe.add_argument("--engine", choices=("faster-whisper", "openai-whisper"))
    transcribe.add_argument("--language", type=_language, default="", help="ISO 639-1 code; detected when left out")
    transcribe.add_argument("--json", action="store_true", help="one JSON object a line")
    say = commands.add_parser("say", parents=[anywhere], help="speak a text into a WAV file")
    say.add_argument("text", nargs="+", help="words; with or without quotation marks")
    say.add_argument("--out", type=Path, required=True)
    say.add_argument("--engine", choices=("hibari", "kokoro"))
    say.add_argument("--rate", type=_rate, help="speaking rate, 0.5 to 2")
    ask = commands.add_parser("ask", parents=[anywhere], help="ask in writing, answered in writing")
    ask.add_argument("text", nargs="+", help="the question; with or without quotation marks")
    ask.add_argument("--image", type=Path, help="a picture that goes with the question")
    ask.add_argument("--json", action="store_true")


def _pages(commands: argparse._SubParsersAction[Parser], anywhere: Parser) -> None:
    sketch = commands.add_parser("sketch", parents=[anywhere], help="turn a drawing of a web page into a page")
    sketch.add_argument("image", type=Path)
    sketch.add_argument("--out", type=Path, required=True, help="the HTML file to write")
    sketch.add_argument("--screenshot", type=Path, help="also take a picture of the page")
    sketch.add_argument("--elements", type=Path, help="also write what was found, as JSON")
    sketch.add_argument("--no-model", action="store_true", help="do without the language model")
    sketch.add_argument(
        "--think", type=_seconds, default=0.0, metavar="SECONDS", help="go on improving the page for so long"
    )
    sketch.add_argument("--json", action="store_true")


def _housekeeping(commands: argparse._SubParsersAction[Parser], anywhere: Parser) -> None:
    models = commands.add_parser("models", parents=[anywhere], help="list, fetch, verify and remove model files")
    actions = models.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", parents=[anywhere], help="what there is and what is here")
    listing.add_argument("--json", action="store_true")
    for name, text in (
        ("fetch", "download models; without a name, what this machine needs"),
        ("verify", "check every file against its hash"),
    ):
        action = actions.add_parser(name, parents=[anywhere], help=text)
        action.add_argument("ids", nargs="*", metavar="ID")
        action.add_argument("--json", action="store_true")
    remove = actions.add_parser("remove", parents=[anywhere], help="delete a model's files")
    remove.add_argument("id", metavar="ID")
    doctor = commands.add_parser("doctor", parents=[anywhere], help="what runs where and why, and what is missing")
    doctor.add_argument("--json", action="store_true")
    improve = commands.add_parser(
        "improve", parents=[anywhere], help="let the sketch reader learn from your corrections"
    )
    improve.add_argument("--examples", type=Path, metavar="FOLDER", help="corrected sketches; by default your own")
    improve.add_argument("--steps", type=_steps, default=300, help="of learning, about a second each")
    improve.add_argument("--json", action="store_true")
    key = commands.add_parser("key", parents=[anywhere], help="keep the key of your own server in the system's keyring")
    key.add_argument("server", metavar="URL", help="its address, as in the settings: https://host/v1")
    key.add_argument("--forget", action="store_true", help="take the key out again")
    bench = commands.add_parser("bench", help="measure this machine")
    bench.add_argument("name", choices=BENCHMARKS)
    bench.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on to the benchmark")


def _number(text: str, kind: type[int] | type[float] = float) -> float:
    try:
        return kind(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from error


def _rate(text: str) -> float:
    rate = _number(text)
    if not SLOWEST <= rate <= FASTEST:
        raise argparse.ArgumentTypeError(f"{text} is not between {SLOWEST:g} and {FASTEST:g}")
    return rate


def _seconds(text: str) -> float:
    seconds = _number(text)
    if not 0 <= seconds <= LONGEST_THOUGHT:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {LONGEST_THOUGHT:g} seconds")
    return seconds


def _steps(text: str) -> int:
    steps = int(_number(text, int))
    if not 1 <= steps <= MOST_STEPS:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and {MOST_STEPS}")
    return steps


def _seed(text: str) -> int:
    seed = int(_number(text, int))
    if not 0 <= seed <= LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {LARGEST_SEED}")
    return seed


def _language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}|", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no language code such as “en”")
    return text


def main(arguments: list[str] | None = None) -> int:
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # Ctrl+C while leaving changes the result no more
    try:
        options = parser().parse_args(arguments)
        if options.version:
            from assistant import __version__

            sys.stdout.write(f"vesper {__version__}\n")
            return 0
        from assistant.commands import run

        code = run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        sys.stderr.write("vesper: stopped.\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read us is gone; Python flushes once more at exit
        return 0


if __name__ == "__main__":
    sys.exit(main())
