"""A call between a page and a model's side that the test plays: what reaches whom, and what is kept from whom."""

import math
import struct
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select
from websockets.exceptions import InvalidStatus

from companion import call as call_module
from companion import conversation
from companion.plan import Cue
from companion.ports import (
    GoAway,
    Handle,
    Heard,
    Interrupted,
    LiveClosed,
    LiveRefused,
    Said,
    Speech,
    Spent,
    ToolCall,
    ToolCancellation,
    TurnEnd,
)
from companion.tools import TOOLS
from knowledge_base.catalogue import load
from knowledge_base.companion_talk import recording_text
from models.chat import Message, MessageType
from models.coaching import ModelCall, Usage
from models.companion import CompanionCall
from models.flag import CoachFlag
from models.session import SessionStatus
from services import cooking
from services.profile import find_learner
from simulator.line.client import Learner
from tests.companion.page import Page, open_page
from tests.companion.scripted_live import ScriptedLive, until
from tests.liff.conftest import Site
from tests.liff.cooks import COACHING, add_cook, pay

SILENCE = bytes(1280)  # 40 ms
PCM = b"\x01\x02" * 2400  # a tenth of a second of speech


def tone(seconds: float, loudness: int = 9000) -> bytes:
    samples = (int(loudness * math.sin(each * 0.3)) for each in range(int(16_000 * seconds)))
    return b"".join(struct.pack("<h", each) for each in samples)


@pytest.fixture
def page(client: httpx.Client, live: ScriptedLive) -> Iterator[Page]:
    with open_page(client) as page:
        page.until("ready")
        yield page


def row_of(site: Site, page: Page) -> CompanionCall:
    key = next(each["call"] for each in page.messages if each["type"] == "ready")
    with site.database.transaction() as db:
        return db.exec(select(CompanionCall).where(CompanionCall.key == key)).one()


# ---- what goes through


def test_sound_and_pictures_reach_the_model_and_speech_the_page(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    page.speak(SILENCE)
    page.speak(b"\x07\x00" * 640)
    page.show(b"\xff\xd8one")
    until(lambda: len(model.heard) == 2560 and model.pictures)
    assert model.heard[1280:1282] == b"\x07\x00"
    model.send(Heard("いま"), Heard("返す？"), Said("まだ"), Speech(PCM), Said("です。"), TurnEnd())
    assert page.until("heard")["text"] == "いま"
    assert page.until("heard")["text"] == "いま返す？"
    assert page.until("said")["text"] == "まだ"
    assert page.until("said")["text"] == "まだです。"
    assert page.until_sound(len(PCM)) == PCM


def test_of_many_pictures_the_newest_is_seen(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    for number in range(20):
        page.show(b"\xff\xd8%d" % number)
    page.speak(SILENCE)
    until(lambda: len(model.heard) == 1280 and model.pictures)
    until(lambda: model.pictures[-1] == b"\xff\xd819")
    assert len(model.pictures) < 5, "the others were dropped, not kept"


def test_a_microphone_that_is_switched_off_is_told(page: Page, live: ScriptedLive) -> None:
    page.send(type="pause")
    until(lambda: live.connection(0).pauses == 1)


def test_who_speaks_up_is_not_spoken_over(page: Page, live: ScriptedLive) -> None:
    live.connection(0).send(Speech(PCM), Interrupted(), Said("はい。"))
    page.until("flush")
    assert page.until("said")["text"] == "はい。", "the turn before is over"


@pytest.mark.parametrize(
    "packet", [b"", b"\x09abc", b"\x01abc", b"\x01" + bytes(20_000), b"\x02", "{", '{"type": "sudo"}']
)
def test_what_no_page_of_ours_sends_ends_the_connection(page: Page, packet: bytes | str) -> None:
    page.socket.send(packet)
    page.until_closed()


# ---- connections that end


def test_a_connection_that_breaks_in_mid_sentence_is_replaced_and_the_learner_asked_to_wait(
    page: Page, live: ScriptedLive
) -> None:
    model = live.connection(0)
    model.send(Handle("h1"), Heard("どう？"), Speech(PCM))
    page.until("heard")
    page.until_sound(len(PCM))
    model.close(1011, "58 minutes")
    assert page.until("away") == {
        "type": "away",
        "recording": "wait",
        "text": "少し待ってくださいね。",
    }
    page.until("ready")
    assert live.connection(1).handle == "h1"
    assert live.connection(1).plan.so_far == "", "its model remembers"


def test_sound_that_comes_while_the_model_is_away_is_heard_by_the_next(
    page: Page, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.refuse += [LiveClosed(1006, "no network"), None]
    monkeypatch.setattr(call_module, "PAUSES", (0.0, 0.3, 0.3))
    live.connection(0).close(1011)
    until(lambda: live.connection(0).is_over)
    page.speak(SILENCE)
    page.speak(SILENCE)
    until(lambda: len(live.connection(2).heard) == 2560)


def test_a_handle_that_is_refused_begins_anew_with_what_was_said(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.send(Handle("h1"), Heard("玉ねぎが先？"), Said("玉ねぎからです。"), TurnEnd())
    page.until("said")
    live.refuse += [LiveRefused(1007, "handle"), None]
    model.close(1011)
    again = live.connection(2)
    assert live.connection(1).handle == "h1"
    assert again.handle is None
    assert again.plan.so_far == "学習者「玉ねぎが先？」\nあなた「玉ねぎからです。」"
    assert again.tools == TOOLS


def test_a_refused_field_is_tried_once_without_tools(page: Page, live: ScriptedLive) -> None:
    live.connection(0).close(1007, "tool call")
    assert live.connection(1).tools == ()
    live.connection(1).close(1011)
    assert live.connection(2).tools == TOOLS


def test_a_model_that_has_gone_deaf_is_left(client: httpx.Client, live: ScriptedLive) -> None:
    live.longest_silence = 0.3
    with open_page(client) as page:
        page.until("ready")
        for _ in range(5):
            page.speak(SILENCE)
        speech = tone(0.4)
        for at in range(0, len(speech), 1280):
            page.speak(speech[at : at + 1280])
        until(lambda: len(live.connection(0).heard) >= len(speech))
        while len(live.connections) == 1:
            page.speak(SILENCE)
        assert live.connection(0).is_over


def test_a_model_that_answers_is_not_left(client: httpx.Client, live: ScriptedLive) -> None:
    live.longest_silence = 0.3
    with open_page(client) as page:
        page.until("ready")
        model = live.connection(0)
        model.send(Heard("うん", is_whole=True), TurnEnd())
        page.until("heard")
        for _ in range(100):
            page.speak(SILENCE)
        until(lambda: len(model.heard) == 128_000)
        assert not model.is_over


def test_who_says_that_it_goes_away_is_left_when_nobody_speaks(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.send(Handle("h2"), Speech(PCM), GoAway(50.0))
    page.until_sound(len(PCM))
    assert len(live.connections) == 1, "not in mid-sentence"
    model.send(TurnEnd())
    page.until("ready")
    assert live.connection(1).handle == "h2"
    assert "away" not in page.types(), "nobody has to wait"


def test_a_model_that_stays_out_of_reach_ends_the_call_with_words(
    client: httpx.Client, live: ScriptedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_module, "PAUSES", (0.0, 0.01, 0.01))
    live.refuse += [LiveClosed(1006, "no network")] * 3
    with open_page(client) as page:
        assert "うまくつながりませんでした" in page.until("end")["text"]
        page.until_closed()


# ---- tools


def test_a_timer_is_started_on_the_page(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.send(ToolCall("c1", "start_timer", {"seconds": 180, "label": "蒸らし"}))
    assert page.until("timer") == {"type": "timer", "id": 1, "seconds": 180, "label": "蒸らし"}
    until(lambda: model.answers)
    assert model.answers[0][1:] == ({"started": True}, False)
    model.send(ToolCancellation(["c1"]))
    assert page.until("timer_stop")["id"] == 1


@pytest.mark.parametrize("seconds", [0, -5, 10**9, "three", None, True, math.nan])
def test_a_timer_of_nonsense_is_refused(page: Page, live: ScriptedLive, seconds: Any) -> None:
    model = live.connection(0)
    model.send(ToolCall("c1", "start_timer", {"seconds": seconds, "label": "x"}))
    until(lambda: model.answers)
    assert "error" in model.answers[0][1]


def test_timers_are_counted(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    for number in range(6):
        model.send(ToolCall(f"c{number}", "start_timer", {"seconds": 60, "label": ""}))
    until(lambda: len(model.answers) == 6)
    assert ["started" in result for _, result, _ in model.answers] == [True] * 5 + [False]


@pytest.mark.parametrize("way", ["voice", "button"])
def test_what_was_said_is_said_again(page: Page, live: ScriptedLive, way: str) -> None:
    model = live.connection(0)
    model.send(Speech(PCM), Said("ふちを見て。"), TurnEnd(), Heard("え？", is_whole=True))
    page.until("heard")
    page.pcm.clear()
    if way == "voice":
        model.send(ToolCall("c1", "say_again", {}))
    else:
        page.send(type="again")
    page.until("flush")
    assert page.until_sound(len(PCM)) == PCM
    if way == "voice":
        until(lambda: model.answers)
        assert model.answers[0][2], "its answer is no reason to speak"


def test_an_unknown_tool_is_answered_silently(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.send(ToolCall("c1", "open_the_door", {}))
    until(lambda: model.answers)
    assert "error" in model.answers[0][1]
    assert model.answers[0][2]


# ---- moments of the plan


@pytest.fixture
def cook_page(
    site: Site,
    client: httpx.Client,
    learner: Learner,
    live: ScriptedLive,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Page]:
    """Of a second cook: the first was coached."""
    monkeypatch.setattr(conversation, "LOOK_SECONDS", 0.3)
    monkeypatch.setattr(conversation, "CALM_SECONDS", 0.1)
    session_id = _second_cook(site, learner)
    with open_page(client, session_id) as page:
        page.until("ready")
        yield page


def _second_cook(site: Site, learner: Learner) -> int:
    line_user_id = learner.user_id
    user_id = pay(site.database, line_user_id)
    add_cook(site.database, user_id, number=1, status=SessionStatus.COMPLETED)
    with site.database.transaction() as db:
        user = find_learner(db, line_user_id)
        assert user is not None
        return cooking.open_cook_alone(db, user, "fried-rice").id


def test_the_plan_knows_what_was_asked_last_time(cook_page: Page, live: ScriptedLive) -> None:
    plan = live.connection(0).plan
    assert plan.greeting.endswith(
        "今日は「卵のふちが固まりはじめたら、すぐにご飯を入れてください」を試してみましょう。"
    )
    assert "チャーハンの2回目" in plan.greeting
    assert plan.focus == load().dishes["fried-rice"].attempts[1]
    assert [each.cue for each in plan.moments] == [Cue.NONE, Cue.SIZZLE, Cue.QUIET]
    assert plan.moments[1].words == COACHING["next_action"]


def test_a_moment_is_looked_for_and_told_in_the_plans_own_words(cook_page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    cook_page.show(b"\xff\xd8")
    until(lambda: model.looks)
    assert model.looks[0] is model.plan.moments[0]
    model.send(
        Said("見えます！"), Speech(PCM), ToolCall("c1", "note_moment", {"is_here": True, "danger": "none"})
    )
    until(lambda: model.answers)
    assert model.answers[0][1:] == ({"say": model.plan.moments[0].words}, False)
    model.send(Speech(b"\x05\x00" * 100), TurnEnd())
    assert cook_page.until_sound(200) == b"\x05\x00" * 100, "what was said before the finding is not heard"
    assert "said" not in cook_page.types()
    until(lambda: len(model.looks) > 1 and model.looks[-1] is model.plan.moments[1])


def test_a_moment_that_has_not_come_is_passed_over_in_silence(cook_page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    cook_page.show(b"\xff\xd8")
    until(lambda: model.looks)
    model.send(
        ToolCall("c1", "note_moment", {"is_here": False, "danger": "none"}),
        Said("まだですね。"),
        Speech(PCM),
        TurnEnd(),
    )
    until(lambda: model.answers)
    assert model.answers[0][2], "silent"
    until(lambda: len(model.looks) > 1)
    assert model.looks[1] is model.plan.moments[0]
    assert not cook_page.pcm
    assert "said" not in cook_page.types()


def test_who_asks_while_it_looks_is_answered(cook_page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    cook_page.show(b"\xff\xd8")
    until(lambda: model.looks)
    model.send(Heard("もう返す？", is_whole=True), Speech(PCM), TurnEnd())
    assert cook_page.until_sound(len(PCM)) == PCM


def test_a_model_that_watches_by_itself_may_speak_meanwhile(cook_page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.asks_looks = False
    cook_page.show(b"\xff\xd8")
    until(lambda: len(model.looks) > 1)
    model.send(Speech(PCM), TurnEnd())
    assert cook_page.until_sound(len(PCM)) == PCM


@pytest.mark.parametrize("danger", ["fire", "smoke"])
def test_a_danger_that_is_seen_is_told_in_checked_words(
    cook_page: Page, live: ScriptedLive, danger: str
) -> None:
    live.connection(0).send(ToolCall("c1", "note_moment", {"is_here": False, "danger": danger}))
    assert cook_page.until("play") == {
        "type": "play",
        "recording": f"{danger}_seen",
        "text": recording_text(f"{danger}_seen"),
    }


# ---- safety


@pytest.mark.parametrize(
    ("pieces", "recording"),
    [
        (["煙が"], "smoke"),
        (["うわ、", "火が！"], "fire"),
        (["あっ、切った"], "cut"),
        (["お父さんが倒れた"], "collapse"),
        (["指を", "切っちゃった"], "cut"),
    ],
)
def test_a_cry_is_answered_by_rule_and_the_model_is_not_heard(
    page: Page, live: ScriptedLive, pieces: list[str], recording: str
) -> None:
    model = live.connection(0)
    model.send(*map(Heard, pieces))
    page.until("flush")
    assert page.until("play")["recording"] == recording
    model.send(Said("大丈夫、そのまま続けて。"), Speech(PCM), TurnEnd(), Said("はい。"))
    assert page.until("said")["text"] == "はい。"
    assert not page.pcm


def test_what_begins_like_a_cry_and_goes_on_is_none(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.send(Heard("火が"), Heard("強いですか？", is_whole=False), Said("少し強いです。"))
    assert page.until("said")["text"] == "少し強いです。"
    model.send(TurnEnd(), Heard("ありがとう", is_whole=True))
    page.until("heard")
    assert "play" not in page.types()


def test_a_person_hears_of_an_emergency_but_not_the_words(site: Site, page: Page, live: ScriptedLive) -> None:
    live.connection(0).send(Heard("指を切っちゃった、ばなな", is_whole=True))
    page.until("play")
    user_id = row_of(site, page).user_id

    def flags() -> list[str]:
        with site.database.transaction() as db:
            return list(db.exec(select(CoachFlag.kind).where(CoachFlag.user_id == user_id)))

    until(lambda: flags() == ["cut"])


def test_unsafe_words_of_the_model_are_taken_back(page: Page, live: ScriptedLive) -> None:
    model = live.connection(0)
    model.send(Heard("この鶏肉、中がピンクだけど食べていい？"), Speech(PCM))
    model.send(Said("中が少しピンクでも、"), Said("鶏肉は食べて大丈夫です。"))
    assert page.until("play")["recording"] == "withdraw"
    model.send(Speech(b"\x09\x09" * 10), TurnEnd(), Said("はい。"))
    page.until("said")
    assert b"\x09\x09" not in page.pcm


# ---- its row


def test_who_hangs_up_gets_one_line_with_the_next_reply(
    site: Site, client: httpx.Client, learner: Learner, live: ScriptedLive
) -> None:
    with open_page(client, _second_cook(site, learner)) as page:
        page.until("ready")
        live.connection(0).send(Heard("ばなな", is_whole=True), Said("りんごです。"), TurnEnd(), Handle("h"))
        page.until("said")
        with site.database.transaction() as db:
            call = db.exec(select(CompanionCall).where(CompanionCall.id == row_of(site, page).id)).one()
            call.seconds = 600
            db.add(call)
        page.hang_up()
    ended = row_of(site, page)
    assert ended.ended_at is not None
    assert ended.handle == ""
    assert ended.seconds >= 600
    with site.database.transaction() as db:
        lines = list(db.exec(select(Message).where(col(Message.meta)["topic"].astext == "call")))
    line = next(each for each in lines if "チャーハン" in each.text)
    assert line.text == (
        "チャーハンの2回目を、10分ほどいっしょに作りましたね。"
        "今日の練習は「卵のふちが固まりはじめたら、すぐにご飯を入れてください。」でした。"
    )
    assert line.kind == MessageType.NOTICE
    assert line.due_at is not None


def test_a_short_call_is_not_spoken_of(site: Site, page: Page) -> None:
    page.hang_up()
    ended = row_of(site, page)
    assert ended.ended_at is not None
    with site.database.transaction() as db:
        assert not list(
            db.exec(select(Message.id).where(col(Message.meta)["user"].astext == str(ended.user_id)))
        )


def test_a_page_that_is_lost_comes_back_to_where_it_was(
    site: Site, client: httpx.Client, live: ScriptedLive
) -> None:
    with open_page(client) as page:
        key = page.until("ready")["call"]
        live.connection(0).send(Handle("h7"), Said("はい。"))
        page.until("said")
        page.socket.close(1001)
    until(lambda: row_of(site, page).handle == "h7")
    assert row_of(site, page).ended_at is None
    with open_page(client, call=key) as again:
        assert again.until("ready")["call"] == key
        assert live.connection(1).handle == "h7"


def test_another_call_ends_the_first(client: httpx.Client, live: ScriptedLive, monkeypatch: Any) -> None:
    monkeypatch.setattr(call_module, "BEAT", timedelta(milliseconds=100))
    with open_page(client) as first:
        first.until("ready")
        with open_page(client) as second:
            second.until("ready")
            assert "べつの画面" in first.until("end")["text"]
            second.hang_up()


def test_minutes_that_are_used_up_end_the_call(
    site: Site, client: httpx.Client, live: ScriptedLive, monkeypatch: Any
) -> None:
    monkeypatch.setattr(call_module, "BEAT", timedelta(milliseconds=100))
    with open_page(client) as page:
        assert page.until("ready")["seconds_left"] == 600
        with site.database.transaction() as db:
            call = db.exec(select(CompanionCall).where(CompanionCall.id == row_of(site, page).id)).one()
            call.seconds = 600
            db.add(call)
        assert "今月いっしょに作れる時間は、ここまで" in page.until("end")["text"]
        page.until_closed()
    with open_page(client) as page:
        assert "使い切りました" in page.until("end")["text"]


def test_what_it_costs_is_in_its_row(site: Site, page: Page, live: ScriptedLive) -> None:
    spent = ModelCall(
        purpose="companion", model="m", input_tokens={"AUDIO": 100}, output_tokens=10, cost_usd=0.25
    )
    usage = Usage(provider="google", model="m", calls=[spent])
    live.connection(0).send(Spent(usage), Spent(usage), Said("はい。"))
    page.until("said")
    page.hang_up()
    row = Usage.model_validate(row_of(site, page).usage)
    assert row.cost_usd == 0.5
    assert [(each.input_tokens, each.output_tokens) for each in row.calls] == [({"AUDIO": 200}, 20)]


# ---- who may


def test_who_is_not_signed_in_is_told_so(site: Site, live: ScriptedLive) -> None:
    with site.browser() as nobody, open_page(nobody) as page:
        assert page.until_closed() == 4401


def test_another_sites_page_is_refused(client: httpx.Client, live: ScriptedLive) -> None:
    with pytest.raises(InvalidStatus) as refused, open_page(client, origin="https://evil.example"):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("call", ["nonsense", "6f1c1c9a-0f64-4b43-9d0b-5f3e1f1b2a10"])
def test_a_call_that_is_not_there_is_over(client: httpx.Client, live: ScriptedLive, call: str) -> None:
    with open_page(client, call=call) as page:
        assert "終わっています" in page.until("end")["text"]


def test_nobody_comes_into_anothers_call(site: Site, client: httpx.Client, live: ScriptedLive) -> None:
    with open_page(client) as page, site.signed_in(site.desk.learner("はなこ")) as other:
        key = page.until("ready")["call"]
        with open_page(other, call=key) as intruder:
            assert "終わっています" in intruder.until("end")["text"]
        assert row_of(site, page).ended_at is None


def test_anothers_cook_is_not_told_of(
    site: Site, client: httpx.Client, learner: Learner, live: ScriptedLive
) -> None:
    theirs = _second_cook(site, learner)
    with site.signed_in(site.desk.learner("はなこ")) as other, open_page(other, theirs) as page:
        page.until("ready")
        assert live.connection(0).plan.dish is None
        assert row_of(site, page).session_id is None
