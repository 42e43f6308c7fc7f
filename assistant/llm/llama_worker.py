"""The child that holds the language model: loads it into llama.cpp's server, which listens where the parent says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from assistant.core.errors import EngineError
from assistant.workers.child import Table

MOST_PICTURE_TOKENS = 1024  # a drawing of 1024 x 1024 at 32 points a token; more would fill the context
QUIET = 1  # errors only: what the server prints at other levels can quote prompts


def serve() -> Table:
    # Spinning less between kernels: the same speed on a quiet machine, 1.4 times as fast beside busy programs.
    # libgomp reads it once, when it is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    servers: list[Any] = []  # the library's object has no types; it stops serving when it is collected

    def load(arguments: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        server, sees = start_seeing_or_blind(arguments)
        servers.append(server)
        return {"address": server.listening_address, "sees": sees}, b""

    return {"load": load}


def start_seeing_or_blind(arguments: dict[str, Any]) -> tuple[Any, bool]:
    """A projector that does not belong to the model costs the sight, not the model."""
    if not arguments["projector"]:
        return start_server(arguments), False
    try:
        return start_server(arguments), True
    except EngineError:
        return start_server(arguments | {"projector": ""}), False


def start_server(arguments: dict[str, Any]) -> Any:
    """Returns when the model is loaded and the server accepts connections."""
    import xllamacpp

    host = str(arguments["host"])
    if host.endswith(".sock"):
        Path(host).unlink(missing_ok=True)  # left by a child that was killed
    os.umask(0o177)  # whatever is made from here on is the user's alone
    try:
        return xllamacpp.Server(server_parameters(xllamacpp.CommonParams(), arguments))
    except (RuntimeError, ValueError) as error:
        name = Path(arguments["model"]).name
        if projector := Path(arguments.get("projector", "")).name:
            raise EngineError(
                f"The model “{name}” could not be loaded together with “{projector}”.",
                "The two must belong together: take both from the same place.",
            ) from error
        raise EngineError(
            f"The model file “{name}” could not be loaded.", "Fetch it again, or choose another model."
        ) from error


def server_parameters(parameters: Any, arguments: dict[str, Any]) -> Any:
    parameters.model.path = arguments["model"]
    parameters.hostnames = [arguments["host"]]
    parameters.port = 0
    parameters.api_keys = [arguments["key"]]
    parameters.cors_origins = ""
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.endpoint_props = False
    parameters.offline = True
    parameters.verbosity = QUIET
    # Ours is in templates.py; naming one here keeps the engine from reading the one in the model file.
    parameters.use_jinja = False
    parameters.chat_template = "chatml"
    parameters.n_parallel = arguments["slots"]
    parameters.n_ctx = arguments["context_tokens"] * arguments["slots"]
    parameters.n_batch = parameters.n_ubatch = arguments["batch_tokens"]
    if arguments.get("projector"):
        parameters.mmproj.path = arguments["projector"]
        parameters.mmproj_use_gpu = arguments["gpu_layers"] > 0
        parameters.image_max_tokens = MOST_PICTURE_TOKENS
        # Some models read a picture in both directions, so it must fit into one batch.
        parameters.n_batch = parameters.n_ubatch = max(arguments["batch_tokens"], MOST_PICTURE_TOKENS)
    parameters.cpuparams.n_threads = arguments["threads"]
    parameters.cpuparams_batch.n_threads = arguments["threads"]
    parameters.n_gpu_layers = arguments["gpu_layers"]
    parameters.no_extra_bufts = not arguments["repack"]
    parameters.check_tensors = arguments.get("check_numbers", False)
    parameters.fit_params = False  # never shrink the context behind our back
    parameters.cache_ram_mib = arguments["cache_mebibytes"]
    parameters.cache_idle_slots = False  # a slot keeps its prompt until another prompt needs the place
    return parameters
