"""An ONNX model, written down: the few messages of its format (onnx.proto3) that a chain of convolutions needs.

The `onnx` package would write the same, but is as large as the network itself.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats

_FLOAT, _INT, _INTS = 1, 2, 7  # TensorProto.DataType.FLOAT; AttributeProto.Type
_IR_VERSION, _OPSET = 8, 13

Attributes = dict[str, int | Sequence[int]]


def node(operator: str, inputs: Sequence[str], output: str, **attributes: int | Sequence[int]) -> bytes:
    """NodeProto: what makes one tensor of others."""
    return b"".join(
        (
            *(_text(1, name) for name in inputs),
            _text(2, output),
            _text(4, operator),
            *(_bytes(5, _attribute(name, value)) for name, value in attributes.items()),
        )
    )


def tensor(name: str, numbers: Floats) -> bytes:
    """TensorProto: numbers that the model brings along."""
    raw = np.ascontiguousarray(numbers, "<f4").tobytes()
    dims = b"".join(_number(1, length) for length in numbers.shape)
    return dims + _number(2, _FLOAT) + _text(8, name) + _bytes(9, raw)


def model(
    nodes: Iterable[bytes],
    tensors: Iterable[bytes],
    given: tuple[str, Sequence[int]],
    wanted: tuple[str, Sequence[int]],
) -> bytes:
    """ModelProto, from the tensor that is given to the one that is wanted (name and shape of each)."""
    graph = b"".join(
        (
            *(_bytes(1, each) for each in nodes),
            _text(2, "graph"),
            *(_bytes(5, each) for each in tensors),
            _bytes(11, _value(*given)),
            _bytes(12, _value(*wanted)),
        )
    )
    return _number(1, _IR_VERSION) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, _OPSET))


def _value(name: str, shape: Sequence[int]) -> bytes:
    """ValueInfoProto."""
    dims = b"".join(_bytes(1, _number(1, length)) for length in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, dims)))


def _attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _INT)
    return _text(1, name) + b"".join(_number(8, each) for each in value) + _number(20, _INTS)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
