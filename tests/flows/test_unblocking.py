"""A learner who had blocked us comes back: what was owed arrives, and what came of the last cook is offered."""

from pathlib import Path

from knowledge_base import away_talk, phrasebook
from tests.flows.steps import cook, handled_event, push_keys, replies, session_once, tap, words
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"


def test_the_last_result_is_offered_and_shown_free(shared: System, clip: Path) -> None:
    learner = shared.learner()
    card = cook(learner, clip)
    session_once(shared, learner, lambda session: session.coaching_text_delivered_at)
    handled_event(shared, learner, learner.block())
    back = words(replies(learner, learner.unblock))
    assert away_talk.LAST_RESULT_OFFER in back
    assert phrasebook.WAIT_FOR_VIDEO in back  # what is open
    before = len(push_keys(shared, learner)), len(learner.thread().from_bot)
    tap(learner, away_talk.LAST_RESULT_LABEL)
    again = learner.wait_for(
        lambda t: [bubble for bubble in t.from_bot[before[1] :] if bubble.type == "flex"], WAIT
    )
    assert (again[0].text, again[0].via) == (card.text, "reply")
    assert len(push_keys(shared, learner)) == before[0]


def test_before_any_result_none_is_offered(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    handled_event(shared, learner, learner.block())
    back = words(replies(learner, learner.unblock))
    assert away_talk.LAST_RESULT_OFFER not in back
    assert phrasebook.ASK_VIDEO in back
    nothing = words(replies(learner, lambda: learner.postback("action=last_result")))
    assert nothing == away_talk.NO_RESULT
