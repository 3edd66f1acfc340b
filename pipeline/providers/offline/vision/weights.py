"""Weights that were saved for PyTorch, read without it and without trusting the file: nothing in it is run.

An old-style save: five pickles (a magic number, the protocol, the machine's sizes, the tensors, the order of their
storages), then each storage as its length in numbers and the numbers.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pipeline.providers.offline.vision.arrays import Floats

_TYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True)
class _Tensor:
    """Where a tensor's numbers lie: in which storage, from which number on, and in which order (strides in numbers)."""

    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Reader(pickle.Unpickler):
    """Knows four names; what else a pickle asks for is refused."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.types: dict[str, np.dtype[Any]] = {}  # of the storages, by their keys

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Callable[..., Any] | str] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch", "FloatStorage"): "FloatStorage",
            ("torch", "LongStorage"): "LongStorage",
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"weights ask for {module}.{name}")
        return known[module, name]

    def persistent_load(self, key: Any) -> str:
        _, kind, storage, *_ = key
        self.types[storage] = _TYPES[kind]
        return str(storage)


def read_weights(path: Path) -> dict[str, Floats]:
    """Each tensor by its name. Raises OSError, pickle.UnpicklingError."""
    with path.open("rb") as file:
        for _ in range(3):
            _Reader(file).load()
        reader = _Reader(file)
        tensors: dict[str, _Tensor] = reader.load()
        storages: dict[str, Any] = {}
        for key in _Reader(file).load():
            count = int.from_bytes(file.read(8), "little")
            kind = reader.types[key]
            storages[key] = np.frombuffer(file.read(count * kind.itemsize), kind)
    return {name: _laid_out(tensor, storages[tensor.storage]) for name, tensor in tensors.items()}


def _tensor(storage: str, offset: int, shape: Any, strides: Any, *_unused: Any) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


def _laid_out(tensor: _Tensor, numbers: Any) -> Floats:
    strides = [step * numbers.itemsize for step in tensor.strides]
    laid_out = np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides)
    return np.ascontiguousarray(laid_out)
