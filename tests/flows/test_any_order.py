"""The video, the memo and the ratings come in whatever order the learner likes."""

from pathlib import Path

import pytest

from knowledge_base import copy
from models.chat import RoomType
from models.coaching import RatingAspect
from models.session import CookingSession
from simulator.client import Bubble, Learner
from tests.flows.steps import handled, pushed_to, replies, said, send_video, skip_and_rate, tap, until, words
from tests.system import WAIT, System, pick

PAUSED_AT = "analyze"
FIRST = RatingAspect.APPEARANCE
SECOND = RatingAspect.TASTE


def rate(learner: Learner, session: CookingSession, aspect: RatingAspect, value: int) -> str:
    """A tap on a rating's button, perhaps of long ago."""
    data = f"action=rate&session_id={session.id}&aspect={aspect}&value={value}"
    return words(replies(learner, lambda: learner.postback(data)))


@pytest.fixture
def sent(shared: System, clip: Path) -> Learner:
    """A learner whose video is taken and who is asked for the memo."""
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    return learner


def test_the_video_is_acknowledged_with_the_wait_and_the_memo_is_asked_for(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    answer = replies(learner, lambda: learner.video(clip))
    assert words(answer) == f"{copy.video_received(4, 'チャーハン', 1)}\n{copy.ASK_MEMO}"
    assert answer[0].sender_name == copy.SENDER_NAMES[RoomType.COOKING_VIDEOS]
    assert learner.thread().labels()[:2] == [copy.MEMO_VOICE_LABEL, copy.MEMO_SKIP_LABEL]
    assert learner.thread().tappable()[0]["inputOption"] == "openVoice"
    assert pushed_to(shared, learner) == []


def test_a_video_sent_before_the_dish_is_kept_until_the_dish_is_picked(shared: System, clip: Path) -> None:
    learner = shared.learner()
    video = learner.video(clip)
    assert said(learner, copy.WHICH_DISH_VIDEO).via == "reply"
    stored = shared.objects / "videos" / f"{video.message_id}.mp4"
    learner.wait_for(lambda _: stored.exists(), WAIT, what="the video to be fetched")
    picked = replies(learner, lambda: learner.postback("action=dish&slug=beef-steak"))
    assert copy.video_received(4, "ビーフステーキ", 1) in words(picked)
    session = until(shared, learner, lambda session: session.raw_video_url)
    assert session.video_message_id == video.message_id
    assert stored.read_bytes() == clip.read_bytes()


def test_a_memo_sent_before_the_dish_is_kept_until_the_dish_is_picked(
    shared: System, memo: Path, clip: Path
) -> None:
    learner = shared.learner()
    assert words(replies(learner, lambda: learner.audio(memo))).startswith(copy.WHICH_DISH_MEMO)
    pick(learner)
    answer = words(replies(learner, lambda: learner.video(clip)))
    assert copy.ask_rating(FIRST) in answer
    assert until(shared, learner, lambda session: session.structured_input).voice_transcript


def test_the_memo_and_the_ratings_may_come_before_the_video(shared: System, memo: Path, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    heard = words(replies(learner, lambda: learner.audio(memo)))
    assert heard == f"{copy.MEMO_RECEIVED}\n{copy.ASK_VIDEO}"
    session = shared.session(learner)
    for aspect in RatingAspect:
        assert rate(learner, session, aspect, 5).endswith(copy.ASK_VIDEO)
    answer = words(replies(learner, lambda: learner.video(clip)))
    assert answer == copy.video_received(4, "チャーハン", 1)
    done = until(shared, learner, lambda session: session.structured_input and session.raw_video_url)
    assert done.self_ratings == dict.fromkeys(map(str, RatingAspect), 5)


def test_a_written_memo_is_the_transcript(shared: System, sent: Learner) -> None:
    answer = words(replies(sent, lambda: sent.text("べちゃっとしました。なぜですか。")))
    assert answer == f"{copy.MEMO_TEXT_RECEIVED}\n{copy.ask_rating(FIRST)}"
    session = until(shared, sent, lambda session: session.structured_input)
    assert session.voice_transcript == "べちゃっとしました。なぜですか。"
    assert session.structured_input["questions"] == ["べちゃっとしました。なぜですか。"]


@pytest.mark.parametrize("word", ["スキップ", "スキップ。", copy.MEMO_SKIP_LABEL, " スキップ "])
def test_the_memo_is_skipped_by_word(shared: System, sent: Learner, word: str) -> None:
    answer = words(replies(sent, lambda: sent.text(word)))
    assert answer == f"{copy.MEMO_SKIPPED}\n{copy.ask_rating(FIRST)}"
    assert shared.session(sent).memo_skipped


def test_the_voice_button_says_where_to_speak_and_keeps_the_taps(sent: Learner) -> None:
    assert words(tap(sent, copy.MEMO_VOICE_LABEL)) == copy.SPEAK_NOW
    assert copy.MEMO_SKIP_LABEL in sent.thread().labels()


def test_four_taps_complete_the_ratings_and_the_wait_is_named(shared: System, sent: Learner) -> None:
    skip_and_rate(sent, 2)
    last = sent.thread().from_bot[-2:]
    assert words(last) == f"{copy.RATINGS_COMPLETE}\n{copy.wait_for_text(4)}"
    assert shared.session(sent).self_ratings == dict.fromkeys(map(str, RatingAspect), 2)


@pytest.mark.parametrize(("written", "value"), [("4", 4), ("３", 3), (" １ ", 1), ("５\n", 5)])
def test_ratings_may_be_written(shared: System, sent: Learner, written: str, value: int) -> None:
    tap(sent, copy.MEMO_SKIP_LABEL)
    answer = words(replies(sent, lambda: sent.text(written)))
    assert answer == f"{copy.rating_received(FIRST, value)}\n{copy.ask_rating(SECOND)}"
    assert shared.session(sent).self_ratings == {FIRST: value}


def test_a_rating_may_be_changed_and_the_next_is_still_asked(shared: System, sent: Learner) -> None:
    tap(sent, copy.MEMO_SKIP_LABEL)
    session = shared.session(sent)
    rate(sent, session, FIRST, 1)
    assert rate(sent, session, FIRST, 5) == f"{copy.rating_received(FIRST, 5)}\n{copy.ask_rating(SECOND)}"
    assert shared.session(sent).self_ratings == {FIRST: 5}


@pytest.mark.parametrize("value", ["0", "6", "-1", "five", ""])
def test_a_rating_outside_the_scale_changes_nothing(shared: System, sent: Learner, value: str) -> None:
    tap(sent, copy.MEMO_SKIP_LABEL)
    data = f"action=rate&session_id={shared.session(sent).id}&aspect=taste&value={value}"
    assert copy.ask_rating(FIRST) in words(replies(sent, lambda: sent.postback(data)))
    assert shared.session(sent).self_ratings == {}


def test_the_buttons_of_another_session_change_nothing(shared: System, sent: Learner) -> None:
    other = CookingSession(id=10_000_000, user_id=1, dish_id=1, session_number=1)
    assert rate(sent, other, FIRST, 5) == f"{copy.RATING_CLOSED}\n{copy.ASK_MEMO}"
    skipped = words(replies(sent, lambda: sent.postback("action=skip_memo&session_id=10000000")))
    assert skipped == f"{copy.OLD_BUTTON}\n{copy.ASK_MEMO}"
    session = shared.session(sent)
    assert (session.self_ratings, session.memo_skipped) == ({}, False)


def test_a_memo_sent_again_takes_the_place_of_the_first(shared: System, sent: Learner, memo: Path) -> None:
    sent.audio(memo)
    until(shared, sent, lambda session: session.structured_input)
    second = sent.audio(memo)
    handled(sent, second)
    session = until(shared, sent, lambda s: s.memo_message_id == second.message_id and s.structured_input)
    assert session.voice_memo_url == f"memos/{second.message_id}.m4a"


def test_a_memo_spoken_after_the_skip_is_taken_all_the_same(
    shared: System, sent: Learner, memo: Path
) -> None:
    tap(sent, copy.MEMO_SKIP_LABEL)
    assert copy.MEMO_RECEIVED in words(replies(sent, lambda: sent.audio(memo)))
    assert until(shared, sent, lambda session: session.structured_input).memo_skipped is False


def test_the_skip_button_after_a_memo_is_used_up(shared: System, sent: Learner, memo: Path) -> None:
    session = shared.session(sent)
    replies(sent, lambda: sent.audio(memo))
    answer = words(replies(sent, lambda: sent.postback(f"action=skip_memo&session_id={session.id}")))
    assert answer == f"{copy.OLD_BUTTON}\n{copy.ask_rating(FIRST)}"
    assert shared.session(sent).memo_skipped is False


def test_a_second_video_is_set_aside_with_the_way_to_change_it(
    shared: System, sent: Learner, clip: Path
) -> None:
    first = shared.session(sent).video_message_id
    answer = replies(sent, lambda: sent.video(clip))
    assert words(answer) == f"{copy.VIDEO_ALREADY}\n{copy.ASK_MEMO}"
    assert shared.session(sent).video_message_id == first


def test_five_videos_at_once_are_one_cook(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    shared.desk.hold()
    videos = [learner.video(clip) for _ in range(5)]
    shared.desk.release("batch")
    for video in videos:
        handled(learner, video)

    def set_aside() -> list[Bubble]:
        return [bubble for bubble in learner.thread().from_bot if bubble.text == copy.VIDEO_ALREADY]

    learner.wait_for(lambda _: len(set_aside()) == 4, WAIT, what="four videos set aside")
    assert {bubble.via for bubble in set_aside()} == {"reply"}
    (session,) = shared.sessions(learner)
    assert session.video_message_id == videos[0].message_id


def test_videos_kept_without_a_dish_are_not_taken_for_a_later_cook(shared: System, clip: Path) -> None:
    learner = shared.learner(paying=True)
    videos = [learner.video(clip) for _ in range(3)]
    for video in videos:
        handled(learner, video)
    learner.postback("action=dish&slug=fried-rice")
    taken = until(shared, learner, lambda session: session.raw_video_url)
    assert taken.video_message_id == videos[-1].message_id
    learner.unsend(videos[-1].message_id or "")
    until(shared, learner, lambda session: session.video_message_id is None)
    answer = words(replies(learner, lambda: learner.postback("action=dish&slug=beef-steak")))
    assert "ビーフステーキの1回目" in answer
    assert shared.session(learner).video_message_id is None


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
    done = until(
        shared, learner, lambda s: len(s.self_ratings) == 4 and s.structured_input and s.raw_video_url
    )
    assert done.video_message_id is not None
