"""A model of transformers in this process: read a prompt, write tokens, keep what was read. Runs in the worker only.

A slot keeps the keys and values of one conversation. A new prompt is compared with them, pictures included, what
differs is cut off, and only the rest is read. Every step is short, so that whoever waits can stop between two.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.core.errors import PromptTooLongError
from assistant.llm.decoding import PLAIN
from assistant.llm.torch_cache import KeyCache
from assistant.llm.torch_files import refuse_broken_numbers
from assistant.llm.torch_prompt import PromptMaker, Span, Word
from assistant.llm.torch_sampling import Grammar, Sampler
from assistant.llm.torch_steps import Proof, Steps, prove
from assistant.llm.torch_text import Writer

STEP_SECONDS = 0.02  # tokens that come faster than this are handed over together; a stop waits no longer
READ_SECONDS = 0.03  # what a step of reading aims at, so that it can be left ...
READ_SECONDS_ON_CPU = 0.2  # ... and there, where few tokens cost as much as many
SMALLEST_READ, LARGEST_READ = 16, 2048  # tokens
ANSWER_ROOM_TOKENS = 16  # a prompt that leaves less than this cannot be answered
SMALLEST_CONTEXT = 1024  # tokens; with less there is no conversation
CONTEXT_LEFT = 0.75  # of what fitted when memory ran out: the answer needs room, too
POSITION_AXES = 3  # time, row and column, for models that count them
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
    shift: int = 0
    """What is added to a token's place to get its position, behind the prompt."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    logits: Any = None
    answer: Answer | None = None
    unread: int | None = None
    """The answer's last token: it is computed with when the next one is wanted, so that it is handed over at once."""


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
        counts_rows = getattr(getattr(model, "model", None), "get_rope_index", None) is not None
        self.steps = Steps(model, POSITION_AXES if counts_rows else 0, context_tokens=context_tokens)

    def hasten(self, way: str) -> Proof:
        """Try a quicker way to compute tokens (decoding.py) on this device; kept where it is right and quicker."""
        if way != PLAIN and not self._keeps_all:
            return Proof(PLAIN, "Words are computed one by one, because this model's memory cannot be recorded.")
        proof = prove(self.steps, way)
        self._free()
        return proof

    def begin(
        self, slot_id: int, words: tuple[Word, ...], pictures: tuple[bytes, ...], tools: Sequence[dict[str, Any]] = ()
    ) -> Slot:
        """Cut the slot back to what it shares with this prompt, and note what is left to read."""
        spans = self.prompts.spans(words, pictures, tools)
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
            self._begun_anew(slot)
        slot.spans = _after(spans, shared)
        slot.positions = self._positions(spans)
        slot.shift = int(slot.positions.max()) + 1 - len(keys) if slot.positions is not None else 0
        slot.prompt_tokens, slot.cached_tokens = len(keys), shared
        slot.logits, slot.answer, slot.unread = None, None, None
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
            if answer.tokens == 1 or time.monotonic() - started > STEP_SECONDS:
                break  # the first one is waited for by somebody
        answer.seconds += time.monotonic() - started
        return text

    def _write_token(self, slot: Slot, answer: Answer) -> str:
        if slot.unread is not None:
            slot.logits = self._one_more(slot, slot.unread)
        token = answer.sampler.choose(slot.logits)
        slot.unread = token
        answer.tokens += 1
        if token in self._ends:
            answer.finished = "stop"
            return answer.writer.rest()
        text = answer.writer.add(token)
        if answer.writer.stopped or answer.sampler.is_complete:
            answer.finished = "stop"
        elif answer.tokens >= answer.max_tokens:
            answer.finished = "length"
        return text + answer.writer.rest() if answer.finished else text

    def _one_more(self, slot: Slot, token: int) -> Any:
        """The logits behind a token of the answer, by the quickest way that this device has proved."""
        with self._or_forget(slot), self._torch.no_grad():
            step = self.steps.prepared(slot.cache) if isinstance(slot.cache, KeyCache) else None
            if step is not None:
                logits = step.run(token, len(slot.keys) + slot.shift)
                slot.keys.append(token)
                return logits
        return self._forward(slot, [token], [token], {})

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
            moved["position_ids"] = self._positions_at(slot, start, len(ids))
        with self._or_forget(slot), torch.no_grad():
            output = self.model(
                input_ids=torch.tensor([ids], device=device),
                past_key_values=slot.cache,
                use_cache=True,
                logits_to_keep=1,
                **moved,
            )
        slot.keys = [*slot.keys, *keys]
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
        from transformers import DynamicCache

        if self._keeps_all:
            return self.steps.new_cache(self.context_tokens)
        return DynamicCache(config=self.model.config.get_text_config())

    def _cut(self, slot: Slot, length: int) -> bool:
        """False where the model's memory cannot be cut (recurrent layers): then the prompt is read anew."""
        if not self._keeps_all:
            return False
        if slot.cache is not None:
            slot.cache.crop(length - len(slot.keys))
        slot.keys = slot.keys[:length]
        return True

    def _forget(self, slot: Slot) -> None:
        """The buffers go with the cache; `_begun_anew` keeps them."""
        slot.cache, slot.keys, slot.logits, slot.unread = None, [], None, None

    def _begun_anew(self, slot: Slot) -> None:
        """Nothing is kept but the buffers, with what was recorded over them."""
        cache = slot.cache
        self._forget(slot)
        if isinstance(cache, KeyCache):
            cache.reset()
            slot.cache = cache

    def _positions(self, spans: list[Span]) -> Any:
        """Qwen-VL and its kin count rows and columns of a picture; everybody else needs nothing.

        They are always told, because left alone they would remember the shift of the last prompt with a picture.
        """
        if not self.steps.axes:
            return None
        torch = self._torch
        grids = [span.tensors["image_grid_thw"] for span in spans if "image_grid_thw" in span.tensors]
        if not grids:
            return torch.arange(sum(len(span.ids) for span in spans)).view(1, 1, -1).expand(POSITION_AXES, 1, -1)
        positions, _ = self.model.model.get_rope_index(
            torch.tensor([[token for span in spans for token in span.ids]]),
            mm_token_type_ids=torch.tensor([[kind for span in spans for kind in span.types]]),
            image_grid_thw=torch.cat(grids),
        )
        return positions

    def _positions_at(self, slot: Slot, start: int, count: int) -> Any:
        if start + count <= slot.positions.shape[-1]:
            return slot.positions[..., start : start + count].to(self.model.device)
        first = start + slot.shift
        places = self._torch.arange(first, first + count, device=self.model.device)
        return places.view(1, 1, -1).expand(POSITION_AXES, 1, -1)

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
