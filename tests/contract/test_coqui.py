"""Coqui's VITS as a Synthesizer, with a tiny voice of random weights. Its sound is noise, its contract is not."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from assistant.audio.coqui import CoquiVoice, licence_of, parts_of
from assistant.core.errors import AssistantError, EngineError, ModelMissingError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch")
    pytest.importorskip("TTS", exc_type=ImportError)  # it refuses to be imported beside a torch that it does not match
    from TTS.tts.configs.shared_configs import CharactersConfig
    from TTS.tts.configs.vits_config import VitsArgs, VitsConfig
    from TTS.tts.models.vits import Vits

    torch.manual_seed(1)
    made = tmp_path_factory.mktemp("voice")
    arguments = VitsArgs(
        hidden_channels=16, hidden_channels_ffn_text_encoder=32, num_heads_text_encoder=2, num_layers_text_encoder=1,
        num_layers_flow=1, num_layers_posterior_encoder=1, upsample_initial_channel_decoder=32,
        resblock_kernel_sizes_decoder=[3], resblock_dilation_sizes_decoder=[[1, 3, 5]], init_discriminator=False,
    )  # fmt: skip
    letters = CharactersConfig(
        characters_class="TTS.tts.models.vits.VitsCharacters", pad="_", eos="", bos="", blank="",
        characters="abcdefghijklmnopqrstuvwxyz", punctuations="!'(),-.:;? ", phonemes="",
    )  # fmt: skip
    config = VitsConfig(model_args=arguments, text_cleaner="basic_cleaners", use_phonemes=False, characters=letters)
    torch.save({"model": Vits(config).state_dict()}, made / "voice.pth")
    config.save_json(str(made / "config.json"))
    (made / "LICENSE.txt").write_text("CC0 1.0 Universal\n\nmore")
    return made


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def voice(folder: Path) -> AsyncIterator[CoquiVoice]:
    made = CoquiVoice(folder, device="cpu")
    yield made
    made.close()


async def seconds_of(voice: CoquiVoice, text: str) -> float:
    return sum([frame.seconds async for frame in voice.synthesize(text)])


async def test_a_clause_becomes_sound(voice: CoquiVoice) -> None:
    frames = [frame async for frame in voice.synthesize("Sure, I can help you with that.")]
    sound = np.concatenate([frame.samples for frame in frames])

    assert sound.dtype == np.float32
    assert {frame.sample_rate for frame in frames} == {22_050}
    assert np.isfinite(sound).all()
    assert 0 < np.abs(sound).max() <= 1
    assert len(sound) > 2000


@pytest.mark.parametrize("text", ["", "   ", "😀 ✨", "\u0000", "..."])
async def test_what_cannot_be_said_is_silence(voice: CoquiVoice, text: str) -> None:
    assert await seconds_of(voice, text) == 0


async def test_a_long_text_comes_in_several_frames(voice: CoquiVoice) -> None:
    frames = [frame async for frame in voice.synthesize("and then we went on " * 40)]

    assert len(frames) > 1


async def test_a_voice_that_was_interrupted_speaks_again(voice: CoquiVoice) -> None:
    async with aclosing(voice.synthesize("and then we went on " * 40)) as stream:  # type: ignore[type-var]
        await anext(stream)

    assert await seconds_of(voice, "Hello there.") > 0.05


async def test_a_higher_rate_takes_less_time(folder: Path) -> None:
    fast, slow = CoquiVoice(folder, 1.6, "cpu"), CoquiVoice(folder, 0.8, "cpu")
    try:
        assert await seconds_of(fast, "Let us look at it.") < 0.8 * await seconds_of(slow, "Let us look at it.")
    finally:
        fast.close()
        slow.close()


async def test_a_checkpoint_that_holds_code_is_not_run(folder: Path, tmp_path: Path) -> None:
    import torch

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {tmp_path / 'ran'}",)

    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    torch.save({"model": {}, "trap": Trap()}, tmp_path / "voice.pth")
    voice = CoquiVoice(tmp_path, device="cpu")
    try:
        with pytest.raises(AssistantError, match="holds more than numbers"):
            await voice.load()
    finally:
        voice.close()
    assert not (tmp_path / "ran").exists()


async def test_another_model_s_weights_are_a_sentence(folder: Path, tmp_path: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["model_args"]["hidden_channels"] = 24
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "voice.pth").write_bytes((folder / "voice.pth").read_bytes())
    voice = CoquiVoice(tmp_path, device="cpu")
    try:
        with pytest.raises(EngineError, match="could not be loaded"):
            await voice.load()
    finally:
        voice.close()


async def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    voice = CoquiVoice(tmp_path / "nowhere")
    try:
        with pytest.raises(ModelMissingError, match="nowhere"):
            await voice.load()
    finally:
        voice.close()


async def test_the_licence_is_shown_or_its_absence_said(tmp_path: Path) -> None:
    assert "no licence" in licence_of(tmp_path)
    (tmp_path / "LICENSE").write_text("CC0 1.0\nUniversal")
    assert licence_of(tmp_path) == "CC0 1.0 Universal"


async def test_long_clauses_are_cut_at_spaces() -> None:
    parts = list(parts_of("word " * 200))

    assert all(len(part) <= 300 for part in parts)
    assert " ".join(parts).split() == ["word"] * 200
    assert [len(part) for part in parts_of("x" * 700)] == [300, 300, 100]
