"""How a conversation is written for a family of models. Pure.

The templates are ours and go by family; the program that a model file brings along for this is never run. Special
tokens are kept apart from text, so that "<|im_end|>" in a message stays ordinary text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.core.types import Message


@dataclass(frozen=True, slots=True)
class Special:
    """A token by its name in the vocabulary."""

    name: str


Part = Special | str

ROLES = frozenset(("system", "user", "assistant"))


@dataclass(frozen=True, slots=True)
class Template:
    family: str
    specials: tuple[str, ...]
    """A vocabulary that has all of these as single tokens belongs to the family."""
    write: Callable[[tuple[Message, ...]], list[Part]]
    """Ends where the assistant's answer begins."""


def chatml(messages: tuple[Message, ...]) -> list[Part]:
    parts: list[Part] = []
    for message in messages:
        parts += [Special("<|im_start|>"), f"{_role(message)}\n{_text(message)}", Special("<|im_end|>"), "\n"]
    return [*parts, Special("<|im_start|>"), "assistant\n"]


def llama3(messages: tuple[Message, ...]) -> list[Part]:
    parts: list[Part] = [Special("<|begin_of_text|>")]
    for message in messages:
        parts += [Special("<|start_header_id|>"), _role(message), Special("<|end_header_id|>")]
        parts += [f"\n\n{_text(message)}", Special("<|eot_id|>")]
    return [*parts, Special("<|start_header_id|>"), "assistant", Special("<|end_header_id|>"), "\n\n"]


def gemma(messages: tuple[Message, ...]) -> list[Part]:
    """No system role: such words open the next user message."""
    parts: list[Part] = [Special("<bos>")]
    carried = ""
    for message in messages:
        if _role(message) == "system":
            carried += f"{_text(message)}\n\n"
            continue
        role = "model" if _role(message) == "assistant" else "user"
        parts += [Special("<start_of_turn>"), f"{role}\n{carried}{_text(message)}", Special("<end_of_turn>"), "\n"]
        carried = ""
    return [*parts, Special("<start_of_turn>"), "model\n"]


TEMPLATES = (
    Template("chatml", ("<|im_start|>", "<|im_end|>"), chatml),  # Qwen, SmolLM2
    Template("llama3", ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"), llama3),
    Template("gemma", ("<bos>", "<start_of_turn>", "<end_of_turn>"), gemma),
)


def _role(message: Message) -> str:
    return message.role if message.role in ROLES else "user"


def _text(message: Message) -> str:
    """Half a surrogate pair cannot be sent to an engine."""
    return message.text.encode("utf-8", "replace").decode()
