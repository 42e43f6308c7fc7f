"""The child that runs a model of transformers: loads it, in a smaller way if need be, and serves prompts step by step.

Every call is short. Who wants an answer asks for a step after the other, and stops by not asking again.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import EngineError, PromptTooLongError
from assistant.llm.decoding import plan_decoding
from assistant.llm.fit import Device, Fit, ModelSize, Wanted, fits, shortage_in_words, step_in_words, sum_in_words
from assistant.llm.torch_prompt import Word
from assistant.workers.child import Table

Answer = tuple[dict[str, Any], bytes]


def serve() -> Table:
    os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")  # long prompts fragment less
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # see llama_worker.py
    try:
        import torch
        import transformers
    except ImportError as error:
        raise EngineError(
            "The engine “transformers” is not installed.",
            "Install it with `python3 scripts/setup.py --gpu`, or set [mind] engine to llama.cpp.",
        ) from error
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_grad_enabled(False)
    return Served().table()


class Served:
    """The functions of the child, and the engine they share."""

    def __init__(self) -> None:
        self._engine: Any = None

    def table(self) -> Table:
        return {name: getattr(self, name) for name in ("load", "begin", "read", "answer", "write", "count", "figures")}

    def load(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        import torch

        from assistant.llm.torch_device import find_device
        from assistant.llm.torch_loading import weight_bytes

        torch.set_num_threads(arguments["threads"])
        size, wanted = ModelSize(**arguments["size"]), Wanted(**arguments["wanted"])
        device = find_device(arguments["device"])
        if limit := arguments["limit_bytes"]:
            device = Device(device.kind, min(limit, device.free_bytes), device.name, limit, device.bits)
        ways = fits(size, device, wanted)
        if not ways:
            raise EngineError(
                shortage_in_words(size, device, wanted), "Close other programs or choose a smaller model."
            )
        loaded = load_first_that_fits(Path(arguments["folder"]), device, ways)
        self._engine = loaded.engine
        way, why = plan_decoding(arguments["decoding"], device.kind, loaded.fit.bits, _has_compiler())
        proof = loaded.engine.hasten(way)
        notices = (unused_card(device), _step(ways[0], loaded.fit), why, proof.notice)
        return {
            "context_tokens": loaded.engine.context_tokens,
            "sees_pictures": loaded.engine.prompts.sees_pictures,
            "calls_tools": loaded.engine.prompts.calls_tools,
            "runs_on": device.kind,
            "sum": sum_in_words(size, loaded.fit, device),
            "notice": " ".join(filter(None, notices)),
            "decoding": proof.way,
            "proof": asdict(proof),
            "fit": asdict(loaded.fit),
            "bytes": weight_bytes(loaded.engine.model),
        }, b""

    def begin(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        """Messages and their pictures. Where they are too long, the oldest pictures become words first."""
        pictures = _split(blob, arguments["picture_bytes"])
        words = [Word(w["role"], w["text"], tuple(w["pictures"]), w["instead"]) for w in arguments["words"]]
        while True:
            try:
                slot = self._engine.begin(arguments["slot"], tuple(words), pictures, arguments["tools"])
                break
            except PromptTooLongError:
                oldest = next((index for index, word in enumerate(words) if word.pictures), None)
                if oldest is None:
                    raise
                words[oldest] = Word(words[oldest].role, words[oldest].instead)
        unseen = len(pictures) - sum(len(word.pictures) for word in words)
        return {"prompt_tokens": slot.prompt_tokens, "cached_tokens": slot.cached_tokens, "unseen": unseen}, b""

    def read(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        return {"left": self._engine.read(self._slot(arguments))}, b""

    def answer(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        from assistant.llm.torch_engine import Wish

        wish = arguments["wish"] | {"stop": tuple(arguments["wish"]["stop"])}
        self._engine.answer(self._slot(arguments), Wish(**wish))
        notice, self._engine.steps.notice = self._engine.steps.notice, ""
        return {"notice": notice}, b""

    def write(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        slot = self._slot(arguments)
        if slot.answer is None:
            raise _interrupted()
        text = self._engine.write(slot)
        answer = slot.answer
        return {"text": text, "finished": answer.finished, "tokens": answer.tokens, "seconds": answer.seconds}, b""

    def count(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        return {"tokens": len(self._engine.prompts.ids(arguments["text"]))}, b""

    def figures(self, arguments: dict[str, Any], blob: bytes) -> Answer:
        from assistant.llm.torch_figures import bytes_per_token, most_memory

        model = self._engine.model
        return {"token_bytes": bytes_per_token(model), "memory_bytes": most_memory(model.device.type)}, b""

    def _slot(self, arguments: dict[str, Any]) -> Any:
        """A child that was started anew knows nothing of what was begun before."""
        slot = self._engine.slots.get(arguments["slot"])
        if slot is None:
            raise _interrupted()
        return slot


def _has_compiler() -> bool:
    return importlib.util.find_spec("triton") is not None


def unused_card(device: Device) -> str:
    """What to say where there is an NVIDIA driver, and torch cannot use it."""
    import torch

    if not device.is_cpu or shutil.which("nvidia-smi") is None or torch.cuda.is_available():
        return ""
    why = "was built without CUDA" if torch.version.cuda is None else "finds no card: its driver may be too old"
    return f"The model runs on the processor, because torch {torch.__version__} {why}."


def _step(first: Fit, taken: Fit) -> str:
    return step_in_words(first, taken) if taken != first else ""


@dataclass(frozen=True, slots=True)
class Loaded:
    engine: Any
    fit: Fit


def load_first_that_fits(folder: Path, device: Device, ways: tuple[Fit, ...]) -> Loaded:
    """Plans can be wrong: what does not fit after all is dropped, and the next smaller way is tried."""
    import gc

    import torch

    from assistant.llm.torch_device import dtype_name, torch_name
    from assistant.llm.torch_engine import TorchEngine
    from assistant.llm.torch_files import readable_files
    from assistant.llm.torch_loading import load_folder, weight_bytes
    from assistant.llm.torch_prompt import PromptMaker

    for fit in ways:
        try:
            model, config = load_folder(folder, torch_name(device), fit.bits, dtype_name(device, fit.bits))
            if weight_bytes(model) + fit.cache_bytes > device.free_bytes:
                raise MemoryError
        except (torch.OutOfMemoryError, MemoryError):
            model = None
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            continue
        with readable_files(folder):
            prompts = PromptMaker(folder, config, hasattr(config, "vision_config"))
        return Loaded(TorchEngine(model, prompts, fit.context_tokens), fit)
    raise EngineError("The model does not fit into memory.", "Close other programs or choose a smaller model.")


def _split(blob: bytes, sizes: list[int]) -> tuple[bytes, ...]:
    pictures, at = [], 0
    for size in sizes:
        pictures.append(blob[at : at + size])
        at += size
    return tuple(pictures)


def _interrupted() -> EngineError:
    return EngineError("The language model stopped in the middle of its work.", "It is starting again: ask once more.")
