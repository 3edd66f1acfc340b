"""Gemini Live over real sockets: the double is strict about fields, so what it takes is what the API takes."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from companion import google
from companion.plan import Moment
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
from pipeline.providers.google import prices
from simulator.google.live.script import Call, LiveTurn
from simulator.google.live.speaker import spoken
from simulator.http.client import wait_until
from tests.companion.live_calls import GREETED, JPEG, PLAN, WAIT, Line, LiveDouble, Talk, silence, tone
from tests.moment.children import run_script

SAID = "はい。"
STEAM = Moment("湯気が白い", "いまです。")


def texts(events: list[Any], kind: type[Heard] | type[Said]) -> list[str]:
    return [event.text for event in events if isinstance(event, kind)]


def sound(events: list[Any]) -> bytes:
    return b"".join(event.pcm for event in events if isinstance(event, Speech))


def test_the_setup_is_what_the_api_documents(double: LiveDouble, talk: Talk) -> None:
    async def play(line: Line) -> None: ...

    talk(play)
    setup = double.record.setup
    config = setup["generationConfig"]
    assert setup["model"] == "models/gemini-3.8-live"
    assert config["responseModalities"] == ["AUDIO"]
    assert config["speechConfig"]["language_code"] == "ja-JP"
    assert config["speechConfig"]["voice_config"] == {"prebuilt_voice_config": {"voice_name": "Leda"}}
    assert setup["sessionResumption"] == {}
    assert setup["inputAudioTranscription"] == {}
    assert setup["outputAudioTranscription"] == {}
    assert "slidingWindow" in str(setup["contextWindowCompression"]) or "sliding_window" in str(setup)
    assert "disabled" not in str(setup["realtimeInputConfig"])
    declarations = [each for tool in setup["tools"] for each in tool["functionDeclarations"]]
    assert [each["name"] for each in declarations] == [tool.name.value for tool in TOOLS]
    assert {each["behavior"] for each in declarations} == {"NON_BLOCKING"}
    assert "⟦みか⟧" in setup["systemInstruction"]["parts"][0]["text"]


def test_sound_pictures_and_text_go_out_in_the_wire_s_own_form(double: LiveDouble, talk: Talk) -> None:
    double.desk.live_turn(
        LiveTurn(match="note_moment", calls=[Call(name="note_moment", args={"is_here": False})])
    )

    async def play(line: Line) -> None:
        await line.session.hear(silence(0.04))
        await line.session.see(JPEG)
        await line.session.pause()
        await line.session.look(STEAM)
        call = await line.next(ToolCall)
        await line.session.answer(call, {"noted": True}, silent=True)
        await line.until(TurnEnd)

    talk(play)
    first = double.record.first
    assert first["realtime_input.audio"]["realtime_input"]["audio"]["mime_type"] == "audio/pcm;rate=16000"
    assert first["realtime_input.video"]["realtime_input"]["video"]["mime_type"] == "image/jpeg"
    assert first["realtime_input.audio_stream_end"] == {"realtime_input": {"audioStreamEnd": True}}
    assert "湯気" in first["realtime_input.text"]["realtime_input"]["text"]
    answer = first["tool_response.function_responses"]["tool_response"]["functionResponses"][0]
    assert answer["response"] == {"noted": True}
    assert answer["scheduling"] == "SILENT"


def test_it_hears_on_after_its_first_answer(double: LiveDouble, talk: Talk) -> None:
    """python-genai#1224: `receive()` ends with the turn."""
    for heard in ("一つめ。", "二つめ。", "三つめ。"):
        double.desk.live_turn(LiveTurn(match="speech", heard=heard, says=SAID, times=1))

    async def play(line: Line) -> None:
        for heard in ("一つめ。", "二つめ。", "三つめ。"):
            await line.say()
            events = await line.until(TurnEnd)
            assert "".join(texts(events, Heard)) == heard
            assert sound(events) == spoken(SAID, engine=False)

    talk(play)


def test_words_come_in_pieces_and_every_part_of_the_sound_arrives(double: LiveDouble, talk: Talk) -> None:
    says = "いまです。弱火にしましょう。"
    double.desk.live_turn(LiveTurn(heard="もう裏返していいですか。", says=says))

    async def play(line: Line) -> None:
        await line.say()
        events = await line.until(Spent)
        assert len(texts(events, Heard)) > 1
        assert "".join(texts(events, Heard)) == "もう裏返していいですか。"
        assert len(texts(events, Said)) > 1
        assert "".join(texts(events, Said)) == says
        assert sound(events) == spoken(says, engine=False)

    talk(play)


def test_by_itself_it_converses(talk: Talk) -> None:
    async def play(line: Line) -> None:
        await line.say()
        events = await line.until(Said)
        assert texts(events, Heard)
        assert sound(events)

    talk(play)


def test_a_call_begins_with_the_greeting_and_one_that_goes_on_does_not(
    double: LiveDouble, talk: Talk
) -> None:
    async def greeted(line: Line) -> None:
        assert "".join(texts(await line.until(TurnEnd), Said)) == GREETED.greeting

    async def quiet(line: Line) -> None:
        await line.say()
        assert texts(await line.until(Said), Heard)

    talk(greeted, plan=GREETED)
    talk(quiet, plan=PLAN)
    assert [turn.trigger for turn in double.record.turns] == ["speech"]


def test_who_speaks_interrupts_and_what_was_asked_of_tools_is_void(double: LiveDouble, talk: Talk) -> None:
    long = "ゆっくり、" * 60
    timer = Call(name="start_timer", args={"seconds": 60, "label": "蒸らし"})
    double.desk.live_turn(LiveTurn(says=long, calls=[timer], times=1))
    double.desk.live_turn(LiveTurn(says=SAID))

    async def play(line: Line) -> None:
        await line.say()
        call = await line.next(ToolCall)
        assert call.arguments == {"seconds": 60, "label": "蒸らし"}
        await line.until(Speech)
        await line.say(tone(0.3))
        await line.until(Interrupted)
        assert (await line.next(ToolCancellation)).ids == (call.id,)
        await line.until(TurnEnd)
        await line.say(silence(0.6))
        assert sound(await line.until(TurnEnd)) == spoken(SAID, engine=False)

    talk(play)
    assert [turn.end for turn in double.record.turns] == ["interrupted", "complete"]


def test_a_tool_s_result_is_spoken_of_unless_it_is_silent(double: LiveDouble, talk: Talk) -> None:
    double.desk.live_turn(LiveTurn(match="speech", calls=[Call(name="say_again")], times=2))
    double.desk.live_turn(LiveTurn(match="tool", says=SAID))

    async def play(line: Line) -> None:
        await line.say()
        silent = await line.next(ToolCall)
        await line.session.answer(silent, {"done": True}, silent=True)
        await line.until(TurnEnd)
        await line.say()
        events = await line.until(ToolCall)
        assert not sound(events)
        aloud = events[-1]
        assert isinstance(aloud, ToolCall)
        await line.session.answer(aloud, {"done": True}, silent=False)
        assert sound(await line.until(TurnEnd, times=2)) == spoken(SAID, engine=False)

    talk(play)
    assert [each.get("scheduling") for each in double.record.tool_answers] == ["SILENT", "WHEN_IDLE"]


def test_a_call_that_is_taken_back(double: LiveDouble, talk: Talk) -> None:
    double.desk.live_turn(LiveTurn(calls=[Call(name="say_again")], cancels=True))

    async def play(line: Line) -> None:
        await line.say()
        call = await line.next(ToolCall)
        assert (await line.next(ToolCancellation)).ids == (call.id,)
        await line.session.answer(call, {"done": True}, silent=False)  # too late, and no harm
        await line.until(TurnEnd)

    talk(play)


def test_a_look_that_finds_nothing_is_answered_without_a_word(talk: Talk) -> None:
    async def play(line: Line) -> None:
        await line.session.look(STEAM)
        events = await line.until(TurnEnd)
        calls = [event for event in events if isinstance(event, ToolCall)]
        assert [(call.name, call.arguments) for call in calls] == [
            ("note_moment", {"is_here": False, "danger": ""})
        ]
        assert not sound(events)

    talk(play)


def test_pictures_beyond_one_a_second_are_not_sent_but_a_look_takes_the_newest(
    double: LiveDouble, talk: Talk
) -> None:
    async def play(line: Line) -> None:
        await line.session.see(JPEG)
        for _ in range(5):
            await line.session.see(JPEG)
        double.hand.seconds += 1
        double.desk.advance_clock(1)
        await line.session.look(STEAM)
        await line.until(TurnEnd)

    talk(play)
    assert (double.record.frames_taken, double.record.frames_dropped) == (2, 0)


def test_another_connection_goes_on_by_a_handle(double: LiveDouble, talk: Talk) -> None:
    double.desk.live_turn(LiveTurn(says=SAID))
    handles: list[str] = []

    async def first(line: Line) -> None:
        await line.say()
        handles.append((await line.next(Handle)).value)
        double.desk.advance_clock(5)
        handles.append((await line.next(Handle)).value)

    async def second(line: Line) -> None:
        await line.say()
        await line.until(TurnEnd)

    talk(first)
    session = double.record.session
    talk(second, plan=GREETED, handle=handles[-1])
    assert handles[0] != handles[1]
    assert (double.record.session, double.record.is_resumed) == (session, True)
    assert double.record.texts == []  # no second greeting


@pytest.mark.parametrize("handle", ["unknown", "known"])
def test_a_handle_that_is_no_good_is_refused(double: LiveDouble, talk: Talk, handle: str) -> None:
    if handle == "known":
        double.desk.fault("live.connect", "closed", close_code=1007, match="resume")

    async def play(line: Line) -> None: ...

    with pytest.raises(LiveRefused) as refusal:
        talk(play, handle=handle)
    assert refusal.value.code == 1007
    talk(play)


def test_it_says_when_it_goes_away_and_does(double: LiveDouble, talk: Talk) -> None:
    async def play(line: Line) -> None:
        await asyncio.to_thread(double.desk.go_away, 50)
        assert (await line.next(GoAway)).seconds == 50
        double.desk.advance_clock(50)
        with pytest.raises(LiveClosed) as closed:
            await line.until(TurnEnd)
        assert (closed.value.code, closed.value.retryable) == (1001, True)

    talk(play)


def test_a_connection_lasts_ten_minutes_and_says_so_a_minute_before(double: LiveDouble, talk: Talk) -> None:
    async def play(line: Line) -> None:
        double.desk.advance_clock(9 * 60)
        assert 0 < (await line.next(GoAway)).seconds <= 60

    talk(play)


def test_it_is_cut_off_after_fifty_eight_minutes(double: LiveDouble, talk: Talk) -> None:
    double.desk.live_turn(LiveTurn(says=SAID))
    handles: list[str] = []

    async def play(line: Line) -> None:
        await line.session.see(JPEG)
        await line.say()
        handles.append((await line.next(Handle)).value)
        double.desk.advance_clock(58 * 60)
        with pytest.raises(LiveClosed) as closed:
            await line.until(TurnEnd, times=9)
        assert closed.value.code == 1011
        assert not isinstance(closed.value, LiveRefused)

    async def again(line: Line) -> None:
        await line.say()
        await line.until(TurnEnd)

    talk(play)
    talk(again, handle=handles[0])


def test_with_pictures_it_lasts_longer_than_two_minutes(double: LiveDouble, talk: Talk) -> None:
    """Without compression of the window it would not: see tests/simulator/google/test_live.py."""
    double.desk.live_turn(LiveTurn(says=SAID))

    async def play(line: Line) -> None:
        await line.session.see(JPEG)
        double.desk.advance_clock(121)
        await line.say()
        await line.until(TurnEnd)

    talk(play)


def test_a_frozen_connection_is_left_at_once(double: LiveDouble, talk: Talk) -> None:
    """cookbook#1225: it is open, and nothing comes. Who watches leaves it and goes on by the handle."""
    double.desk.live_turn(LiveTurn(says=SAID))
    handles: list[str] = []

    async def play(line: Line) -> None:
        await line.say()
        handles.append((await line.next(Handle)).value)
        double.desk.fault("live.turn", "hang", times=1)
        await line.say()
        await asyncio.to_thread(
            wait_until, lambda: double.record.turns[-1].end, lambda end: end == "hang", WAIT, str
        )
        await line.say()

    async def again(line: Line) -> None:
        await line.say()
        await line.until(TurnEnd)

    talk(play)
    talk(again, handle=handles[0])


def test_it_dies_after_its_first_turn_and_goes_on_by_the_handle(double: LiveDouble, talk: Talk) -> None:
    """python-genai#2935."""
    double.desk.live_turn(LiveTurn(says=SAID))
    double.desk.fault("live.turn", "closed", accept=True, times=1)
    handles: list[str] = []

    async def play(line: Line) -> None:
        await line.say()
        await line.until(TurnEnd)
        handles.append((await line.next(Handle)).value)
        with pytest.raises(LiveClosed) as closed:
            await line.until(TurnEnd)
        assert closed.value.code == 1011
        with pytest.raises(LiveClosed):  # who sends is told, too
            await line.say()

    async def again(line: Line) -> None:
        await line.say()
        await line.until(TurnEnd)

    talk(play)
    talk(again, handle=handles[0])


def test_a_tool_that_breaks_it_is_refused_and_it_goes_on_without_tools(
    double: LiveDouble, talk: Talk
) -> None:
    """cookbook#1225: 1007 when speech is composed before a tool call."""
    double.desk.live_turn(LiveTurn(says=SAID))
    double.desk.fault("live.turn", "closed", close_code=1007, match="tools")

    async def play(line: Line) -> None:
        await line.say()
        with pytest.raises(LiveRefused) as closed:
            await line.until(TurnEnd)
        assert closed.value.code == 1007

    async def again(line: Line) -> None:
        await line.say()
        await line.until(TurnEnd)

    talk(play)
    talk(again, tools=())
    assert "tools" not in double.record.setup


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"gemini_live_model": "gemini-none"}, 1008),
        ({"gemini_live_voice": "Nobody"}, 1007),
        ({"gemini_api_key": SecretStr("wrong")}, 1007),
        ({"gemini_api_version": "v1"}, 0),  # HTTP 404
    ],
)
def test_what_is_asked_for_in_vain_is_refused(
    double: LiveDouble, changes: dict[str, object], code: int
) -> None:
    async def run() -> None:
        other = LiveDouble(double.desk, double.settings.change(**changes)).live()
        async with other.connect(PLAN, TOOLS):
            raise AssertionError

    with pytest.raises(LiveRefused) as refusal:
        asyncio.run(run())
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("code", "kind"), [(1000, LiveClosed), (1007, LiveRefused), (1008, LiveRefused), (1011, LiveClosed)]
)
@pytest.mark.parametrize("when", ["setup", "talk"])
def test_each_close_code_is_told(
    double: LiveDouble, talk: Talk, when: str, code: int, kind: type[LiveClosed]
) -> None:
    if when == "setup":
        double.desk.fault("live.connect", "closed", close_code=code, message="because", times=1)

    async def play(line: Line) -> None:
        await asyncio.to_thread(double.desk.close_live, code, "because")
        await line.until(TurnEnd)

    with pytest.raises(LiveClosed) as closed:
        talk(play)
    assert type(closed.value) is kind
    assert (closed.value.code, str(closed.value)) == (code, f"{code} because")


@pytest.mark.parametrize(
    ("status", "kind"), [(401, LiveRefused), (403, LiveRefused), (429, LiveClosed), (503, LiveClosed)]
)
def test_a_handshake_that_is_refused(
    double: LiveDouble, talk: Talk, status: int, kind: type[LiveClosed]
) -> None:
    double.desk.fault("live.connect", "status", status=status, times=1)

    async def play(line: Line) -> None: ...

    with pytest.raises(LiveClosed, match=f"HTTP {status}") as closed:
        talk(play)
    assert type(closed.value) is kind
    assert closed.value.code == 0


def test_a_setup_that_is_never_answered(
    double: LiveDouble, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google, "OPEN_SECONDS", 0.5)
    double.desk.fault("live.connect", "hang")

    async def play(line: Line) -> None: ...

    with pytest.raises(LiveClosed) as closed:
        talk(play)
    assert closed.value.retryable


def test_nobody_listens(double: LiveDouble) -> None:
    async def run() -> None:
        nobody = double.settings.change(google_live_url="https://127.0.0.1:1")
        async with LiveDouble(double.desk, nobody).live().connect(PLAN, TOOLS):
            raise AssertionError

    with pytest.raises(LiveClosed) as closed:
        asyncio.run(run())
    assert type(closed.value) is LiveClosed


def test_a_stranger_s_certificate_is_not_believed(double: LiveDouble) -> None:
    async def run() -> None:
        trusting = double.settings.change(google_live_ca_file=None)
        async with LiveDouble(double.desk, trusting).live().connect(PLAN, TOOLS):
            raise AssertionError

    with pytest.raises(LiveClosed):
        asyncio.run(run())


def test_each_turn_tells_what_it_took_and_cost(double: LiveDouble, talk: Talk) -> None:
    double.desk.live_turn(LiveTurn(says=SAID))

    async def play(line: Line) -> None:
        await line.session.see(JPEG)
        await line.say()
        first = await line.next(Spent)
        await line.say()
        second = await line.next(Spent)
        (call,) = first.usage.calls
        assert (first.usage.provider, call.purpose, call.model) == (
            "google",
            "companion.v1",
            "gemini-3.8-live",
        )
        assert set(call.input_tokens) == {"TEXT", "AUDIO", "VIDEO"}
        cost = prices.live(call.model, call.input_tokens, {"AUDIO": call.output_tokens})
        assert first.usage.cost_usd == call.cost_usd == pytest.approx(cost)
        assert cost > 0
        assert second.usage.cost_usd > first.usage.cost_usd  # its window has grown

    talk(play)


@pytest.mark.parametrize(
    ("heard", "said", "dollars"),
    [
        ({"TEXT": 1_000_000}, {}, 0.75),
        ({"AUDIO": 1_000_000}, {}, 3.00),
        ({"VIDEO": 500_000, "IMAGE": 500_000}, {}, 1.00),
        ({}, {"TEXT": 1_000_000}, 4.50),
        ({}, {"AUDIO": 1_000_000}, 12.00),
        ({"UNKNOWN": 1_000_000}, {"UNKNOWN": 1_000_000}, 15.00),
    ],
)
def test_the_price_goes_by_modality(heard: dict[str, int], said: dict[str, int], dollars: float) -> None:
    assert prices.live("gemini-3.8-live-001", heard, said) == pytest.approx(dollars)


def test_a_model_without_a_price_counts_as_free() -> None:
    assert prices.live("gemini-none", {"AUDIO": 1_000_000}, {}) == 0


LOADED = """
import sys
from companion.google import GeminiLive
from settings import Settings
from storage.google_credentials import GoogleCredentials
live = GeminiLive(Settings(), GoogleCredentials(None))
print(live.model, "google.genai" in sys.modules, "websockets" in sys.modules, "pipeline.providers.google" in sys.modules)
"""


def test_google_s_library_is_loaded_by_the_first_call() -> None:
    assert run_script(LOADED).split() == ["gemini-3.8-live", "False", "False", "False"]


def test_a_message_of_a_new_kind_does_not_end_the_call(double: LiveDouble, talk: Talk) -> None:
    double.desk.live_turn(LiveTurn(says=SAID))

    async def play(line: Line) -> None:
        await asyncio.to_thread(double.desk.send_live, {"newKind": {}})
        await line.say()
        assert sound(await line.until(TurnEnd))

    talk(play)
