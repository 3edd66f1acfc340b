"""Which words ask for all to be deleted, and what the card says of it."""

import pytest

from bot.handlers.leaving import wants_to_leave
from knowledge_base import phrasebook, privacy_talk
from line.limits import MAX_LABEL
from pipeline.checks.amounts import measurements
from simulator.line.checks import graphemes
from tests.bot.test_router import context


@pytest.mark.parametrize(
    "text",
    [
        "データを削除",
        "データ削除",
        "データを全部消してください",
        "すべてのデータを消去したい",
        "退会",
        "退会したいです",
        "もう退会します。",
        "アカウント削除",
        "アカウントを消したい",
        "delete my data",
        "全データを消してほしい",
        "登録解除したい",
        "会員登録を解除したいです",
        "全部消して",
        "履歴もデータも消してください",
        "データを完全に削除したい",
        "アカウントを閉じたい",
        "データを残さないで",
        "解約してデータも消して",
        "動画もメッセージも全部消して",
        "辞めたいので全部消去お願いします",
    ],
)
def test_a_wish_to_leave_is_understood(text: str) -> None:
    assert wants_to_leave(context(text=text))


@pytest.mark.parametrize(
    "text",
    [
        "送った動画を消してください",
        "動画はどこに保存されますか",
        "解約したい",
        "退会の前に課金を止めたい",
        "火を消してから何分待ちますか",
        "臭みを消したい",
        "写真のデータを送りました",
        "やめます",
        "退会はしません",
        "登録は削除しないでください",
        "データを消さないで",
        "アカウントを消すつもりはないです",
        "生協を退会して野菜がない",
        "火もガスも全部消して",
        "退会するつもりはありません",
        "味の記録を消して作り直したい",
        "ジムを退会したので時間ができた",
        "記録を消してしまったので目分量で作った",
        "焦げを全部消したい",
        "やけどした！データを消して",
    ],
)
def test_other_words_do_not_ask_to_leave(text: str) -> None:
    assert not wants_to_leave(context(text=text))


def test_the_card_names_the_plan_and_what_stays_only_where_there_is_such() -> None:
    of_free, of_paying = (privacy_talk.what_goes(has_plan=each, has_paid=each) for each in (False, True))
    assert privacy_talk.GOES in of_free
    assert privacy_talk.GOES in of_paying
    assert ("返金" in of_free, "法律" in of_free) == (False, False)
    assert ("返金はありません" in of_paying, "法律" in of_paying) == (True, True)
    assert "Stripeの請求書には、発行したときのお名前" in of_paying  # which nobody can take off


def test_its_words_are_polite_and_short() -> None:
    spoken = [privacy_talk.what_goes(has_plan=True, has_paid=True), privacy_talk.DONE, privacy_talk.KEPT]
    spoken += [privacy_talk.TOO_LATE, *(phrasebook.phrase(key) for key in privacy_talk.PHRASES)]
    for words in spoken:
        assert not measurements(words)
        assert words.endswith(("。", "ね。"))
        assert len(words) < 400
    for label in (privacy_talk.CONFIRM_LABEL, privacy_talk.CANCEL_LABEL):
        assert graphemes(label) <= MAX_LABEL
