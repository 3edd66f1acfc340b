"""The image as its Dockerfile makes it, built by buildah without an engine and without a registry.

What it is made from elsewhere are an official Python and uv's image. Here they are a Debian of the same release with its
own Python of the same version, and this machine's uv.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

TOOLS = "buildah", "mmdebstrap"
INSTALL = f"an image cannot be built: as root, `apt-get install {' '.join(TOOLS)}`"
PROJECT = Path(__file__).parents[2]
RELEASE = "bookworm"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")

# The build fetches packages as this machine does, whose proxy may have an authority of its own.
PYTHON = f"""\
FROM scratch
ADD debian.tar /
COPY {AUTHORITIES.name} {AUTHORITIES}
ENV SSL_CERT_FILE={AUTHORITIES}
"""
UV = "FROM scratch\nCOPY uv /uv\n"


@dataclass(frozen=True)
class Image:
    """Its root file system, unpacked, and how it wants to be run."""

    root: Path
    entrypoint: tuple[str, ...]
    environment: Mapping[str, str]
    user: str
    folder: str
    stop_signal: str

    @classmethod
    def read(cls, root: Path, config: Mapping[str, Any]) -> Self:
        return cls(
            root,
            entrypoint=tuple(config["Entrypoint"]),
            environment=dict(line.split("=", 1) for line in config["Env"]),
            user=config["User"],
            folder=config["WorkingDir"],
            stop_signal=config["StopSignal"],
        )


def require_tools() -> None:
    """Skips the test where an image cannot be built; fails it in CI."""
    if all(map(shutil.which, TOOLS)) and os.geteuid() == 0:
        return
    if os.environ.get("CI"):
        pytest.fail(INSTALL)
    pytest.skip(INSTALL)


def built_image(folder: Path) -> Image:
    """Lies in the folder from then on."""
    root, config = folder / "root", folder / "config.json"
    if not config.exists():
        config.write_text(_build(folder, root))
    return Image.read(root, json.loads(config.read_text()))


def _build(folder: Path, root: Path) -> str:
    """The image's configuration, as JSON."""
    parts = folder / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    _run("mmdebstrap", "--variant=minbase", "--include=python3", RELEASE, str(parts / "debian.tar"))
    shutil.copy(AUTHORITIES, parts)
    shutil.copy(os.environ["UV"], parts / "uv")  # named by `uv run`
    buildah = Buildah(folder / "store")
    python, uv = buildah.build(parts, PYTHON), buildah.build(parts, UV)
    ours = (PROJECT / "Dockerfile").read_text()
    unpacked = f"--output=type=local,dest={root}"
    image = buildah.build(PROJECT, ours, f"--build-arg=PYTHON={python}", f"--build-arg=UV={uv}", unpacked)
    root.chmod(0o755)
    inspected = json.loads(buildah.run("inspect", "--type=image", image))
    shutil.rmtree(parts)
    shutil.rmtree(buildah.store)
    return json.dumps(inspected["OCIv1"]["config"])


@dataclass(frozen=True)
class Buildah:
    """`store` holds its images and nobody else's."""

    store: Path

    def build(self, context: Path, dockerfile: str, *options: str) -> str:
        """The image's id."""
        ways = "--isolation=chroot", "--pull=false", "--quiet", "--file=-"
        return self.run("build", *ways, *options, str(context), given=dockerfile).split()[-1]

    def run(self, *arguments: str, given: str = "") -> str:
        places = f"--root={self.store / 'root'}", f"--runroot={self.store / 'run'}"
        # In mounts of its own: none of its file systems is left behind.
        return _run("unshare", "--mount", "buildah", *places, *arguments, given=given)


def _run(*command: str, given: str = "") -> str:
    """What it says on standard output."""
    ran = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        pytest.fail(f"{' '.join(command)} ended with {ran.returncode}:\n{ran.stderr[-3000:]}")
    return ran.stdout
