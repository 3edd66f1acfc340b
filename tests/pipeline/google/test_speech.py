"""Speech to text: Cloud Speech v2 and Gemini's own ears."""

import io
import wave
from pathlib import Path

import pytest

from moment.resources import Resources
from pipeline.providers import ledger
from pipeline.providers.google import gapic
from pipeline.providers.google.gemini import NotAccepted, Unavailable
from pipeline.providers.google.narrator import check_pace
from pipeline.providers.ports import ProviderError, Providers, UnreadableAudio
from settings import Settings
from simulator.google.client import GoogleDesk
from tests.media_files import tone


@pytest.fixture(scope="module")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone(tmp_path_factory.mktemp("memo") / "memo.m4a", seconds=3.0)


@pytest.fixture(scope="module")
def long_memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone(tmp_path_factory.mktemp("memo") / "long.m4a", seconds=75.0)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gapic, "FIRST_WAIT", 0.01)


def test_a_memo_of_seconds_is_recognised_at_once(
    google: GoogleDesk, providers: Providers, memo: Path
) -> None:
    google.transcript("煙が出てしまいました。")
    with ledger.collect() as calls:
        transcript = providers.transcriber.transcribe(
            memo, phrases=["チャーハン", "チャーハン", "べちゃっと"]
        )
    assert transcript.text == "煙が出てしまいました。"
    assert transcript.usage.audio_seconds == pytest.approx(3.0, abs=0.1)
    crossing = google.log(verb="speech.recognize")[-1]
    config = crossing.request["config"]
    assert "/locations/asia-northeast1/recognizers/_:recognize" in crossing.path
    assert (config["model"], config["languageCodes"]) == ("chirp_3", ["ja-JP"])
    assert config["features"]["enableAutomaticPunctuation"] is True
    (phrases,) = config["adaptation"]["phraseSets"]
    assert [each["value"] for each in phrases["inlinePhraseSet"]["phrases"]] == ["チャーハン", "べちゃっと"]
    (call,) = calls
    assert (call.purpose, call.model, call.outcome) == ("recognize", "chirp_3", "ok")
    assert call.cost_usd == pytest.approx(3 / 60 * 0.016, rel=0.1)


def test_a_memo_of_minutes_is_recognised_in_a_batch_from_the_bucket(
    google: GoogleDesk, google_resources: Resources, providers: Providers, long_memo: Path
) -> None:
    google.transcript("長い感想です。")
    store = google_resources.store
    store.put("memos/1.m4a", iter([long_memo.read_bytes()]), "audio/mp4")
    with ledger.collect() as calls:
        transcript = providers.transcriber.transcribe(long_memo, phrases=[], uri=store.uri("memos/1.m4a"))
    assert transcript.text == "長い感想です。"
    assert [call.purpose for call in calls] == ["batchRecognize"]


def test_a_memo_of_minutes_without_a_bucket_says_what_is_missing(
    google: GoogleDesk, providers: Providers, long_memo: Path
) -> None:
    with pytest.raises(ProviderError, match="GCS_BUCKET"):
        providers.transcriber.transcribe(long_memo, phrases=[])


def test_silence_is_no_error(google: GoogleDesk, providers: Providers, memo: Path) -> None:
    google.transcript("")
    assert providers.transcriber.transcribe(memo, phrases=[]).text == ""


def test_a_broken_memo_is_told_apart(google: GoogleDesk, providers: Providers, tmp_path: Path) -> None:
    broken = tmp_path / "memo.m4a"
    broken.write_bytes(b"not a sound")
    with pytest.raises(UnreadableAudio):
        providers.transcriber.transcribe(broken, phrases=[])


def test_an_overload_is_tried_again(google: GoogleDesk, providers: Providers, memo: Path) -> None:
    google.fault("speech", "unavailable", times=2)
    google.transcript("はい。")
    assert providers.transcriber.transcribe(memo, phrases=[]).text == "はい。"


def test_an_overload_that_lasts_ends_within_its_time(
    google: GoogleDesk, providers: Providers, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.providers.google.transcriber.RECOGNIZE_WITHIN", 0.3)
    google.fault("speech", "unavailable")
    with ledger.collect() as calls, pytest.raises(Unavailable):
        providers.transcriber.transcribe(memo, phrases=[])
    assert (calls[0].outcome, calls[0].cost_usd) == ("Unavailable", 0.0)


def test_a_region_without_the_model_is_refused_with_googles_words(
    google_settings: Settings, memo: Path
) -> None:
    resources = Resources(google_settings.change(speech_location="us-central1", speech_model="chirp_9"))
    with pytest.raises(NotAccepted, match="chirp_9"):
        resources.providers.get().transcriber.transcribe(memo, phrases=[])


def test_gemini_can_listen_instead(google: GoogleDesk, google_settings: Settings, memo: Path) -> None:
    resources = Resources(google_settings.change(transcriber="gemini"))
    google.transcript("煙が出てしまいました。")
    with ledger.collect() as calls:
        transcript = resources.providers.get().transcriber.transcribe(memo, phrases=["チャーハン"])
    assert transcript.text == "煙が出てしまいました。"
    (call,) = calls
    assert call.purpose == "transcription.v1"
    assert call.input_tokens["AUDIO"] > 0


def seconds_of(wav: Path) -> float:
    with wave.open(str(wav), "rb") as speech:
        assert (speech.getnchannels(), speech.getsampwidth(), speech.getframerate()) == (1, 2, 24_000)
        return speech.getnframes() / speech.getframerate()


SENTENCES = ["中火にして、油のゆらぎを待ちましょう。", "「ジュッ」という音が合図です。"]


def test_each_sentence_is_a_recording_of_the_length_it_reports(
    google: GoogleDesk, providers: Providers, tmp_path: Path
) -> None:
    with ledger.collect() as calls:
        speech, usage = providers.narrator.speak(SENTENCES, tmp_path)
    assert [each.text for each in speech] == SENTENCES
    assert [each.seconds for each in speech] == [seconds_of(each.wav) for each in speech]
    assert usage.model == providers.narrator.model == "ja-JP-Chirp3-HD-Leda"
    assert [call.purpose for call in calls] == ["synthesize"] * 2
    assert sum(call.cost_usd for call in calls) > 0


def test_kitchen_words_come_with_their_readings(
    google: GoogleDesk, providers: Providers, tmp_path: Path
) -> None:
    providers.narrator.speak(["強火のまま、生の肉をひっくり返します。"], tmp_path)
    speech_input = google.log(verb="texttospeech.synthesize")[-1].request["input"]
    readings = {
        each["phrase"]: each["pronunciation"]
        for each in speech_input["customPronunciations"]["pronunciations"]
    }
    assert readings == {"強火": "つよび", "生": "なま"}
    assert speech_input["text"] == "強火のまま、生の肉をひっくり返します。"


def test_another_voice_is_given_them_inside_its_markup(
    google: GoogleDesk, google_settings: Settings, tmp_path: Path
) -> None:
    resources = Resources(google_settings.change(tts_voice="ja-JP-Neural2-B"))
    resources.providers.get().narrator.speak(["強火と中火を使い分けます。"], tmp_path)
    speech_input = google.log(verb="texttospeech.synthesize")[-1].request["input"]
    assert speech_input["ssml"] == (
        '<speak><sub alias="つよび">強火</sub>と<sub alias="ちゅうび">中火</sub>を使い分けます。</speak>'
    )


def test_what_was_spoken_once_is_not_paid_for_again(
    google: GoogleDesk, providers: Providers, tmp_path: Path
) -> None:
    words = ["この文は、一度だけ話されます。"]
    first, _ = providers.narrator.speak(words, tmp_path / "1")
    with ledger.collect() as calls:
        second, _ = providers.narrator.speak(words, tmp_path / "2")
    assert calls == []
    assert first[0].wav.read_bytes() == second[0].wav.read_bytes()


def test_what_is_forgotten_is_spoken_anew(providers: Providers, tmp_path: Path) -> None:
    words = ["ゆうこさん、卵のふちを見てください。"]
    providers.narrator.speak(words, tmp_path / "1")
    providers.narrator.forget(words)
    with ledger.collect() as calls:
        providers.narrator.speak(words, tmp_path / "2")
    assert [call.purpose for call in calls] == ["synthesize"]


def test_an_overloaded_voice_is_tried_again(google: GoogleDesk, providers: Providers, tmp_path: Path) -> None:
    google.fault("texttospeech", "unavailable", times=1)
    speech, _ = providers.narrator.speak(["音が変わるのを待ちます。"], tmp_path)
    assert speech[0].seconds > 0


def test_a_sentence_too_long_for_one_request_is_refused(
    google: GoogleDesk, providers: Providers, tmp_path: Path
) -> None:
    with pytest.raises(ProviderError, match="cannot be spoken in one request"):
        providers.narrator.speak(["あ" * 2_000], tmp_path)


def recording(seconds: float) -> bytes:
    wav = io.BytesIO()
    with wave.open(wav, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(bytes(2 * int(24_000 * seconds)))
    return wav.getvalue()


@pytest.mark.parametrize("seconds", [0.5, 30.0])
def test_a_voice_that_swallows_or_repeats_words_is_heard_by_its_pace(seconds: float) -> None:
    words = "ご飯のつぶがはなれるまで、さわらずに待ちましょう。"
    check_pace(words, recording(4.0))
    with pytest.raises(ProviderError, match="no length"):
        check_pace(words, recording(seconds))


@pytest.mark.parametrize("transcriber", ["speech", "gemini"])
@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("煙が出ました。ご視聴ありがとうございました。", "煙が出ました。"),
        ("煙が出ました。ありがとうございました。", "煙が出ました。ありがとうございました。"),
    ],
)
def test_behind_either_what_only_viewers_hear_is_left_out(
    google: GoogleDesk, google_settings: Settings, memo: Path, transcriber: str, heard: str, left: str
) -> None:
    google.transcript(heard)
    providers = Resources(google_settings.change(transcriber=transcriber)).providers.get()
    assert providers.transcriber.transcribe(memo, phrases=[]).text == left
