"""VITS voices of Coqui TTS, from a folder of the user's own: config.json, the weights, and the licence they came with.

Weights are safetensors, or a checkpoint of which only numbers are read (torch's restricted reader, no code). Nothing is
downloaded, and other files that the configuration names are not opened.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from assistant.audio.compute import choose, has_driver, torch_card
from assistant.audio.hibari import FASTEST, SLOWEST
from assistant.core.aio import EngineThread
from assistant.core.errors import EngineError, InputError, ModelMissingError
from assistant.core.types import AudioFrame, Samples

LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "MODEL_CARD", "MODEL_CARD.md", "README.md")
LICENCE_CHARACTERS = 200
LONGEST_TEXT = 300  # characters; longer clauses are spoken in parts, which sound sooner
SHORTEST_TEXT = 1  # letters that the voice knows; with fewer there is nothing to say
UNSAFE_KEYS = ("speakers_file", "language_ids_file", "d_vector_file", "speaker_encoder_model_path")
INSTALL = "Install it with `python3 scripts/setup.py --gpu`, or choose another voice."


class CoquiVoice:
    """The Synthesizer on a VITS model. `rate` is 0.5 to 2. Loads on the first call or on `load()`. `notice` gets a
    sentence where there is a card that is not used.
    """

    def __init__(
        self,
        folder: Path,
        rate: float = 1.0,
        device: str = "auto",
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._notice = notice
        self._rate = min(max(rate, SLOWEST), FASTEST)
        self._device = device
        self._network: VitsNetwork | None = None
        self._thread = EngineThread("coqui")

    async def load(self) -> None:
        self._tell(await self._thread.call(self._load))

    async def synthesize(self, clause: str) -> AsyncIterator[AudioFrame]:
        async for frame in self._thread.stream(lambda gone: self._frames(clause, gone)):
            yield frame
        if self._network is not None:
            self._tell(self._network)

    def close(self) -> None:
        self._thread.close()
        self._network = None

    def _tell(self, network: VitsNetwork) -> None:
        words, network.untold = network.untold, ""
        if words:
            self._notice(words)

    def _frames(self, clause: str, gone: Event) -> Iterator[AudioFrame]:
        network = self._load()
        for text in parts_of(clause):
            if gone.is_set():
                return
            samples = network.speak(text, self._rate)
            if len(samples):
                yield AudioFrame(samples, network.sample_rate)

    def _load(self) -> VitsNetwork:
        if self._network is None:
            self._network = VitsNetwork(self._folder, self._device)
        return self._network


class VitsNetwork:
    """Blocking. Loading takes some seconds."""

    def __init__(self, folder: Path, device: str) -> None:
        weights = weights_of(folder)
        os.environ.setdefault("COQUI_TOS_AGREED", "0")  # this library asks for terms only before downloads
        try:
            import torch
            from TTS.tts.configs.vits_config import VitsConfig
            from TTS.tts.models.vits import Vits
        except ImportError as error:
            raise EngineError("Coqui TTS is not installed, or does not match the installed torch.", INSTALL) from error
        self._torch = torch
        place = choose("coqui", device, torch_card(), has_driver())
        if device == "cuda" and place.kind != "cuda":
            raise EngineError(place.notice, "Set [voice] device to auto.")
        self.untold = place.notice
        """A sentence for the user, until somebody has told it."""
        self._device = place.kind
        try:
            config = VitsConfig()
            config.load_json(str(folder / "config.json"))
            for part in (config, config.model_args):
                for key in UNSAFE_KEYS:
                    if getattr(part, key, None):
                        setattr(part, key, None)
            self._model = Vits(config)
            self._model.load_state_dict(_tensors(weights), strict=True)
            self._model = self._model.eval().to(self._device)
        except (RuntimeError, ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            raise EngineError(
                f"The voice in “{folder.name}” could not be loaded.", "It has to be a VITS voice with its config.json."
            ) from error
        self.sample_rate = int(config.audio.sample_rate)

    def speak(self, text: str, rate: float) -> Samples:
        torch = self._torch
        known = self._model.tokenizer.text_to_ids(text, language=None)
        if sum(letter.isalnum() for letter in text) < SHORTEST_TEXT or len(known) <= SHORTEST_TEXT:
            return np.zeros(0, np.float32)
        self._model.length_scale = 1.0 / rate
        with torch.inference_mode():
            ids = torch.tensor([known], device=self._device)
            sound = self._model.inference(ids)["model_outputs"][0, 0].float().cpu().numpy()
        return np.asarray(np.clip(np.nan_to_num(sound), -1.0, 1.0), np.float32)


def weights_of(folder: Path) -> Path:
    if not (folder / "config.json").is_file():
        raise ModelMissingError(f"There is no voice in the folder “{folder.name}”.", "Check [voice] folder.")
    found = [*sorted(folder.glob("*.safetensors")), *sorted(folder.glob("*.pth"))]
    if not found:
        raise ModelMissingError(
            f"The weights of the voice “{folder.name}” are missing.", "Copy them beside config.json."
        )
    return found[0]


def licence_of(folder: Path) -> str:
    """The first words of the licence in the folder, for the user to see before the voice is used."""
    for name in LICENCES:
        if (folder / name).is_file():
            text = (folder / name).read_text(encoding="utf-8", errors="replace")
            return " ".join(text.split())[:LICENCE_CHARACTERS]
    return "no licence beside the voice: ask where you got it whether you may use it"


def parts_of(clause: str) -> Iterator[str]:
    """Cut at a space where a clause is long."""
    rest = clause.strip()
    while len(rest) > LONGEST_TEXT:
        cut = rest.rfind(" ", 0, LONGEST_TEXT)
        cut = cut if cut > 0 else LONGEST_TEXT
        yield rest[:cut]
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def _tensors(weights: Path) -> dict[str, Any]:
    if weights.suffix == ".safetensors":
        from safetensors.torch import load_file

        return dict(load_file(weights))
    import pickle

    import torch

    try:
        saved = torch.load(weights, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"The file “{weights.name}” holds more than numbers and was not opened.", "Convert it to safetensors."
        ) from error
    return dict(saved.get("model", saved))
