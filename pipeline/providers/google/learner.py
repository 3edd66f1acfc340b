"""The learner's profile as a prompt shows it: what they chose, in our words, and what they wrote, each piece fenced."""

from collections.abc import Iterator, Sequence

from knowledge_base.profile import Profile
from knowledge_base.prompts import Quote
from knowledge_base.quiz import Question, QuestionType, UsedBy, load_quiz

# Which questions each prompt reads, by what `used_by` names.
ANALYSIS = frozenset((UsedBy.ANALYSIS,))
COACHING = frozenset((UsedBy.COACHING_TEXT, UsedBy.TONE, UsedBy.SAFETY))
NARRATION = frozenset((UsedBy.NARRATION,))
ANSWER = frozenset((UsedBy.ANSWERS, UsedBy.TONE, UsedBy.SAFETY))
ELSEWHERE = frozenset(("call_name", "call_name_reading"))  # what they are called stands in a place of its own


def choices(profile: Profile, uses: frozenset[UsedBy]) -> str:
    """ "台所の火: IH", a line each; "" where nothing of it was told."""
    return "\n".join(
        f"{question.about}: {'、'.join(labels)}"
        for question, value in _told(profile, uses)
        if (labels := _labels(question, value))
    )


def own_words(profile: Profile, uses: frozenset[UsedBy]) -> Sequence[Quote]:
    return [
        Quote(value, label=question.about)
        for question, value in _told(profile, uses)
        if question.type is QuestionType.SHORT_TEXT and isinstance(value, str)
    ]


def _told(profile: Profile, uses: frozenset[UsedBy]) -> Iterator[tuple[Question, object]]:
    for question in load_quiz().questions:
        value = getattr(profile, question.profile_key)
        is_read = question.profile_key not in ELSEWHERE and uses & set(question.used_by)
        if is_read and value not in ("", (), None):
            yield question, value


def _labels(question: Question, value: object) -> list[str]:
    values = value if isinstance(value, tuple) else (value,)
    return [choice.label_ja for choice in question.choices if choice.value in values]
