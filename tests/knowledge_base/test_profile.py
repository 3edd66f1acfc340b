"""What is stored of a learner's answers, read without ever failing."""

from typing import Any

import pytest

from knowledge_base.profile import KEYS, NOTHING_TOLD, Profile, read_profile
from knowledge_base.quiz import QuestionType, load_quiz


def test_every_question_has_its_field_and_every_field_its_question() -> None:
    assert sorted(KEYS) == sorted(question.profile_key for question in load_quiz().questions)


def test_every_answer_of_the_quiz_is_read_as_it_was_given() -> None:
    for question in load_quiz().questions:
        for choice in question.choices:
            if not choice.exclusive:
                is_multi = question.type is QuestionType.MULTI
                profile = read_profile({question.profile_key: [choice.value] if is_multi else choice.value})
                expected = (choice.value,) if is_multi else choice.value
                assert getattr(profile, question.profile_key) == expected


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({}, NOTHING_TOLD),
        (None, NOTHING_TOLD),
        ("gas", NOTHING_TOLD),
        ({"cooking_times": ["morning"], "unknown": {}}, NOTHING_TOLD),  # asked once, or never
        ({"kitchen_heat": "wood"}, NOTHING_TOLD),
        ({"kitchen_heat": ["gas"]}, NOTHING_TOLD),
        ({"kitchen_heat": None}, NOTHING_TOLD),
        ({"heat_confidence": True}, NOTHING_TOLD),  # True is no 1
        ({"heat_confidence": "1"}, NOTHING_TOLD),
        ({"heat_confidence": 9}, NOTHING_TOLD),
        ({"dietary": ["none"]}, NOTHING_TOLD),
        ({"dietary": [[], {}, None, "egg", "egg"]}, Profile(dietary=("egg",))),
        ({"dietary": ["none", "milk", "egg"]}, Profile(dietary=("egg", "milk"))),  # an allergy stays one
        ({"dietary": "egg"}, Profile(dietary=("egg",))),
        ({"dream_dish": 5}, NOTHING_TOLD),
        ({"dream_dish": " ハンバーグ\n\x00です "}, Profile(dream_dish="ハンバーグ です")),
        ({"call_name": "あ" * 99}, Profile(call_name="あ" * 20)),
    ],
)
def test_what_no_question_of_today_could_be_answered_by_is_no_answer(stored: Any, expected: Profile) -> None:
    assert read_profile(stored) == expected
