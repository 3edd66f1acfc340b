"""What is found, in whatever width or case it was written, and what is marked of it."""

from datetime import timedelta

import pytest

from models.base import database_now
from services.threads.search import fold, pieces, search
from tests.services.threads.conftest import Desk


def hits(desk: Desk, words: str) -> dict[str, str]:
    """By name what is marked, in brackets."""
    desk.db.flush()
    return {
        found.row.name: "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in found.said)
        for found in search(desk.db, desk.coach(), words)
    }


@pytest.mark.parametrize(
    ("said", "words", "marked"),
    [
        ("卵の殻が入りました", "殻が", "卵の[殻が]入りました"),
        ("ＩＨのコンロです", "ih", "[ＩＨ]のコンロです"),
        ("IHのコンロです", "ＩＨ", "[IH]のコンロです"),
        ("ﾌﾗｲﾊﾟﾝが重い", "フライパン", "[ﾌﾗｲﾊﾟﾝ]が重い"),
        ("火力100%で", "100%", "火力[100%]で"),
        ("a_bとaxb", "a_b", "[a_b]とaxb"),
        ("油が油が", "油", "[油]が[油]が"),
        (r"C:\鍋", "\\", r"C:[\]鍋"),
    ],
)
def test_words_are_found_as_they_are_meant(desk: Desk, said: str, words: str, marked: str) -> None:
    desk.says(desk.learner(), said)
    desk.says(desk.learner("ほか"), "axb 1000 何もない")
    assert hits(desk, words) == {"ゆうこ": marked}


def test_a_wildcard_is_a_letter(desk: Desk) -> None:
    desk.says(desk.learner(), "何でもない")
    assert hits(desk, "%") == hits(desk, "_") == hits(desk, "何_も") == {}


def test_names_and_dishes_are_found_too(desk: Desk) -> None:
    desk.learner("はなこ")
    wished, cook = desk.learner("LINEの名"), desk.learner("さぶろう")
    wished.learner_profile = {"call_name": "たろう"}
    desk.cook(cook)
    assert list(hits(desk, "はなこ")) == ["はなこ"]
    assert list(hits(desk, "たろ")) == ["たろう"]
    assert list(hits(desk, "ﾁｬｰﾊﾝ")) == ["さぶろう"]


def test_who_is_called_so_comes_before_who_has_cooked_it(desk: Desk) -> None:
    cook, named, both = desk.learner("さぶろう"), desk.learner("チャーハン王"), desk.learner("チャーハン姫")
    cook.heard_at = database_now(desk.db)
    both.heard_at = cook.heard_at - timedelta(days=1)
    for each in (cook, both):
        desk.cook(each)
    assert list(hits(desk, "チャーハン")) == [both.first_name, named.first_name, "さぶろう"]


def test_what_was_taken_back_or_never_sent_is_not_found(desk: Desk) -> None:
    user = desk.learner()
    desk.says(user, "ひみつの話", unsent_at=database_now(desk.db))
    desk.answers(user, "ひみつの返事", retry_key=None, delivered_at=None)
    assert hits(desk, "ひみつ") == {}


def test_a_limited_coach_finds_nothing_of_others(desk: Desk) -> None:
    asker = desk.coach(is_limited=True)
    mine, other = desk.learner("はな"), desk.learner("はなえ")
    desk.assigned(mine, asker)
    for user in (mine, other):
        desk.says(user, "はなの話")
        desk.cook(user)
    for words in ("はな", "話", "チャーハン"):
        assert [found.row.name for found in search(desk.db, asker, words)] == ["はな"], words


def test_a_hit_in_a_long_message_is_shown_with_what_is_around_it(desk: Desk) -> None:
    desk.says(desk.learner(), "あ" * 200 + "焦げ" + "い" * 200)
    assert hits(desk, "焦げ") == {"ゆうこ": "…" + "あ" * 24 + "[焦げ]" + "い" * 48}


@pytest.mark.parametrize("text", ["", "<script>", "が゙ｶﾞé", "🍳" * 3])
def test_pieces_are_the_text_again(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text, fold("ガ"))) == text
