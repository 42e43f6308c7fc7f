"""Which way a language model of transformers computes one token after the other, and why. Pure.

plain     every operation is started from Python: works everywhere, and costs 20 ms a token for a model of 36 layers
graph     the operations of one token are recorded once as a CUDA graph and played back
compiled  they are fused by torch.compile first; the first start takes a minute more

Whatever is planned here, the worker tries it on the device against the plain way, and keeps it only where it computes
the same numbers and is quicker.
"""

from __future__ import annotations

PLAIN, GRAPH, COMPILED = "plain", "graph", "compiled"
DECODINGS = ("auto", PLAIN, GRAPH, COMPILED)
WIDTHS = (16, 32)  # weights that are unpacked on the way do so by kernels that nobody promises can be recorded


def plan_decoding(wanted: str, device: str, bits: int, has_compiler: bool) -> tuple[str, str]:
    """The way to try, and a sentence where that is not what was wanted. `device` is a kind, as in fit.Device."""
    if wanted in ("auto", PLAIN):
        return (GRAPH if wanted == "auto" and device == "cuda" and bits in WIDTHS else PLAIN), ""
    if device != "cuda":
        return PLAIN, "Words are computed one by one, because CUDA graphs need an NVIDIA card."
    if bits not in WIDTHS:
        return PLAIN, f"Words are computed one by one, because weights of {bits} bits cannot be recorded."
    if wanted == COMPILED and not has_compiler:
        return GRAPH, "The model is recorded but not compiled, because the package triton is not installed."
    return wanted, ""
