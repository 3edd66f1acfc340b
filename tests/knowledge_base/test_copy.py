"""Every word the bot says: within LINE's limits, polite, and without a measurement."""

import re

import pytest

from bot.say.bubbles import MAX_LABEL
from knowledge_base import copy
from models.chat import RoomType
from models.coaching import CoachingText, RatingAspect
from pipeline.wording import measurements
from simulator.checks import graphemes, utf16_units

LABELS = {
    "MEMO_VOICE_LABEL",
    "MEMO_SKIP_LABEL",
    "COOK_AGAIN_LABEL",
    "CHOOSE_LABEL",
    "DISH_BUTTON",
}
TITLES = {"CARD_PROBLEM", "CARD_ACTION", "CARD_SIGN", "CHOOSE_DISH_ALT", "NAMELESS", "_NOT_SPENT"}
COACHING = CoachingText(
    mondaiten="卵が固まっていました。",
    skill="余熱を使いましょう。",
    next_action="早めに合わせましょう。",
    success_sign="粒が光ります。",
    praise="火加減がよかったです。",
)


def sentences() -> dict[str, str]:
    """Every bubble's words, by the constant's or function's name."""
    said = {
        name: value
        for name, value in vars(copy).items()
        if name.isupper() and isinstance(value, str) and name not in LABELS | TITLES
    }
    for name in ("VIDEO_REJECTED", "MEMO_REJECTED"):
        said |= {f"{name}.{reason}": words for reason, words in getattr(copy, name).items()}
    said |= {
        "welcome": copy.welcome("ゆうこ"),
        "welcome_back": copy.welcome_back("ゆうこ"),
        "attempts_used": copy.attempts_used("チャーハン"),
        "dish_chosen": copy.dish_chosen("チャーハン", 2, "卵を入れる間合いを確かめます。"),
        "video_received": copy.video_received(4, "チャーハン", 2),
        "wait_for_text": copy.wait_for_text(4),
        "rating_received": copy.rating_received(RatingAspect.TASTE, 3),
        "follow_up": copy.follow_up(COACHING, "ゆうこ"),
    }
    return said


SENTENCES = sentences()


@pytest.mark.parametrize("name", SENTENCES)
def test_it_ends_politely(name: str) -> None:
    last = SENTENCES[name].strip().rstrip("。！？!?")
    endings = ("です", "ます", "した", "ください", "ましょう", "ません", "ね", "ですか", "ますか", "せんか")
    assert last.endswith((*endings, "どうぞ", "でしょうか", "ごめんなさい")), last[-12:]


@pytest.mark.parametrize("name", SENTENCES)
def test_it_holds_no_measurement_but_the_wait(name: str) -> None:
    words = re.sub(r"あと\d+分ほど|数分後|4K", "", SENTENCES[name])
    assert measurements(words) == []


@pytest.mark.parametrize("name", SENTENCES)
def test_it_is_one_short_bubble_without_markup(name: str) -> None:
    words = SENTENCES[name]
    assert utf16_units(words) <= 500
    assert not re.search(r"\*\*|[{}<>`]|^#", words)
    assert not re.search(r"[０-９Ａ-Ｚａ-ｚ]", words)


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_label_fits_on_its_button(name: str) -> None:
    assert 1 <= graphemes(getattr(copy, name)) <= MAX_LABEL


def test_the_ratings_and_senders_fit() -> None:
    assert len(copy.RATING_LABELS) == 5
    assert [label[0] for label in copy.RATING_LABELS] == ["1", "2", "3", "4", "5"]
    assert all(graphemes(label) <= MAX_LABEL for label in copy.RATING_LABELS)
    assert set(copy.SENDER_NAMES) == set(RoomType)
    assert all(graphemes(name) <= 20 for name in copy.SENDER_NAMES.values())
    assert not any("LINE" in name.upper() for name in copy.SENDER_NAMES.values())
    assert set(copy.ASPECT_NAMES) == set(RatingAspect)


def test_the_coaching_text_has_the_documents_format() -> None:
    assert copy.coaching_text(COACHING, 2) == (
        "🍳 今回の問題点\n卵が固まっていました。\n\n"
        "🍳 2回目のセッションで身につけるべきスキル\n余熱を使いましょう。\n\n"
        "次回試すこと\n早めに合わせましょう。\n\n"
        "✅ 成功のサイン\n粒が光ります。"
    )


def test_every_reason_a_clip_may_be_refused_for_has_its_words() -> None:
    from pipeline.media.probe import ClipProblem

    assert {problem.value for problem in ClipProblem} | {"gone", "too_large"} == set(copy.VIDEO_REJECTED)
    assert all("使っていない" in words for words in copy.VIDEO_REJECTED.values())
    assert all("スキップ" in words for words in copy.MEMO_REJECTED.values())
