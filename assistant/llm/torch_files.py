"""What is wrong with the files of a model in safetensors form, in a sentence. Runs in the worker only.

A library that finds weights missing invents them, and one that meets a stranger's file may raise anything; here both
become a refusal, so that no model answers that is not the one in the folder.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.core.errors import AssistantError, EngineError


@contextlib.contextmanager
def readable_files(folder: Path) -> Iterator[None]:
    """What a library raises over the folder's files becomes one sentence. Too little memory stays what it is."""
    import torch

    try:
        yield
    except (AssistantError, MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:  # the boundary of the readers: tokenizers raises bare Exception, configurations anything
        raise EngineError(
            f"The model in “{folder.name}” is of a kind that cannot be run here, or its files are incomplete.",
            "Choose a folder with a vision-language model in safetensors format.",
        ) from error


def refuse_other_weights(folder: Path, found: Any) -> None:
    """`found` is what the library says of a loading: weights that were missing, or of another size than expected."""
    if found["missing_keys"] or found["mismatched_keys"]:
        raise EngineError(
            f"The weights in “{folder.name}” are not those of the model that its config.json describes.",
            "Take all files of the folder from the same place.",
        )


def refuse_broken_numbers(logits: Any) -> None:
    """One look per answer: a model with damaged weights would talk nonsense, or stop the graphics card's program."""
    if bool(logits.isnan().any()):
        raise EngineError(
            "The language model computes with broken numbers: its weights are damaged.", "Fetch the model again."
        )
