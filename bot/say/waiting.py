"""The answer to 「まだ？」: where it is, how long it takes, and what is open meanwhile."""

from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import Steps, open_taps
from knowledge_base import phrasebook, waiting_talk
from models.chat import Topic
from models.rules.next_step import Ask, next_step
from models.rules.progress import Phase
from models.session import CookingSession
from services.uploads import unfinished
from services.waiting import Waiting, has_open_question, waiting_of

# What is asked for while one waits; of the others the answer itself tells.
_ASKED_MEANWHILE = frozenset({Ask.MEMO, Ask.RATING})


def tell_progress(steps: Steps, session: CookingSession | None, lead: str = "") -> Say:
    """`lead` is said first, of what can't be done meanwhile."""
    waiting = waiting_of(steps.db, session, steps.promise) if session is not None else None
    question = has_open_question(steps.db, steps.user)
    if next_step(session).ask is Ask.CONSENT:  # nothing goes on before that
        asked = steps.ask_next(session)
        return say(*asked.bubbles, quick=asked.quick, topic=Topic.PROGRESS)
    if session is None or waiting is None:
        return _nothing_under_way(steps, session, has_question=question)
    words = [
        *([lead] if lead else []),
        told(waiting),
        *([waiting_talk.QUESTION_UNDER_WAY] if question else []),
    ]
    bubble = text_bubble("\n\n".join(words))
    if next_step(session).ask in _ASKED_MEANWHILE:
        asked = steps.ask_next(session)
        return say(bubble, *asked.bubbles, quick=asked.quick, topic=Topic.PROGRESS)
    return say(bubble, quick=open_taps(session, steps.user), topic=Topic.PROGRESS)


def told(waiting: Waiting) -> str:
    """In words."""
    title = waiting_talk.title(waiting.dish, waiting.number)
    match waiting.phase:
        case Phase.DELIVERED | Phase.FAILED:
            return f"{title}：{waiting_talk.PHASES[waiting.phase]}\n\n{_end(waiting)}"
        case phase:
            words = waiting.news or waiting_talk.under_way(phase, waiting.text_minutes, waiting.video_minutes)
            return f"{title}\n\n{waiting_talk.steps(phase)}\n\n{words}"


def _end(waiting: Waiting) -> str:
    if waiting.phase is Phase.FAILED:
        return waiting.news or phrasebook.TRY_LATER
    if not waiting.is_sent:
        return waiting_talk.BEING_SENT
    return waiting_talk.DELIVERED if waiting.has_video else waiting_talk.TEXT_DELIVERED


def _nothing_under_way(steps: Steps, session: CookingSession | None, *, has_question: bool) -> Say:
    """What is open, and that food is asked about in other words."""
    if has_question:
        return say(
            text_bubble(waiting_talk.QUESTION_UNDER_WAY),
            quick=open_taps(session, steps.user),
            topic=Topic.PROGRESS,
        )
    if unfinished(steps.db, steps.user.id):
        return say(text_bubble(waiting_talk.UPLOAD_UNDER_WAY), topic=Topic.PROGRESS)
    lead = text_bubble(f"{waiting_talk.NOTHING_UNDER_WAY}{waiting_talk.OF_FOOD}")
    asked = steps.ask_next(session)
    return say(lead, *asked.bubbles, quick=asked.quick, topic=asked.topic or Topic.PROGRESS)
