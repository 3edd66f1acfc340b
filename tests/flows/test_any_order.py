"""The video, the memo and the ratings come in whatever order the learner likes."""

from pathlib import Path

import pytest

from knowledge_base import phrasebook
from models.chat import RoomType
from models.coaching import RatingAspect
from models.media import Media, MediaState
from models.session import CookingSession
from simulator.line.client import Bubble, Learner
from tests.flows.steps import (
    content_requests,
    handled_event,
    media_of,
    media_once,
    object_key_of,
    push_keys,
    replies,
    send_video,
    session_once,
    skip_and_rate,
    tap,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.system import WAIT, System, pick

PAUSED_AT = "analyze"
FIRST = RatingAspect.APPEARANCE
SECOND = RatingAspect.TASTE


def rate(learner: Learner, session: CookingSession, aspect: RatingAspect, value: int) -> str:
    """A tap on a rating's button, perhaps of long ago."""
    data = f"action=rate&session_id={session.id}&aspect={aspect}&value={value}"
    return words(replies(learner, lambda: learner.postback(data)))


@pytest.fixture
def cook(shared: System, clip: Path) -> Learner:
    """A learner whose video is taken and who is asked for the memo."""
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    return learner


def video_of(system: System, learner: Learner) -> Media:
    """Of the learner's latest cook, which has one."""
    video = system.session(learner).video
    assert video is not None
    return video


def test_the_video_is_acknowledged_with_the_wait_and_the_memo_is_asked_for(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    answer = replies(learner, lambda: learner.video(clip))
    assert words(answer) == f"{phrasebook.video_received(4, 'チャーハン', 1)}\n{phrasebook.ASK_MEMO}"
    assert answer[0].sender_name == phrasebook.SENDER_NAMES[RoomType.COOKING_VIDEOS]
    assert learner.thread().labels()[:2] == [phrasebook.MEMO_VOICE_LABEL, phrasebook.MEMO_SKIP_LABEL]
    assert learner.thread().tappable()[0]["inputOption"] == "openVoice"
    assert push_keys(shared, learner) == []


def test_a_video_sent_before_the_dish_is_fetched_once_and_used_for_the_dish_picked_later(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    message = learner.video(clip)
    assert wait_for_words(learner, phrasebook.WHICH_DISH_VIDEO).via == "reply"
    video = media_once(shared, learner, message, lambda video: video.state == MediaState.STORED)
    assert video.session_id is None
    assert (shared.objects / video.object_key).read_bytes() == clip.read_bytes()
    answer = replies(learner, lambda: learner.postback("action=dish&slug=beef-steak"))
    assert phrasebook.video_received(4, "ビーフステーキ", 1) in words(answer)
    session = session_once(shared, learner, lambda session: session.pipeline_job_id)
    assert (session.video and session.video.id, session.raw_video_url) == (video.id, video.object_key)
    assert content_requests(shared, message) == [200]
    assert (shared.objects / video.object_key).read_bytes() == clip.read_bytes()


def test_a_memo_sent_before_the_dish_is_kept_until_the_dish_is_picked(
    shared: System, memo: Path, clip: Path
) -> None:
    learner = shared.learner()
    assert words(replies(learner, lambda: learner.audio(memo))).startswith(phrasebook.WHICH_DISH_MEMO)
    pick(learner)
    answer = words(replies(learner, lambda: learner.video(clip)))
    assert phrasebook.ask_rating(FIRST) in answer
    assert session_once(shared, learner, lambda session: session.structured_input).voice_transcript


def test_the_memo_and_the_ratings_may_come_before_the_video(shared: System, memo: Path, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    answer = words(replies(learner, lambda: learner.audio(memo)))
    assert answer == f"{phrasebook.MEMO_RECEIVED}\n{phrasebook.ASK_VIDEO}"
    session = shared.session(learner)
    for aspect in RatingAspect:
        assert rate(learner, session, aspect, 5).endswith(phrasebook.ASK_VIDEO)
    answer = words(replies(learner, lambda: learner.video(clip)))
    assert answer == phrasebook.video_received(4, "チャーハン", 1)
    session = session_once(
        shared, learner, lambda session: session.structured_input and session.raw_video_url
    )
    assert session.self_ratings == dict.fromkeys(map(str, RatingAspect), 5)


def test_a_written_memo_is_the_transcript(shared: System, cook: Learner) -> None:
    answer = words(replies(cook, lambda: cook.text("べちゃっとしました。なぜですか。")))
    assert answer == f"{phrasebook.MEMO_TEXT_RECEIVED}\n{phrasebook.ask_rating(FIRST)}"
    session = session_once(shared, cook, lambda session: session.structured_input)
    assert session.voice_transcript == "べちゃっとしました。なぜですか。"
    assert session.structured_input["questions"] == ["べちゃっとしました。なぜですか。"]


@pytest.mark.parametrize("word", ["スキップ", "スキップ。", phrasebook.MEMO_SKIP_LABEL, " スキップ "])
def test_the_memo_is_skipped_by_word(shared: System, cook: Learner, word: str) -> None:
    answer = words(replies(cook, lambda: cook.text(word)))
    assert answer == f"{phrasebook.MEMO_SKIPPED}\n{phrasebook.ask_rating(FIRST)}"
    assert shared.session(cook).memo_skipped


def test_the_voice_button_says_where_to_speak_and_keeps_the_taps(cook: Learner) -> None:
    assert words(tap(cook, phrasebook.MEMO_VOICE_LABEL)) == phrasebook.SPEAK_NOW
    assert phrasebook.MEMO_SKIP_LABEL in cook.thread().labels()


def test_four_taps_complete_the_ratings_and_the_wait_is_named(shared: System, cook: Learner) -> None:
    skip_and_rate(cook, 2)
    last = cook.thread().from_bot[-2:]
    assert words(last) == f"{phrasebook.RATINGS_COMPLETE}\n{phrasebook.wait_for_text(4)}"
    assert shared.session(cook).self_ratings == dict.fromkeys(map(str, RatingAspect), 2)


@pytest.mark.parametrize(("text", "value"), [("4", 4), ("３", 3), (" １ ", 1), ("５\n", 5)])
def test_ratings_may_be_written(shared: System, cook: Learner, text: str, value: int) -> None:
    tap(cook, phrasebook.MEMO_SKIP_LABEL)
    answer = words(replies(cook, lambda: cook.text(text)))
    assert answer == f"{phrasebook.rating_received(FIRST, value)}\n{phrasebook.ask_rating(SECOND)}"
    assert shared.session(cook).self_ratings == {FIRST: value}


def test_a_rating_may_be_changed_and_the_next_is_still_asked(shared: System, cook: Learner) -> None:
    tap(cook, phrasebook.MEMO_SKIP_LABEL)
    session = shared.session(cook)
    rate(cook, session, FIRST, 1)
    assert (
        rate(cook, session, FIRST, 5)
        == f"{phrasebook.rating_received(FIRST, 5)}\n{phrasebook.ask_rating(SECOND)}"
    )
    assert shared.session(cook).self_ratings == {FIRST: 5}


@pytest.mark.parametrize("value", ["0", "6", "-1", "five", ""])
def test_a_rating_outside_the_scale_changes_nothing(shared: System, cook: Learner, value: str) -> None:
    tap(cook, phrasebook.MEMO_SKIP_LABEL)
    data = f"action=rate&session_id={shared.session(cook).id}&aspect=taste&value={value}"
    assert phrasebook.ask_rating(FIRST) in words(replies(cook, lambda: cook.postback(data)))
    assert shared.session(cook).self_ratings == {}


def test_the_buttons_of_another_session_change_nothing(shared: System, cook: Learner) -> None:
    other = CookingSession(id=10_000_000, user_id=1, dish_id=1, session_number=1)
    assert rate(cook, other, FIRST, 5) == f"{phrasebook.RATING_CLOSED}\n{phrasebook.ASK_MEMO}"
    answer = words(replies(cook, lambda: cook.postback("action=skip_memo&session_id=10000000")))
    assert answer == f"{phrasebook.OLD_BUTTON}\n{phrasebook.ASK_MEMO}"
    session = shared.session(cook)
    assert (session.self_ratings, session.memo_skipped) == ({}, False)


def test_a_memo_sent_again_takes_the_place_of_the_first(shared: System, cook: Learner, memo: Path) -> None:
    first = cook.audio(memo)
    session_once(shared, cook, lambda session: session.structured_input)
    second = cook.audio(memo)
    handled_event(shared, cook, second)
    second_memo = media_of(shared, second)
    session = session_once(
        shared, cook, lambda s: s.memo and s.memo.id == second_memo.id and s.structured_input
    )
    assert session.voice_memo_url == second_memo.object_key
    wait_until_gone(shared, cook, object_key_of(shared, first))


def test_a_memo_spoken_after_the_skip_is_taken_all_the_same(
    shared: System, cook: Learner, memo: Path
) -> None:
    tap(cook, phrasebook.MEMO_SKIP_LABEL)
    assert phrasebook.MEMO_RECEIVED in words(replies(cook, lambda: cook.audio(memo)))
    assert session_once(shared, cook, lambda session: session.structured_input).memo_skipped is False


def test_the_skip_button_after_a_memo_is_used_up(shared: System, cook: Learner, memo: Path) -> None:
    session = shared.session(cook)
    replies(cook, lambda: cook.audio(memo))
    answer = words(replies(cook, lambda: cook.postback(f"action=skip_memo&session_id={session.id}")))
    assert answer == f"{phrasebook.OLD_BUTTON}\n{phrasebook.ask_rating(FIRST)}"
    assert shared.session(cook).memo_skipped is False


def test_seven_videos_at_once_are_one_cook_of_six(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    shared.desk.hold()
    videos = [learner.video(clip) for _ in range(7)]
    shared.desk.release("batch")
    for video in videos:
        handled_event(shared, learner, video)

    def refusals() -> list[Bubble]:
        return [bubble for bubble in learner.thread().from_bot if bubble.text == phrasebook.VIDEO_ALREADY]

    learner.wait_for(lambda _: refusals(), WAIT, what="a video set aside")
    assert [bubble.via for bubble in refusals()] == ["reply"]
    (session,) = shared.sessions(learner)
    assert [video.line_message_id for video in session.videos] == [each.message_id for each in videos[:6]]


def test_videos_sent_without_a_dish_are_not_taken_for_a_later_cook(shared: System, clip: Path) -> None:
    learner = shared.learner(paying=True)
    videos = [learner.video(clip) for _ in range(3)]
    for video in videos:
        handled_event(shared, learner, video)
    learner.postback("action=dish&slug=fried-rice")
    session = session_once(shared, learner, lambda session: session.raw_video_url)
    assert [video.line_message_id for video in session.videos] == [each.message_id for each in videos]
    for each in videos:
        learner.unsend(each.message_id or "")
    session_once(shared, learner, lambda session: session.video is None)
    answer = words(replies(learner, lambda: learner.postback("action=dish&slug=beef-steak")))
    assert "ビーフステーキの1回目" in answer
    assert shared.session(learner).video is None
    for video in videos:
        wait_until_gone(shared, learner, object_key_of(shared, video))


def test_a_video_and_taps_in_one_breath_are_taken_in_their_order(
    shared: System, clip: Path, memo: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    session = shared.session(learner)
    shared.desk.hold()
    learner.video(clip)
    learner.audio(memo)
    for aspect in RatingAspect:
        learner.postback(f"action=rate&session_id={session.id}&aspect={aspect}&value=3")
    shared.desk.release("reverse")
    session = session_once(
        shared, learner, lambda s: len(s.self_ratings) == 4 and s.structured_input and s.raw_video_url
    )
    assert session.video is not None
