"""What is said of where a learner stands, and which words ask for it."""

import re
from datetime import UTC, datetime

import pytest

from knowledge_base import places_talk
from knowledge_base.catalogue import load
from knowledge_base.intents.leaving import wants_to_leave
from knowledge_base.intents.places import asks_for_progress, asks_for_record
from line.limits import MAX_LABEL
from models.rules.standing import Standing
from models.rules.unlocking import Opening
from models.session import SessionStatus
from pipeline.checks.amounts import measurements
from simulator.line.checks import graphemes, utf16_units

LATE = datetime(2026, 12, 26, 16, tzinfo=UTC)  # the next day in Japan
DISHES = list(load().dishes.values())
FIRST = places_talk.opening(Opening(2, 1, Standing.ACTIVE, LATE))
SENTENCES = {
    **{
        f"opening.{standing}.{payments}.{is_sold}": places_talk.opening(
            Opening(3, payments, standing), is_sold=is_sold
        )
        for standing in Standing
        for payments in (1, 2)
        for is_sold in (True, False)
    },
    "opening.day": FIRST,
    **{f"transfers.{dish.slug}": places_talk.transfers(dish.transferable_to) for dish in DISHES},
    **{f"finished.{dish.slug}": places_talk.transfers_of_finished(dish.transferable_to) for dish in DISHES},
    "counts.none": places_talk.counts(0, 0),
    "counts.some": places_talk.counts(2, 3),
    "next": places_talk.next_to_open([dish.name_ja for dish in DISHES[:5]], FIRST),
    "looked_at": places_talk.looked_at("チャーハン", 2, "11月3日"),
    "sentence": places_talk.progress_sentence(3, [], "火加減", 3),
    "sentence.acquired": places_talk.progress_sentence(3, ["火加減", "味つけ"], "", 0),
    **{
        name: getattr(places_talk, name)
        for name in ("ALL_OPEN", "OPENS_LATER", "NO_VIDEO", "GONE", "NO_PROGRESS_YET")
    },
}
LABELS = {name: words for name, words in vars(places_talk).items() if name.endswith(("_LABEL", "_TITLE"))}
END = re.compile(r"(です|ます|ました|ません|でした|ましょう|ください|ますか|ね)。$")


@pytest.mark.parametrize("name", SENTENCES)
def test_it_is_polite_short_and_plain(name: str) -> None:
    words = SENTENCES[name]
    assert END.search(words), words[-12:]
    assert utf16_units(words) <= 300
    assert measurements(re.sub(r"\d+月\d+日", "", words)) == []
    assert not re.search(r"\*\*|[{}<>`]|[０-９Ａ-Ｚａ-ｚ]|None|  |。。", words)


@pytest.mark.parametrize("name", LABELS)
def test_a_label_fits_on_its_button(name: str) -> None:
    assert 1 <= graphemes(LABELS[name]) <= MAX_LABEL


def test_a_day_is_that_of_japan() -> None:
    assert "12月27日" in FIRST


def test_nobody_is_told_of_a_plan_that_is_not_sold() -> None:
    for standing in (Standing.NONE, Standing.OVER):
        assert "プラン" not in places_talk.opening(Opening(2, 1, standing), is_sold=False)


def test_every_state_of_a_session_has_words() -> None:
    assert set(places_talk.STATES) == set(SessionStatus)


def test_dots_are_always_three() -> None:
    assert [places_talk.dots(count) for count in range(4)] == ["○○○", "●○○", "●●○", "●●●"]


@pytest.mark.parametrize(
    "text",
    [
        "きろく",
        "記録",
        "記録を見せて",
        "これまでの記録を見たいです",
        "キロク！",
        "履歴",
        "料理の記録",
        "前のコーチングをもう一度見たい",
        "前回のコーチングを見せてください",
        "コーチングを見返したい",
        "これまでの料理",
        "マイページ",
        "振り返り",
    ],
)
def test_a_wish_to_look_back_is_understood(text: str) -> None:
    assert asks_for_record(text)
    assert not asks_for_progress(text)


@pytest.mark.parametrize(
    "text",
    [
        "進みぐあい",
        "進み具合を教えて",
        "進捗は？",
        "成長",
        "上達ぐあいを見せて",
        "これまでの歩み",
        "グラフ",
        "自己評価の変化",
        "身についた力",
        "スキル",
    ],
)
def test_a_wish_to_see_the_progress_is_understood(text: str) -> None:
    assert asks_for_progress(text)
    assert not asks_for_record(text)


@pytest.mark.parametrize(
    "text",
    [
        "記録を削除して",
        "データの記録を消したい",
        "前回よりうまくできました",
        "前回のチャーハンはべちゃっとしました",
        "記録的に焦げました",
        "火の進み具合がわからなかったです",
        "成長した気がします。でも味が薄かったです",
        "料理を選ぶ",
        "前の料理より味が濃いです",
        "前の回よりよかった",
        "スキルを身につけるにはどうすればいいですか",
        "動画を見たらもっと上達しますか",
        "歩み寄り",
        "",
        "前回",
    ],
)
def test_other_words_are_left_to_others(text: str) -> None:
    assert not asks_for_record(text)
    assert not asks_for_progress(text)


def test_who_wants_their_record_gone_is_not_shown_it() -> None:
    assert wants_to_leave("記録を全部削除してください")
