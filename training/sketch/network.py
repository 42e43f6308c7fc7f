"""The detector's network: residual encoder, feature pyramid back to stride 4, two heads (CenterNet, box sides)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (24, 48, 80, 112, 144)  # channels at strides 2, 4, 8, 16, 32


def block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            block(width, width // 2),
            nn.Conv2d(width // 2, width, 3, 1, dilation, dilation, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.body(x))


class Network(nn.Module):
    """Ink (N, 1, S, S) in, class logits (N, C, S/4, S/4) and box sides in pixels (N, 4, S/4, S/4) out."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        w2, w4, w8, w16, w32 = WIDTHS
        self.stem = nn.Sequential(block(1, w2, 2), block(w2, w4, 2), Residual(w4))
        self.down8 = nn.Sequential(block(w4, w8, 2), Residual(w8), Residual(w8))
        self.down16 = nn.Sequential(block(w8, w16, 2), Residual(w16), Residual(w16))
        self.down32 = nn.Sequential(block(w16, w32, 2), Residual(w32), Residual(w32, 2), Residual(w32, 4))
        self.side4, self.side8 = nn.Conv2d(w4, 64, 1), nn.Conv2d(w8, 64, 1)
        self.side16, self.side32 = nn.Conv2d(w16, 64, 1), nn.Conv2d(w32, 64, 1)
        self.merge16, self.merge8, self.merge4 = block(64, 64), block(64, 64), block(64, 64)
        self.score = nn.Sequential(block(64, 64), nn.Conv2d(64, classes, 1))
        self.reach = nn.Sequential(block(64, 64), nn.Conv2d(64, 4, 1))
        nn.init.constant_(self.score[-1].bias, -4.0)  # most cells are empty: start there
        nn.init.constant_(self.reach[-1].bias, 2.5)  # exp(2.5) = 12 pixels

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor]:
        x4 = self.stem(ink)
        x8 = self.down8(x4)
        x16 = self.down16(x8)
        x32 = self.down32(x16)
        p = self.merge16(self.side16(x16) + F.interpolate(self.side32(x32), scale_factor=2.0))
        p = self.merge8(self.side8(x8) + F.interpolate(p, scale_factor=2.0))
        p = self.merge4(self.side4(x4) + F.interpolate(p, scale_factor=2.0))
        return self.score(p), torch.exp(self.reach(p).clamp(-1, 7))


class Exported(nn.Module):
    """What goes into the ONNX file: scores between 0 and 1."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor]:
        logits, sides = self.network(ink)
        return torch.sigmoid(logits), sides
