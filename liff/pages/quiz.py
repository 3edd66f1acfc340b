"""The onboarding quiz: all questions in one page, of which one is shown, so that it goes on without a network. Without a
script each is a plain form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from knowledge_base import phrasebook, quiz_talk
from knowledge_base.quiz import Choice, Question, QuestionType, WrongAnswer, load_quiz
from liff.bounded import BoundedRoute
from liff.pages.shell import PageLearner, render
from liff.parts import Parts, PartsOf, Transaction
from models.user import User
from services.onboarding import is_enough, is_settled, next_question, question_of, save_answer

START, END, REVIEW = "/liff/quiz", "/liff/quiz/end", "/liff/quiz/review"

router = APIRouter(prefix="/quiz", route_class=BoundedRoute)


@dataclass(frozen=True)
class Screen:
    """One question with its answer; `place` is its number among the `count` of its section."""

    question: Question
    section: str
    place: int
    count: int
    is_settled: bool
    value: object

    @property
    def is_numeric(self) -> bool:
        return any(isinstance(choice.value, int) for choice in self.question.choices)

    @property
    def text(self) -> str:
        return self.value if isinstance(self.value, str) else ""

    def has(self, choice: Choice) -> bool:
        if self.question.type is QuestionType.MULTI:
            return isinstance(self.value, list) and choice.value in self.value
        return self.value == choice.value


@dataclass(frozen=True)
class Line:
    """A question and what was answered, to look over."""

    id: str
    text: str
    answer: str
    is_answered: bool


@dataclass(frozen=True)
class Section:
    name: str
    lines: list[Line]


@router.get("")
def start(learner: PageLearner, parts: PartsOf) -> Response:
    """Where the learner left it; who has been through all of it looks it over."""
    question = next_question(learner.learner_profile)
    return _show(parts, learner, question) if question else _go_to(REVIEW)


@router.get("/end")
def end(learner: PageLearner, parts: PartsOf) -> Response:
    if not is_enough(learner.learner_profile):
        return _go_to(START)
    return _show(parts, learner, load_quiz().questions[0], at_end=True)


@router.get("/review")
def review(learner: PageLearner, parts: PartsOf) -> HTMLResponse:
    profile, quiz = learner.learner_profile, load_quiz()
    sections = [
        Section(name, [_line(each, learner) for each in quiz.questions if each.section == key])
        for key, name in quiz.sections.items()
    ]
    return render(
        parts,
        "quiz_review.html",
        words="quiz",
        learner=learner.id,
        sections=sections,
        is_all=next_question(profile) is None,
        message=quiz_talk.ANSWERED,
    )


@router.get("/{question_id}")
def show(question_id: str, learner: PageLearner, parts: PartsOf, edit: bool = False) -> HTMLResponse:
    return _show(parts, learner, question_of(question_id), edit=edit)


async def _submitted(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=100)


@router.post("/{question_id}")
def answer(
    question_id: str,
    form: Annotated[FormData, Depends(_submitted)],
    learner: PageLearner,
    parts: PartsOf,
    db: Transaction,
    edit: bool = False,
) -> Response:
    """What a browser without our script sends."""
    question, go = question_of(question_id), form.get("go")
    if go == "later":
        return _go_to(END)
    was_open = not is_settled(learner.learner_profile, question)
    value = None if go == "skip" else question.read([str(each) for each in form.getlist(question_id)])
    try:
        save_answer(db, learner, question_id, value)
    except WrongAnswer as error:
        problem = phrasebook.phrase(error.words_key, **error.facts)
        return _show(parts, learner, question, edit=edit, problem=problem, typed=value)
    return _go_to(REVIEW if edit else _after(question, learner, was_open=was_open))


def _after(question: Question, learner: User, *, was_open: bool) -> str:
    """The next that is open; who had gone back goes on in the quiz's order. Those to begin with end it, for now."""
    questions = load_quiz().questions
    rest = questions[questions.index(question) + 1 :]
    following = next_question(learner.learner_profile, of=rest) if was_open else next(iter(rest), None)
    if following is None or (question.begin and not following.begin):
        return END  # which leads back to what is still open
    return f"{START}/{following.id}"


def _show(
    parts: Parts,
    learner: User,
    question: Question,
    *,
    edit: bool = False,
    at_end: bool = False,
    problem: str = "",
    typed: object = None,
) -> HTMLResponse:
    profile, questions = learner.learner_profile, load_quiz().questions
    screens = list(_screens(learner, question if problem else None, typed))
    index = questions.index(question)
    before = f"{START}/{questions[max(index - 1, 0)].id}"
    return render(
        parts,
        "quiz.html",
        words="quiz",
        status=422 if problem else 200,
        learner=learner.id,
        screens=screens,
        current=screens[index],
        edit=edit,
        at_end=at_end,
        is_enough=is_enough(profile),
        is_all=next_question(profile) is None,
        back=REVIEW if edit else before,
        problem=problem,
        message=quiz_talk.ANSWERED,
    )


def _screens(learner: User, retried: Question | None, typed: object) -> Iterator[Screen]:
    """Each question with its answer; with what was typed instead, where that was refused."""
    quiz, profile = load_quiz(), learner.learner_profile
    for question in quiz.questions:
        beside = [each for each in quiz.questions if each.section == question.section]
        yield Screen(
            question,
            quiz.sections[question.section],
            beside.index(question) + 1,
            len(beside),
            is_settled(profile, question),
            typed if question is retried else profile.get(question.profile_key),
        )


def _line(question: Question, learner: User) -> Line:
    profile = learner.learner_profile
    is_answered = bool(question.labels(profile.get(question.profile_key)))
    return Line(question.id, question.text, quiz_talk.answer(question, profile), is_answered)


def _go_to(page: str) -> RedirectResponse:
    return RedirectResponse(page, status_code=303)
