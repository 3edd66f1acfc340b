"""What a learner is asked about themselves, and what reads each answer. The questions are `quiz.yaml`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, StrictInt, model_validator

from knowledge_base.catalogue import ContentError, build, read_yaml
from knowledge_base.content import Content

FILE = "quiz.yaml"
SCALE = (1, 2, 3, 4, 5)


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


@dataclass(frozen=True)
class Quiz:
    """In the order in which they are asked; those to begin with come first."""

    sections: Mapping[str, str]  # key -> Japanese name
    questions: Sequence[Question]

    @property
    def to_begin(self) -> Sequence[Question]:
        return [question for question in self.questions if question.begin]


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
