"""The threads' pages: who gets which, what is refused, and that an act on a page is done once, by whom it says."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from console.identity import csrf_of
from models.chat import Message, MessageType, Sender, WaitReason
from models.coach import AuditEntry
from models.database import Database
from models.flag import CoachFlag
from models.handover import CoachNote, ThreadMark, ThreadRead
from models.user import User
from services.handover import open_handover
from services.outbox import queue_message
from services.profile import take_in
from services.thread import record_inbound
from tests.console.conftest import SignedIn, signed_in
from tests.liff.conftest import Site

POSTS = {
    "presence": {"is_typing": "true"},
    "take": {},
    "hand-back": {"resume": "next"},
    "say": {"text": "こんにちは", "seen_to": "999999"},
    "note": {"text": "メモ"},
    "done": {"seen_to": "1"},
    "unread": {},
    "drafts/1/release": {},
    "drafts/1/discard": {},
    "messages/1/retry": {},
}
PAGES = ("", "/now", "/older?before=9")


def learner_of(database: Database, name: str = "ゆうこ") -> tuple[int, int]:
    """The ids of a learner, and of what they said."""
    with database.transaction() as db:
        newest = db.exec(select(User.id).order_by(col(User.id).desc())).first()
        user = take_in(db, f"U-{name}-{newest}", name)
        message = record_inbound(db, user, MessageType.TEXT, text="こんにちは")
        db.add(CoachFlag(user_id=user.id, message_id=message.id, kind="burn"))
        return user.id, message.id


@pytest.fixture
def limited(site: Site) -> Iterator[SignedIn]:
    with signed_in(site, "限定", is_limited=True) as browser:
        yield browser


@pytest.mark.parametrize("page", PAGES)
def test_a_thread_is_shown_to_coaches_alone(site: Site, coach_client: SignedIn, page: str) -> None:
    user_id, _ = learner_of(site.database)
    with site.browser() as stranger:
        answer = stranger.get(f"/console/threads/{user_id}{page}")
        assert (answer.status_code, "/console/sign-in" in answer.headers["location"]) == (303, True)
    assert coach_client.get(f"/console/threads/{user_id}{page}").status_code == 200
    assert coach_client.get(f"/console/threads/987654{page}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_limited_coach_is_shown_nothing_of_others(site: Site, limited: SignedIn, page: str) -> None:
    user_id, _ = learner_of(site.database)
    assert limited.get(f"/console/threads/{user_id}{page}").status_code == 404


def test_rows_that_have_changed_are_asked_for_together(
    site: Site, coach_client: SignedIn, limited: SignedIn
) -> None:
    (one, _), (other, _) = learner_of(site.database, "ゆうこ"), learner_of(site.database, "はなこ")
    path = f"/console/threads/rows?filter=needs&of={one}&of={other}&of=987654"
    answer = coach_client.get(path)
    assert [f'id="thread-{each}"' in answer.text for each in (one, other, 987654)] == [True, True, False]
    assert int(answer.headers["X-Waiting"]) >= 2
    assert "thread-" not in coach_client.get(path.replace("needs", "human")).text, "not in that list"
    theirs = limited.get(path)
    assert (theirs.status_code, "thread-" in theirs.text, theirs.headers["X-Waiting"]) == (200, False, "0")
    with site.browser() as stranger:
        assert stranger.get(path).status_code == 303


@pytest.mark.parametrize("act", POSTS)
def test_an_act_needs_a_coach_of_the_learner_and_a_page_of_ours(
    site: Site, coach_client: SignedIn, limited: SignedIn, act: str
) -> None:
    user_id, _ = learner_of(site.database)
    path = f"/console/threads/{user_id}/{act}"
    with site.browser() as stranger:
        assert stranger.post(path, data=POSTS[act]).status_code == 401
    assert limited.post(path, **POSTS[act]).status_code == 404
    assert coach_client.client.post(path, data=POSTS[act]).status_code == 403
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    whole = {"csrf": csrf_of(coach_client.token), **POSTS[act]}
    assert coach_client.client.post(path, data=whole, headers=elsewhere).status_code == 403
    with site.database.transaction() as db:
        assert open_handover(db, user_id) is None
        assert db.exec(select(CoachNote).where(CoachNote.user_id == user_id)).all() == []
        assert db.get(ThreadMark, user_id) is None


@pytest.mark.parametrize("act", ["drafts/{}/release", "drafts/{}/discard", "messages/{}/retry"])
def test_anothers_message_is_not_there(site: Site, coach_client: SignedIn, act: str) -> None:
    (user_id, _), (_, foreign) = learner_of(site.database), learner_of(site.database)
    coach_client.post(f"/console/threads/{user_id}/take")
    assert coach_client.post(f"/console/threads/{user_id}/{act.format(foreign)}").status_code == 404
    said = coach_client.post(
        f"/console/threads/{user_id}/say", text="はい", seen_to="999999", quotes=str(foreign)
    )
    assert said.status_code == 404
    with site.database.transaction() as db:
        assert (
            db.exec(select(Message).where(Message.kind == MessageType.COACH, Message.text == "はい")).all()
            == []
        )


def test_opening_reads_and_answering_deals_with_it(site: Site, coach_client: SignedIn) -> None:
    user_id, message_id = learner_of(site.database)
    coach_client.get(f"/console/threads/{user_id}")
    with site.database.transaction() as db:
        read = db.get_one(ThreadRead, (coach_client.coach_id, user_id))
        assert (read.read_to, db.get(ThreadMark, user_id)) == (message_id, None)
    answer = coach_client.post(f"/console/threads/{user_id}/say", text="見ました", seen_to=str(message_id))
    assert (answer.status_code, "見ました" in answer.text) == (200, True)
    with site.database.transaction() as db:
        mark = db.get_one(ThreadMark, user_id)
        assert (mark.coach_id, mark.done_to > message_id) == (coach_client.coach_id, True)
        taken = open_handover(db, user_id)
        assert taken is not None
        assert taken.coach_id == coach_client.coach_id


def test_what_is_refused_is_undone_and_the_page_says_why(site: Site, coach_client: SignedIn) -> None:
    user_id, message_id = learner_of(site.database)
    with signed_in(site, "山本") as other:
        other.post(f"/console/threads/{user_id}/take")
        taken = coach_client.post(f"/console/threads/{user_id}/say", text="はい", seen_to=str(message_id))
        assert (taken.status_code, "山本さんが対応中です" in taken.text) == (409, True)
        assert coach_client.post(f"/console/threads/{user_id}/hand-back", resume="next").status_code == 409
        moved = other.post(f"/console/threads/{user_id}/say", text="はい", seen_to="0")
        assert (moved.status_code, "新しいメッセージ" in moved.text) == (409, True)
        empty = other.post(f"/console/threads/{user_id}/say", text="  ", seen_to=str(message_id))
        assert empty.status_code == 409
    with site.database.transaction() as db:
        assert (
            db.exec(select(Message).where(Message.kind == MessageType.COACH, Message.text == "はい")).all()
            == []
        )


def test_a_draft_is_let_go_by_whoever_has_the_thread(site: Site, coach_client: SignedIn) -> None:
    user_id, _ = learner_of(site.database)
    with site.database.transaction() as db:
        draft = queue_message(db, user_id, MessageType.NOTICE, text="下書きです", sender=Sender.AI)
        draft.waits_for, draft.due_at, draft.nudge_at = WaitReason.COACH, None, None
        draft_id = draft.id
    path = f"/console/threads/{user_id}/drafts/{draft_id}"
    assert coach_client.post(f"{path}/release").status_code == 409, "nobody has the thread"
    with signed_in(site, "小林") as other:
        other.post(f"/console/threads/{user_id}/take")
        assert coach_client.post(f"{path}/discard").status_code == 409
        assert "このまま送る" in other.get(f"/console/threads/{user_id}").text
        assert other.post(f"{path}/release").status_code == 200
        assert other.post(f"{path}/discard").status_code == 409, "it is gone"
    with site.database.transaction() as db:
        assert db.get_one(Message, draft_id).waits_for is None


def test_what_was_given_up_is_tried_again(site: Site, coach_client: SignedIn) -> None:
    user_id, _ = learner_of(site.database)
    with site.database.transaction() as db:
        message = queue_message(db, user_id, MessageType.NOTICE, text="届かない", sender=Sender.AI)
        message.parked_at, message.error = message.due_at, "400 <b>The user is gone</b>"
        message.due_at, message.nudge_at = None, None
        message_id = message.id
    page = coach_client.get(f"/console/threads/{user_id}").text
    assert "送れませんでした" in page
    assert "&lt;b&gt;The user is gone" in page
    assert coach_client.post(f"/console/threads/{user_id}/messages/{message_id}/retry").status_code == 200
    with site.database.transaction() as db:
        message = db.get_one(Message, message_id)
        assert (message.parked_at, message.due_at is not None) == (None, True)
        acts = select(AuditEntry.act).where(AuditEntry.user_id == user_id)
        assert db.exec(acts).all() == ["message.retry"]


def test_an_operators_page_of_nobody_is_a_page(coach_client: SignedIn) -> None:
    for path in ("/console/threads?filter=none", "/console/threads/x", "/console/threads/99999999999"):
        assert coach_client.get(path).status_code == 404
