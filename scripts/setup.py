"""Makes this clone ready to run: system packages, .venv, locked Python packages, models. Standard library only.

    python3 scripts/setup.py          for `make run`
    python3 scripts/setup.py --run    the same, then start Vesper
    python3 scripts/setup.py --dev    for `make test`: tools and second engines too

A stamp in .venv remembers what was done, so that the next start costs milliseconds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import system_packages

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "vesper-setup.json"

OLDEST, NEWEST = (3, 11), (3, 13)
TORCH = "2.13.0"

INPUTS = (
    *("pyproject.toml", "requirements/base.lock", "requirements/wake.lock", "requirements/debian-run.txt"),
    *("resources/models.toml", "scripts/setup.py", "scripts/system_packages.py"),
)
MORE_INPUTS = {
    "base": (),
    "dev": ("requirements/dev.lock", "requirements/hearing-torch.lock", "requirements/debian-test.txt"),
    "gpu": ("requirements/gpu.lock",),
}
PLACES = ("VESPER_DATA_DIR", "VESPER_MODELS_DIR", "XDG_DATA_HOME", "HOME")  # decide where models lie


class SetupFailed(Exception):
    """One sentence on what is wrong and what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dev", action="store_true", help="install what the tests need, too")
    parser.add_argument(
        "--gpu", action="store_true", help="install the extra `gpu`, too (with the torch of this platform)"
    )
    parser.add_argument("--run", action="store_true", help="start Vesper afterwards")
    options = parser.parse_args()
    try:
        use_suitable_python()
        goal = "dev" if options.dev else "gpu" if options.gpu else "base"
        if not is_done(goal):
            set_up(goal)
        return start() if options.run else 0
    except SetupFailed as failure:
        say(f"{failure}")
        return 1
    except KeyboardInterrupt:
        say("stopped; run the same command again to go on.")
        return 130


def use_suitable_python() -> None:
    """Go on under a Python that Vesper runs on, where this one is too old or too new."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            os.execv(other, [other, *sys.argv])
    raise SetupFailed(
        "Vesper needs Python 3.11, 3.12 or 3.13; install one of them (on Debian 12: apt-get install python3)."
    )


def fingerprint(goal: str) -> str:
    digest = hashlib.sha256(repr((goal, sys.version_info[:2], [os.environ.get(place) for place in PLACES])).encode())
    for name in INPUTS + MORE_INPUTS[goal]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_done(goal: str) -> bool:
    """Was everything done before, for these locks, and are the models still where they were put?"""
    stamps = read_stamps()
    if goal == "base" and "dev" in stamps and is_done("dev"):
        return True
    stamp = stamps.get(goal)
    if not PYTHON.exists() or stamp is None or stamp["fingerprint"] != fingerprint(goal):
        return False
    return all(Path(folder).is_dir() for folder in stamp["models"])


def read_stamps() -> dict[str, dict]:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def set_up(goal: str) -> None:
    started = time.monotonic()
    advice = system_packages.install(for_tests=goal == "dev")
    make_venv()
    install_python_packages(goal)
    models = fetch_models(goal)
    stamps = {**read_stamps(), goal: {"fingerprint": fingerprint(goal), "models": models}}
    STAMP.write_text(json.dumps(stamps))
    say(f"done in {time.monotonic() - started:.0f} s.")
    if advice:
        say(advice)


def make_venv() -> None:
    if PYTHON.exists():
        return
    say("making .venv")
    try:
        import ensurepip  # noqa: F401  Debian leaves it out
    except ImportError:
        run(sys.executable, "-m", "venv", "--without-pip", str(VENV))
        if subprocess.call([sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "-q", "pip"]) != 0:
            shutil.rmtree(VENV)
            version = f"python3.{sys.version_info[1]}"
            raise SetupFailed(
                f"This Python cannot make virtual environments; run: apt-get install {version}-venv"
            ) from None
    else:
        run(sys.executable, "-m", "venv", str(VENV))


def install_python_packages(goal: str) -> None:
    say("installing Python packages")
    lock = "requirements/base.lock" if goal == "gpu" else f"requirements/{goal}.lock"
    pip("--only-binary=:all:", "--require-hashes", "--no-deps", "-r", lock)
    if not pip("--only-binary=:all:", "--require-hashes", "--no-deps", "-r", "requirements/wake.lock", may_fail=True):
        say("fixed wake phrases are not available on this system; Vesper waits for its name instead.")
    if goal == "dev":
        # openai-whisper is published as source only; its build uses the setuptools that was just installed.
        pip("--no-build-isolation", "--require-hashes", "--no-deps", "-r", "requirements/hearing-torch.lock")
        install_torch()
    if goal == "gpu":
        pip("--no-build-isolation", "--require-hashes", "--no-deps", "-r", "requirements/gpu.lock")
        install_torch()
    pip("--no-build-isolation", "--no-deps", "-e", ".")


def install_torch() -> None:
    """The build of torch that suits the machine. Gigabytes of CUDA libraries are fetched only for a CUDA device."""
    installed = subprocess.run(
        [str(PYTHON), "-c", "import importlib.metadata as m; print(m.version('torch'))"], capture_output=True, text=True
    )
    if installed.stdout.startswith(TORCH):
        return
    if sys.platform != "linux" or has_nvidia_device():
        pip(f"torch=={TORCH}")
    elif not pip("--no-deps", f"torch=={TORCH}+cpu", may_fail=True):
        say(f"the package index offers no CPU build of torch {TORCH}, so tests of openai-whisper will fail.")
        say(f"add PyTorch's CPU index: PIP_EXTRA_INDEX_URL=... {BIN / 'pip'} install torch=={TORCH}+cpu")


def has_nvidia_device() -> bool:
    program = shutil.which("nvidia-smi")
    return program is not None and subprocess.call([program, "-L"], stdout=subprocess.DEVNULL) == 0


def fetch_models(goal: str) -> list[str]:
    """Fetch and return the folders the models lie in."""
    say("fetching models")
    ids = ["--all"] if goal == "dev" else []  # the model tests use all of them, 2.0 GB
    run(str(PYTHON), "-m", "assistant.llm.models_command", "fetch", *ids)
    listing = subprocess.run(
        [str(PYTHON), "-m", "assistant.llm.models_command", "list", "--json"], cwd=ROOT, capture_output=True, check=True
    )
    return [row["folder"] for row in json.loads(listing.stdout) if row["present"] and (goal == "dev" or row["needed"])]


def start() -> int:
    """Vesper's window, or the demonstration in the terminal where there is no display. Replaces this process."""
    has_display = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    command = [str(BIN / "vesper"), *([] if has_display else ["demo"])]
    if os.name == "nt":
        return subprocess.call(command)
    return os.execv(command[0], command)


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


def pip(*arguments: str, may_fail: bool = False) -> bool:
    bar = "on" if sys.stdout.isatty() else "off"
    options = ["--disable-pip-version-check", "-qq", f"--progress-bar={bar}"]
    command = [str(PYTHON), "-m", "pip", "install", *options, *arguments]
    if subprocess.call(command, cwd=ROOT) == 0:
        return True
    if may_fail:
        return False
    raise SetupFailed("pip could not install the packages (see above); check the connection and run the command again.")


def run(*command: str) -> None:
    status = subprocess.call(command, cwd=ROOT)
    if status:
        raise SetupFailed(f"this step failed with exit status {status}: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
