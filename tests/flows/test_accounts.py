"""One LINE account or two, long-lived tokens or stateless ones."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, update
from sqlmodel import select

from desk.simulated_line import Accounts
from knowledge_base import phrasebook
from models.chat import MessageType, RoomType, WaitReason
from models.session import SessionStatus
from models.user import Friendship, User
from services.outbox import queue_notice
from services.profile import REACHED_WITHOUT_FOLLOWING
from settings import Settings
from tests.flows.conftest import AT_ONCE
from tests.flows.steps import (
    card_of,
    command,
    cook,
    handled_event,
    media_of,
    message_once,
    push_keys,
    replies,
    send_video,
    skip_and_rate,
    tap,
    wait_for_words,
    words,
)
from tests.quick_providers import new_script, script
from tests.system import WAIT, System, pick, start_system

TWO: Accounts = {"cook": ["cooking_videos"], "coach": ["coaching"]}


@pytest.fixture
def two_accounts(settings: Settings, tmp_path: Path) -> Iterator[System]:
    new_script()
    with start_system(tmp_path, settings, TWO, retry_backoff=AT_ONCE) as running:
        yield running


@pytest.fixture
def stateless(settings: Settings, tmp_path: Path) -> Iterator[System]:
    new_script()
    with start_system(tmp_path, settings, long_lived=False, retry_backoff=AT_ONCE) as running:
        yield running


def test_the_rooms_may_be_two_accounts(two_accounts: System, clip: Path) -> None:
    learner = two_accounts.learner()
    assert learner.channel == "cook"
    coach = learner.on("coach")
    replies(coach, coach.follow)
    pick(learner)
    clip_message = send_video(learner, clip)
    assert (
        wait_for_words(learner, "動画を受け取りました").sender_name
        == phrasebook.SENDER_NAMES[RoomType.COOKING_VIDEOS]
    )
    skip_and_rate(learner)
    card = card_of(coach)
    assert card.via == "push"
    assert card.sender_name == phrasebook.SENDER_NAMES[RoomType.COACHING]
    coach.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    session = two_accounts.session(learner)
    video = media_of(two_accounts, clip_message)
    assert (session.status, video.channel) == (SessionStatus.COMPLETED, "cook")
    assert session.video is not None
    assert session.video.id == video.id
    assert learner.thread().find(phrasebook.CARD_PROBLEM) is None
    question = coach.text("卵はいつ入れますか", quote=card.id)
    answer = coach.wait_for(lambda t: [b for b in t.from_bot if b.quoted_id == question.message_id], WAIT)
    assert answer[0].via == "reply"


def test_who_follows_one_account_of_two_gets_everything_there(two_accounts: System, clip: Path) -> None:
    learner = two_accounts.learner()
    card = cook(learner, clip)
    assert (card.via, card.sender_name) == ("push", phrasebook.SENDER_NAMES[RoomType.COACHING])
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    assert two_accounts.learner("けん").on("coach").thread().from_bot == []


def test_who_blocks_one_account_of_two_is_reached_on_the_other(two_accounts: System, clip: Path) -> None:
    learner = two_accounts.learner()
    coach = learner.on("coach")
    replies(coach, coach.follow)
    handled_event(two_accounts, coach, coach.block())
    assert cook(learner, clip).via == "push"
    handled_event(two_accounts, learner, learner.block())
    learner.unblock()
    wait_for_words(learner, phrasebook.welcome_back("ゆうこ"))


def test_who_blocks_both_accounts_waits_and_gets_all_where_they_come_back(
    two_accounts: System, clip: Path
) -> None:
    has_blocked = Event()

    def wait(call: str) -> None:
        if call == "analyze":
            assert has_blocked.wait(WAIT)

    script.before = wait
    learner = two_accounts.learner()
    coach = learner.on("coach")
    replies(coach, coach.follow)
    pick(learner)
    send_video(learner, clip)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    for account in (learner, coach):
        handled_event(two_accounts, account, account.block())
    has_blocked.set()
    message_once(
        two_accounts, learner, MessageType.COACHING_READY, lambda m: m.waits_for == WaitReason.UNBLOCK
    )
    coach.unblock()
    assert card_of(coach).via == "push"


def test_stateless_tokens_are_issued_once_and_again_when_revoked(stateless: System, clip: Path) -> None:
    learner = stateless.learner()
    assert token_requests(stateless) == [200]  # the conversation's
    stateless.desk.fault("push", times=1, status=401, message="Authentication failed")
    cook(learner, clip)
    assert token_requests(stateless) == [200] * 3  # the downloads', and the conversation's second
    assert words(replies(learner, learner.sticker)).startswith(phrasebook.STICKER_RECEIVED)
    assert len(token_requests(stateless)) == 3


def token_requests(system: System) -> list[int | None]:
    """How LINE answered each of them. Every part of the system keeps tokens of its own."""
    return [crossing.status for crossing in system.desk.log(path="/oauth2/v3/token")]


def test_who_writes_without_having_added_the_account_is_asked_to_once(system: System) -> None:
    learner = system.desk.learner("はな")
    first = replies(learner, learner.sticker)
    assert words(first).endswith(phrasebook.PLEASE_ADD)
    assert phrasebook.PLEASE_ADD not in words(replies(learner, learner.sticker))


def test_a_follower_is_not_asked_to_add_the_account(system: System) -> None:
    learner = system.learner()
    replies(learner, learner.sticker)
    assert learner.thread().find(phrasebook.PLEASE_ADD) is None


def test_what_is_owed_to_one_who_has_added_no_account_waits_until_they_do(system: System) -> None:
    learner = system.desk.learner("はな")
    replies(learner, learner.sticker)
    with command(system) as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        db.execute(update(Friendship).values(contact_at=func.now() - REACHED_WITHOUT_FOLLOWING))
        queue_notice(db, user.id, "video_failed")
    message_once(
        system, learner, MessageType.NOTICE, lambda m: m.waits_for == WaitReason.UNBLOCK and m.is_owed
    )
    assert push_keys(system, learner) == []
    learner.follow()
    assert wait_for_words(learner, phrasebook.phrase("video_failed")).via == "push"
