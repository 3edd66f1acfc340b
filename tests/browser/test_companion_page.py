"""A call in a phone's browser: a real microphone's and camera's way through the page, beside a companion that speaks our wire alone."""

import asyncio
import io
import os
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from companion import wire
from companion.calls import SIGN_IN
from companion.ports import HEARD_RATE, SPOKEN_RATE
from companion.recordings import Recording
from desk.simulated_line import LIFF_COMPANION_ID
from footage.script import ClipRecipe
from knowledge_base.catalogue import load
from knowledge_base.companion_talk import no_minutes, recording_text
from knowledge_base.pages import page_words
from liff.identity import COOKIE
from liff.pages import companion as companion_page
from models.base import database_now
from models.user import User
from moment.app import make_app
from moment.resources import Resources
from pipeline.providers.offline.narrator import OpenJTalkNarrator
from services.companion import Allowance
from services.cooking import open_cook
from simulator.http.client import wait_until
from simulator.line.client import Learner
from tests.chromium import open_browser
from tests.clips import drawn
from tests.liff.conftest import Site, learner, open_site
from tests.media_files import make
from tests.system import WAIT

__all__ = ["learner"]

PATIENCE = WAIT * 1000  # milliseconds
WORDS = page_words("companion")
PHONE: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 720}
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "out/screenshots"))
expect.set_options(timeout=PATIENCE)
SENTENCES = ("卵のふちがふくらんできました。", "ご飯は、いつ入れたらいいですか。", "音が軽くなってきました。")
CALL = UUID(int=1)
# Each recording is a tone here, so that it can be told by ear which of them is played.
HERTZ: Mapping[Recording, int] = {name: 700 + 300 * number for number, name in enumerate(Recording)}

Samples = NDArray[np.floating[Any]]


# ---- the companion's side of the wire


@dataclass
class Visit:
    """One connection of a page's."""

    session: int
    call: str
    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    audio: bytearray = field(default_factory=bytearray)
    pictures: list[tuple[float, bytes]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def send(self, message: BaseModel) -> None:
        self._do(self.socket.send_text(message.model_dump_json()))

    def speak(self, pcm: bytes) -> None:
        self._do(self.socket.send_bytes(pcm))

    def cut(self) -> None:
        self._do(self.socket.close(1011))

    @property
    def seconds(self) -> float:
        return len(self.audio) / 2 / HEARD_RATE

    def heard(self) -> Samples:
        return np.frombuffer(bytes(self.audio), "<i2") / 32_768

    def wait_for(self, fact: Callable[["Visit"], object], what: str) -> None:
        wait_until(lambda: self, fact, WAIT, lambda _: what)

    def _do(self, sending: Any) -> None:
        asyncio.run_coroutine_threadsafe(sending, self.loop).result(WAIT)


@dataclass
class Companion:
    """Hears, sees, and says what the test says."""

    visits: list[Visit] = field(default_factory=list)
    refusal: int | None = None  # the code by which nobody is let in
    refused: int = 0  # how often
    is_ready: bool = True  # the model, as soon as the page is there

    async def take_in(self, socket: WebSocket) -> None:
        await socket.accept()
        visit = Visit(
            int(socket.path_params["session_id"]),
            socket.query_params["call"],
            socket,
            asyncio.get_running_loop(),
        )
        if self.refusal is not None:
            self.refused += 1
            await socket.close(self.refusal)
            return
        if self.is_ready:
            await socket.send_text(wire.Ready(seconds_left=20 * 60, call=CALL).model_dump_json())
        self.visits.append(visit)
        try:
            while True:
                self._take(visit, await socket.receive())
        except WebSocketDisconnect:
            visit.told.append("gone")

    def _take(self, visit: Visit, message: Mapping[str, Any]) -> None:
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        if (text := message.get("text")) is not None:
            visit.told.append(wire.FROM_PAGE.validate_json(text).type)
            return
        kind, payload = message["bytes"][0], message["bytes"][1:]
        if kind == wire.AUDIO:
            assert 0 < len(payload) <= wire.MOST_AUDIO_BYTES
            visit.audio += payload
        else:
            assert kind == wire.PICTURE
            assert len(payload) <= wire.MOST_PICTURE_BYTES
            visit.pictures.append((monotonic(), payload))

    def forget(self) -> None:
        self.visits, self.refusal, self.refused, self.is_ready = [], None, 0, True

    def visit(self, number: int) -> Visit:
        wait_until(lambda: self.visits, lambda visits: len(visits) > number, WAIT, lambda _: "the page")
        return self.visits[number]


# ---- what is seen and heard


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears, again and again: sentences, and a breath after each."""
    folder = tmp_path_factory.mktemp("spoken")
    speech, _ = OpenJTalkNarrator().speak(SENTENCES, folder)
    out = folder / "spoken.wav"
    with wave.open(str(out), "wb") as file:
        for number, sentence in enumerate(speech):
            with wave.open(str(sentence.wav), "rb") as source:
                if number == 0:
                    file.setparams(source.getparams())
                file.writeframes(source.readframes(source.getnframes()))
            file.writeframes(bytes(2 * file.getframerate() // 2))
    return out


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filmed")
    clip = drawn(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), folder / "clip.mp4")
    scaled = ("-vf", "scale=480:640:force_original_aspect_ratio=decrease,pad=480:640:(ow-iw)/2:0")
    return make(folder / "clip.mjpeg", "-i", str(clip), "-an", *scaled, "-c:v", "mjpeg", "-q:v", "4")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    for name, hertz in HERTZ.items():
        source = ("-f", "lavfi", "-i", f"sine=frequency={hertz}:duration=1.5")
        make(folder / f"{name}.mp3", *source, "-b:a", "48k")
    return folder


@pytest.fixture(scope="module")
def browser(spoken: Path, filmed: Path) -> Iterator[Browser]:
    with open_browser(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken}",
        f"--use-file-for-fake-video-capture={filmed}",
    ) as browser:
        yield browser


_companion = Companion()


@pytest.fixture(scope="module")
def site(
    postgres_url: str, valkey_url: str, recordings: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    def with_companion(resources: Resources) -> Starlette:
        app = make_app(resources)
        app.router.routes.insert(0, WebSocketRoute("/ws/companion/{session_id}", _companion.take_in))
        return app

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.system.make_app", with_companion)
        patch.setattr(companion_page, "RECORDINGS", recordings)
        with open_site(postgres_url, valkey_url, tmp_path_factory.mktemp("site")) as site:
            yield site


@pytest.fixture
def companion() -> Companion:
    _companion.forget()
    return _companion


@dataclass(frozen=True)
class Phone:
    page: Page
    session_id: int
    problems: list[str]

    def begin(self) -> None:
        self.page.get_by_role("button", name=WORDS["start"]).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=WORDS[name], exact=True)

    def check(self, name: str) -> None:
        """Everybody can use it, and nothing runs out of the screen; pictures of it are kept."""
        for scheme in ("light", "dark"):
            for size in (PHONE, WIDE):
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.page.set_viewport_size(size)
                found = Axe().run(self.page)  # which tries styles that our policy forbids
                self.problems[:] = [text for text in self.problems if "Applying inline style" not in text]
                assert found.violations_count == 0, found.generate_report()
                assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "sideways"
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                picture = f"companion_{name}_{size['width']}_{scheme}.png"
                self.page.screenshot(path=SCREENSHOTS / picture, full_page=True)


@pytest.fixture
def phone(site: Site, browser: Browser, recordings: Path, companion: Companion) -> Iterator[Phone]:
    with phone_of(site, browser, recordings) as phone:
        yield phone


# Our pages offer nothing to look into what is played: the loudspeaker has an ear here, and what the audio thread tells is noted.
EAR = """
window.told = [];
const Node_ = window.AudioWorkletNode;
window.AudioWorkletNode = class extends Node_ {
  constructor(...all) {
    super(...all);
    if (all[1] === "mouth") this.port.addEventListener("message", ({ data }) => window.told.push(data));
  }
};
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) {
    window.ear ??= Object.assign(this.context.createAnalyser(), { fftSize: 4096, smoothingTimeConstant: 0 });
    connect.call(this, window.ear);
  }
  return connect.call(this, target, ...rest);
};
window.pitch = () => {
  if (!window.ear) return 0;
  const loud = new Float32Array(window.ear.frequencyBinCount);
  window.ear.getFloatFrequencyData(loud);
  const top = loud.reduce((best, level, at) => (level > loud[best] ? at : best), 0);
  return loud[top] > -60 ? (top * window.ear.context.sampleRate) / window.ear.fftSize : 0;
};
"""


@contextmanager
def phone_of(
    site: Site,
    browser: Browser,
    recordings: Path,
    *,
    dish: str | None = "fried-rice",
    before: str = EAR,
    **options: Any,
) -> Iterator[Phone]:
    with site.signed_in(site.desk.learner("ゆうこ")) as client:
        user_id, cookie = client.get("/api/auth/me").json()["id"], client.cookies[COOKIE]
    session_id = 0
    if dish is not None:
        with site.database.transaction() as db:
            session_id = open_cook(db, db.get_one(User, user_id), None, dish, database_now(db)).id
    context = browser.new_context(
        **{"viewport": PHONE, "locale": "ja-JP", "reduced_motion": "reduce", **options}
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.url}])
    context.add_init_script(before)
    context.route(
        "**/liff/static/companion/*.mp3",
        lambda route: route.fulfill(path=recordings / route.request.url.rsplit("/", 1)[1]),
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{site.url}/liff/companion")
    yield Phone(page, session_id, problems)
    meant = ("WebSocket", "ERR_INTERNET_DISCONNECTED")  # the network was taken away
    assert [text for text in problems if not any(words in text for words in meant)] == []
    context.close()


def bands(samples: Samples, rate: int) -> Samples:
    """How loud each band of pitches is, fifty times a second; other rates, other bands."""
    width = rate // 25
    starts = range(0, len(samples) - width, rate // 50)
    loud = np.array([np.abs(np.fft.rfft(samples[at : at + width] * np.hanning(width))) for at in starts])
    pitches = np.fft.rfftfreq(width, 1 / rate)
    edges = np.geomspace(150, 6500, 25)
    parts = [loud[:, (pitches >= low) & (pitches < high)].sum(axis=1) for low, high in pairwise(edges)]
    return np.log(np.array(parts).T / rate + 1e-4)


def place_of(heard: Samples, spoken: Path) -> tuple[float, float]:
    """How alike it is to the likest part of what was spoken, 1 at most, and at which second that is."""
    with wave.open(str(spoken), "rb") as file:
        rate = file.getframerate()
        once = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768
    all_, piece = bands(np.concatenate([once, once]), rate), bands(heard, HEARD_RATE)
    piece = piece - piece.mean()
    likeness = []
    for at in range(len(all_) - len(piece)):
        part = all_[at : at + len(piece)] - all_[at : at + len(piece)].mean()
        likeness.append((piece * part).sum() / np.sqrt((piece**2).sum() * (part**2).sum()))
    best = int(np.argmax(likeness))
    return float(likeness[best]), (best / 50) % (len(once) / rate)


def tone(hertz: int, seconds: float) -> bytes:
    t = np.arange(int(seconds * SPOKEN_RATE)) / SPOKEN_RATE
    return (np.sin(2 * np.pi * hertz * t) * 12_000).astype("<i2").tobytes()


def hear(page: Page, hertz: int) -> None:
    """From the loudspeaker."""
    wait_until(
        lambda: page.evaluate("pitch()"),
        lambda heard: abs(heard - hertz) < 25,
        WAIT,
        lambda heard: f"{hertz} Hz, heard {heard}",
    )


# ---- the tests

SECOND = HEARD_RATE  # samples


def test_before_the_call_one_reads_what_it_is_about_and_how_to_set_up_the_phone(phone: Phone) -> None:
    main = phone.page.get_by_role("main")
    for words in (
        WORDS["for_cook"].format(dish="チャーハン", number=1),
        load().dishes["fried-rice"].attempts[0],
        WORDS["minutes_left"].format(minutes=10),
        WORDS["place_text"],
        WORDS["streams_text"],
    ):
        expect(main).to_contain_text(words)
    phone.check("before")


def test_what_the_microphone_and_the_camera_take_arrives(
    phone: Phone, companion: Companion, spoken: Path, filmed: Path
) -> None:
    phone.begin()
    visit = companion.visit(0)
    expect(phone.page.get_by_role("status")).to_have_text(WORDS["listening"])
    assert (visit.session, visit.call) == (phone.session_id, "")
    visit.wait_for(lambda visit: visit.seconds > 8 and len(visit.pictures) > 3, "sound and pictures")
    heard = visit.heard()
    pieces = [heard[at : at + 3 * SECOND // 2] for at in range(SECOND, 7 * SECOND, 3 * SECOND // 2)]
    likeness = sorted(place_of(piece, spoken)[0] for piece in pieces)
    assert likeness[len(likeness) // 2] > 0.85, "at another rate it is 0.7 at most"
    pictures = list(visit.pictures)
    assert len(pictures) <= pictures[-1][0] - pictures[0][0] + 2, "one a second"
    assert how_alike(pictures[-1][1], filmed) < 10


def how_alike(jpeg: bytes, filmed: Path) -> float:
    """The difference of brightness to the likest picture of the film, of 255."""

    def small(picture: Image.Image) -> Samples:
        return np.asarray(picture.convert("L").resize((24, 32)), dtype=float)

    with Image.open(io.BytesIO(jpeg)) as picture:
        assert max(picture.size) == 640
        seen = small(picture)
    with av.open(str(filmed), format="mjpeg") as film:
        frames = [Image.fromarray(frame.to_ndarray(format="gray")) for frame in film.decode(video=0)]
    return min(float(np.abs(small(frame) - seen).mean()) for frame in frames)


def test_what_is_said_is_heard_and_read(phone: Phone, companion: Companion) -> None:
    page = phone.page
    phone.begin()
    visit = companion.visit(0)
    visit.send(wire.Caption(type="heard", text="ご飯は"))
    visit.send(wire.Caption(type="heard", text="ご飯は、いつ入れたらいいですか。"))
    visit.send(wire.Caption(type="said", text="卵のふちがふくらんだら、すぐ入れましょう。"))
    expect(page.locator("#heard")).to_have_text("ご飯は、いつ入れたらいいですか。")
    expect(page.locator("#said")).to_have_text("卵のふちがふくらんだら、すぐ入れましょう。")
    visit.send(wire.TimerStart(id=1, seconds=185, label="蒸らし"))
    expect(page.get_by_role("listitem")).to_contain_text("蒸らし")
    phone.check("call")
    visit.speak(tone(440, 60))
    hear(page, 440)
    visit.send(wire.Flush())
    hear(page, 0)
    *_, last = page.evaluate("told")
    assert last["left"] == 0
    assert last["played"] < 50 * page.evaluate("ear.context.sampleRate"), "the rest was thrown away"
    visit.speak(tone(660, 60))
    hear(page, 660)
    visit.send(wire.Play(recording=Recording.FIRE, text="火から離れてください。"))
    hear(page, HERTZ[Recording.FIRE])
    expect(page.locator("#said")).to_have_text("火から離れてください。")
    visit.send(wire.TimerStop(id=1))
    expect(page.get_by_role("listitem")).to_have_count(0)


def test_a_lost_connection_is_bridged(phone: Phone, companion: Companion, spoken: Path) -> None:
    page = phone.page
    phone.begin()
    first = companion.visit(0)
    first.wait_for(lambda visit: visit.seconds > 3, "sound")
    companion.refusal = 1011
    first.cut()
    hear(page, HERTZ[Recording.WAIT])
    expect(page.get_by_role("status")).to_have_text(WORDS["away"])
    expect(page.locator("#said")).to_have_text(recording_text("wait"))
    wait_until(lambda: companion.refused, lambda times: times >= 3, WAIT, lambda _: "more attempts")
    companion.refusal = None
    second = companion.visit(1)
    assert (second.session, second.call) == (phone.session_id, str(CALL))
    expect(page.get_by_role("status")).to_have_text(WORDS["listening"])
    second.wait_for(lambda visit: visit.seconds > 2, "sound")
    before, after = first.heard()[-3 * SECOND // 2 :], second.heard()[: 3 * SECOND // 2]
    (_, ended), (_, began) = place_of(before, spoken), place_of(after, spoken)
    with wave.open(str(spoken), "rb") as file:
        length = file.getnframes() / file.getframerate()
    missing = (began - ended - 1.5) % length
    assert min(missing, length - missing) < 1, "what was said meanwhile is heard too"
    second.speak(tone(440, 60))
    hear(page, 440)


def test_a_network_that_is_gone_is_noticed_at_once(phone: Phone, companion: Companion) -> None:
    phone.begin()
    companion.visit(0)
    expect(phone.page.get_by_role("status")).to_have_text(WORDS["listening"])
    companion.refusal = 1011
    phone.page.context.set_offline(True)
    hear(phone.page, HERTZ[Recording.WAIT])
    companion.refusal = None
    phone.page.context.set_offline(False)
    assert companion.visit(1).call == str(CALL)


# What the browser holds back is as we say here.
SLOW = """async () => {
  const { Connection } = await import("/liff/static/companion_connection.js");
  const sent = [];
  let socket = null;
  window.WebSocket = class {
    bufferedAmount = 0;
    constructor() { socket = this; }
    send(data) { sent.push(new Uint8Array(data)); }
    close() {}
  };
  const nothing = () => {};
  const connection = new Connection(0, { message: nothing, speech: nothing, lost: nothing, gaveUp: nothing });
  const bytes = (number) => new Uint8Array([number]).buffer;
  connection.open();
  socket.onmessage({ data: JSON.stringify({ type: "ready", seconds_left: 60, call: "" }) });
  socket.bufferedAmount = 20_000;
  const isSeen = connection.see(bytes(0));
  connection.hear(bytes(1));
  const spoken = sent.length;
  socket.bufferedAmount = 40_000;
  for (let number = 2; number < 202; number++) connection.hear(bytes(number));
  const held = sent.length;
  socket.bufferedAmount = 0;
  connection.hear(bytes(250));
  const said = sent.map(([kind, number]) => number);
  connection.close();
  return { isSeen, spoken, held, said };
}"""


def test_a_slow_network_costs_pictures_first_then_the_newest_words(phone: Phone) -> None:
    found = phone.page.evaluate(SLOW)
    assert not found["isSeen"]
    assert (found["spoken"], found["held"]) == (1, 1)
    assert found["said"] == [1, *range(2, 2 + 5 * 25)], "five seconds, from the first word"


# A camera whose picture is one colour.
STILL = """async () => {
  const { Eye } = await import("/liff/static/companion_eye.js");
  const camera = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  Object.assign(camera, { videoWidth: 640, videoHeight: 480, readyState: 4 });
  const pen = camera.getContext("2d");
  window.scene = { taken: 0, isSpokenTo: false, paint: (colour) => { pen.fillStyle = colour; pen.fillRect(0, 0, 640, 480); } };
  scene.paint("#333");
  new Eye(camera, () => (scene.taken++, true), () => scene.isSpokenTo).open();
}"""


def test_a_picture_is_taken_for_a_reason(phone: Phone) -> None:
    page = phone.page
    page.clock.install()
    page.evaluate(STILL)

    def taken_after(milliseconds: int) -> int:
        before = page.evaluate("scene.taken")
        page.clock.run_for(milliseconds)
        return int(
            wait_until(lambda: page.evaluate("scene.taken"), lambda now: now > before and now, WAIT, str)
        )

    assert taken_after(250) == 1
    page.clock.run_for(5000)  # nothing happens
    page.evaluate("scene.paint('#999')")
    assert taken_after(500) == 2
    page.clock.run_for(5000)
    page.evaluate("scene.isSpokenTo = true")
    assert taken_after(500) == 3
    page.evaluate("scene.isSpokenTo = false")
    page.clock.run_for(5000)
    assert taken_after(6000) == 4


def test_the_servers_own_absence_is_told_once(phone: Phone, companion: Companion) -> None:
    phone.begin()
    visit = companion.visit(0)
    expect(phone.page.get_by_role("status")).to_have_text(WORDS["listening"])
    visit.send(wire.Away(recording=Recording.WAIT, text="少し待ってくださいね。"))
    hear(phone.page, HERTZ[Recording.WAIT])
    expect(phone.page.get_by_role("status")).to_have_text(WORDS["away"])
    visit.send(wire.Ready(seconds_left=59, call=CALL))
    expect(phone.page.get_by_role("status")).to_have_text(WORDS["listening"])
    expect(phone.page.locator("#left")).to_have_text(WORDS["nearly_over"])


def test_no_way_back_is_said_after_a_minute(phone: Phone, companion: Companion) -> None:
    page = phone.page
    page.clock.install()
    phone.begin()
    visit = companion.visit(0)
    visit.send(wire.TimerStart(id=1, seconds=600, label="蒸らし"))
    expect(page.get_by_role("listitem")).to_contain_text("蒸らし")
    companion.refusal = 1011
    visit.cut()
    expect(page.get_by_role("status")).to_have_text(WORDS["away"])
    page.clock.fast_forward(61_000)
    expect(page.locator("#over-text")).to_have_text(WORDS["gave_up"])
    expect(page.locator("#over-title")).to_be_focused()
    expect(page.get_by_role("link", name=WORDS["talk_again"])).to_be_visible()
    page.clock.fast_forward(600_000)
    hear(page, HERTZ[Recording.TIMER])
    expect(page.get_by_role("listitem")).to_contain_text(WORDS["timer_over"])


def test_who_is_signed_out_does_not_knock_again(phone: Phone, companion: Companion) -> None:
    companion.refusal = SIGN_IN
    phone.begin()
    expect(phone.page.locator("#over-text")).to_have_text(WORDS["signed_out"])
    assert companion.refused == 1


def test_a_timer_rings_after_what_is_being_said(phone: Phone, companion: Companion) -> None:
    phone.begin()
    visit = companion.visit(0)
    visit.speak(tone(440, 3))
    hear(phone.page, 440)
    visit.send(wire.TimerStart(id=7, seconds=1, label="パスタ"))
    hear(phone.page, HERTZ[Recording.TIMER])
    last = phone.page.evaluate("told.at(-1)")
    assert last["left"] == 0
    assert last["played"] == pytest.approx(3 * phone.page.evaluate("ear.context.sampleRate"), rel=0.01)
    expect(phone.page.get_by_role("listitem")).to_contain_text(WORDS["timer_over"])


def test_who_hangs_up_before_the_model_hears_is_gone(phone: Phone, companion: Companion) -> None:
    companion.is_ready = False
    phone.begin()
    visit = companion.visit(0)
    phone.button("hang_up").click()
    visit.wait_for(lambda visit: "hang_up" in visit.told, "the end")


def test_the_buttons(phone: Phone, companion: Companion) -> None:
    page = phone.page
    phone.begin()
    visit = companion.visit(0)
    visit.wait_for(lambda visit: visit.seconds > 0.5, "sound")
    phone.button("again").click()
    visit.wait_for(lambda visit: visit.told == ["again"], "the button")

    phone.button("mute").click()
    expect(page.get_by_role("status")).to_have_text(WORDS["muted"])
    visit.wait_for(lambda visit: visit.told == ["again", "pause"], "the pause")
    heard, seen = len(visit.audio), len(visit.pictures)
    visit.wait_for(lambda visit: len(visit.pictures) > seen, "a picture, as the pan goes on moving")
    assert len(visit.audio) == heard
    phone.button("unmute").click()
    visit.wait_for(lambda visit: len(visit.audio) > heard, "sound")

    page.get_by_role("switch", name=WORDS["by_hand"]).check()
    expect(page.get_by_role("status")).to_have_text(WORDS["hold_to_talk"])
    expect(phone.button("mute")).to_be_hidden()
    visit.wait_for(lambda visit: visit.told.count("pause") == 2, "the pause")
    phone.check("by_hand")
    heard = len(visit.audio)
    talk = page.locator("#talk")
    talk.hover()
    page.mouse.down()
    visit.wait_for(lambda visit: len(visit.audio) > heard, "sound")
    page.mouse.up()
    visit.wait_for(lambda visit: visit.told.count("pause") == 3, "the pause")
    heard = len(visit.audio)
    talk.focus()
    page.keyboard.down("Space")
    visit.wait_for(lambda visit: len(visit.audio) > heard, "sound, by a key")
    page.keyboard.up("Space")
    visit.wait_for(lambda visit: visit.told.count("pause") == 4, "the pause")

    stream = page.evaluate_handle("document.getElementById('view').srcObject")
    phone.button("hang_up").click()
    visit.wait_for(lambda visit: visit.told[-1] == "hang_up", "the end")
    expect(page.locator("#over-text")).to_have_text(WORDS["hung_up"])
    assert stream.evaluate("stream => stream.getTracks().every((track) => track.readyState === 'ended')")
    visit.send(wire.End(text="チャーハンの1回目を、いっしょに作りましたね。"))
    expect(page.locator("#over-text")).to_have_text("チャーハンの1回目を、いっしょに作りましたね。")
    phone.check("over")
    visit.wait_for(lambda visit: visit.told[-1] == "gone", "the page's own closing")


def test_buttons_are_large_and_captions_can_be_read_from_afar(phone: Phone, companion: Companion) -> None:
    phone.begin()
    visit = companion.visit(0)
    expect(phone.button("hang_up")).to_be_visible()
    for each in phone.page.locator("#call").locator("button, label").filter(visible=True).all():
        box = each.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 64
    sizes = phone.page.evaluate(
        "['heard', 'said'].map((id) => parseFloat(getComputedStyle(document.getElementById(id)).fontSize))"
    )
    assert min(sizes) >= 22
    visit.send(wire.Caption(type="said", text="卵のふちがふくらんだら、すぐご飯を入れましょう。" * 3))
    expect(phone.page.locator("#said")).to_contain_text("ご飯")
    phone.page.set_viewport_size({"width": 320, "height": 568})
    expect(phone.button("hang_up")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("NotAllowedError", "denied"),
        ("NotFoundError", "missing"),
        ("NotReadableError", "busy"),
        ("TypeError", "unsupported"),
    ],
)
def test_what_is_in_the_way_of_camera_and_microphone_is_told(
    site: Site, browser: Browser, recordings: Path, error: str, told: str
) -> None:
    refuse = (
        f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{error}'); }};"
    )
    line = "Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36 Line/15.0.0/IAB LIFF"
    with phone_of(site, browser, recordings, before=refuse, user_agent=line) as phone:
        phone.begin()
        page = phone.page
        expect(page.locator("#trouble")).to_have_text(WORDS[told])
        expect(phone.button("start")).to_be_enabled()
        help_ = page.get_by_role("heading", name=WORDS["help_heading"])
        expect(help_).to_be_visible() if told == "denied" else expect(help_).to_be_hidden()
        if told != "denied":
            return
        page.get_by_text(WORDS["leave_hint"], exact=True).click()
        phone.check("denied")
        phone.button("leave").click()
        page.wait_for_url("**/liff/enter?*")  # and for its script, which the button needs
        page.get_by_role("button", name=page_words("common")["enter_go"], exact=True).click()
        expect(page.get_by_role("heading", name=WORDS["title"])).to_be_visible()


@pytest.mark.parametrize("dish", [None, "fried-rice"])
def test_without_minutes_there_is_nothing_to_begin(
    site: Site, browser: Browser, recordings: Path, monkeypatch: pytest.MonkeyPatch, dish: str | None
) -> None:
    monkeypatch.setattr(companion_page, "allowance", lambda *_: Allowance(0, 0))
    with phone_of(site, browser, recordings, dish=dish) as phone:
        expect(phone.page.get_by_text(no_minutes(is_paying=False))).to_be_visible()
        expect(phone.button("start")).to_have_count(0)
        phone.check(f"no_minutes_{dish}")


def test_from_line_one_signs_in_and_comes_to_the_page(site: Site, browser: Browser, learner: Learner) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.settings.line_api_url}/desk/liff/open/{LIFF_COMPANION_ID}")
    page.get_by_role("link", name="ゆうこ").last.click()
    expect(page.get_by_role("heading", name=WORDS["free_cook"])).to_be_visible(timeout=PATIENCE)
    context.close()
