"""What the bot says of the quiz: within LINE's limits, polite, true to the answers."""

import pytest

from knowledge_base import quiz_talk
from knowledge_base.phrasebook import NAMELESS
from knowledge_base.quiz import QuestionType, load_quiz
from line.limits import MAX_LABEL, MAX_QUICK_REPLIES
from pipeline.checks.amounts import measurements
from simulator.line.checks import graphemes, utf16_units

ALL = {
    "kitchen_heat": "ih",
    "dietary": ["egg", "milk", "wheat", "shellfish", "nuts", "buckwheat", "fish", "pork", "beef", "meat"],
    "goals": ["cook_without_recipes", "impress_family", "cook_faster"],
}
CONSTANTS = {
    name: words for name, words in vars(quiz_talk).items() if name.isupper() and isinstance(words, str)
}
LABELS = {name for name in CONSTANTS if name.endswith("_LABEL")}
SHORT = {"OFFER_TITLE", "PROFILE_TITLE", "NOT_ANSWERED", "SKIPPED", "ANSWERED", "PICKED_MARK"}
SENTENCES = {name: words for name, words in CONSTANTS.items() if name not in LABELS | SHORT} | {
    "understood": quiz_talk.understood("ゆうこ", ALL),
    "nothing known": quiz_talk.understood(NAMELESS, {}),
    "picked": quiz_talk.picked(["卵", "乳"]),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_it_is_one_polite_bubble_without_measurements(name: str) -> None:
    words = SENTENCES[name]
    assert words.endswith(("。",))
    assert utf16_units(words) <= 500
    assert measurements(words) == []


def test_a_label_fits_on_its_button() -> None:
    to_begin = load_quiz().to_begin
    labels = [CONSTANTS[name] for name in LABELS] + [quiz_talk.change_label(each) for each in to_begin]
    labels += [quiz_talk.PICKED_MARK + choice.label_ja for each in to_begin for choice in each.choices]
    assert [label for label in labels if not 1 <= graphemes(label) <= MAX_LABEL] == []


def test_each_question_to_begin_with_can_be_answered_by_quick_replies() -> None:
    """With 「これで決定」 and, where nothing is chosen yet, 「あとで」 beside its choices."""
    for question in load_quiz().to_begin:
        extras = 2 if question.skippable else 1
        assert len(question.choices) + extras <= MAX_QUICK_REPLIES, question.id
        assert graphemes(quiz_talk.change_label(question)) <= MAX_LABEL


def test_what_was_understood_is_what_was_answered() -> None:
    words = quiz_talk.understood("ゆうこ", {"kitchen_heat": "gas", "dietary": ["none"], "goals": None})
    assert words == (
        "ゆうこさん、教えてくださってありがとうございます。\n\nガスこんろに合わせて、火加減をお伝えします。"
    )
    assert "「レシピを見ずに作れる」「家族を喜ばせる」を目指して" in quiz_talk.understood("ゆうこ", ALL)
    assert quiz_talk.understood(NAMELESS, {}).startswith("シェフ、")


def test_an_answer_is_acknowledged_in_its_own_words() -> None:
    name, experience, *_ = load_quiz().to_begin
    assert name.type is QuestionType.SHORT_TEXT
    assert quiz_talk.taken(name, "ゆう") == "ゆうさん、とお呼びしますね。"
    assert quiz_talk.taken(name, None) == quiz_talk.SKIPPED_ANSWER
    assert quiz_talk.taken(experience, 3) == "「何年か続けています」ですね。"


def test_the_summary_has_a_line_for_each_answer_given_or_not() -> None:
    lines = quiz_talk.summary({"kitchen_heat": "ih", "call_name": None}).split("\n")
    assert lines[0] == f"呼び名：{quiz_talk.SKIPPED}"
    assert "台所の火：IH" in lines
    assert lines[-1] == f"食べられないもの、控えているもの：{quiz_talk.NOT_ANSWERED}"
