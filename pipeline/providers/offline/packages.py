"""The offline providers' heavy packages are optional: production installs without them."""

import importlib
import os
from types import ModuleType

from errors import MomentError


class OfflinePackageMissing(MomentError):
    """An offline provider was chosen but what it runs on is not installed."""

    def __init__(self, *distributions: str) -> None:
        names = ", ".join(distributions)
        super().__init__(
            f"{names} not installed. Run `uv sync --group embedded`, or choose the Google providers in the settings."
        )


def require(module: str, distribution: str) -> ModuleType:
    """The module, imported now. Raises OfflinePackageMissing naming what to install."""
    # ONNX Runtime, which hears and speaks for us, otherwise reports its use to its maker.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        raise OfflinePackageMissing(distribution) from missing
