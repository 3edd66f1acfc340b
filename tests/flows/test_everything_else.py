"""Whatever a learner sends, nothing meets silence; and what is not for us, we leave alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from knowledge_base import phrasebook
from models.coaching import RatingAspect
from simulator.line.client import Learner
from tests.flows.steps import (
    answers,
    handled_event,
    post,
    push_keys,
    replies,
    send_video,
    session_once,
    tap,
    wait_for_words,
    words,
)
from tests.log_lines import log_lines
from tests.media_files import tone
from tests.system import System, pick

PAUSED_AT = "analyze"
Json = dict[str, object]


@pytest.fixture(scope="session")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "recipe.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    return path


ODD: dict[str, tuple[Callable[[Learner, Path], object], str]] = {
    "sticker": (lambda learner, _: learner.sticker(), phrasebook.STICKER_RECEIVED),
    "location": (lambda learner, _: learner.location(35.6, 139.7), phrasebook.LOCATION_RECEIVED),
    "help": (lambda learner, _: learner.text("使い方"), phrasebook.HELP),
    "old button": (lambda learner, _: learner.postback("action=dance"), phrasebook.OLD_BUTTON),
    "no button of ours": (lambda learner, _: learner.postback("%%%"), phrasebook.OLD_BUTTON),
}


@pytest.mark.parametrize("kind", ODD)
def test_it_is_acknowledged_with_the_next_step(shared: System, pdf: Path, kind: str) -> None:
    act, acknowledgement = ODD[kind]
    learner = shared.learner()
    answer = replies(learner, lambda: act(learner, pdf))
    assert words(answer).startswith(f"{acknowledgement}\n{phrasebook.CHOOSE_DISH}")
    pick(learner)
    assert words(replies(learner, lambda: act(learner, pdf))) == f"{acknowledgement}\n{phrasebook.ASK_VIDEO}"
    assert push_keys(shared, learner) == []


@pytest.mark.parametrize("kind", ["sticker", "old button"])
def test_it_is_acknowledged_while_the_memo_and_the_ratings_are_asked(
    shared: System, clip: Path, pdf: Path, kind: str
) -> None:
    act, acknowledgement = ODD[kind]
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    assert words(replies(learner, lambda: act(learner, pdf))) == f"{acknowledgement}\n{phrasebook.ASK_MEMO}"
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    question = phrasebook.ask_rating(RatingAspect.APPEARANCE)
    assert words(replies(learner, lambda: act(learner, pdf))) == f"{acknowledgement}\n{question}"
    assert phrasebook.RATING_LABELS[4] in learner.thread().labels()


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("video", phrasebook.VIDEO_FROM_ELSEWHERE), ("audio", phrasebook.MEMO_FROM_ELSEWHERE)],
)
def test_media_that_line_does_not_hold_is_asked_for_again(shared: System, kind: str, answer: str) -> None:
    learner = shared.learner()
    pick(learner)
    content = {"type": "external", "originalContentUrl": "https://example.com/x"}
    message = {"id": uuid4().hex, "type": kind, "contentProvider": content}
    assert words(answers(learner, lambda: post(learner, message=message))) == answer
    assert shared.media(learner) == []


def test_a_message_of_a_kind_we_do_not_know_is_acknowledged(shared: System) -> None:
    learner = shared.learner()
    message = {"id": uuid4().hex, "type": "hologram", "shape": {"unheard": [1, None]}}
    answer = answers(learner, lambda: post(learner, message=message))
    assert words(answer).startswith(phrasebook.UNKNOWN_RECEIVED)


def test_an_event_of_a_kind_we_do_not_know_is_left_visibly_unhandled(
    shared: System,
) -> None:
    learner = shared.learner()
    before = len(learner.thread().bubbles)
    with log_lines() as lines:
        row = handled_event(shared, learner, post(learner, type="hologram", hologram={"type": "joined"}))
    assert (row.outcome, row.error) == ("unhandled", "")
    assert lines.of("no handler", kind="hologram", event_id=row.id)
    assert len(learner.thread().bubbles) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "membership", "membership": {"type": "joined", "membershipId": 3189}},
        {"type": "beacon", "beacon": {"hwid": "d41d8cd98f", "type": "enter"}},
        {"type": "accountLink", "link": {"result": "ok", "nonce": "x"}},
        {"type": "postback", "postback": {"data": "menu", "params": {"newRichMenuAliasId": "dishes"}}},
        {"type": "videoPlayComplete", "videoPlayComplete": {"trackingId": "of-somebody-else"}},
    ],
    ids=lambda fields: fields["type"],
)
def test_what_asks_nothing_of_us_is_known_by_name_and_not_answered(
    shared: System, fields: dict[str, Any]
) -> None:
    learner = shared.learner()
    before = len(learner.thread().bubbles)
    row = handled_event(shared, learner, post(learner, replyToken=uuid4().hex, **fields))
    assert row.outcome not in ("unhandled", "failed", "unknown_button")
    assert len(learner.thread().bubbles) == before


def test_in_standby_nothing_is_said_and_nothing_done(shared: System) -> None:
    learner = shared.learner()
    before = len(learner.thread().bubbles)
    tap_event = post(
        learner, type="postback", mode="standby", postback={"data": "action=dish&slug=fried-rice"}
    )
    assert handled_event(shared, learner, tap_event).outcome == "standby"
    assert len(learner.thread().bubbles) == before
    assert shared.sessions(learner) == []


@pytest.mark.parametrize("source", [{"type": "group", "groupId": "C1"}, {"type": "room", "roomId": "R1"}])
def test_in_a_group_nothing_is_said(shared: System, source: dict[str, str]) -> None:
    learner = shared.learner()
    before = len(learner.thread().bubbles)
    message = {"id": uuid4().hex, "type": "text", "text": "こんにちは"}
    message_event = post(learner, source={**source, "userId": learner.user_id}, message=message)
    row = handled_event(shared, learner, message_event)
    assert (row.outcome, row.subject) == ("in_group", source.get("groupId", source.get("roomId")))
    assert "こんにちは" not in str(row.body)
    assert len(learner.thread().bubbles) == before


def test_an_event_that_names_nobody_is_kept(shared: System) -> None:
    learner = shared.learner()
    row = handled_event(shared, learner, post(learner, source={"type": "user"}))
    assert (row.subject, row.outcome) == ("", "unhandled")


@pytest.mark.parametrize(
    "malformed",
    [
        {"message": None},
        {"message": {"type": "text"}},
        {"message": {"type": "video"}},
        {"message": {"type": ["text"], "id": 5}},
        {"type": "postback", "postback": "action=menu"},
        {"type": "postback", "postback": {"data": "action=rate&session_id=x"}},
        {"type": "unsend", "unsend": {}},
        {"type": "videoPlayComplete", "videoPlayComplete": {"trackingId": "session-99999999999999999999"}},
        {"type": "follow", "follow": 3, "replyToken": 7},
        {"type": 12},
        {"timestamp": "yesterday", "message": {"type": "text", "text": "a\0b", "id": "n"}},
    ],
    ids=str,
)
def test_a_malformed_event_harms_no_one(shared: System, malformed: Json) -> None:
    learner = shared.learner()
    row = handled_event(shared, learner, post(learner, **malformed))
    assert row.outcome not in ("", "failed")
    assert row.error == ""  # no try of it failed
    learner.sticker()
    wait_for_words(learner, phrasebook.STICKER_RECEIVED)


def test_a_long_text_and_odd_characters_are_taken(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    text = "{name} **太字** <b>\u202e🍳👨‍👩‍👧" + "あ" * 4_900
    answer = words(replies(learner, lambda: learner.text(text)))
    assert answer.startswith(phrasebook.MEMO_TEXT_RECEIVED)
    assert shared.session(learner).voice_transcript == text


def test_an_event_delivered_twice_is_answered_once(shared: System) -> None:
    learner = shared.learner()
    before = len(learner.thread().from_bot)
    sticker = learner.sticker()
    handled_event(shared, learner, sticker)
    shared.desk.redeliver(sticker.webhook_event_id or "", times=3)
    pick(learner)
    stickers = [b for b in learner.thread().from_bot[before:] if b.text == phrasebook.STICKER_RECEIVED]
    assert len(stickers) == 1


def test_a_short_tone_is_a_memo_like_any_other(shared: System, tmp_path: Path) -> None:
    learner = shared.learner()
    pick(learner)
    short = tone(tmp_path / "short.m4a", seconds=0.4)
    assert phrasebook.MEMO_RECEIVED in words(replies(learner, lambda: learner.audio(short)))
    assert session_once(shared, learner, lambda session: session.structured_input)
