"""From messages to token ids and picture tensors, for any model that transformers knows. Runs in the worker only.

The model folder's own chat template is laid out in the library's sandbox, over placeholders: the words of a message
are put in afterwards, as tokens that can never be special ones, so no message can end itself or speak for another.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.core.errors import EngineError
from assistant.llm.templates import TEMPLATES, Special, Template

WORD, PICTURE = "\ue000", "\ue001"  # private-use characters: no template and no message has them
PLACES = re.compile(f"({WORD}\\d+;|{PICTURE}\\d+;)")
PICTURES_KEPT = 12  # prepared pictures; one of 1024 x 768 is 15 MB of numbers
ADVICE = "Choose another model."
TEMPLATE_SLIPS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
NOT_FOR_THE_MODEL = frozenset(("input_ids", "attention_mask"))


@dataclass(frozen=True, slots=True)
class Word:
    """A message of the prompt as the parent sends it; `pictures` are indices into the pictures beside it."""

    role: str
    text: str
    pictures: tuple[int, ...] = ()
    instead: str = ""
    """The text where the pictures are not shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A run of tokens that is read at once: words (any part of them), or one whole picture with its tensors."""

    ids: list[int]
    keys: list[int]
    """Equal keys mean equal cache: the id, or for a token of a picture a number from the picture's hash."""
    types: list[int]
    tensors: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    ids: list[int]
    types: list[int]
    tensors: dict[str, Any]
    digest: bytes


class PromptMaker:
    """Holds a folder's tokeniser and, for a model that sees, its picture processor."""

    def __init__(self, folder: Path, config: Any, sees_pictures: bool) -> None:
        from transformers import AutoTokenizer

        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        self._processor = _processor(folder, config, self.tokenizer) if sees_pictures else None
        self.sees_pictures = self._processor is not None
        self._chat = _chat_template(folder, self.tokenizer)
        self.calls_tools = "tools" in self._chat
        """The folder's template knows how the model is offered tools."""
        self._family = None if self._chat else _family(self.tokenizer)
        self._seen: OrderedDict[bytes, _Seen] = OrderedDict()

    def spans(
        self, words: tuple[Word, ...], pictures: tuple[bytes, ...], tools: Sequence[dict[str, Any]] = ()
    ) -> list[Span]:
        """The whole prompt, ending where the answer begins."""
        laid_out = self._lay_out(words, tools)
        spans: list[Span] = []
        for part in laid_out:
            if isinstance(part, int):
                spans.append(self._picture(pictures[part]))
                continue
            if spans and not spans[-1].tensors:
                before = spans.pop()
                part = before.ids + part
            spans.append(Span(part, part, [0] * len(part)))
        return spans

    def decode(self, ids: Any) -> str:
        return str(self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def ids(self, text: str, special: bool = False) -> list[int]:
        text = text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be read
        encoded = self.tokenizer(text, add_special_tokens=False, split_special_tokens=not special)
        return list(encoded["input_ids"])

    def _lay_out(self, words: tuple[Word, ...], tools: Sequence[dict[str, Any]]) -> list[list[int] | int]:
        """Ids of text, and the indices of pictures where they stand."""
        if self._family is not None:
            return self._by_family(self._family, words)
        parts: list[list[int] | int] = []
        for piece in PLACES.split(self._rendered(words, tools)):
            if not piece:
                continue
            if piece[0] == PICTURE:
                parts.append(int(piece[1:-1]))
            else:
                is_word = piece[0] == WORD
                parts.append(self.ids(words[int(piece[1:-1])].text if is_word else piece, special=not is_word))
        return parts

    def _by_family(self, family: Template, words: tuple[Word, ...]) -> list[list[int] | int]:
        from assistant.core.types import Message

        messages = tuple(Message(word.role, word.text) for word in words)
        special = self.tokenizer.convert_tokens_to_ids
        written = family.write(messages)
        return [[special(part.name)] if isinstance(part, Special) else self.ids(part) for part in written]

    def _rendered(self, words: tuple[Word, ...], tools: Sequence[dict[str, Any]]) -> str:
        """The template over placeholders, with a placeholder where each picture's mark stands, too."""
        from jinja2 import TemplateError

        faults = (TemplateError, *TEMPLATE_SLIPS)
        listed = self._processor is not None
        try:
            text = self._render(_messages(words, listed), tools)
        except faults:  # many templates refuse a system role
            try:
                text = self._render(_messages(words, listed, merged=True), tools)
            except faults as error:
                raise EngineError("The model's chat template cannot write this conversation.", ADVICE) from error
        order = iter([index for word in words for index in word.pictures])
        mark = self._mark()
        if text.count(mark) != sum(len(word.pictures) for word in words) and mark:
            raise EngineError("The model's chat template has no place for pictures.", ADVICE)
        return re.sub(re.escape(mark), lambda _: f"{PICTURE}{next(order)};", text) if mark else text

    def _render(self, messages: list[dict[str, Any]], tools: Sequence[dict[str, Any]]) -> str:
        return str(
            self.tokenizer.apply_chat_template(
                messages,
                tools=list(tools) or None,
                chat_template=self._chat,
                tokenize=False,
                add_generation_prompt=True,
            )
        )

    def _mark(self) -> str:
        return str(getattr(self._processor, "image_token", "")) if self._processor is not None else ""

    def _picture(self, png: bytes) -> Span:
        digest = hashlib.sha256(png).digest()
        seen = self._seen.get(digest) or self._look(png, digest)
        self._seen[digest] = seen
        self._seen.move_to_end(digest)
        while len(self._seen) > PICTURES_KEPT:
            self._seen.popitem(last=False)
        # Negative, so that no token id equals one; 62 bits of the hash and the place within the picture.
        base = int.from_bytes(digest[:8], "big") >> 2
        keys = [-1 - (base + place) % 2**62 for place in range(len(seen.ids))]
        return Span(seen.ids, keys, seen.types, seen.tensors)

    def _look(self, png: bytes, digest: bytes) -> _Seen:
        import torch
        from PIL import Image

        assert self._processor is not None
        with Image.open(io.BytesIO(png)) as opened:
            image = opened.convert("RGB")
        inputs = self._processor(text=[self._mark()], images=[image], return_tensors="pt", add_special_tokens=False)
        ids = inputs["input_ids"][0].tolist()
        types = next(
            (inputs[name][0].tolist() for name in ("mm_token_type_ids", "token_type_ids") if name in inputs), None
        )
        tensors = {
            name: value
            for name, value in inputs.items()
            if name not in NOT_FOR_THE_MODEL and isinstance(value, torch.Tensor)
        }
        return _Seen(ids, types or [0] * len(ids), tensors, digest)


def _messages(words: tuple[Word, ...], listed: bool, merged: bool = False) -> list[dict[str, Any]]:
    """Messages whose texts are placeholders. `merged` puts the system's words before the first user's."""
    messages: list[dict[str, Any]] = []
    carried = ""
    for index, word in enumerate(words):
        if merged and word.role == "system":
            carried += f"{WORD}{index};\n\n"
            continue
        text, carried = f"{carried}{WORD}{index};", ""
        pictures = [{"type": "image"} for _ in word.pictures]
        messages.append({"role": word.role, "content": [*pictures, {"type": "text", "text": text}] if listed else text})
    return messages


def _chat_template(folder: Path, tokenizer: Any) -> str:
    """The folder's template: a file of its own, a key of the processor's, or the tokeniser's."""
    own = folder / "chat_template.jinja"
    if own.is_file():
        return own.read_text(encoding="utf-8")
    for name in ("chat_template.json", "processor_config.json"):
        if (folder / name).is_file():
            template = json.loads((folder / name).read_text(encoding="utf-8")).get("chat_template")
            if template:
                return str(template)
    return str(tokenizer.chat_template or "")


def _family(tokenizer: Any) -> Template:
    for template in TEMPLATES:
        ids = tokenizer.convert_tokens_to_ids(list(template.specials))
        if all(token is not None and token != tokenizer.unk_token_id for token in ids):
            return template
    raise EngineError("Vesper does not know how to talk to this model: it has no chat template.", ADVICE)


def _processor(folder: Path, config: Any, tokenizer: Any) -> Any:
    """The model's own processor, without its video half: that needs torchvision, which breaks beside CPU torch."""
    import transformers
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES

    name = PROCESSOR_MAPPING_NAMES.get(config.model_type)
    if name is None:
        raise EngineError(f"Pictures for a model of the kind “{config.model_type}” are not supported.", ADVICE)
    kind = getattr(transformers, name)

    class WithoutVideo(kind):  # type: ignore[misc, valid-type]  # chosen by the model's configuration
        def check_argument_for_proper_class(self, argument_name: str, argument: Any) -> Any:
            return None if argument is None else super().check_argument_for_proper_class(argument_name, argument)

    images = transformers.AutoImageProcessor.from_pretrained(
        folder, backend="pil", local_files_only=True, trust_remote_code=False
    )
    settings, _ = kind.get_processor_dict(folder, local_files_only=True)
    accepted = kind.__init__.__code__.co_varnames[1 : kind.__init__.__code__.co_argcount]
    parts = {"tokenizer": tokenizer, "image_processor": images}
    options = {key: value for key, value in settings.items() if key in accepted and key not in kind.get_attributes()}
    return WithoutVideo(**{name: parts.get(name) for name in kind.get_attributes()}, **options)
