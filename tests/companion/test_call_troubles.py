"""What goes wrong in a call, in the order in which it hurts: an emergency, minutes, the record of it, who may."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from companion import call as call_module
from companion import calls as calls_module
from companion import conversation
from companion.memory import Memory
from companion.plan import CallPlan
from companion.ports import GoAway, Heard, LiveClosed, Said, Speech, ToolCall, TurnEnd
from companion.record_keeper import NotNoted, RecordKeeper
from models.base import database_now
from models.companion import CompanionCall
from models.dish import Dish
from models.session import CookingSession
from models.user import User
from pipeline.providers.offline.packages import OfflinePackageMissing
from services.companion import Beat, Caps, allowance, note_beat
from services.profile import find_learner
from simulator.line.client import Learner
from tests.companion.page import Page, open_page
from tests.companion.scripted_live import ScriptedLive, until
from tests.companion.test_call import PCM, SILENCE, _second_cook, row_of
from tests.liff.conftest import Site

BEAT = timedelta(milliseconds=100)
UNSAFE = "鶏肉は中がピンクでも食べて大丈夫です。"


@pytest.fixture
def page(client: httpx.Client, live: ScriptedLive) -> Iterator[Page]:
    with open_page(client) as page:
        page.until("ready")
        yield page


# ---- emergencies


@pytest.mark.parametrize("heard", [Heard("指を切った！", is_whole=True), Heard("煙が")])
def test_a_cry_is_answered_though_its_connection_breaks(page: Page, live: ScriptedLive, heard: Heard) -> None:
    live.connection(0).send(heard)
    live.connection(0).close(1011)
    assert page.until("play")["recording"] in ("cut", "smoke")
    page.until("ready")


def test_words_that_were_taken_back_are_not_said_again(
    page: Page, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "HUSH_SECONDS", 0.1)
    model = live.connection(0)
    model.send(Speech(b"\x03\x00" * 100), Said("はい。"), TurnEnd(), Heard("これ食べていい？", is_whole=True))
    model.send(Speech(PCM), Said(UNSAFE))
    assert page.until("play")["recording"] == "withdraw"
    page.pcm.clear()
    while not page.pcm:  # until it is heard again
        model.send(Speech(b"\x04\x00" * 10))
        page.speak(SILENCE)
        page.until_sound(20) if page.pcm else _read(page)
    model.send(TurnEnd(), Said("つぎ。"))
    page.until("said")
    page.send(type="again")
    page.until("flush")
    model.send(Said("おわり"))
    page.until("said")
    assert PCM not in bytes(page.pcm)


def _read(page: Page) -> None:
    try:
        got = page.socket.recv(timeout=0.05)
    except TimeoutError:
        return
    if isinstance(got, bytes):
        page.pcm += got


def test_a_cry_in_a_turn_that_was_taken_back_is_answered(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.send(Heard("指を切った！", is_whole=True))
    assert page.until("play")["recording"] == "cut"
    model.send(TurnEnd(), Heard("これ食べていい？", is_whole=True), Said(UNSAFE))
    assert page.until("play")["recording"] == "withdraw"
    model.send(Heard("指を切った！", is_whole=True))
    assert page.until("play")["recording"] == "cut"


def test_a_danger_that_is_seen_does_not_cut_off_the_answer_to_a_cry(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.send(Heard("火が出た！", is_whole=True))
    assert page.until("play")["recording"] == "fire"
    model.send(ToolCall("c1", "note_moment", {"is_here": False, "danger": "fire"}))
    until(lambda: model.answers)
    model.send(TurnEnd(), Said("はい。"))
    page.until("said")
    assert page.types().count("play") == 1


def test_an_emergency_that_cannot_be_flagged_cuts_nobody_off(
    page: Page, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_module, "flag_for_coaches", _away)
    model = live.connection(0)
    model.send(Heard("指を切った！", is_whole=True))
    assert page.until("play")["recording"] == "cut"
    model.send(TurnEnd(), Said("はい。"))
    page.until("said")
    assert not model.is_over


def test_a_look_that_goes_unanswered_does_not_silence_the_model(
    site: Site, client: httpx.Client, learner: Learner, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "LOOK_SECONDS", 0.3)
    monkeypatch.setattr(conversation, "CALM_SECONDS", 0.1)
    with open_page(client, _second_cook(site, learner)) as page:
        page.until("ready")
        page.show(b"\xff\xd8")
        until(lambda: len(live.connection(0).looks) > 1)


# ---- minutes


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_waiting_for_the_model_costs_nothing(site: Site, page: Page) -> None:
    clock, memory = Clock(), Memory(CallPlan("みか", ""))
    row = row_of(site, page)
    keeper = RecordKeeper(site.database, row.id, 1, Caps(timedelta(hours=1), timedelta(hours=1)), clock)
    clock.seconds = 100.0
    with keeper.counting():
        clock.seconds = 107.0
    clock.seconds = 150.0
    asyncio.run(keeper.beat(memory))
    with keeper.counting():
        clock.seconds = 155.0
        asyncio.run(keeper.end(memory))
    assert row_of(site, page).seconds == 12.0


def test_a_call_that_never_reached_the_model_costs_nothing(
    site: Site, client: httpx.Client, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_module, "PAUSES", (0.0, 0.3))
    live.refuse += [LiveClosed(1006, "no network")] * 2
    with open_page(client) as page:
        page.until("end")
        page.until_closed()
    with site.database.transaction() as db:
        latest = db.exec(select(CompanionCall).order_by(col(CompanionCall.id).desc())).first()
    assert latest is not None
    assert latest.ended_at is not None
    assert latest.seconds == 0.0


def test_what_could_not_be_noted_is_noted_with_the_next(
    site: Site, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, memory = Clock(), Memory(CallPlan("みか", ""), "h1")
    row = row_of(site, page)
    keeper = RecordKeeper(site.database, row.id, 1, Caps(timedelta(hours=1), timedelta(hours=1)), clock)
    with keeper.counting():
        clock.seconds = 5.0
        with monkeypatch.context() as patch:
            patch.setattr("companion.record_keeper.note_beat", _away)
            with pytest.raises(NotNoted):
                asyncio.run(keeper.beat(memory))
        clock.seconds = 10.0
        asyncio.run(keeper.beat(memory))
    row = row_of(site, page)
    assert (row.seconds, row.handle) == (10.0, "h1")


def test_a_call_outlives_a_database_that_is_away(
    client: httpx.Client, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_module, "BEAT", BEAT)
    beats: list[int] = []

    def away_at_first(*given: Any) -> Any:
        beats.append(1)
        if len(beats) < 3:
            _away()
        return note_beat(*given)

    monkeypatch.setattr("companion.record_keeper.note_beat", away_at_first)
    with open_page(client) as page:
        page.until("ready")
        until(lambda: len(beats) > 3)
        live.connection(0).send(Said("はい。"))
        page.until("said")
        assert not live.connection(0).is_over


def test_a_call_over_the_end_of_a_month_uses_up_the_month_it_began_in(site: Site, page: Page) -> None:
    caps = Caps(timedelta(minutes=10), timedelta(hours=1))
    with site.database.transaction() as db:
        call = db.exec(select(CompanionCall).where(CompanionCall.id == row_of(site, page).id)).one()
        call.began_at = database_now(db) - timedelta(days=40)
        db.add(call)
        db.flush()
        assert note_beat(db, call.id, Beat(1, 500.0), caps).seconds_left == 100
        user = db.get_one(User, call.user_id)
        assert allowance(db, user, caps).seconds_left == 600
        db.rollback()


def test_two_pages_of_one_call_are_not_both_in_it(client: httpx.Client, live: ScriptedLive) -> None:
    with open_page(client) as first:
        key = first.until("ready")["call"]
        with open_page(client, call=key) as second:
            second.until("ready")
            assert "べつの画面" in first.until("end")["text"]
            first.until_closed()
            assert live.connection(0).is_over
            live.connection(1).send(Said("はい。"))
            second.until("said")
            second.hang_up()


# ---- the model's side


def test_a_model_that_cannot_be_had_is_told_in_words(
    site: Site, client: httpx.Client, live: ScriptedLive
) -> None:
    live.refuse.append(OfflinePackageMissing("faster-whisper"))  # type: ignore[arg-type]
    with open_page(client) as page:
        assert "うまくつながりませんでした" in page.until("end")["text"]
        page.until_closed()
    assert len(live.connections) == 1


def test_a_model_that_goes_away_each_time_is_not_called_without_end(
    client: httpx.Client, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_module, "PAUSES", (0.0, 0.01, 0.6))  # the last: longer than it stays
    with open_page(client) as page:
        for number in range(3):
            live.connection(number).send(GoAway(0.0))
        assert "うまくつながりませんでした" in page.until("end")["text"]


# ---- what it is about, and whose it is


def test_a_dish_that_is_taught_no_more_is_cooked_freely(
    site: Site, client: httpx.Client, learner: Learner, live: ScriptedLive
) -> None:
    session_id = _second_cook(site, learner)
    with site.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        gone = Dish(slug="gone", name_ja="むかしの皿", name_en="gone", description_ja="", order=99)
        db.add(gone)
        db.flush()
        session.dish_id = gone.id
        db.add(session)
    with open_page(client, session_id) as page:
        page.until("ready")
        assert live.connection(0).plan.dish is None


def test_a_cook_with_a_number_that_no_row_has(client: httpx.Client, live: ScriptedLive) -> None:
    with open_page(client, 10**20) as page:
        page.until("ready")


def test_who_leaves_is_not_watched_any_longer(
    site: Site, client: httpx.Client, learner: Learner, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_module, "BEAT", BEAT)
    with open_page(client) as page:
        page.until("ready")
        with site.database.transaction() as db:
            user = find_learner(db, learner.user_id)
            assert user is not None
            user.leaving_since = database_now(db)
            db.add(user)
        assert "べつの画面" not in page.until("end")["text"]
        page.until_closed()
    assert live.connection(0).is_over


def _away(*_: Any, **__: Any) -> None:
    raise OperationalError("", {}, Exception())


def test_a_busy_process_leaves_the_call_elsewhere_alone(
    site: Site, client: httpx.Client, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_page(client) as first:
        first.until("ready")
        monkeypatch.setattr(calls_module, "MOST_CALLS", 1)
        with open_page(client) as second:
            assert "混み合って" in second.until("end")["text"]
        assert row_of(site, first).ended_at is None
