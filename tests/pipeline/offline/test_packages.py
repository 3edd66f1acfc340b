"""The offline providers' heavy packages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.providers.offline.packages import OfflinePackageMissing, require

# Its maker's client writes a session file beside whatever it sends.
PROGRAM = """
from pipeline.providers.offline.packages import require
require("faster_whisper", "faster-whisper")
import onnxruntime
"""


def test_no_library_reports_to_its_maker(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, env=environment | {"TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_told_with_the_fix() -> None:
    with pytest.raises(OfflinePackageMissing, match="uv sync --group embedded"):
        require("no_such_module_of_moment", "no-such-distribution")
