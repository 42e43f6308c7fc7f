"""Recordings of every shape are read; whatever is wrong with one ends in one sentence."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.audio.wav import read_audio, resample, without_bad_samples, write_wav
from assistant.core.errors import InputError, StorageError
from assistant.core.types import SPEECH_RATE, AudioFrame

TONE = np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000).astype(np.float32) * 0.5


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_rates_and_channels_become_mono(tmp_path: Path, rate: int, channels: int):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.tile(TONE[:, None], (1, channels)), rate)
    audio = read_audio(path)
    assert (audio.sample_rate, len(audio.samples), audio.samples.dtype) == (rate, 8_000, np.float32)
    assert np.abs(audio.samples - TONE).max() < 1e-3
    assert read_audio(path, SPEECH_RATE).seconds == pytest.approx(8_000 / rate, abs=0.01)


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.mp3", "a.aiff"])
def test_formats_of_libsndfile_are_read(tmp_path: Path, name: str):
    soundfile.write(tmp_path / name, TONE, 8_000)
    assert read_audio(tmp_path / name).seconds == pytest.approx(1, abs=0.2)


def test_formats_of_ffmpeg_are_read(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", TONE, 8_000)
    made = subprocess.run(["ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", tmp_path / "a.m4a"], check=False)
    if made.returncode:
        pytest.skip("this ffmpeg writes no M4A")
    assert read_audio(tmp_path / "a.m4a").seconds == pytest.approx(1, abs=0.2)


def test_samples_that_are_not_numbers_become_silence(tmp_path: Path):
    tone = TONE.copy()
    tone[10:20], tone[30:40] = np.nan, np.inf
    soundfile.write(tmp_path / "a.wav", tone, 8_000, subtype="FLOAT")
    samples = read_audio(tmp_path / "a.wav").samples
    assert np.isfinite(samples).all()
    assert not samples[10:20].any()


def test_samples_beyond_full_scale_are_scaled_down():
    assert np.abs(without_bad_samples(AudioFrame(TONE * 100, 8_000)).samples).max() == pytest.approx(1)


def test_an_unchanged_rate_costs_nothing():
    frame = AudioFrame(TONE, 8_000)
    assert resample(frame, 8_000) is frame


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"just a text, no sound at all", "damaged or not a sound file"),
        (bytes(range(256)) * 20, "damaged or not a sound file"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "damaged or not a sound file"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "damaged or not a sound file"),
    ],
)
def test_a_file_that_is_no_sound_is_refused_in_a_sentence(tmp_path: Path, content: bytes, sentence: str):
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as raised:
        read_audio(path)
    assert str(tmp_path) not in str(raised.value)
    assert raised.value.advice


def test_a_wav_without_samples_holds_no_sound(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16_000)
    with pytest.raises(InputError, match="no sound"):
        read_audio(tmp_path / "a.wav")


def test_a_cut_off_wav_gives_what_is_there(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", TONE, 8_000)
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(data[: len(data) // 2])
    assert 0.3 < read_audio(tmp_path / "a.wav").seconds < 0.6


def test_a_header_that_promises_too_much_is_not_believed(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", TONE, 8_000)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    data[40:44] = struct.pack("<I", 0x7FFFFFFF)
    (tmp_path / "a.wav").write_bytes(data)
    assert read_audio(tmp_path / "a.wav").seconds < 2


@pytest.mark.parametrize(("rate", "sentence"), [(1_000, "sampling rate"), (400_000, "sampling rate")])
def test_rates_that_are_no_recording_are_refused(tmp_path: Path, rate: int, sentence: str):
    soundfile.write(tmp_path / "a.wav", TONE, rate)
    with pytest.raises(InputError, match=sentence):
        read_audio(tmp_path / "a.wav")


def test_more_channels_than_eight_are_refused(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", np.zeros((100, 9)), 16_000)
    with pytest.raises(InputError, match="9 channels"):
        read_audio(tmp_path / "a.wav")


def test_more_than_two_hours_are_refused_by_the_header(tmp_path: Path):
    soundfile.write(tmp_path / "a.flac", np.zeros(8_000 * 7_300, np.int16), 8_000)
    with pytest.raises(InputError, match="two hours"):
        read_audio(tmp_path / "a.flac")


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_ordinary_file_is_not_opened(tmp_path: Path, make):
    make(tmp_path / "a.wav")
    with pytest.raises(InputError, match="not an ordinary file"):
        read_audio(tmp_path / "a.wav")


def test_a_link_to_a_recording_is_followed_and_a_missing_file_named(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", TONE, 8_000)
    (tmp_path / "b.wav").symlink_to(tmp_path / "a.wav")
    assert read_audio(tmp_path / "b.wav").seconds == 1
    with pytest.raises(InputError, match=r"c\.wav could not be found"):
        read_audio(tmp_path / "c.wav")


def test_written_frames_are_read_back(tmp_path: Path):
    frames = [AudioFrame(TONE, 8_000), AudioFrame(np.full(16_000, 2.0, np.float32), 16_000)]
    assert write_wav(tmp_path / "a.wav", frames) == pytest.approx(2)
    audio = read_audio(tmp_path / "a.wav")
    assert audio.sample_rate == 8_000
    assert audio.samples.max() <= 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path):
    with pytest.raises(StorageError, match=r"a\.wav could not be written"):
        write_wav(tmp_path / "no" / "a.wav", [AudioFrame(TONE, 8_000)])
