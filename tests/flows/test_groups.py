"""Coaching is between two: in a group we say so, leave, and keep nothing of what was said."""

import pytest
from sqlmodel import select

from knowledge_base import phrasebook
from models.inbox import InboxEvent
from simulator.line.client import GroupChat
from tests.flows.steps import replies, words
from tests.system import WAIT, System

PAUSED_AT = "narration"


@pytest.fixture
def group(shared: System) -> GroupChat:
    return shared.desk.group(shared.learner("はな"), shared.learner("けん"))


def outcomes(system: System, group: GroupChat) -> list[str]:
    with system.database.transaction() as db:
        mine = InboxEvent.subject == group.group_id
        return [e.outcome for e in db.exec(select(InboxEvent).where(mine).order_by(InboxEvent.id))]  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", [None, "reply", "group"])
def test_invited_to_a_group_the_bot_says_where_it_coaches_and_leaves(
    shared: System, group: GroupChat, fault: str | None
) -> None:
    if fault is not None:
        shared.desk.fault(fault, status=500, times=1, user_id=group.group_id)  # type: ignore[arg-type]
    group.invite()
    anyone = shared.learner()
    anyone.wait_for(lambda _: group.account() is None, WAIT, what="the bot to leave")
    said = [bubble.text for bubble in group.thread().from_bot]
    assert said == ([] if fault == "reply" else [phrasebook.GROUP_GREETING])
    anyone.wait_for(lambda _: set(outcomes(shared, group)) == {"in_group"}, WAIT, what="the events' outcome")


def test_what_is_said_in_a_group_is_kept_nowhere(shared: System, group: GroupChat) -> None:
    shared.desk.fault("group", status=500, user_id=group.group_id)  # it can't leave
    group.invite()
    hana = shared.learner("はな")
    group.join(hana)
    within = hana.within(group)
    within.text("ひみつの相談です")
    hana.wait_for(lambda _: len(outcomes(shared, group)) >= 3, WAIT, what="the group's events")
    shared.desk.clear_faults()
    with shared.database.transaction() as db:
        bodies = [e.body for e in db.exec(select(InboxEvent).where(InboxEvent.subject == group.group_id))]
    assert "ひみつ" not in str(bodies)
    assert "ひみつ" not in words(replies(hana, hana.sticker))
    assert not [b for b in hana.thread().from_bot if "ひみつ" in (b.text or "")]
