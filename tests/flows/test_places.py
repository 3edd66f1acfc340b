"""Looking back in the chat: after three attempts the dish is finished, and each of them can be seen again."""

from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from knowledge_base import phrasebook, places_talk, waiting_talk
from knowledge_base.catalogue import load
from knowledge_base.pages import page_words
from models.picture import ProgressPicture
from models.rules.progress import Phase
from models.session import CookingSession
from simulator.line.client import Learner
from storage.keys import coaching_video_key, preview_key
from tests.flows.steps import (
    answers,
    card_of,
    cook,
    object_names,
    replies,
    session_once,
    wait_for_words,
    words,
)
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"  # a render costs seconds: its result is written by hand


def give_video(system: System, session: CookingSession) -> None:
    with system.database.transaction() as db:
        row = db.get_one(CookingSession, session.id)
        row.coaching_video_gcs_path = coaching_video_key(session.id, 1)
        row.coaching_preview_gcs_path = preview_key(session.id, 1)


def pictures(system: System, learner: Learner) -> list[ProgressPicture]:
    (session, *_) = system.sessions(learner)
    with system.database.transaction() as db:
        mine = select(ProgressPicture).where(ProgressPicture.user_id == session.user_id)
        return list(db.exec(mine))


@pytest.fixture(scope="module")
def learner(shared: System, clip: Path, memo: Path) -> Learner:
    """Has cooked one dish three times: with a spoken memo, with a written one, with none."""
    learner = shared.learner(paying=True)
    for number in (1, 2):
        before = len(learner.thread().of_type("flex"))
        pick(learner)
        learner.video(clip)
        wait_for_words(learner, phrasebook.ASK_MEMO)
        if number == 1:
            learner.audio(memo)
        else:
            learner.text("二回目は、少し塩けが強かったです。")
        session_once(shared, learner, lambda session: session.voice_transcript)
        for _ in range(4):
            tap_rating(learner)
        card_of(learner, before)
    cook(learner, clip)
    give_video(shared, shared.sessions(learner)[0])
    return learner


def tap_rating(learner: Learner) -> None:
    label = phrasebook.RATING_LABELS[3]
    learner.wait_for(lambda t: label in t.labels(), WAIT, what="the rating")
    replies(learner, lambda: learner.tap(label))


def test_the_record_shows_the_finished_dish_and_leads_to_each_attempt(
    shared: System, learner: Learner
) -> None:
    first, second, third = shared.sessions(learner)
    record = replies(learner, lambda: learner.text("きろく"))
    assert places_talk.counts(1, 0) in words(record)

    dish = replies(learner, lambda: learner.postback("action=place&slug=fried-rice"))
    guide = load().dishes["fried-rice"]
    assert places_talk.transfers_of_finished(guide.transferable_to) in dish[0].text
    offered = [str(action.get("data")) for action in learner.thread().tappable()]
    assert [f"action=look&session_id={each.id}" in offered for each in (first, second, third)] == [True] * 3
    assert phrasebook.DISH_BUTTON not in dish[0].text

    again = replies(learner, lambda: learner.postback(f"action=look&session_id={first.id}"))
    assert [bubble.type for bubble in again] == ["text", "flex", "video", "audio"]
    assert first.coaching_text["next_action"] in again[1].text
    assert httpx.get(again[3].url or "", trust_env=False).status_code == 200

    written = replies(learner, lambda: learner.postback(f"action=look&session_id={second.id}"))
    assert places_talk.written_memo("二回目は、少し塩けが強かったです。") in words(written)
    assert phrasebook.WAIT_FOR_VIDEO in words(written)


def test_what_was_taken_back_is_not_shown_again_and_it_is_said(
    shared: System, clip: Path, memo: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    video = learner.video(clip)
    wait_for_words(learner, phrasebook.ASK_MEMO)
    recording = learner.audio(memo)
    card_of(learner)
    session = shared.session(learner)
    give_video(shared, session)
    learner.unsend(recording.message_id or "")
    learner.unsend(video.message_id or "")
    wait_for_words(learner, phrasebook.COACHING_VIDEO_UNSENT)
    again = replies(learner, lambda: learner.postback(f"action=look&session_id={session.id}"))
    assert [bubble.type for bubble in again] == ["text", "flex", "text"]
    assert page_words("session")["no_footage_text"] in words(again)


def test_nobody_sees_anothers_session(shared: System, learner: Learner) -> None:
    other = shared.learner("はなこ")
    session = shared.session(learner)
    answer = replies(other, lambda: other.postback(f"action=look&session_id={session.id}"))
    assert places_talk.GONE in words(answer)
    assert session.coaching_text["next_action"] not in words(answer)


def test_the_progress_is_drawn_once_and_shown_by_a_link(shared: System, learner: Learner) -> None:
    for _ in range(2):
        (card,) = [
            bubble
            for bubble in replies(learner, lambda: learner.text("これまでの歩みを見せて"))
            if bubble.type == "flex"
        ]
        url = card.message["contents"]["hero"]["url"]
        answer = httpx.get(url, trust_env=False)
        assert answer.headers["content-type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG")
    assert len(pictures(shared, learner)) == 1
    assert len([name for name in object_names(shared) if name.startswith("progress/")]) == 1
    assert "コーチングを受けた回は、これまでに3回です。" in (card.alt_text or "")


def test_who_has_cooked_nothing_is_told_how_it_begins(shared: System) -> None:
    learner = shared.learner()
    assert places_talk.NO_PROGRESS_YET in words(answers(learner, lambda: learner.postback("action=progress")))
    record = words(replies(learner, lambda: learner.postback("action=places")))
    assert places_talk.counts(0, 0) in record
    assert "プラン" not in record  # none is sold here


def test_while_a_coaching_is_made_the_record_tells_how_far_it_is(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    answer = words(replies(learner, lambda: learner.text("進みぐあいは？")))
    assert waiting_talk.steps(Phase.FILMING) in answer
