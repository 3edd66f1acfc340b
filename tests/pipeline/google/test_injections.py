"""What a learner writes, says, films or is called is material in every prompt: nothing of it stands where we speak."""

import re
from collections.abc import Callable, Mapping

import pytest

from knowledge_base.profile import read_profile
from knowledge_base.prompts import CLOSE, OPEN
from models.coaching import CookingEvent, SessionSummary, StructuredInput, VideoAnalysis
from pipeline.checks.answer import check_answer
from pipeline.checks.coaching import check_coaching
from pipeline.providers.google import prompts
from pipeline.providers.ports import Providers, Turn
from services.names import first_name_of
from tests.injections import INJECTIONS
from tests.pipeline.google.kitchen import (
    analysis,
    analysis_brief,
    coaching,
    coaching_brief,
    question,
)

FENCED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
HARMLESS = "おいしくできました。"

Place = Callable[[str], str]


def _said(words: str) -> StructuredInput:
    return StructuredInput(identified_issues=[words, words], questions=[words], emotional_state=words)


def _summary(words: str) -> SessionSummary:
    return SessionSummary(dish="チャーハン", session=1, key_issue=words, key_progress=words)


# Where a learner's words come into a prompt.
PLACES: Mapping[str, Place] = {
    "memo, analysed": lambda w: prompts.analysis(analysis_brief(transcript=w)).text,
    "memo, reconsidered": lambda w: (
        prompts.reconsideration(analysis(), analysis_brief(transcript=w, structured_input=_said(w))).text
    ),
    "memo, taken apart": lambda w: prompts.entities(w).text,
    "memo, coached": lambda w: prompts.coaching(coaching_brief(transcript=w, structured_input=_said(w))).text,
    "name, coached": lambda w: prompts.coaching(coaching_brief(first_name=w)).text,
    "name, narrated": lambda w: (
        prompts.narration(coaching_brief(first_name=w), coaching(), "ここです。").text
    ),
    "name, answered": lambda w: prompts.answer(question(first_name=w)).text,
    "question": lambda w: prompts.answer(question(w)).text,
    "history": lambda w: (
        prompts.answer(question(history=[Turn(sender="user", text=w), Turn(sender="ai", text=w)])).text
    ),
    "past cooks, coached": lambda w: prompts.coaching(coaching_brief(past_sessions=[_summary(w)])).text,
    "past cooks, answered": lambda w: prompts.answer(question(past_sessions=[_summary(w)])).text,
    "quiz, coached": lambda w: prompts.coaching(coaching_brief(profile=read_profile({"dream_dish": w}))).text,
    "quiz, answered": lambda w: prompts.answer(question(profile=read_profile({"recent_failure": w}))).text,
}


def _filmed(words: str) -> VideoAnalysis:
    """A model took up what stood in the picture."""
    event = CookingEvent(t="0:02", t_seconds=2, event=words, state=words)
    return analysis(cooking_events=[event], diagnosis=words, evidence=words, not_visible=[words])


# Where a model's own words of a picture, or of what was said, come into the next prompt.
TAKEN_UP: Mapping[str, Place] = {
    "picture, coached": lambda w: prompts.coaching(coaching_brief(analysis=_filmed(w))).text,
    "picture, narrated": lambda w: (
        prompts.narration(
            coaching_brief(analysis=_filmed(w)), coaching(praise=w, mondaiten=w), "ここです。"
        ).text
    ),
    "picture, answered": lambda w: (
        prompts.answer(question(analysis=_filmed(w), coaching=coaching(praise=w))).text
    ),
    "picture, reconsidered": lambda w: prompts.reconsideration(_filmed(w), analysis_brief()).text,
    "picture, looked at again": lambda w: prompts.zoom(_filmed(w), analysis_brief(), 1.0, 4.0).text,
}


def ours(text: str) -> str:
    """Of a prompt only what we say."""
    return FENCED.sub("*", text)


@pytest.mark.parametrize("place", PLACES)
def test_outside_of_the_fence_nothing_changes(place: str) -> None:
    build = PLACES[place]
    harmless = build(HARMLESS)
    for words in INJECTIONS:
        text = build(words)
        assert ours(text) == ours(harmless), words
        assert text.count(OPEN) == text.count(CLOSE) == harmless.count(OPEN)
        assert text != harmless  # it does come into the prompt


@pytest.mark.parametrize("place", TAKEN_UP)
def test_what_a_model_took_up_is_a_fact_in_its_line(place: str) -> None:
    build = TAKEN_UP[place]
    harmless = build(HARMLESS).splitlines()
    for words in INJECTIONS:
        lines = build(words).splitlines()
        assert len(lines) == len(harmless), words
        flat = " ".join(words.translate({ord(mark): None for mark in "⟦⟧〚〛"}).split())
        for line, plain in zip(lines, harmless, strict=True):
            assert line.replace(flat, HARMLESS) == plain or line == plain
        assert sum(line.count(OPEN) for line in lines) == sum(line.count(OPEN) for line in harmless)


def test_a_display_name_is_short_and_of_letters() -> None:
    for words in INJECTIONS:
        name = first_name_of(words)
        assert len(name) <= 20
        assert re.search(r"[\n⟦⟧{}$<>`:\[\]\u202e\u2066]", name) is None, name


def test_the_answers_stay_ours(providers: Providers) -> None:
    """Of the double, which reads its prompts as a model would."""
    for words in INJECTIONS:
        asked = question(words, first_name=first_name_of(words), history=[Turn(sender="user", text=words)])
        answer, _ = providers.coach.answer(asked)
        check_answer(answer, asked)
        assert not {"HACKED", "PWNED"} & set(re.findall("[A-Z]+", answer))


def test_the_coaching_stays_ours(providers: Providers) -> None:
    plain, _ = providers.coach.coaching_text(
        coaching_brief(transcript=HARMLESS, structured_input=StructuredInput())
    )
    for words in INJECTIONS:
        brief = coaching_brief(transcript=words, structured_input=StructuredInput())
        text, _ = providers.coach.coaching_text(brief)
        check_coaching(text, brief)
        assert text.mondaiten.split("。")[0] == plain.mondaiten.split("。")[0]
        assert (text.skill, text.next_action, text.safety) == (plain.skill, plain.next_action, plain.safety)
        assert text.principle_ids == plain.principle_ids
