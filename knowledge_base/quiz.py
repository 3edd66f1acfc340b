"""What a learner is asked about themselves, what reads each answer, and which answers fit. The questions are `quiz.yaml`."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, StrictInt, model_validator

from errors import MomentError
from knowledge_base.catalogue import ContentError, build, read_yaml
from knowledge_base.content import Content

FILE = "quiz.yaml"
SCALE = (1, 2, 3, 4, 5)

# As a profile holds it; None: asked, and not to be asked again.
AnswerValue = int | str | list[int | str] | None

# Line ends and others that show nothing, and those that turn the direction of what stands behind them.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class QuestionType(StrEnum):
    SINGLE = "single"
    MULTI = "multi"
    SCALE = "scale"
    SHORT_TEXT = "short_text"


class UsedBy(StrEnum):
    ANALYSIS = "analysis"
    COACHING_TEXT = "coaching_text"
    NARRATION = "narration"
    ANSWERS = "answers"
    TONE = "tone"
    SAFETY = "safety"
    DISH_ORDER = "dish_order"
    CHAT = "chat"  # how the bot asks for a clip and a memo


class Mismatch(StrEnum):
    """Why an answer does not fit; with `web.answer_` before it, a key of the phrasebook."""

    MISSING = "missing"
    NOT_OFFERED = "not_offered"
    NOT_ALONE = "not_alone"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"


class WrongAnswer(MomentError):
    """An answer that its question does not take. The message holds nothing of the answer."""

    words = "web.answer_missing"

    def __init__(self, question: "Question", mismatch: Mismatch) -> None:
        super().__init__(f"{question.id}: {mismatch}")
        self.question = question
        self.mismatch = mismatch

    @property
    def words_key(self) -> str:
        return f"web.answer_{self.mismatch}"

    @property
    def facts(self) -> Mapping[str, str]:
        return {"most": str(self.question.max_length)}


class Choice(Content):
    value: StrictInt | str
    label_ja: str = Field(max_length=20)  # LINE docs: an action's label
    exclusive: bool = False  # of a multi: stands alone, as "none of these"


class Question(Content):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    section: str
    text: str = Field(max_length=40)
    about: str = Field(max_length=20)  # what the answer tells, as a heading
    type: QuestionType
    profile_key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")  # of User.learner_profile
    begin: bool = False  # among the few that are enough to begin
    skippable: bool
    used_by: list[UsedBy] = Field(min_length=1)
    why: str  # what changes with the answer
    choices: list[Choice] = Field(default_factory=list)
    max_length: int | None = Field(default=None, ge=1)  # characters of a short text

    @model_validator(mode="after")
    def fits_its_type(self) -> Self:
        values = [choice.value for choice in self.choices]
        if self.type is QuestionType.SHORT_TEXT:
            if values or self.max_length is None:
                raise ValueError("a short_text has a max_length and no choices")
            return self
        if self.max_length is not None:
            raise ValueError("only a short_text has a max_length")
        if self.type is QuestionType.SCALE and tuple(values) != SCALE:
            raise ValueError(f"a scale's values are {list(SCALE)}")
        if len(values) < 2 or len(set(values)) < len(values):
            raise ValueError("two choices or more, no value twice")
        if self.type is not QuestionType.MULTI and any(choice.exclusive for choice in self.choices):
            raise ValueError("only a multi has an exclusive choice")
        return self

    def check(self, value: object) -> AnswerValue:
        """The answer as it is kept: None where it is skipped, choices in the quiz's order. Raises WrongAnswer."""
        if isinstance(value, str) and self.type is QuestionType.SHORT_TEXT:
            value = self._check_text(value) or None
        if value is None or value == []:
            if not self.skippable:
                raise WrongAnswer(self, Mismatch.MISSING)
            return None
        if self.type is QuestionType.SHORT_TEXT and isinstance(value, str):
            return value
        if self.type is not QuestionType.MULTI:
            return self._choice(value).value
        if not isinstance(value, list):
            raise WrongAnswer(self, Mismatch.NOT_OFFERED)
        return self._check_choices(value)

    def accepts(self, value: object) -> bool:
        try:
            self.check(value)
        except WrongAnswer:
            return False
        return True

    def read(self, texts: Sequence[str]) -> object:
        """What a form or a tap tells, for `check`: each text a choice's value or what was typed."""
        by_text = {str(choice.value): choice.value for choice in self.choices}
        values = [by_text.get(text, text) for text in texts]
        if self.type is QuestionType.MULTI:
            return values
        return values[0] if values else None

    def labels(self, value: object) -> list[str]:
        """The answer as the learner reads it; empty where there is none, or none that still fits."""
        if value is None or not self.accepts(value):
            return []
        if self.type is QuestionType.SHORT_TEXT:
            return [str(value)]
        values = value if isinstance(value, list) else [value]
        return [choice.label_ja for choice in self.choices if choice.value in values]

    def _check_text(self, text: str) -> str:
        tidy = re.sub(r"\s+", " ", text).strip()
        if _UNSEEN.search(tidy):
            raise WrongAnswer(self, Mismatch.UNREADABLE)
        tidy = unicodedata.normalize("NFC", tidy)
        if len(tidy) > (self.max_length or 0):
            raise WrongAnswer(self, Mismatch.TOO_LONG)
        return tidy

    def _check_choices(self, values: Sequence[object]) -> list[int | str]:
        chosen = [self._choice(value) for value in values]
        if len(chosen) > 1 and any(choice.exclusive for choice in chosen):
            raise WrongAnswer(self, Mismatch.NOT_ALONE)
        return [choice.value for choice in self.choices if choice in chosen]

    def _choice(self, value: object) -> Choice:
        # `True` equals 1, and is no answer.
        fits = (each for each in self.choices if type(each.value) is type(value) and each.value == value)
        choice = next(fits, None)
        if choice is None:
            raise WrongAnswer(self, Mismatch.NOT_OFFERED)
        return choice


@dataclass(frozen=True)
class Quiz:
    """In the order in which they are asked; those to begin with come first."""

    sections: Mapping[str, str]  # key -> Japanese name
    questions: Sequence[Question]

    @property
    def to_begin(self) -> Sequence[Question]:
        return [question for question in self.questions if question.begin]

    def question(self, question_id: str) -> Question | None:
        return next((each for each in self.questions if each.id == question_id), None)

    def of_key(self, profile_key: str) -> Question | None:
        return next((each for each in self.questions if each.profile_key == profile_key), None)


@lru_cache(maxsize=1)
def load_quiz() -> Quiz:
    """The quiz this package carries. Raises ContentError."""
    return load_quiz_from(Path(__file__).parent)


def load_quiz_from(folder: Path) -> Quiz:
    """Raises ContentError naming file and field."""
    data = read_yaml(folder, FILE)
    if not isinstance(data, dict) or set(data) != {"sections", "questions"}:
        raise ContentError(FILE, "file", "must hold sections and questions, nothing else")
    sections, questions = data["sections"], data["questions"]
    if not (isinstance(sections, dict) and all(isinstance(name, str) for name in sections.values())):
        raise ContentError(FILE, "sections", "must map each section's key to its name")
    if not isinstance(questions, list):
        raise ContentError(FILE, "questions", "must be a list")
    return Quiz(sections, list(_read_questions(sections, questions)))


def _read_questions(sections: Mapping[str, str], items: Sequence[object]) -> Iterator[Question]:
    seen: set[str] = set()
    later = False
    for index, item in enumerate(items):
        prefix = f"questions[{index}]."
        question = build(Question, FILE, prefix, item)
        if question.section not in sections:
            raise ContentError(FILE, f"{prefix}section", f"no section '{question.section}'")
        for field in ("id", "profile_key"):
            if (named := f"{field} {getattr(question, field)}") in seen:
                raise ContentError(FILE, prefix + field, f"'{getattr(question, field)}' stands twice")
            seen.add(named)
        if question.begin and later:
            raise ContentError(FILE, f"{prefix}begin", "those to begin with come before all others")
        later = later or not question.begin
        yield question
