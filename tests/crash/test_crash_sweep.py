"""Each process dies at each named point; a session still ends with exactly one text and one video."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlmodel import col, select

from knowledge_base import phrasebook
from models.chat import Message, MessageType, Sender
from models.learner import LearnerState
from models.media import Media, MediaKind, MediaState
from models.session import SessionStatus
from settings import Settings
from simulator.line.client import Learner
from storage.keys import coaching_video_key, preview_key
from storage.workspace import workspace
from tests import quick_providers
from tests.crash.points import ANSWERS, DIED, GROUPS, RECONCILER, STAGES, WITHDRAWAL, Point, has_fired
from tests.crash.town import PATIENCE, Town, start_town

DAY = 24 * 60 * 60
QUESTION = "卵はどうして先に入れるのですか？"
# Other deaths cost the work of a row attempts too: here only what is under way counts.
ATTEMPTS = 30


@pytest.mark.parametrize("group", GROUPS)
def test_a_session_survives_a_death(
    group: str, settings: Settings, tmp_path: Path, sideways: Path, memo: Path
) -> None:
    # The reconciler repairs all other deaths, and dies itself meanwhile.
    points = [*GROUPS[group], *RECONCILER]
    with start_town(tmp_path, settings, points=_names(points), max_attempts=ATTEMPTS) as town:
        learner = town.desk.learner("ゆうこ")
        cook(town, learner, sideways, memo)
        town.wait_until(lambda: is_settled(town, learner), f"the end of a session with {group} dying")
        _assert_died_at(town, points)
        _assert_said_once(town, learner)
        _assert_stored_once(town, learner)
    _assert_swept(tmp_path / "tmp")


def test_a_question_is_answered_once_whoever_dies_of_it(settings: Settings, tmp_path: Path) -> None:
    points = [*ANSWERS, *RECONCILER]
    with start_town(tmp_path, settings, points=_names(points)) as town:
        learner = town.desk.learner("ゆうこ")
        learner.follow()
        learner.text(QUESTION)
        _wait_for_rest(town, lambda: bool(_answers(town)), "the answer")
        _assert_died_at(town, points)
        (answer,) = _answers(town)
        assert answer.delivered_at
        words = quick_providers.script.answer
        assert len([bubble for bubble in learner.thread().from_bot if words in bubble.text]) == 1
        _assert_shown(town, learner)


def test_footage_that_is_taken_back_is_gone_whoever_dies_of_it(
    settings: Settings, tmp_path: Path, sideways: Path, memo: Path
) -> None:
    points = [*WITHDRAWAL, *RECONCILER]
    with start_town(tmp_path, settings, points=_names(points), max_attempts=ATTEMPTS) as town:
        learner = town.desk.learner("ゆうこ")
        video_id = cook(town, learner, sideways, memo)
        town.wait_until(lambda: is_settled(town, learner), "the end of a session")
        learner.unsend(video_id)
        _wait_for_rest(town, lambda: _video(town, learner).state == MediaState.PURGED, "the purge")
        _assert_died_at(town, points)
        recording = next(media for media in town.media(learner) if media.kind == MediaKind.MEMO)
        town.wait_until(lambda: _stored_keys(town) == [recording.object_key], "all that was made of it to go")
        session = town.session(learner)
        assert (session.status, session.raw_video_url) == (SessionStatus.COMPLETED, "")
        assert learner.thread().find(phrasebook.phrase("coaching_video_unsent"))
        _assert_shown(town, learner)


def cook(town: Town, learner: Learner, clip: Path, memo: Path) -> str:
    """All a learner sends before the text, without waiting for an answer. Returns LINE's id of the video.

    The rest comes once the first event is done with: while somebody is at a learner's events, nobody is nudged for
    the next, and the nudge's own point would perhaps never be reached.
    """
    learner.follow()
    town.wait_until(lambda: town.events() and town.is_at_rest(), "the first event's end")
    town.agree(learner)
    learner.postback("action=dish&slug=fried-rice")
    video_id = learner.video(clip).message_id
    learner.audio(memo)
    assert video_id is not None
    return video_id


def is_settled(town: Town, learner: Learner) -> bool:
    """Nothing is owed any more."""
    events = town.events()
    if len(events) < 4 or not all(event.handled_at for event in events):
        return False
    messages = town.owed()
    return (
        {MessageType.COACHING_READY, MessageType.COACHING_VIDEO} <= {message.kind for message in messages}
        and all(message.delivered_at for message in messages)
        and town.session(learner).status == SessionStatus.COMPLETED
        and town.is_at_rest()
    )


def _wait_for_rest(town: Town, condition: Callable[[], bool], what: str) -> None:
    town.wait_until(lambda: condition() and town.is_at_rest(), what, PATIENCE)


def _names(points: Sequence[Point]) -> Sequence[str]:
    return [point.name for point in points]


def _assert_died_at(town: Town, points: Sequence[Point]) -> None:
    assert [name for name in _names(points) if not has_fired(town.folder / "marks", name)] == []
    # The last of them may have died of what it had finished before.
    town.wait_until(lambda: len(town.deaths) >= len(points), "the end of every process")
    assert [code for _, code in town.deaths] == [DIED] * len(points)
    assert {event.outcome for event in town.events()} & {"failed", "unhandled"} == set()


def _assert_said_once(town: Town, learner: Learner) -> None:
    thread = learner.thread()
    assert len([b for b in thread.of_type("flex") if phrasebook.CARD_PROBLEM in b.text]) == 1, thread
    assert len(thread.of_type("video")) == 1, thread
    _assert_shown(town, learner)


def _assert_shown(town: Town, learner: Learner) -> None:
    """Just what was delivered, and no bubble twice."""
    thread = learner.thread()
    messages = town.owed()
    assert not [message for message in messages if message.parked_at]
    # An answer that died while the learner went on is not needed any more; it may have been taken all the same.
    overtaken = sum(len(message.line_body or []) for message in town.overtaken())
    posts = [c for c in town.desk.log(direction="bot→LINE", path="/v2/bot/message/") if c.status == 200]
    sends = [c for c in posts if c.path.endswith(("/push", "/reply"))]
    delivered_bubbles = sum(len(message.line_body or []) for message in messages if message.delivered_at)
    shown_bubbles = len(thread.from_bot)
    assert delivered_bubbles <= shown_bubbles <= delivered_bubbles + overtaken, thread
    assert shown_bubbles == sum(len(c.request["messages"]) for c in sends)


def _assert_stored_once(town: Town, learner: Learner) -> None:
    session = town.session(learner)
    runs = town.runs(learner)
    assert set(runs) == set(STAGES)
    assert all(run.finished_at and not run.parked_at for run in runs.values())
    video, recording = town.media(learner)
    assert (video.kind, recording.kind) == (MediaKind.VIDEO, MediaKind.MEMO)
    assert {video.state, recording.state} == {MediaState.STORED}
    kept = sorted(
        [
            video.object_key,
            video.view_key,
            recording.object_key,
            coaching_video_key(session.id, session.videos_begun),
            preview_key(session.id, session.videos_begun),
        ]
    )
    town.wait_until(lambda: _stored_keys(town) == kept, "what those who died had put to go")
    assert len({video.object_key, video.view_key}) == 2
    with town.database.transaction() as db:
        assert len(db.exec(select(LearnerState)).one().session_summaries) == 1
        mine = select(Message).where(Message.sender == Sender.USER).order_by(col(Message.id))
        message_ids = [message.line_message_id for message in db.exec(mine)]
    assert len(message_ids) == len(set(message_ids)) == 2


def _answers(town: Town) -> Sequence[Message]:
    return [message for message in town.owed() if message.kind == MessageType.ANSWER]


def _video(town: Town, learner: Learner) -> Media:
    return next(media for media in town.media(learner) if media.kind == MediaKind.VIDEO)


def _stored_keys(town: Town) -> Sequence[str]:
    """What is stored, without what the store itself will sweep up."""
    folder = town.settings.objects_dir
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and ".unfinished" not in path.parts
    )


def _assert_swept(folder: Path) -> None:
    """What the dead left behind goes with the next work, once it is surely abandoned."""
    yesterday = time.time() - DAY
    for entry in folder.iterdir():
        os.utime(entry, (yesterday, yesterday))
    with workspace(folder) as fresh:
        assert list(folder.iterdir()) == [fresh]
