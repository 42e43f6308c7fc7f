"""Reads any recording as mono audio and writes WAV files.

The rule: a file is looked at before it is opened, and whatever is wrong with it ends in one sentence, never in a hang.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from assistant.core.errors import InputError, StorageError
from assistant.core.types import SPEECH_RATE, AudioFrame, Samples

LONGEST_SECONDS = 2 * 3600
LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000
MOST_CHANNELS = 8
MOST_BYTES = 3 << 30  # two hours of 48 kHz stereo float; more is not a recording of speech
_BLOCK_SECONDS = 30
_FFMPEG_SECONDS = 120  # a two-hour film's sound takes about 30 s to decode
_ADVICE = "Use a WAV, FLAC, OGG, MP3, M4A or other sound file of at most two hours."

log = logging.getLogger(__name__)


def read_audio(path: Path, sample_rate: int | None = None) -> AudioFrame:
    """The whole recording as mono, at its own rate or at `sample_rate`. Raises InputError. Blocking."""
    _check_file(path)
    frame = _read_with_libsndfile(path) or _read_with_ffmpeg(path)
    if not len(frame.samples):
        raise InputError(f"{path.name} holds no sound.", _ADVICE)
    frame = without_bad_samples(frame, path.name)
    return frame if sample_rate is None else resample(frame, sample_rate)


def resample(frame: AudioFrame, sample_rate: int) -> AudioFrame:
    """The same sound at another rate."""
    if frame.sample_rate == sample_rate:
        return frame
    import soxr

    return AudioFrame(soxr.resample(frame.samples, frame.sample_rate, sample_rate).astype(np.float32), sample_rate)


def without_bad_samples(frame: AudioFrame, name: str = "audio") -> AudioFrame:
    """NaN and infinite samples become silence, with a warning; values beyond full scale are scaled down."""
    samples = frame.samples
    bad = ~np.isfinite(samples)
    if bad.any():
        log.warning("%s: %d samples were not numbers and are taken as silence", name, int(bad.sum()))
        samples = np.where(bad, np.float32(0), samples)
    peak = float(np.abs(samples).max(initial=0.0))
    if peak > 1.0:
        samples = samples / np.float32(peak)
    return frame if samples is frame.samples else AudioFrame(samples.astype(np.float32), frame.sample_rate)


def write_wav(path: Path, frames: Iterable[AudioFrame]) -> float:
    """Write frames of one rate as 16-bit mono, all or nothing. Returns the seconds written."""
    import soundfile

    sound = list(frames)
    rate = sound[0].sample_rate if sound else SPEECH_RATE
    samples = np.concatenate([resample(frame, rate).samples for frame in sound]) if sound else np.zeros(0, np.float32)
    encoded = io.BytesIO()  # the library cannot say that a disk is full
    soundfile.write(encoded, np.clip(samples, -1, 1), rate, format="WAV", subtype="PCM_16")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(encoded.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        advice = "Check that the folder exists, is writable and has free space."
        raise StorageError(f"{path.name} could not be written.", advice) from error
    return len(samples) / rate


def _check_file(path: Path) -> None:
    try:
        state = path.stat()
    except OSError as error:
        raise InputError(f"{path.name} could not be found or opened.", "Check the name and the permissions.") from error
    if not stat.S_ISREG(state.st_mode):
        raise InputError(f"{path.name} is not an ordinary file.", _ADVICE)
    if state.st_size == 0:
        raise InputError(f"{path.name} is empty.", _ADVICE)
    if state.st_size > MOST_BYTES:
        raise InputError(f"{path.name} is larger than {MOST_BYTES >> 30} GB.", _ADVICE)


def _read_with_libsndfile(path: Path) -> AudioFrame | None:
    """None where libsndfile does not know the format."""
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            _check_shape(path, file.samplerate, file.channels, file.frames / max(1, file.samplerate))
            most = LONGEST_SECONDS * file.samplerate  # the header may lie
            blocks: list[Samples] = []
            for block in file.blocks(_BLOCK_SECONDS * file.samplerate, dtype="float32", always_2d=True):
                blocks.append(block.mean(axis=1, dtype=np.float32))
                if sum(map(len, blocks)) > most:
                    raise InputError(f"{path.name} is longer than two hours.", _ADVICE)
            rate = int(file.samplerate)
    except soundfile.LibsndfileError:
        return None
    except (OSError, MemoryError, ValueError) as error:
        raise InputError(f"{path.name} could not be read.", _ADVICE) from error
    return AudioFrame(np.concatenate(blocks) if blocks else np.zeros(0, np.float32), rate)


def _check_shape(path: Path, rate: int, channels: int, seconds: float) -> None:
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise InputError(f"{path.name} has a sampling rate of {rate} Hz.", "Use a recording of 8 to 192 kHz.")
    if channels > MOST_CHANNELS:
        raise InputError(f"{path.name} has {channels} channels.", f"Use at most {MOST_CHANNELS} channels.")
    if seconds > LONGEST_SECONDS:
        raise InputError(f"{path.name} is longer than two hours.", _ADVICE)


def _read_with_ffmpeg(path: Path) -> AudioFrame:
    """Decode in a process of its own: with a time limit, no network, nothing but this file."""
    program = shutil.which("ffmpeg")
    if program is None:
        advice = "Install ffmpeg for this format, or use a WAV, FLAC, OGG or MP3 file."
        raise InputError(f"{path.name} is not a sound file that can be read here.", advice)
    command = [program, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", f"file:{path}"]
    command += ["-map", "0:a:0", "-vn", "-sn", "-t", str(LONGEST_SECONDS + 1)]
    command += ["-ac", "1", "-ar", str(SPEECH_RATE), "-f", "f32le", "pipe:1"]
    try:
        with tempfile.TemporaryFile() as sound:  # a pipe would have to be drained; the file's size is bounded by -t
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=sound, stderr=subprocess.DEVNULL, timeout=_FFMPEG_SECONDS
            )
            sound.seek(0)
            samples = np.frombuffer(sound.read(), dtype="<f4").astype(np.float32)
    except subprocess.TimeoutExpired as error:
        raise InputError(f"{path.name} took too long to decode.", _ADVICE) from error
    except OSError as error:
        raise InputError(f"{path.name} could not be decoded.", "Check that the disk has free space.") from error
    if not len(samples):
        problem = "is damaged or not a sound file" if done.returncode else "holds no sound"
        raise InputError(f"{path.name} {problem}.", _ADVICE)
    if len(samples) > LONGEST_SECONDS * SPEECH_RATE:
        raise InputError(f"{path.name} is longer than two hours.", _ADVICE)
    return AudioFrame(samples, SPEECH_RATE)
