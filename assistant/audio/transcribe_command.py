"""`vesper transcribe`: what recordings say, one line each. A file that cannot be used does not stop the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.audio.wav import read_audio
from assistant.core.aio import EngineThread
from assistant.core.errors import AssistantError, EngineError, InputError
from assistant.core.ports import Transcriber
from assistant.core.types import SPEECH_RATE, Transcript


async def transcribe_files(
    transcriber: Transcriber,
    paths: Sequence[Path],
    write_line: Callable[[str], object],
    as_json: bool = False,
    language: str = "",
) -> int:
    """Transcribe the files in order, a line each as soon as it is known. Returns the exit code."""
    reader = EngineThread("recordings")
    exit_code = 0
    try:
        for path in paths:
            try:
                audio = await reader.call(read_audio, path, SPEECH_RATE)
                heard = await transcriber.transcribe(audio, language, times=True)
            except (InputError, EngineError) as error:
                exit_code = exit_code or error.exit_code
                write_line(json.dumps(_problem(path, error)) if as_json else f"{path.name}: {error}")
            else:
                write_line(
                    json.dumps(_report(path, heard), ensure_ascii=False) if as_json else _line(path, heard, paths)
                )
    finally:
        reader.close()
    return exit_code


def _line(path: Path, heard: Transcript, paths: Sequence[Path]) -> str:
    text = heard.text or "(no speech)"
    return text if len(paths) == 1 else f"{path.name}: {text}"


def _report(path: Path, heard: Transcript) -> dict[str, Any]:
    words = [
        {"word": word.text, "start": word.start_seconds, "end": word.end_seconds, "probability": word.probability}
        for word in heard.words
    ]
    return {
        "file": str(path),
        "text": heard.text,
        "language": heard.language,
        "seconds": round(heard.audio_seconds, 3),
        "decode_seconds": round(heard.decode_seconds, 3),
        "words": words,
    }


def _problem(path: Path, error: AssistantError) -> dict[str, Any]:
    return {"file": str(path), "error": error.what, "advice": error.advice}
