"""What is said and understood of consent, and of a learner's data: only what is meant without doubt counts."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge_base import consent_talk, export_talk
from line.limits import MAX_ALT_TEXT, MAX_LABEL, units

KEEP = timedelta(days=90)
UNTIL = datetime(2026, 12, 5, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["はい", "はい、同意します", "OK", "お願いします！", "うん、いいよ", "はーい", "同意して進む", "見てください"]
)  # fmt: skip
def test_yes(text: str) -> None:
    assert consent_talk.says_yes(text)
    assert not consent_talk.says_no(text)


@pytest.mark.parametrize(
    "text", ["いいえ", "やめておきます", "いいえ、同意しません", "嫌です", "見ないでください", "消して"]
)
def test_no(text: str) -> None:
    assert consent_talk.says_no(text)
    assert not consent_talk.says_yes(text)


@pytest.mark.parametrize(
    "text",
    ["いいです", "大丈夫です", "はい、卵はいつ入れますか", "同意すると何に使いますか", "いいえ、火は弱火でした", "", "写真もありますか"],
)  # fmt: skip
def test_what_may_mean_either_means_neither(text: str) -> None:
    assert not consent_talk.says_yes(text)
    assert not consent_talk.says_no(text)


@pytest.mark.parametrize(
    ("text", "is_wish"),
    [
        ("同意を取り消す", True),
        ("動画の同意を取り消します", True),
        ("やっぱり同意を撤回したいです", True),
        ("同意の撤回をお願いします", True),
        ("同意を取り消すとどうなりますか", False),
        ("同意を取り消さないで", False),
        ("予約を取り消す", False),
    ],
)
def test_a_withdrawal(text: str, is_wish: bool) -> None:
    assert consent_talk.withdraws(text) is is_wish


@pytest.mark.parametrize(
    ("text", "is_wish"),
    [
        ("データを受け取る", True),
        ("自分のデータをダウンロードしたいです", True),
        ("データをください", True),
        ("個人情報の開示をお願いします", True),
        ("データ削除", False),
        ("データを消してください", False),
        ("油をください", False),
        ("記録を見たい", False),
    ],
)
def test_a_wish_for_data(text: str, is_wish: bool) -> None:
    assert export_talk.wants_data(text) is is_wish


def test_all_of_it_fits_and_is_polite() -> None:
    card = "\n".join(f"{heading}：{words}" for heading, words in consent_talk.parts(KEEP))
    assert units(f"{consent_talk.TITLE}\n{card}") <= MAX_ALT_TEXT
    assert units(export_talk.ready(UNTIL)) <= MAX_ALT_TEXT
    labels = (
        consent_talk.AGREE_LABEL,
        consent_talk.REFUSE_LABEL,
        consent_talk.PAGE_LABEL,
        export_talk.OPEN_LABEL,
    )
    assert max(map(units, labels)) <= MAX_LABEL
    said = [
        *(words for _, words in consent_talk.parts(KEEP)),
        consent_talk.received("チャーハン", 1),
        consent_talk.agreed(4, "チャーハン", 1),
        *(consent_talk.REFUSED, consent_talk.WITHDRAWN, consent_talk.NONE_GIVEN, consent_talk.NOTED),
        *(consent_talk.ASK_AGAIN, consent_talk.ON_PAGE, consent_talk.FILE_IS_VIDEO),
        *(export_talk.UNDER_WAY, export_talk.OVER, *export_talk.PHRASES.values()),
    ]
    for words in said:
        assert words.endswith(("。", "か")), words
        assert "です" in words or "ます" in words or "ください" in words or "ました" in words, words
    assert "90日" in card
    assert "12月5日" in export_talk.ready(UNTIL)
