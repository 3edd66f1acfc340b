"""The first video is asked for: nothing of it is looked at before the learner has agreed, and they may take that back."""

from functools import partial
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import consent_talk, phrasebook
from models.consent import Consent
from models.media import MediaState
from models.session import SessionStatus
from models.user import SubscriptionStatus, User
from simulator.line.client import Bubble, Learner, Thread
from tests.flows.steps import (
    answers,
    card_of,
    media_once,
    object_names,
    replies,
    session_once,
    tap,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.quick_providers import script
from tests.system import WAIT, System, pick

LOOKS = {"analyze", "transcribe", "extract_entities", "coaching_text"}


@pytest.fixture
def learner(system: System) -> Learner:
    return system.learner(agrees=False)


def consents(system: System, learner: Learner) -> list[Consent]:
    with system.database.transaction() as db:
        mine = select(Consent).join(User).where(User.line_user_id == learner.user_id)
        return list(db.exec(mine.order_by(Consent.id)))  # type: ignore[arg-type]


def test_the_first_video_is_looked_at_only_once_they_agree(
    system: System, learner: Learner, clip: Path, memo: Path
) -> None:
    pick(learner)
    learner.video(clip)
    received, card = question_of(learner)
    assert "動画を受け取りました" in words([received])
    assert (received.via, card.via) == ("reply", "reply")
    assert "90日" in words([card])

    learner.audio(memo)
    wait_for_words(learner, phrasebook.MEMO_RECEIVED)
    session = session_once(system, learner, lambda s: s.raw_video_url and s.voice_memo_url)
    learner.text("卵はいつ入れますか")
    wait_for_words(learner, script.answer)  # all else goes on
    assert consent_talk.ASK_AGAIN in words(replies(learner, lambda: learner.text("いいです")))
    assert LOOKS.isdisjoint(script.calls)
    assert system.runs(session) == {}

    agreed = words(tap(learner, consent_talk.AGREE_LABEL))
    assert "見はじめます" in agreed
    card_of(learner)
    session_once(system, learner, lambda s: s.status == SessionStatus.COMPLETED)
    assert set(script.calls) >= LOOKS
    assert [(c.text_version, c.withdrawn_at) for c in consents(system, learner)] == [
        (consent_talk.TEXT_VERSION, None)
    ]
    pick_again(system, learner)
    assert "コーチングをお届けします" in words(replies(learner, lambda: learner.video(clip)))


def test_a_yes_to_another_question_agrees_to_nothing(system: System, learner: Learner, clip: Path) -> None:
    """And a no refuses nothing."""
    pick(learner)
    video = learner.video(clip)
    question_of(learner)
    for word in ("はい", "いいえ"):
        replies(learner, lambda: learner.text("データ削除"))
        assert consent_talk.ASK_AGAIN in words(replies(learner, partial(learner.text, word)))
        assert consents(system, learner) == []
    assert media_once(system, learner, video, lambda each: each.is_live)
    assert "見はじめます" in words(replies(learner, lambda: learner.text("はい")))


def question_of(learner: Learner) -> tuple[Bubble, Bubble]:
    """The words of the newest question, and its card: they come together."""

    def newest(thread: Thread) -> list[Bubble]:
        bubbles = thread.from_bot[-2:]
        return bubbles if len(bubbles) == 2 and consent_talk.TITLE in (bubbles[1].alt_text or "") else []

    lead, card = learner.wait_for(newest, WAIT, what="the question of consent")
    return lead, card


def pick_again(system: System, learner: Learner) -> None:
    with system.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        user.subscription_status = SubscriptionStatus.ACTIVE
    pick(learner)


def test_refused_it_goes_unseen_and_the_next_one_is_asked_for(
    system: System, learner: Learner, clip: Path
) -> None:
    pick(learner)
    message = learner.video(clip)
    media = media_once(system, learner, message, lambda m: m.state == MediaState.STORED)
    assert consent_talk.REFUSED in words(answers(learner, lambda: learner.text("いいえ、やめておきます")))
    wait_until_gone(system, learner, media.object_key)
    assert (script.calls, consents(system, learner)) == ([], [])
    assert learner.thread().find(phrasebook.VIDEO_UNSENT) is None
    assert phrasebook.OLD_BUTTON in words(tap(learner, consent_talk.REFUSE_LABEL))

    learner.video(clip)
    question_of(learner)
    assert "見はじめます" in words(answers(learner, lambda: learner.text("はい、同意します")))
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)


def test_withdrawn_the_footage_goes_and_the_texts_stay(
    system: System, learner: Learner, clip: Path, memo: Path
) -> None:
    assert consent_talk.NONE_GIVEN in words(answers(learner, lambda: learner.text("同意を取り消す")))
    pick(learner)
    learner.video(clip)
    tap(learner, consent_talk.AGREE_LABEL)
    learner.audio(memo)
    card_of(learner)
    done = session_once(system, learner, lambda s: s.status == SessionStatus.COMPLETED)
    learner.wait_for(lambda t: t.of_type("video"), WAIT)

    assert consent_talk.WITHDRAWN in words(answers(learner, lambda: learner.text("動画の同意を取り消します")))
    learner.wait_for(lambda _: object_names(system) == [], WAIT, what="the footage to go")
    after = system.session(learner)
    assert (after.coaching_text, after.voice_transcript) == (done.coaching_text, done.voice_transcript)
    assert (after.coaching_video_gcs_path, after.status) == ("", SessionStatus.COMPLETED)
    assert [c.withdrawn_at is None for c in consents(system, learner)] == [False]

    pick_again(system, learner)
    learner.video(clip)
    question_of(learner)


def test_a_video_that_came_as_a_file_is_asked_for_too(system: System, learner: Learner, clip: Path) -> None:
    pick(learner)
    learner.file(clip)
    asks = wait_for_words(learner, consent_talk.FILE_IS_VIDEO)
    assert asks.via == "push"
    tap(learner, consent_talk.AGREE_LABEL)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)
