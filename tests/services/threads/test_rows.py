"""The list: its order, its filters, its pages, and that nobody finds a learner who is not theirs."""

from datetime import timedelta

import pytest

from models.chat import MessageType, RoomType
from models.session import SessionStatus
from models.user import User
from services.coaches import Asker
from services.threads import rows
from services.threads.filters import ThreadFilter
from services.threads.marks import mark_done, mark_read, mark_unread
from services.threads.rows import ThreadRow, count_waiting, list_threads, listed_rows
from tests.services.threads.conftest import Desk


def names(desk: Desk, asker: Asker, chosen: ThreadFilter, before: int | None = None) -> list[str]:
    desk.db.flush()
    return [row.name for row in list_threads(desk.db, asker, chosen, before=before).rows]


def row_of(desk: Desk, asker: Asker, user: User, chosen: ThreadFilter) -> ThreadRow | None:
    return next(iter(listed_rows(desk.db, asker, [user.id], chosen)), None)


def test_whoever_waits_longest_comes_first_then_the_newest(desk: Desk) -> None:
    asker = desk.coach()
    for name in ("古い", "待つ", "新しい", "長く待つ"):
        desk.says(desk.learner(name))
    by_name = {row.name: row for row in list_threads(desk.db, asker, ThreadFilter.ALL).rows}
    assert list(by_name) == ["長く待つ", "新しい", "待つ", "古い"]
    for name, minutes in (("待つ", 5), ("長く待つ", 9)):
        user = desk.db.get_one(User, by_name[name].user_id)
        flag = desk.flag(user, by_name[name].last)  # type: ignore[arg-type]
        flag.created_at -= timedelta(minutes=minutes)
    assert names(desk, asker, ThreadFilter.ALL) == ["長く待つ", "待つ", "新しい", "古い"]
    assert names(desk, asker, ThreadFilter.NEEDS) == ["長く待つ", "待つ"]
    assert count_waiting(desk.db, asker) == 2


def test_a_row_tells_what_the_thread_is_at(desk: Desk) -> None:
    asker, other = desk.coach(), desk.coach("山本")
    user = desk.learner()
    desk.says(user, "動画です", MessageType.VIDEO, room=RoomType.COOKING_VIDEOS)
    feeling = {"emotional_state": "不安"}
    desk.cook(
        user,
        2,
        status=SessionStatus.TEXT_READY,
        structured_input=feeling,
        video_analysis={"confidence": "low"},
    )
    desk.assigned(user, other)
    desk.assigned(user, asker)
    handover = desk.taken(user, other)
    said = desk.answers(
        user, "見ましたよ", MessageType.COACH, coach_id=other.coach_id, handover_id=handover.id
    )
    row = row_of(desk, asker, user, ThreadFilter.ALL)
    assert row is not None
    assert row.cook is not None
    assert row.owner is not None
    assert {each.name for each in row.assigned} == {"佐藤", "山本"}
    assert (row.last, row.last_by, row.owner.name) == (said, "山本", "山本")
    assert (row.cook.dish, row.cook.number, row.cook.status) == ("チャーハン", 2, SessionStatus.TEXT_READY)
    assert (row.cook.feeling, row.cook.is_unsure, row.waiting, row.is_unread) == ("不安", True, None, True)


def test_each_filter_finds_its_own(desk: Desk) -> None:
    asker, other = desk.coach(), desk.coach("山本")
    learners = {each: desk.learner(each.value) for each in ThreadFilter if each is not ThreadFilter.ALL}
    last = {each: desk.says(user) for each, user in learners.items()}
    for user in learners.values():
        desk.assigned(user, other)
    for each, message in last.items():
        mark_read(desk.db, asker.coach_id, learners[each].id, message.id)
    desk.taken(learners[ThreadFilter.MINE], asker)
    desk.taken(learners[ThreadFilter.HUMAN], other)
    mark_unread(desk.db, asker.coach_id, learners[ThreadFilter.UNREAD].id)
    desk.cook(learners[ThreadFilter.FAILED], status=SessionStatus.FAILED)
    desk.cook(learners[ThreadFilter.WORRIED], structured_input={"emotional_state": "少し心配"})
    desk.cook(learners[ThreadFilter.UNSURE], video_analysis={"confidence": "low"})
    desk.flag(learners[ThreadFilter.SAFETY], last[ThreadFilter.SAFETY], "burn")
    desk.flag(learners[ThreadFilter.NEEDS], last[ThreadFilter.NEEDS], "complaint")
    free = desk.learner("unassigned2")
    mark_read(desk.db, asker.coach_id, free.id, desk.says(free).id)
    own = desk.learner("assigned")
    desk.assigned(own, asker)
    mark_read(desk.db, asker.coach_id, own.id, desk.says(own).id)
    found = {each: set(names(desk, asker, each)) for each in ThreadFilter}
    assert found.pop(ThreadFilter.ALL) == {each.value for each in learners} | {"unassigned2", "assigned"}
    assert found == {
        ThreadFilter.NEEDS: {"needs", "safety", "failed"},
        ThreadFilter.MINE: {"mine", "assigned"},
        ThreadFilter.HUMAN: {"human", "mine"},
        ThreadFilter.UNREAD: {"unread", "human", "mine"},  # the line that a person has it was said since
        ThreadFilter.FAILED: {"failed"},
        ThreadFilter.WORRIED: {"worried"},
        ThreadFilter.SAFETY: {"safety"},
        ThreadFilter.UNSURE: {"unsure"},
        ThreadFilter.UNASSIGNED: {"unassigned2"},
    }


def test_a_memo_of_an_earlier_cook_worries_nobody(desk: Desk) -> None:
    asker, user = desk.coach(), desk.learner()
    desk.says(user)
    desk.cook(user, 1, ago=timedelta(days=1), structured_input={"emotional_state": "不安"})
    desk.cook(user, 2, structured_input={"emotional_state": "嬉しい"})
    assert names(desk, asker, ThreadFilter.WORRIED) == []


def test_reading_is_not_answering(desk: Desk) -> None:
    asker, other, user = desk.coach(), desk.coach("山本"), desk.learner()
    message = desk.says(user)
    desk.flag(user, message)
    mark_read(desk.db, asker.coach_id, user.id, message.id)
    row = row_of(desk, asker, user, ThreadFilter.NEEDS)
    assert row is not None
    assert (row.waiting is not None, row.is_unread) == (True, False)
    theirs = row_of(desk, other, user, ThreadFilter.NEEDS)
    assert theirs is not None
    assert theirs.is_unread, "who has read it is each coach's own"
    mark_done(desk.db, asker.coach_id, user.id, message.id)
    assert row_of(desk, other, user, ThreadFilter.NEEDS) is None


def test_what_a_coach_says_is_not_unread_to_them(desk: Desk) -> None:
    asker, other, user = desk.coach(), desk.coach("山本"), desk.learner()
    mark_read(desk.db, asker.coach_id, user.id, desk.says(user).id)
    desk.answers(user, "はい", MessageType.COACH, coach_id=asker.coach_id)
    assert names(desk, asker, ThreadFilter.UNREAD) == []
    assert names(desk, other, ThreadFilter.UNREAD) == ["ゆうこ"]


def test_pages_follow_each_other_without_a_gap(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PAGE", 3)
    monkeypatch.setattr(rows, "WINDOW", 4)
    asker = desk.coach()
    learners = [desk.learner(str(number)) for number in range(9)]
    for user in learners:
        desk.says(user)
    for _ in range(9):  # one who talks fills windows alone
        desk.says(learners[4])
    desk.flag(learners[2], desk.says(learners[2]))
    pages, before = [], None
    while True:
        found = list_threads(desk.db, asker, ThreadFilter.ALL, before=before)
        pages.append([row.name for row in found.rows])
        before = found.next_before
        if before is None:
            break
    assert [name for page in pages for name in page] == ["2", "4", "8", "7", "6", "5", "3", "1", "0"]


def test_threads_in_which_nothing_was_said_come_last_among_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 3)
    asker = desk.coach()
    silent = [desk.learner(f"静か{number}") for number in range(5)]
    for number in range(4):
        desk.says(desk.learner(f"話す{number}"))
    desk.cook(silent[0], status=SessionStatus.FAILED)  # who needs somebody comes first, as ever
    first = list_threads(desk.db, asker, ThreadFilter.ALL)
    assert [row.name for row in first.rows] == ["静か0", "話す3", "話す2", "話す1"]
    second = list_threads(desk.db, asker, ThreadFilter.ALL, before=first.next_before)
    assert [row.name for row in second.rows] == ["話す0", "静か4", "静か3", "静か2"]
    third = list_threads(desk.db, asker, ThreadFilter.ALL, silent=second.next_silent)
    assert [row.name for row in third.rows] == ["静か1", "静か0"]
    assert (third.next_before, third.next_silent) == (None, None)
    assert names(desk, asker, ThreadFilter.MINE) == []


def test_a_limited_coach_finds_only_the_learners_who_are_theirs(desk: Desk) -> None:
    asker = desk.coach(is_limited=True)
    mine, other = desk.learner("わたしの"), desk.learner("ほかの")
    desk.assigned(mine, asker)
    for user in (mine, other):
        desk.flag(user, desk.says(user))
        desk.cook(
            user,
            status=SessionStatus.FAILED,
            structured_input={"emotional_state": "不安"},
            video_analysis={"confidence": "low"},
        )
        desk.taken(user, asker)
    for chosen in ThreadFilter:
        assert names(desk, asker, chosen) in ([], ["わたしの"]), chosen
        assert row_of(desk, asker, other, chosen) is None
    assert names(desk, asker, ThreadFilter.ALL) == ["わたしの"]
    assert count_waiting(desk.db, asker) == 1
