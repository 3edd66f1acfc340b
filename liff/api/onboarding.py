"""The quiz over the API: its questions, each answer saved by itself, and the profile as the design document saves it."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr

from knowledge_base.quiz import AnswerValue, Question, QuestionType, load_quiz
from liff.api.fields import Body
from liff.api.once import Once, OnceRoute
from liff.identity import CurrentLearner, ReadingLearner
from liff.parts import Transaction
from models.user import User
from services import onboarding

router = APIRouter(prefix="/onboarding", tags=["onboarding"], route_class=OnceRoute)

_Text = Annotated[StrictStr, Field(max_length=200)]
_Number = Annotated[StrictInt, Field(ge=0, le=100)]
_Key = Annotated[str, Field(max_length=64)]
# A choice's value, several of them, or a short text; null where the question is skipped.
Value = _Number | _Text | Annotated[list[_Number | _Text], Field(max_length=40)] | None
QuestionId = Annotated[
    str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="Of the quiz", examples=["kitchen_heat"])
]


class Answer(Body):
    value: Value = Field(
        description="A choice's value, several of them, or a short text; null: skipped, and not asked again",
        examples=["gas"],
    )


class Profile(Body):
    learner_profile: dict[_Key, Value] = Field(
        default={},
        max_length=100,
        description="The whole profile, or what of it is new",
        examples=[{"kitchen_heat": "gas"}],
    )
    announce: StrictBool = Field(
        default=False,
        description="Let the bot say in the chat that it is done, once: for a page that can't `liff.sendMessages`",
    )


class OfferedChoice(BaseModel):
    value: int | str
    label: str
    exclusive: bool = Field(description="Stands alone among several")


class AskedQuestion(BaseModel):
    id: str
    section: str
    text: str
    why: str
    type: QuestionType
    profile_key: str
    begin: bool = Field(description="Among the few that are enough to begin")
    skippable: bool
    max_length: int | None
    choices: list[OfferedChoice]


class Progress(BaseModel):
    onboarding_done: bool
    settled: int = Field(description="Questions answered or skipped")
    total: int
    next_question: str | None = Field(description="The id of the first that is open")


class Onboarding(BaseModel):
    sections: dict[str, str] = Field(description="Names by key, in their order")
    questions: list[AskedQuestion]
    learner_profile: dict[str, AnswerValue]
    progress: Progress


@router.get("", summary="Read the quiz, with the learner's answers")
async def read_onboarding(learner: ReadingLearner) -> Onboarding:
    quiz = load_quiz()
    known = {key: value for key, value in learner.learner_profile.items() if quiz.of_key(key)}
    return Onboarding(
        sections=dict(quiz.sections),
        questions=[_asked(question) for question in quiz.questions],
        learner_profile=known,
        progress=progress_of(learner),
    )


@router.put("/answers/{question_id}", summary="Save one answer")
def save_answer(question_id: QuestionId, body: Answer, learner: CurrentLearner, db: Transaction) -> Progress:
    """In place of an earlier answer, if there is one. 409: the question does not take this one."""
    onboarding.save_answer(db, learner, question_id, body.value)
    return progress_of(learner)


@router.post("", summary="Save the profile", dependencies=[Once])
def save_profile(body: Profile, learner: CurrentLearner, db: Transaction) -> Progress:
    """Keeps the answers beside those that are there. Done once those to begin with are settled."""
    if body.learner_profile:
        onboarding.save_profile(db, learner, body.learner_profile)
    if body.announce:
        onboarding.announce(db, learner)
    return progress_of(learner)


def progress_of(learner: User) -> Progress:
    questions, profile = load_quiz().questions, learner.learner_profile
    following = onboarding.next_question(profile)
    return Progress(
        onboarding_done=learner.onboarding_done,
        settled=sum(onboarding.is_settled(profile, question) for question in questions),
        total=len(questions),
        next_question=following.id if following else None,
    )


def _asked(question: Question) -> AskedQuestion:
    return AskedQuestion(
        **question.model_dump(include=set(AskedQuestion.model_fields) - {"choices"}),
        choices=[
            OfferedChoice(value=choice.value, label=choice.label_ja, exclusive=choice.exclusive)
            for choice in question.choices
        ],
    )
