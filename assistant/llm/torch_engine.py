"""A model of transformers in this process: read a prompt, write tokens, keep what was read. Runs in the worker only.

A slot keeps the keys and values of one conversation. A new prompt is compared with them, pictures included, what
differs is cut off, and only the rest is read. Every step is short, so that whoever waits can stop between two.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.core.errors import EngineError, PromptTooLongError
from assistant.llm.torch_files import readable_files, refuse_broken_numbers, refuse_other_weights
from assistant.llm.torch_prompt import PromptMaker, Span, Word
from assistant.llm.torch_sampling import Grammar, Sampler
from assistant.llm.torch_text import Writer

STEP_SECONDS = 0.02  # tokens that come faster than this are handed over together; a stop waits no longer
READ_SECONDS = 0.03  # what a step of reading aims at, so that it can be left ...
READ_SECONDS_ON_CPU = 0.2  # ... and there, where few tokens cost as much as many
SMALLEST_READ, LARGEST_READ = 16, 2048  # tokens
ANSWER_ROOM_TOKENS = 16  # a prompt that leaves less than this cannot be answered
SMALLEST_CONTEXT = 1024  # tokens; with less there is no conversation
CONTEXT_LEFT = 0.75  # of what fitted when memory ran out: the answer needs room, too
CROPPABLE = frozenset(("full_attention", "sliding_attention", "chunked_attention"))


@dataclass(slots=True)
class Slot:
    """One conversation in memory. `keys` says what `cache` holds, token by token."""

    cache: Any = None
    keys: list[int] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    """What is still to be read of the prompt."""
    positions: Any = None
    """(3, 1, prompt) for models whose positions are not a plain count."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    logits: Any = None
    answer: Answer | None = None


@dataclass(slots=True)
class Answer:
    sampler: Sampler
    writer: Writer
    max_tokens: int
    tokens: int = 0
    finished: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Wish:
    max_tokens: int
    temperature: float = 0.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: dict[str, Any] | None = None


class TorchEngine:
    """`model` is loaded and on its device. Slots are made at first use."""

    def __init__(self, model: Any, prompts: PromptMaker, context_tokens: int) -> None:
        import torch

        self._torch = torch
        self.model = model
        self.prompts = prompts
        self.context_tokens = context_tokens
        self.slots: dict[int, Slot] = {}
        self._read_tokens = 64
        self._read_seconds = READ_SECONDS_ON_CPU if model.device.type == "cpu" else READ_SECONDS
        self._grammar_tokens: Any = None
        text = model.config.get_text_config()
        self._vocabulary_size = int(text.vocab_size)
        self._keeps_all = set(getattr(text, "layer_types", None) or ()) <= CROPPABLE
        self._ends = _end_tokens(model, prompts.tokenizer)

    def begin(self, slot_id: int, words: tuple[Word, ...], pictures: tuple[bytes, ...]) -> Slot:
        """Cut the slot back to what it shares with this prompt, and note what is left to read."""
        spans = self.prompts.spans(words, pictures)
        slot = self.slots.setdefault(slot_id, Slot())
        keys = [key for span in spans for key in span.keys]
        if len(keys) + ANSWER_ROOM_TOKENS > self.context_tokens:
            raise PromptTooLongError(
                f"This is too long for the language model: {len(keys)} of {self.context_tokens} tokens.",
                "Shorten it, or start a new conversation.",
            )
        shared = _at_a_border(min(_shared(slot.keys, keys), len(keys) - 1), spans)
        if shared < len(slot.keys) and not self._cut(slot, shared):
            shared = 0
        if shared == 0:
            self._forget(slot)
        slot.spans = _after(spans, shared)
        slot.positions = self._positions(spans)
        slot.prompt_tokens, slot.cached_tokens = len(keys), shared
        slot.logits, slot.answer = None, None
        return slot

    def read(self, slot: Slot) -> int:
        """Read some of the prompt; returns how many tokens are left."""
        started = time.monotonic()
        span = slot.spans.pop(0)
        if not span.tensors and len(span.ids) > self._read_tokens:
            slot.spans.insert(0, _part(span, self._read_tokens, None))
            span = _part(span, 0, self._read_tokens)
        slot.logits = self._forward(slot, span.ids, span.keys, span.tensors)
        if not span.tensors and len(span.ids) >= SMALLEST_READ:
            self._synchronize()
            speed = len(span.ids) / max(time.monotonic() - started, 1e-6)
            self._read_tokens = int(min(LARGEST_READ, max(SMALLEST_READ, speed * self._read_seconds)))
        return sum(len(span.ids) for span in slot.spans)

    def answer(self, slot: Slot, wish: Wish) -> None:
        """Say how the answer to a prompt that has been read is to be written."""
        refuse_broken_numbers(slot.logits)
        grammar = self._grammar(wish.json_schema) if wish.json_schema is not None else None
        sampler = Sampler(wish.temperature, wish.seed, grammar)
        room = self.context_tokens - slot.prompt_tokens
        slot.answer = Answer(sampler, Writer(self.prompts.decode, wish.stop), min(wish.max_tokens, room))

    def write(self, slot: Slot) -> str:
        """Some more of the answer, at least one token. `slot.answer.finished` says when it is over."""
        answer = slot.answer
        assert answer is not None
        started = time.monotonic()
        text = ""
        while not answer.finished:
            text += self._write_token(slot, answer)
            if time.monotonic() - started > STEP_SECONDS:
                break
        answer.seconds += time.monotonic() - started
        return text

    def _write_token(self, slot: Slot, answer: Answer) -> str:
        token = answer.sampler.choose(slot.logits)
        answer.tokens += 1
        if token in self._ends:
            answer.finished = "stop"
            return answer.writer.rest()
        text = answer.writer.add(token)
        if answer.writer.stopped or answer.sampler.is_complete:
            answer.finished = "stop"
        elif answer.tokens >= answer.max_tokens:
            answer.finished = "length"
        else:
            slot.logits = self._forward(slot, [token], [token], {})
        return text + answer.writer.rest() if answer.finished else text

    def _forward(self, slot: Slot, ids: list[int], keys: list[int], tensors: dict[str, Any]) -> Any:
        """The last row of logits. The slot holds the tokens afterwards; after a failure it is empty."""
        torch = self._torch
        device = self.model.device
        moved = {name: _moved(value, device, self.model.dtype) for name, value in tensors.items()}
        start = len(slot.keys)
        if slot.cache is None:
            slot.cache = self._new_cache()
        if "token_type_ids" in moved:  # looked up by places in the whole sequence, not in this step
            moved["token_type_ids"] = torch.nn.functional.pad(moved["token_type_ids"], (start, 0))
        if slot.positions is not None:
            moved["position_ids"] = self._positions_at(slot, start, len(ids)).to(device)
        with self._or_forget(slot), torch.inference_mode():
            output = self.model(
                input_ids=torch.tensor([ids], device=device),
                past_key_values=slot.cache,
                use_cache=True,
                logits_to_keep=1,
                **moved,
            )
        slot.keys = slot.keys + keys
        return output.logits[0, -1]

    @contextlib.contextmanager
    def _or_forget(self, slot: Slot) -> Iterator[None]:
        """Half a step must not stay in the cache. What did not fit into memory makes the context smaller."""
        try:
            yield
        except (self._torch.OutOfMemoryError, MemoryError) as error:
            fitted = sum(len(one.keys) for one in self.slots.values())
            for one in self.slots.values():
                self._forget(one)
            self._free()
            self.context_tokens = max(SMALLEST_CONTEXT, min(self.context_tokens, int(fitted * CONTEXT_LEFT)))
            raise PromptTooLongError(
                f"Memory ran out, so the model goes on with a context of {self.context_tokens} tokens.",
                "Shorten it, start a new conversation, or close other programs.",
            ) from error
        except BaseException:
            self._forget(slot)
            raise

    def _new_cache(self) -> Any:
        """Without the configuration nothing is thrown away behind a sliding window, so every cut is possible."""
        from transformers import DynamicCache

        return DynamicCache() if self._keeps_all else DynamicCache(config=self.model.config.get_text_config())

    def _cut(self, slot: Slot, length: int) -> bool:
        """False where the model's memory cannot be cut (recurrent layers): then the prompt is read anew."""
        if not self._keeps_all:
            return False
        if slot.cache is not None:
            slot.cache.crop(length - len(slot.keys))
        slot.keys = slot.keys[:length]
        return True

    def _forget(self, slot: Slot) -> None:
        slot.cache, slot.keys, slot.logits = None, [], None

    def _positions(self, spans: list[Span]) -> Any:
        """Qwen-VL and its kin count rows and columns of a picture; everybody else needs nothing.

        They are always told, because left alone they would remember the shift of the last prompt with a picture.
        """
        count = getattr(getattr(self.model, "model", None), "get_rope_index", None)
        if count is None:
            return None
        torch = self._torch
        grids = [span.tensors["image_grid_thw"] for span in spans if "image_grid_thw" in span.tensors]
        if not grids:
            return torch.arange(sum(len(span.ids) for span in spans)).view(1, 1, -1).expand(3, 1, -1)
        positions, _ = count(
            torch.tensor([[token for span in spans for token in span.ids]]),
            mm_token_type_ids=torch.tensor([[kind for span in spans for kind in span.types]]),
            image_grid_thw=torch.cat(grids),
        )
        return positions

    def _positions_at(self, slot: Slot, start: int, count: int) -> Any:
        known = slot.positions.shape[-1]
        if start + count <= known:
            return slot.positions[..., start : start + count]
        first = slot.positions.max() + 1 + start - known
        return (first + self._torch.arange(count)).view(1, 1, -1).expand(3, 1, -1)

    def _grammar(self, schema: dict[str, Any]) -> Grammar:
        if self._grammar_tokens is None:
            import llguidance.hf

            self._grammar_tokens = llguidance.hf.from_tokenizer(
                self.prompts.tokenizer, n_vocab=None, eos_token=sorted(self._ends)[0]
            )
        return Grammar(self._grammar_tokens, schema, self._vocabulary_size)

    def _free(self) -> None:
        if self.model.device.type == "cuda":
            self._torch.cuda.empty_cache()

    def _synchronize(self) -> None:
        if self.model.device.type != "cpu":
            self._torch.accelerator.synchronize()


def _shared(first: list[int], second: list[int]) -> int:
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))


def _at_a_border(length: int, spans: list[Span]) -> int:
    """Never in the middle of a picture: it is read whole."""
    at = 0
    for span in spans:
        if at <= length < at + len(span.ids) and span.tensors:
            return at
        at += len(span.ids)
    return max(0, length)


def _after(spans: list[Span], length: int) -> list[Span]:
    left: list[Span] = []
    at = 0
    for span in spans:
        if at + len(span.ids) > length:
            left.append(_part(span, length - at, None) if at < length else span)
        at += len(span.ids)
    return left


def _part(span: Span, start: int, end: int | None) -> Span:
    return Span(span.ids[start:end], span.keys[start:end], span.types[start:end])


def _moved(value: Any, device: Any, dtype: Any) -> Any:
    return value.to(device, dtype) if value.is_floating_point() else value.to(device)


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    configured = getattr(model.generation_config, "eos_token_id", None)
    ends = configured if isinstance(configured, list) else [configured]
    found = {int(token) for token in (*ends, tokenizer.eos_token_id) if token is not None}
    names = ("<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<end_of_utterance>")
    known = tokenizer.get_vocab()
    return frozenset(found | {known[name] for name in names if name in known})


def load_folder(folder: Path, device: str, bits: int, dtype: str) -> tuple[Any, Any]:
    """The model and its configuration. Raises EngineError where they do not belong together or cannot be read."""
    import torch
    import transformers
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as SEEING

    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    with readable_files(folder):
        config = transformers.AutoConfig.from_pretrained(folder, **options)
    sees = config.model_type in SEEING
    kind = transformers.AutoModelForImageTextToText if sees else transformers.AutoModelForCausalLM
    options |= {"dtype": getattr(torch, dtype), "use_safetensors": True, "low_cpu_mem_usage": True}
    if bits < 16:
        options["quantization_config"] = _quantisation(bits, device, options["dtype"])
    if device != "cpu":
        options["device_map"] = {"": device}
    with readable_files(folder):
        model, found = kind.from_pretrained(
            folder, ignore_mismatched_sizes=True, output_loading_info=True, **options
        )  # sizes that differ are refused below, in a sentence
    refuse_other_weights(folder, found)
    return model.eval(), config


def _quantisation(bits: int, device: str, computed_in: Any) -> Any:
    """bitsandbytes on CUDA; elsewhere torchao, which has whole numbers of 8 bits for every device."""
    import transformers

    try:
        if device.startswith("cuda"):
            if bits == 4:
                return transformers.BitsAndBytesConfig(
                    load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=computed_in
                )
            return transformers.BitsAndBytesConfig(load_in_8bit=True)
        from torchao.quantization import Int8WeightOnlyConfig

        return transformers.TorchAoConfig(Int8WeightOnlyConfig())
    except ImportError as error:
        library = "bitsandbytes" if device.startswith("cuda") else "torchao"
        raise EngineError(
            f"{bits}-bit weights need the package {library}.", f"Install it with `pip install {library}`."
        ) from error


def weight_bytes(model: Any) -> int:
    return sum(tensor_bytes(tensor) for tensor in (*model.parameters(), *model.buffers()))


def tensor_bytes(tensor: Any) -> int:
    """What it occupies. The library's own count takes packed weights for wide ones."""
    flatten = getattr(tensor, "__tensor_flatten__", None)
    parts = [getattr(tensor, name) for name in flatten()[0]] if flatten else [tensor]
    return sum(part.numel() * part.element_size() for part in parts)
