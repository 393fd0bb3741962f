"""The premodel: a small network of depthwise separable convolutions.

The block is that of MobileNet (Howard et al., "MobileNets: Efficient Convolutional Neural Networks for
Mobile Vision Applications", arXiv 1704.04861, 2017): a 3x3 filter on each channel, then a 1x1
convolution across channels, each with batch normalisation and ReLU6.
"""

from __future__ import annotations

import io

import numpy as np
import torch
from torch import nn

SIDE = 64  # the input is 1 x 3 x SIDE x SIDE
MEAN, STD = 127.0, 128.0
OPSET = 13
STEM_CHANNELS = 16
# Output channels and stride of each block: 32 x 32 pixels behind the stem, 4 x 4 at the end.
BLOCKS = ((32, 1), (48, 2), (48, 1), (96, 2), (96, 1), (160, 2))
DROPOUT = 0.2


def _conv(inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True))


class Premodel(nn.Module):
    """Pictures (n x 3 x SIDE x SIDE, normalised) to logits (n x classes)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        layers, channels = [_conv(3, STEM_CHANNELS, 3, 2)], STEM_CHANNELS
        for outputs, stride in BLOCKS:
            layers.append(_conv(channels, channels, 3, stride, groups=channels))
            layers.append(_conv(channels, outputs, 1, 1))
            channels = outputs
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.choice = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(channels, classes))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.choice(self.features(pictures))

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())


def normalised(pictures: np.ndarray) -> torch.Tensor:
    """Pictures (n x side x side x 3, uint8) as input of the network."""
    pixels = torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
    return (pixels.float() - MEAN) / STD


def probabilities(network: Premodel, inputs: torch.Tensor) -> np.ndarray:
    """The probability of every class for each input."""
    network.eval()
    with torch.no_grad():
        return torch.softmax(network(inputs), dim=1).numpy()


def onnx_bytes(network: Premodel) -> bytes:
    """The network as an ONNX model: batch 1, batch normalisation folded, logits out."""
    network.eval()
    file = io.BytesIO()
    torch.onnx.export(network, torch.zeros(1, 3, SIDE, SIDE), file, opset_version=OPSET,
                      input_names=["input"], output_names=["logits"])
    return file.getvalue()
