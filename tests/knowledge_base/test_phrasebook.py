"""Every word the bot says: within LINE's limits, polite, and without a measurement."""

import re
from datetime import UTC, datetime

import pytest

from knowledge_base import phrasebook
from line.limits import MAX_LABEL
from models.chat import RoomType
from models.coaching import CoachingText, RatingAspect, Unclear
from pipeline.checks.amounts import measurements
from simulator.line.checks import graphemes, utf16_units

LABELS = {
    "MEMO_VOICE_LABEL",
    "MEMO_SKIP_LABEL",
    "COOK_AGAIN_LABEL",
    "SESSION_PAGE_LABEL",
    "CHOOSE_LABEL",
    "DISH_BUTTON",
    "LONG_VIDEO_LABEL",
}
TITLES = {
    "CARD_PROBLEM",
    "CARD_ACTION",
    "CARD_SIGN",
    "CARD_LAST_TIME",
    "CHOOSE_DISH_ALT",
    "NAMELESS",
    "_NOT_SPENT",
    "LONG_VIDEO_TITLE",
}
TEMPLATES = {"ATTEMPTS_USED", "WAITING_OUT", "ANSWER_WAITS"}  # filled in by `phrase`
COACHING = CoachingText(
    mondaiten="卵が固まっていました。",
    skill="余熱を使いましょう。",
    next_action="早めに合わせましょう。",
    success_sign="粒が光ります。",
    praise="火加減がよかったです。",
)


def test_each_reason_why_nothing_can_be_told_has_its_words() -> None:
    for reason in Unclear:
        words = phrasebook.phrase(f"video.{reason.value}")
        assert "回数には数えていない" in words
        assert "撮" in words  # how to film it again


def sentences() -> dict[str, str]:
    """Every bubble's words, by the constant's or function's name."""
    words_by_name = {
        name: value
        for name, value in vars(phrasebook).items()
        if name.isupper() and isinstance(value, str) and name not in LABELS | TITLES | TEMPLATES
    }
    for name in ("VIDEO_REJECTED", "MEMO_REJECTED", "FILE_REJECTED"):
        words_by_name |= {f"{name}.{reason}": words for reason, words in getattr(phrasebook, name).items()}
    words_by_name |= {
        "welcome": phrasebook.welcome("ゆうこ"),
        "welcome_back": phrasebook.welcome_back("ゆうこ"),
        **{key: phrasebook.phrase(key, latest="明日の午前7時") for key in ("waiting_out", "answer_waits")},
        "attempts_used": phrasebook.phrase("attempts_used", dish="チャーハン"),
        "dish_chosen": phrasebook.dish_chosen("チャーハン", 2, "卵を入れる間合いを確かめます。"),
        "video_received": phrasebook.video_received(4, "チャーハン", 2),
        "wait_for_text": phrasebook.wait_for_text(4),
        "rating_received": phrasebook.rating_received(RatingAspect.TASTE, 3),
        "follow_up": phrasebook.follow_up(COACHING, "ゆうこ", 2),
    }
    return words_by_name


SENTENCES = sentences()


@pytest.mark.parametrize("name", SENTENCES)
def test_it_ends_politely(name: str) -> None:
    last = SENTENCES[name].strip().rstrip("。！？!?")
    endings = ("です", "ます", "した", "ください", "ましょう", "ません", "ね", "ですか", "ますか", "せんか")
    assert last.endswith((*endings, "どうぞ", "でしょうか", "ごめんなさい")), last[-12:]


@pytest.mark.parametrize("name", SENTENCES)
def test_it_holds_no_measurement_but_the_wait(name: str) -> None:
    words = re.sub(r"あと\d+分ほど|数分後|4K|5分くらい", "", SENTENCES[name])
    assert measurements(words) == []


@pytest.mark.parametrize("name", SENTENCES)
def test_it_is_one_short_bubble_without_markup(name: str) -> None:
    words = SENTENCES[name]
    assert utf16_units(words) <= 500
    assert not re.search(r"\*\*|[{}<>`]|^#", words)
    assert not re.search(r"[０-９Ａ-Ｚａ-ｚ]", words)


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_label_fits_on_its_button(name: str) -> None:
    assert 1 <= graphemes(getattr(phrasebook, name)) <= MAX_LABEL


def test_the_ratings_and_senders_fit() -> None:
    assert len(phrasebook.RATING_LABELS) == 5
    assert [label[0] for label in phrasebook.RATING_LABELS] == ["1", "2", "3", "4", "5"]
    assert all(graphemes(label) <= MAX_LABEL for label in phrasebook.RATING_LABELS)
    assert set(phrasebook.SENDER_NAMES) == set(RoomType)
    assert all(graphemes(name) <= 20 for name in phrasebook.SENDER_NAMES.values())
    assert not any("LINE" in name.upper() for name in phrasebook.SENDER_NAMES.values())
    assert set(phrasebook.ASPECT_NAMES) == set(RatingAspect)


def test_the_coaching_text_has_the_documents_format() -> None:
    assert phrasebook.coaching_text(COACHING, 2) == (
        "🍳 今回の問題点\n卵が固まっていました。\n\n"
        "🍳 2回目のセッションで身につけるべきスキル\n余熱を使いましょう。\n\n"
        "次回試すこと\n早めに合わせましょう。\n\n"
        "✅ 成功のサイン\n粒が光ります。"
    )


def test_every_reason_a_clip_may_be_refused_for_has_its_words() -> None:
    from pipeline.media.probe import ClipProblem

    assert {*ClipProblem, *Unclear, "gone", "too_large"} == set(phrasebook.VIDEO_REJECTED)
    assert all("回数には数えていない" in words for words in phrasebook.VIDEO_REJECTED.values())
    assert all("スキップ" in words for words in phrasebook.MEMO_REJECTED.values())


@pytest.mark.parametrize(
    ("latest", "words"),
    [
        ("2026-11-27T02:10", "今日の午後0時"),
        ("2026-11-27T13:59", "今日の午後11時"),
        ("2026-11-27T14:30", "明日の午前0時"),
        ("2026-11-27T21:30", "明日の午前7時"),
    ],
)
def test_a_promise_names_the_next_full_hour_in_japan(latest: str, words: str) -> None:
    now = datetime(2026, 11, 27, 1, tzinfo=UTC)
    assert phrasebook.hour_by(datetime.fromisoformat(latest).replace(tzinfo=UTC), now) == words
