"""What a learner has told of themselves in the quiz, as whoever coaches reads it.

What is stored may be older than today's questions: an answer that none of them could give is no answer, never an error.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from knowledge_base.quiz import Question, QuestionType, load_quiz

LOW, HIGH = 2, 4  # of a scale of five: up to here unsure, from here on sure


@dataclass(frozen=True)
class Profile:
    """One field a question; its default is "not told". "None of these" is told by an empty tuple, too."""

    call_name: str = ""
    call_name_reading: str = ""
    cooking_experience_years: int | None = None
    self_rated_level: str = ""
    goals: tuple[str, ...] = ()
    kitchen_heat: str = ""
    dietary: tuple[str, ...] = ()
    pans: tuple[str, ...] = ()
    burners: str = ""
    hood: str = ""
    fish_grill: str = ""
    knife_sharpness: str = ""
    counter_space: str = ""
    cook_for: tuple[str, ...] = ()
    vulnerable_eaters: tuple[str, ...] = ()
    cooking_frequency: str = ""
    time_available: str = ""
    recipe_habit: str = ""
    favourite_cuisines: tuple[str, ...] = ()
    dream_dish: str = ""
    avoid_ingredients: str = ""
    salt_preference: str = ""
    richness_preference: str = ""
    texture_preference: tuple[str, ...] = ()
    hard_parts: tuple[str, ...] = ()
    recent_failure: str = ""
    knife_confidence: int | None = None
    heat_confidence: int | None = None
    seasoning_confidence: int | None = None
    raw_food_comfort: int | None = None
    frying_comfort: int | None = None
    senses_used: tuple[str, ...] = ()
    sense_limits: tuple[str, ...] = ()
    dominant_hand: str = ""
    body_care: tuple[str, ...] = ()
    correction_style: str = ""
    detail_level: str = ""
    after_failure: str = ""
    memo_style: str = ""
    filming: str = ""


KEYS = tuple(field.name for field in fields(Profile))
NOTHING_TOLD = Profile()


def read_profile(stored: object) -> Profile:
    """Of `User.learner_profile`. Never raises."""
    if not isinstance(stored, Mapping):
        return NOTHING_TOLD
    asked = {question.profile_key: question for question in load_quiz().questions}
    told = {key: _told(asked[key], stored[key]) for key in KEYS if key in asked and key in stored}
    return Profile(**{key: value for key, value in told.items() if value is not None})


def is_unsure(scale: int | None) -> bool:
    return scale is not None and scale <= LOW


def is_sure(scale: int | None) -> bool:
    return scale is not None and scale >= HIGH


def _told(question: Question, value: object) -> Any:
    """None where it answers nothing."""
    if question.type is QuestionType.SHORT_TEXT:
        return _one_line(value, question.max_length) if isinstance(value, str) else None
    if question.type is QuestionType.MULTI:
        values = value if isinstance(value, list | tuple) else [value]
        # In the quiz's order, and an allergy beside "none of these" stays an allergy.
        return tuple(c.value for c in question.choices if not c.exclusive and _is_among(c.value, values))
    return next((choice.value for choice in question.choices if _is_among(choice.value, [value])), None)


def _is_among(choice: int | str, values: list[object] | tuple[object, ...]) -> bool:
    """True is no 1."""
    return any(type(value) is type(choice) and value == choice for value in values)


def _one_line(text: str, longest: int | None) -> str:
    """Without line breaks and control signs, in the usual width, as long as it may be."""
    plain = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return " ".join(unicodedata.normalize("NFKC", plain).split())[:longest]
