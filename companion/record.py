"""`python -m companion.record`: speaks the sentences that a page holds as sound, with the offline voice, into its static files.

Their words' hashes lie beside them: a test tells when words were changed and not spoken anew.
"""

import hashlib
import json
import wave
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import liff
from companion.recordings import Recording
from knowledge_base.companion_talk import recording_text
from pipeline.media.ffmpeg import QUIET, binary, run, time_limit
from pipeline.providers.offline.narrator import SAMPLING_RATE, OpenJTalkNarrator, write_wav
from pipeline.providers.sentences import sentences

FOLDER = Path(liff.__file__).parent / "static" / "companion"
HASHES = FOLDER / "words.json"
_BITRATE = "48k"
_PAUSE = np.zeros(int(0.35 * SAMPLING_RATE), "<i2")  # after each sentence


def words_hash(recording: Recording) -> str:
    return hashlib.sha256(recording_text(recording.value).encode()).hexdigest()


def path_of(recording: Recording) -> Path:
    return FOLDER / f"{recording.value}.mp3"


def record(recording: Recording, narrator: OpenJTalkNarrator) -> None:
    """Raises OfflinePackageMissing, FfmpegError, OSError."""
    pieces = [
        part
        for each in sentences(recording_text(recording.value))
        for part in (narrator.samples(each), _PAUSE)
    ]
    with TemporaryDirectory() as folder:
        speech = Path(folder) / "speech.wav"
        write_wav(speech, np.concatenate(pieces).tobytes())
        with wave.open(str(speech)) as file:
            seconds = file.getnframes() / file.getframerate()
        # fmt: off
        command = [
            binary(), *QUIET, "-loglevel", "warning", "-y", "-i", f"file:{speech}", "-map_metadata", "-1",
            "-ac", "1", "-ar", "24000", "-c:a", "libmp3lame", "-b:a", _BITRATE, f"file:{path_of(recording)}",
        ]
        # fmt: on
        run(command, timeout_seconds=time_limit(seconds))


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    narrator = OpenJTalkNarrator()
    for recording in Recording:
        record(recording, narrator)
    hashes = {recording.value: words_hash(recording) for recording in Recording}
    HASHES.write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
