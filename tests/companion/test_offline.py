"""The offline companion: recorded speech and the drawn pan go in, what it says comes out."""

import asyncio
import wave
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from companion.offline.eyes import Danger, Eyes
from companion.offline.live import OfflineLive
from companion.offline.replies import Replies, Wish, Words
from companion.offline.session import OfflineSession
from companion.offline.steps import Samples
from companion.offline.wishes import timer_label, timer_seconds
from companion.plan import CallPlan, Cue, Moment
from companion.ports import (
    HEARD_RATE,
    SPOKEN_RATE,
    Event,
    Handle,
    Heard,
    Interrupted,
    LiveClosed,
    LiveRefused,
    Said,
    Speech,
    ToolCall,
    TurnEnd,
)
from companion.tools import TOOLS, ToolName
from footage.script import ClipRecipe, script_for
from footage.sound import write_sizzle
from knowledge_base import companion_talk
from knowledge_base.catalogue import load
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.narrator import SAMPLING_RATE, OpenJTalkNarrator
from pipeline.providers.offline.transcriber import WhisperTranscriber
from pipeline.providers.ports import Turn
from settings import Settings
from tests.clips import drawn

NARRATOR = OpenJTalkNarrator()
RICE = load().dishes["fried-rice"]
PLAN = CallPlan("みさき", "こんにちは。今日は卵の間合いを見ますね。", RICE)
PATIENCE = 120  # seconds, after which a call that waits for what does not come is ended
PACKET = HEARD_RATE // 25  # samples: 40 ms


@pytest.fixture(scope="module")
def live() -> Iterator[OfflineLive]:
    transcriber = WhisperTranscriber(Settings.without_environment().cache_dir.expanduser())
    with closing(OfflineLive(transcriber, NARRATOR, lambda question: [])) as live:
        yield live


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * HEARD_RATE), np.float32)


def noise(seconds: float, loudness: float) -> Samples:
    return np.random.default_rng(1).standard_normal(int(seconds * HEARD_RATE)).astype(np.float32) * loudness


@cache
def spoken(text: str) -> Samples:
    """As a learner says it, at a phone's usual level."""
    voice = NARRATOR.samples(text).astype(np.float32) / 32768 * 0.4
    third = SAMPLING_RATE // HEARD_RATE
    thirds: Samples = voice[: len(voice) // third * third].reshape(-1, third).mean(axis=1)
    return thirds


async def hear(session: OfflineSession, *sounds: Samples) -> None:
    sound = (np.concatenate(sounds) * 32767).astype("<i2")
    for start in range(0, len(sound), PACKET):
        await session.hear(sound[start : start + PACKET].tobytes())


async def turn(events: AsyncIterator[Event]) -> list[Event]:
    """Up to its end, or to what a tool is asked."""
    found = []
    async for event in events:
        found.append(event)
        if isinstance(event, TurnEnd | ToolCall):
            break
    return found


def said(events: Sequence[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Said))


def seconds(events: Sequence[Event]) -> float:
    return sum(len(event.pcm) for event in events if isinstance(event, Speech)) / 2 / SPOKEN_RATE


def calling(
    live: OfflineLive,
    conversation: Callable[[OfflineSession, AsyncIterator[Event]], Coroutine[object, object, None]],
    plan: CallPlan = PLAN,
    handle: str | None = None,
) -> None:
    async def call() -> None:
        async with live.connect(plan, TOOLS, handle) as session, asyncio.timeout(PATIENCE):
            await conversation(session, session.events())

    asyncio.run(call())


def test_it_greets_at_once_with_a_voice(live: OfflineLive) -> None:
    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        greeting = await turn(events)

        assert isinstance(greeting[0], Handle)
        assert said(greeting) == PLAN.greeting
        assert 3 < seconds(greeting) < 8
        assert all(len(event.pcm) <= SPOKEN_RATE for event in greeting if isinstance(event, Speech))

    calling(live, conversation)


def test_a_question_is_answered_in_two_sentences(live: OfflineLive) -> None:
    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        greeting = await turn(events)
        await hear(session, silence(seconds(greeting)), spoken("卵はいつ入れればいいですか。"), silence(1))

        heard, *answer = await turn(events)

        assert isinstance(heard, Heard)
        assert heard.is_whole
        assert "卵" in heard.text
        assert "卵を先に入れて" in said(answer)
        assert 1 <= said(answer).count("。") <= 2
        assert seconds(answer) > 2

    calling(live, conversation)


def test_a_timer_is_asked_of_the_tool_and_told_when_it_runs(live: OfflineLive) -> None:
    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        greeting = await turn(events)
        await hear(session, silence(seconds(greeting)), spoken("三分のタイマーをかけて。"), silence(1))
        *_, call = await turn(events)

        assert isinstance(call, ToolCall)
        assert (call.name, call.arguments["seconds"]) == (ToolName.START_TIMER, 180)

        await session.answer(call, {"started": True}, silent=False)
        assert said(await turn(events)) == "3分のタイマーを始めました。"
        await session.answer(call, {"error": "too many"}, silent=False)
        assert said(await turn(events)) == companion_talk.NO_TIMER
        await session.answer(call, {}, silent=True)
        assert said(await turn(events)) == ""

    calling(live, conversation)


def test_silence_noise_and_mutterings_are_not_answered(live: OfflineLive) -> None:
    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        greeting = await turn(events)
        await hear(session, silence(seconds(greeting) + 4), noise(4, 0.05), silence(2))
        await hear(session, spoken("よいしょ。"), silence(1), spoken("もう一回言って。"), silence(1))

        found = await turn(events)
        while isinstance(found[-1], TurnEnd):  # of what was muttered
            found += await turn(events)

        assert said(found) == ""
        assert isinstance(found[-1], ToolCall)
        assert found[-1].name == ToolName.SAY_AGAIN
        assert len([each for each in found if isinstance(each, Heard)]) <= 2
        assert not any(isinstance(each, Interrupted) for each in found)

    calling(live, conversation)


def test_who_speaks_while_it_speaks_interrupts_it(live: OfflineLive) -> None:
    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        await turn(events)  # all of the greeting is on its way, and none of it heard
        await hear(session, silence(0.5), spoken("待って。もう一回言って。"), silence(1))

        assert isinstance(await anext(events), Interrupted)
        assert isinstance((await turn(events))[-1], ToolCall)

    calling(live, conversation)


def test_a_button_let_go_ends_what_was_said(live: OfflineLive) -> None:
    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        greeting = await turn(events)
        await hear(session, silence(seconds(greeting)), spoken("もう一回言って。"))
        await session.pause()

        assert isinstance((await turn(events))[-1], ToolCall)

    calling(live, conversation)


def pan(tmp_path: Path) -> Samples:
    """The drawn pan's sound of a clean steak, and then the quiet of its room."""
    wav, half = tmp_path / "pan.wav", 2
    script = script_for(ClipRecipe("beef-steak", seconds=14.0))
    write_sizzle(script, 14.0, 1, wav)
    with wave.open(str(wav)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    heard: Samples = sound[: len(sound) // half * half].reshape(-1, half).mean(axis=1)
    return heard


async def told(session: OfflineSession, events: AsyncIterator[Event], cue: Cue, moment: Moment) -> None:
    """It notices the cue, and says what it is told to."""
    *_, call = await turn(events)
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments) == (ToolName.NOTE_MOMENT, {"is_here": True, "cue": cue})
    await session.answer(call, {"say": moment.words}, silent=False)
    assert said(await turn(events)) == moment.words


def test_moments_are_noticed_by_their_cue(live: OfflineLive, tmp_path: Path) -> None:
    moments = [
        Moment("油のゆらぎ", "油がゆれています。"),
        Moment("焼ける音", "よい音です。そのまま触らずに待ちましょう。", Cue.SIZZLE),
        Moment("音が静まる", "音が静まりました。返してみましょう。", Cue.QUIET),
    ]
    plan = CallPlan("みさき", "こんにちは。", RICE, moments=moments)

    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        sizzle = pan(tmp_path)
        room = noise(16, 0.0005)  # longer than the words take: it does not listen to the pan meanwhile
        greeting = await turn(events)
        await hear(session, silence(seconds(greeting) + 1), room[: 3 * HEARD_RATE], sizzle)
        await told(session, events, Cue.SIZZLE, moments[1])
        await hear(session, room)
        await told(session, events, Cue.QUIET, moments[2])

    calling(live, conversation, plan)


def test_another_connection_goes_on_and_does_not_greet_again(live: OfflineLive) -> None:
    handles: list[str] = []

    async def first(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        handle, *_ = await turn(events)
        assert isinstance(handle, Handle)
        handles.append(handle.value)

    async def second(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        assert await anext(events) == Handle(handles[0])
        await hear(session, spoken("タイマーお願い。"), silence(1))
        heard, *asked = await turn(events)
        assert isinstance(heard, Heard)
        assert said(asked) == companion_talk.HOW_LONG

    calling(live, first)
    calling(live, second, handle=handles[0])


def test_who_was_spoken_with_before_is_not_greeted(live: OfflineLive) -> None:
    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        await hear(session, silence(0.3), spoken("すみません、もう一回言ってください"), silence(1))
        assert said(await turn(events)) == ""

    calling(live, conversation, replace(PLAN, so_far="学習者「始めます」"))


def test_a_mutter_ends_its_turn(live: OfflineLive) -> None:
    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        await turn(events)  # the greeting
        await hear(session, silence(4), spoken("煙が出てきた"), silence(1))
        heard = await turn(events)
        assert any(isinstance(event, Heard) for event in heard)
        assert isinstance(heard[-1], TurnEnd)
        assert said(heard) == ""

    calling(live, conversation)


def picture(width: int, height: int) -> bytes:
    jpeg = BytesIO()
    Image.new("RGB", (width, height)).save(jpeg, "JPEG")
    return jpeg.getvalue()


@pytest.mark.parametrize("jpeg", [picture(1, 1), picture(640, 1), picture(3000, 20), b"\xff\xd8", b""])
def test_a_picture_of_no_page_of_ours_shows_nothing(jpeg: bytes) -> None:
    eyes = Eyes()
    assert {eyes.look(jpeg) for _ in range(8)} == {None}


def test_an_unknown_handle_is_refused_and_a_closed_call_is_closed(live: OfflineLive) -> None:
    async def unknown(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        raise AssertionError

    with pytest.raises(LiveRefused) as refused:
        calling(live, unknown, handle="nobody's")
    assert refused.value.code == 1007

    async def hang_up() -> None:
        async with live.connect(PLAN, TOOLS) as session:
            pass
        with pytest.raises(LiveClosed):
            async for _ in session.events():
                pass
        with pytest.raises(LiveClosed):
            await session.hear(bytes(PACKET))

    asyncio.run(hang_up())


# ---- what is answered, without a voice


def reply_to(heard: str, *history: Turn) -> Words | Wish | None:
    return Replies(PLAN, OfflineCoach(), lambda question: []).reply(heard, history)


@pytest.mark.parametrize(
    "heard",
    [
        "あっつい",
        "よいしょ",
        "いい匂い",
        "うわ、焦げた",
        "油を切って",
        "塩入れたっけ",
        "よし、これでいい",
        "ありがとうございました",
        "タイマーを止めて",
        # Answered by rule, from recordings.
        "煙が出てきた",
        "指を切っちゃった",
        "火が消えない！",
    ],
)
def test_what_asks_nothing_is_not_answered(heard: str) -> None:
    assert reply_to(heard) is None


@pytest.mark.parametrize(
    ("heard", "words"),
    [
        ("しょうゆはどこから入れるの？", "鍋肌"),
        ("ご飯がべちゃべちゃになりそう、どうすればいい？", "湯気"),
        ("ねえモーメント、塩はいつ入れるの", "塩"),
        ("どのくらい炒めればいいですか", "香り"),
        ("フランスの首都はどこですか", "わかりません"),
        ("あなたは人間ですか", "AI"),
        ("鶏肉がまだ赤いけど食べていい？", "火を通し直して"),
    ],
)
def test_what_asks_is_answered_without_the_chats_wrapping(heard: str, words: str) -> None:
    reply = reply_to(heard)

    assert isinstance(reply, Words)
    assert words in reply.text
    assert "よい質問" not in reply.text
    assert "書いて" not in reply.text


@pytest.mark.parametrize(
    ("heard", "seconds", "label"),
    [
        ("三分のタイマーをかけて。", 180, ""),
        ("タイマー、3分を願い。", 180, ""),
        ("1分半のタイマーお願いします", 90, ""),
        ("90秒計って", 90, ""),
        ("卵のタイマーを5分", 300, "卵"),
        ("一時間三十分のタイマー", 5400, ""),
        ("二十五分たったら教えて", 1500, ""),
        ("１分３０秒のタイマー", 90, ""),
        ("タイマーお願い", None, ""),
    ],
)
def test_how_long_a_timer_runs(heard: str, seconds: int | None, label: str) -> None:
    assert timer_seconds(heard) == seconds
    assert timer_label(heard) == label


def test_who_is_asked_how_long_need_say_no_more() -> None:
    asked = Turn("ai", companion_talk.HOW_LONG)

    assert reply_to("5分", asked) == Wish(ToolName.START_TIMER, {"seconds": 300, "label": "タイマー"})
    assert reply_to("5分") is None


# ---- danger


def jpegs(clip: Path) -> Iterator[bytes]:
    """One a second."""
    import av

    due = 0.0
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= due:
                due += 1
                file = BytesIO()
                Image.fromarray(frame.to_ndarray(format="rgb24")).save(file, "JPEG", quality=60)
                yield file.getvalue()


def dangers(pictures: Iterator[bytes]) -> set[Danger]:
    eyes = Eyes()
    return {danger for picture in pictures if (danger := eyes.look(picture))}


@pytest.mark.parametrize(
    ("variant", "found"), [("smoke", {Danger.SMOKE}), ("clean", set()), ("steam", set())]
)
def test_smoke_is_seen_where_it_is(variant: str, found: set[Danger], tmp_path: Path) -> None:
    clip = drawn(ClipRecipe("beef-steak", variant, 20.0, (360, 640)), tmp_path / "clip.mp4")

    assert dangers(jpegs(clip)) == found


def flames(count: int) -> Iterator[bytes]:
    """Bright orange tongues over a dark pan, elsewhere in each picture."""
    y, x = np.mgrid[0:120, 0:160]
    rng = np.random.default_rng(3)
    for _ in range(count):
        picture = np.full((120, 160, 3), 25, np.uint8)
        for _ in range(5):
            cx, cy = rng.uniform(50, 110), rng.uniform(40, 80)
            picture[((x - cx) / 5) ** 2 + ((y - cy) / 9) ** 2 < 1] = (250, 170, 60)
        file = BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=80)
        yield file.getvalue()


def test_flames_are_warned_of_once_they_last(live: OfflineLive) -> None:
    assert dangers(flames(4)) == set()
    assert dangers(iter([b"no picture"])) == set()

    async def conversation(session: OfflineSession, events: AsyncIterator[Event]) -> None:
        await turn(events)
        for picture in flames(8):
            await session.see(picture)
        assert isinstance(await anext(events), Interrupted)
        *_, call = await turn(events)
        assert isinstance(call, ToolCall)
        assert call.arguments == {"is_here": False, "danger": "fire"}
        await session.answer(call, {"noted": True}, silent=True)
        assert await turn(events) == [TurnEnd()]
        for picture in flames(8):
            await session.see(picture)
        await hear(session, silence(12), spoken("もう一回言って。"), silence(1))
        *_, call = await turn(events)
        assert isinstance(call, ToolCall)
        assert call.name == ToolName.SAY_AGAIN, "it warns once"

    calling(live, conversation)
