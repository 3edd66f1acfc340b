import wave
from pathlib import Path

import pytest

from pipeline.providers.offline.narrator import OpenJTalkNarrator
from pipeline.providers.readings import with_readings
from pipeline.providers.sentences import sentences


@pytest.fixture(scope="module")
def narrator() -> OpenJTalkNarrator:
    return OpenJTalkNarrator()


def test_each_sentence_becomes_a_wav_of_the_length_it_reports(
    narrator: OpenJTalkNarrator, tmp_path: Path
) -> None:
    text = ["中火で焼きましょう。", "音が変わったら、合図です。"]

    speech, usage = narrator.speak(text, tmp_path)

    assert [each.text for each in speech] == text  # captions keep what was written
    for each in speech:
        with wave.open(str(each.wav)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 48_000)
            assert file.getnframes() / 48_000 == pytest.approx(each.seconds)
    assert usage.characters == sum(map(len, text))


def test_speech_is_loud_but_never_clipped(narrator: OpenJTalkNarrator, tmp_path: Path) -> None:
    speech, _ = narrator.speak(["フライパンが熱くなるまで待ちましょう。", "はい。"], tmp_path)

    peaks = []
    for each in speech:
        with wave.open(str(each.wav)) as file:
            samples = memoryview(file.readframes(file.getnframes())).cast("h")
            peaks.append(max(abs(sample) for sample in samples))
    assert 0.85 * 32767 < max(peaks) < 0.95 * 32767


@pytest.mark.parametrize("unspeakable", ["🍳", "……", "。", "♪→", "「」"])
def test_what_cannot_be_said_becomes_a_short_silence(
    narrator: OpenJTalkNarrator, tmp_path: Path, unspeakable: str
) -> None:
    (speech,), _ = narrator.speak([unspeakable], tmp_path)

    assert 0 < speech.seconds < 1


def test_a_long_sentence_is_spoken_to_its_end(narrator: OpenJTalkNarrator, tmp_path: Path) -> None:
    clause = "湯気が薄くなるまで待って、"

    (once, many), _ = narrator.speak([f"{clause}返します。", f"{clause * 8}返します。"], tmp_path)

    assert many.seconds > 5 * once.seconds


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("中火から強火にして、弱火に落とします。", "チュービカラツヨビニシテ、ヨワビニオトシマス。"),
        ("一口食べて、水気を切ります。", "ヒトクチタベテ、ミズケヲキリマス。"),
        ("生卵と生のままの肉です。", "ナマタマゴトナマノママノニクデス。"),
        ("十分に熱した鍋です。", "ジューブンニネッシタナベデス。"),
        ("塩水に具を入れて、音が変わるまで待ちます。", "シオミズニグヲイレテ、オトガカワルマデマチマス。"),
        ("盛り付けは、少し辛いほうが合います。", "モリツケワ、スコシカライホーガアイマス。"),
        ("先生の話では、色が見えれば合図です。", "センセーノハナシデワ、イロガミエレバアイズデス。"),
        ("道具と具材の中でも、香草です。", "ドーグトグザイノナカデモ、コーソーデス。"),
        (
            "119か#7119に電話します。",
            "イチ、イチ、キューカ、シャープ、ナナ、イチ、イチ、キューニデンワシマス。",
        ),
        (
            "中毒110番（072-727-2499）です。",
            "チュードクヒャクトオバン、ゼロ、ナナ、ニ、ナナ、ニ、ナナ、ニ、ヨン、キュー、キューデス。",
        ),
        ("IHでは、へらで返します。", "アイエイチデワ、ヘラデカエシマス。"),
    ],
)
def test_kitchen_words_are_read_as_cooks_say_them(text: str, kana: str) -> None:
    import pyopenjtalk

    assert pyopenjtalk.g2p(with_readings(text), kana=True) == kana


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("動画の0:41のあたりです。", "動画の41秒のあたりです。"),
        ("1:05です。", "1分5秒です。"),
        ("「焦げた」🍳（少し）です！", "焦げた、少しです!"),
    ],
)
def test_signs_are_turned_into_words_or_left_out(text: str, words: str) -> None:
    assert with_readings(text) == words


def test_loading_the_engine_leaves_stdout_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    OpenJTalkNarrator().speak(["はい。"], tmp_path)

    assert capfd.readouterr().out == ""


def test_sentences_keep_their_marks_and_closing_brackets() -> None:
    text = "「できた！」と思いました。本当ですか？\n次へ。最後"

    assert sentences(text) == ["「できた！」", "と思いました。", "本当ですか？", "次へ。", "最後"]
