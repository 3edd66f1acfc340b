"""Dangers are heard, harmless words raise no alarm, and what is said to a danger is short, checked and free of praise."""

import re

import pytest

from knowledge_base.intents.cares import CARING
from knowledge_base.intents.dangers import DANGERS
from knowledge_base.intents.kinds import CARES, EMERGENCIES, FOR_COACHES, SAFETY, Intent
from knowledge_base.intents.recognition import (
    asks_yes_or_no,
    fold,
    intent_of,
    is_question_alone,
    safety_intent,
    tells_besides,
)
from knowledge_base.intents.replies import known_reply, replies
from knowledge_base.intents.talk import TALK
from simulator.line.checks import utf16_units

POLITE = re.compile(
    "(です|ます|ください|ましょう|ません|ました|ますか|ですか|ですね|よね|くださいね|ごめんなさい|どうぞ|しましょうか|はじめまして|こんにちは)$"
)
NOW = re.compile("(ください|ましょう)$")


def sentences(text: str) -> list[str]:
    return [each for each in re.sub("（[^）]*）", "", text).split("。") if each]


@pytest.mark.parametrize("intent", Intent)
def test_each_intent_has_polite_words_in_one_bubble(intent: Intent) -> None:
    reply = replies()[intent]
    assert all(POLITE.search(sentence) for sentence in sentences(reply.text))
    assert utf16_units(reply.text) <= 500


@pytest.mark.parametrize("intent", sorted(EMERGENCIES))
def test_an_emergency_has_two_sentences_of_which_the_first_says_what_to_do_now(intent: Intent) -> None:
    text = replies()[intent].text
    assert len(sentences(text)) <= 2
    assert NOW.search(sentences(text)[0])
    assert re.search("119|110番|医療機関", text)
    assert replies()[intent].english


@pytest.mark.parametrize("intent", sorted(SAFETY))
def test_a_danger_is_met_without_praise_or_the_next_dish_by_whose_advice_it_is(intent: Intent) -> None:
    text = replies()[intent].text
    assert not re.search("よい質問|すばらし|素晴らし|上手|次の料理|次の一皿|料理を選", text)
    assert replies()[intent].sources
    assert intent in FOR_COACHES


@pytest.mark.parametrize("intent", sorted(CARES - {Intent.SELF_HARM}))
def test_care_begins_with_what_to_do(intent: Intent) -> None:
    assert NOW.search(sentences(replies()[intent].text)[0])


def test_nobody_is_said_to_have_been_told() -> None:
    """What is flagged is looked at by an operator, later: it is in no person's hands yet."""
    assert not [intent for intent, reply in replies().items() if "伝えました" in reply.text]


@pytest.mark.parametrize(
    ("kana", "intent"),
    [
        ("あぶらにひがついた", Intent.FIRE),
        ("ちがとまらない", Intent.CUT),
        ("のどにつまっていきができない", Intent.CHOKING),
        ("せんざいをのんだ", Intent.POISONING),
        ("おゆがうでにかかった", Intent.BURN),
        ("ひがつよすぎた", None),
        ("ちがうあじになった", None),
        ("はれた日に干した", None),
    ],
)
def test_a_danger_in_kana_alone_is_heard(kana: str, intent: Intent | None) -> None:
    assert safety_intent(kana) is intent


def test_what_is_said_to_tell_how_much_is_no_danger() -> None:
    assert safety_intent("舌をやけどするほど辛かった") is None
    assert safety_intent("血が止まらないくらい深く切った") is Intent.CUT


def test_the_numbers_to_call_are_those_of_the_authorities() -> None:
    numbers = {n for reply in replies().values() for n in re.findall(r"#?\d[\d-]*\d", reply.text)}
    assert numbers == {
        *("119", "110", "189", "#7119", "#8000"),
        *("072-727-2499", "0120-279-338", "0120-783-556", "0120-279-889"),
    }


@pytest.mark.parametrize("rule", [*DANGERS, *CARING, *TALK], ids=lambda rule: rule.intent)
def test_a_sign_is_written_as_the_folded_text_is(rule) -> None:  # type: ignore[no-untyped-def]
    """A sign in katakana, or with a space or a capital, would never be found."""
    for pattern in (rule.sign, rule.harmless, rule.needs):
        text = (
            re.sub(r"\\[a-zA-Z]|ァ-ヶ|ぁ-ん|à-öø-ÿа-яก-๛가-힣", "", pattern.pattern)
            if pattern is not None
            else ""
        )
        assert not re.search("[ァ-ヶＡ-Ｚａ-ｚ０-９ A-Z]", text)


def test_every_intent_is_told_by_a_rule() -> None:
    assert {rule.intent for rule in (*DANGERS, *CARING, *TALK)} == set(Intent)


def test_spelling_and_pictures_make_no_difference() -> None:
    assert fold("ヤケド　した😭！") == "やけどした!"
    assert {safety_intent(text) for text in ("やけどした", "ヤケドした", "火傷した", "やけど した😭")} == {
        Intent.BURN
    }


def test_the_gravest_is_heard_first() -> None:
    assert intent_of("ありがとう。でもいま指を切って血が止まりません") is Intent.CUT
    assert intent_of("妊娠中ですが、やけどしました") is Intent.BURN


def test_what_is_said_beside_a_question_does_not_take_its_answer_away() -> None:
    assert intent_of("ありがとうございます。塩はいつ入れればいいですか？") is None
    assert intent_of("今日は疲れました") is Intent.TIRED


@pytest.mark.parametrize(
    ("text", "is_alone"),
    [
        ("卵はいつ入れますか？", True),
        ("塩の量を教えてください", True),
        ("強火でええの？", True),
        ("べちゃっとしたのはなぜですか", False),  # of this cook, which its video tells
        ("香りがよかったです。卵はいつ入れますか？", False),
        ("おいしくできました", False),
        ("味が少し濃かったかな", False),
    ],
)
def test_a_question_alone_is_told_from_a_memo(text: str, is_alone: bool) -> None:
    assert is_question_alone(text) is is_alone


def test_a_memo_with_a_danger_is_told_from_the_danger_alone() -> None:
    assert tells_besides("パラパラに炒められました。途中で指を切りました")
    assert not tells_besides("油がはねて腕にかかりました。ひりひりします。どうすればいいですか")


@pytest.mark.parametrize(
    ("question", "does"),
    [
        ("冷凍ご飯でもいい？", True),
        ("洗ったほうがいいですか", True),
        ("みりんなしでもええ？", True),
        ("どうすればいいですか", False),
        ("卵はいつ入れますか？", False),
        ("玉ねぎの切り方は？", False),
        ("おいしかったです", False),
    ],
)
def test_yes_or_no_is_asked_for(question: str, does: bool) -> None:
    assert asks_yes_or_no(question) is does


def test_what_is_refused_is_refused_first_where_yes_or_no_is_asked_for() -> None:
    assert known_reply(Intent.LEFT_OUT, "常温に置いたカレー、食べていい？").startswith("いいえ、常温に")
    assert known_reply(Intent.LEFT_OUT, "カレーを出しっぱなしにした").startswith("常温に")


def test_who_writes_no_japanese_is_told_in_english_too() -> None:
    assert "running tap water" in known_reply(Intent.BURN, "I burned my hand")
    assert "water" not in known_reply(Intent.BURN, "やけどした")
