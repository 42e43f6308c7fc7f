"""Writes the trained network as ONNX: `python -m training.sketch.export --run DIR --out FILE`."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from assistant.vision.detector import CLASSES
from training.sketch.network import Exported, Network

SIDE = 640


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of training.sketch.train")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    network = Network(len(CLASSES))
    finished = options.run / "network.pt"
    state = torch.load(finished if finished.exists() else options.run / "checkpoint.pt", weights_only=True)
    network.load_state_dict(state.get("network", state))
    export(network, options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


def export(network: Network, out: Path) -> None:
    network.eval()
    torch.onnx.export(
        Exported(network),
        (torch.zeros(1, 1, SIDE, SIDE),),
        str(out),
        input_names=["ink"],
        output_names=["scores", "sides"],
        dynamo=False,
        opset_version=17,
    )


if __name__ == "__main__":
    main()
