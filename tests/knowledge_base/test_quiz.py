"""The quiz as shipped, and refused when its file is wrong."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base import phrasebook, quiz
from knowledge_base.catalogue import ContentError
from knowledge_base.quiz import (
    Mismatch,
    Question,
    QuestionType,
    Quiz,
    UsedBy,
    WrongAnswer,
    load_quiz,
    load_quiz_from,
)
from tests.knowledge_base.test_language import MEASUREMENT

SOURCE = Path(quiz.__file__).parent


@pytest.fixture(scope="module")
def whole() -> Quiz:
    return load_quiz()


def test_has_about_forty_questions_in_named_sections(whole: Quiz) -> None:
    assert 36 <= len(whole.questions) <= 44
    assert list(dict.fromkeys(question.section for question in whole.questions)) == list(whole.sections)


def test_six_are_enough_to_begin(whole: Quiz) -> None:
    assert [question.profile_key for question in whole.to_begin] == [
        "call_name",
        "cooking_experience_years",
        "self_rated_level",
        "goals",
        "kitchen_heat",
        "dietary",
    ]
    assert list(whole.questions[:6]) == list(whole.to_begin)


def test_whatever_is_not_needed_to_begin_may_be_skipped(whole: Quiz) -> None:
    assert all(question.skippable for question in whole.questions if not question.begin)
    safety_first = {question.profile_key for question in whole.questions if not question.skippable}
    assert {"dietary", "kitchen_heat"} <= safety_first


def test_a_question_ends_as_one(whole: Quiz) -> None:
    assert [question.text for question in whole.questions if not question.text.endswith("か。")] == []


def test_each_question_earns_its_place(whole: Quiz) -> None:
    for question in whole.questions:
        assert question.why.endswith("。"), question.id
    assert {use for question in whole.questions for use in question.used_by} == set(UsedBy)


def test_the_design_documents_keys_are_filled_as_it_writes_them(whole: Quiz) -> None:
    by_key = {question.profile_key: question for question in whole.questions}
    assert by_key["self_rated_level"].choices[0].value == "beginner"
    assert {"cook_without_recipes", "impress_family"} <= {c.value for c in by_key["goals"].choices}
    assert all(isinstance(c.value, int) for c in by_key["cooking_experience_years"].choices)
    assert by_key["dietary"].type is QuestionType.MULTI


def test_words_are_polite_short_and_without_measurements(whole: Quiz) -> None:
    for question in whole.questions:
        assert question.text.endswith("。"), question.id
        words = [question.text, *(choice.label_ja for choice in question.choices)]
        assert [word for word in words if MEASUREMENT.search(word)] == [], question.id
        assert max(Counter(choice.label_ja for choice in question.choices).values(), default=1) == 1
    texts = Counter(question.text for question in whole.questions)
    assert max(texts.values()) == 1


def test_none_of_these_stands_alone(whole: Quiz) -> None:
    for question in whole.questions:
        for choice in question.choices:
            assert choice.exclusive == (
                question.type is QuestionType.MULTI and choice.value in ("none", "unsure")
            )


def edit(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        path = folder / quiz.FILE
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(data)
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")

    return write


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit(lambda d: d["questions"][1].pop("why")), "questions[1].why: Field required"),
        (edit(lambda d: d["questions"][1].update(section="x")), "questions[1].section: no section 'x'"),
        (edit(lambda d: d["questions"][2].update(id="experience")), "questions[2].id: 'experience' stands"),
        (
            edit(lambda d: d["questions"][2].update(profile_key="call_name")),
            "questions[2].profile_key: 'call_name' stands twice",
        ),
        (edit(lambda d: d["questions"][3].update(used_by=["fun"])), "questions[3].used_by[0]: "),
        (edit(lambda d: d["questions"][3].update(used_by=[])), "questions[3].used_by: "),
        (
            edit(lambda d: d["questions"][0].update(choices=[{"value": "a", "label_ja": "あ"}])),
            "questions[0].",
        ),
        (edit(lambda d: d["questions"][1].update(choices=[])), "questions[1]."),
        (
            edit(lambda d: d["questions"][1]["choices"][0].update(label_ja="長" * 21)),
            "questions[1].choices[0]",
        ),
        (edit(lambda d: d["questions"][1]["choices"][0].update(exclusive=True)), "questions[1]."),
        (edit(lambda d: d["questions"][1].update(max_length=9)), "questions[1]."),
        (edit(lambda d: d["questions"][7].update(begin=True)), "questions[7].begin: "),
        (edit(lambda d: d["questions"][1].update(type="slider")), "questions[1].type: "),
        (edit(lambda d: d.update(extra=1)), "file: "),
        (edit(lambda d: d.update(questions={})), "questions: "),
        (edit(lambda d: d.update(sections=[])), "sections: "),
        (lambda folder: (folder / quiz.FILE).unlink(), "file: cannot be read"),
    ],
)
def test_a_wrong_quiz_is_refused_by_file_and_field(
    tmp_path: Path, change: Callable[[Path], object], message: str
) -> None:
    shutil.copy(SOURCE / quiz.FILE, tmp_path)
    assert load_quiz_from(tmp_path) == load_quiz()
    change(tmp_path)

    with pytest.raises(ContentError) as refusal:
        load_quiz_from(tmp_path)

    assert str(refusal.value).startswith(f"quiz.yaml: {message}")


def question(question_id: str) -> Question:
    found = load_quiz().question(question_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question_id", "value", "kept"),
    [
        ("call_name", "  ゆう\n\tこ ", "ゆう こ"),
        ("call_name", "か\u3099", "が"),
        ("call_name", "👩‍🍳", "👩‍🍳"),
        ("call_name", " 　", None),
        ("call_name", None, None),
        ("call_name", "あ" * 20, "あ" * 20),
        ("experience", 0, 0),
        ("knife_confidence", 1, 1),
        ("kitchen_heat", "ih", "ih"),
        ("goals", ["enjoy_cooking", "cook_faster", "cook_faster"], ["cook_faster", "enjoy_cooking"]),
        ("goals", [], None),
        ("dietary", ["none"], ["none"]),
    ],
)
def test_an_answer_that_fits_is_kept_tidy(question_id: str, value: object, kept: object) -> None:
    assert question(question_id).check(value) == kept
    assert question(question_id).accepts(kept)


@pytest.mark.parametrize(
    ("question_id", "value", "mismatch"),
    [
        ("call_name", "あ" * 21, Mismatch.TOO_LONG),
        ("call_name", "ゆ\x00", Mismatch.UNREADABLE),
        ("call_name", "\u202eゆ", Mismatch.UNREADABLE),
        ("call_name", "\ud800", Mismatch.UNREADABLE),
        ("call_name", 7, Mismatch.NOT_OFFERED),
        ("call_name", ["ゆう"], Mismatch.NOT_OFFERED),
        ("experience", None, Mismatch.MISSING),
        ("experience", False, Mismatch.NOT_OFFERED),
        ("experience", "0", Mismatch.NOT_OFFERED),
        ("knife_confidence", True, Mismatch.NOT_OFFERED),
        ("knife_confidence", 1.0, Mismatch.NOT_OFFERED),
        ("kitchen_heat", "fire", Mismatch.NOT_OFFERED),
        ("kitchen_heat", {}, Mismatch.NOT_OFFERED),
        ("dietary", [], Mismatch.MISSING),
        ("dietary", "egg", Mismatch.NOT_OFFERED),
        ("dietary", ["none", "egg"], Mismatch.NOT_ALONE),
        ("dietary", ["egg", ["milk"]], Mismatch.NOT_OFFERED),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_words_for_its_learner(
    question_id: str, value: object, mismatch: Mismatch
) -> None:
    with pytest.raises(WrongAnswer) as refusal:
        question(question_id).check(value)
    assert refusal.value.mismatch is mismatch
    words = phrasebook.phrase(refusal.value.words_key, **refusal.value.facts)
    assert words.endswith("くださいね。")
    assert "None" not in words


def test_what_a_form_tells_is_read_as_values() -> None:
    assert question("experience").read(["10"]) == 10
    assert question("goals").read(["cook_faster", "nonsense"]) == ["cook_faster", "nonsense"]
    assert question("dietary").read([]) == []
    assert question("call_name").read([]) is None


def test_an_answer_is_shown_as_the_learner_chose_it() -> None:
    assert question("dietary").labels(["egg", "milk"]) == ["卵", "乳"]
    assert question("experience").labels(0) == ["これから始めます"]
    assert question("call_name").labels("ゆう") == ["ゆう"]
    assert question("call_name").labels(None) == []
    assert question("pans").labels(["copper"]) == []
