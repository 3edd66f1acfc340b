"""One LINE account or two, long-lived tokens or stateless ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_base import copy
from models.chat import RoomType
from models.session import SessionStatus
from tests.flows.conftest import AT_ONCE
from tests.flows.steps import card_of, cook, replies, said, send_video, skip_and_rate, words
from tests.quick_providers import new_script
from tests.system import WAIT, System, pick, start_system

TWO = {"cook": ["cooking_videos"], "coach": ["coaching"]}


@pytest.fixture
def two_accounts(database_url: str, broker_url: str, tmp_path: Path) -> Iterator[System]:
    new_script()
    with start_system(tmp_path, TWO, RETRY_BACKOFF=AT_ONCE) as running:
        yield running


@pytest.fixture
def stateless(database_url: str, broker_url: str, tmp_path: Path) -> Iterator[System]:
    new_script()
    with start_system(tmp_path, long_lived=False, RETRY_BACKOFF=AT_ONCE) as running:
        yield running


def test_the_rooms_may_be_two_accounts(two_accounts: System, clip: Path) -> None:
    learner = two_accounts.learner()
    assert learner.channel == "cook"
    coach = learner.on("coach")
    replies(coach, coach.follow)
    pick(learner)
    received = send_video(learner, clip)
    assert said(learner, "動画を受け取りました").sender_name == copy.SENDER_NAMES[RoomType.COOKING_VIDEOS]
    skip_and_rate(learner)
    card = card_of(coach)
    assert card.via == "push"
    assert card.sender_name == copy.SENDER_NAMES[RoomType.COACHING]
    coach.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    session = two_accounts.session(learner)
    assert (session.status, session.video_channel) == (SessionStatus.COMPLETED, "cook")
    assert session.video_message_id == received.message_id
    assert learner.thread().find(copy.CARD_PROBLEM) is None
    question = coach.text("卵はいつ入れますか", quote=card.id)
    answer = coach.wait_for(lambda t: [b for b in t.from_bot if b.quoted_id == question.message_id], WAIT)
    assert answer[0].via == "reply"


def test_stateless_tokens_are_issued_once_and_again_when_revoked(stateless: System, clip: Path) -> None:
    learner = stateless.learner()
    stateless.desk.fault("push", times=1, status=401, message="Authentication failed")
    cook(learner, clip)
    issued = stateless.desk.log(path="/oauth2/v3/token")
    assert [crossing.status for crossing in issued] == [200, 200]
    assert words(replies(learner, learner.sticker)).startswith(copy.STICKER_RECEIVED)
    assert len(stateless.desk.log(path="/oauth2/v3/token")) == 2
