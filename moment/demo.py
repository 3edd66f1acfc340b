"""`moment demo`: one learner through one whole session, against the real webhook."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
from rich.console import Console
from rich.live import Live
from rich.table import Table
from sqlmodel import col, select

from desk.embedded import scratch_folder
from desk.fallbacks import with_servers
from desk.stack import Layout, ProcessLauncher, start_stack
from desk.supervisor import Supervisor
from knowledge_base import consent_talk, phrasebook
from knowledge_base.catalogue import load
from models.chat import Message, MessageType
from models.coaching import RatingAspect
from models.database import Database
from models.dish import Dish
from models.media import Media, MediaKind
from models.session import CookingSession, StageRun
from moment.errors import CommandFailed, UsageError
from moment.knowledge import prepare_database
from moment.parts import run_part
from moment.sample import sample_memo, sample_video, sample_words
from pipeline.providers.registry import Build
from settings import Settings
from simulator.line.client import Desk, Learner, NoSuchLabelError, Thread

NAME = "ゆうこ"
RATINGS = {RatingAspect.APPEARANCE: 3, RatingAspect.TASTE: 4, RatingAspect.TEXTURE: 2, RatingAspect.AROMA: 3}
STEP_SECONDS = 30.0
COACHING_SECONDS = 600.0

REFUSALS = frozenset(
    phrasebook.phrase(key)
    for key in phrasebook.PHRASES
    if key.startswith("video.") or key in ("coaching_failed", "video_failed")
)

T = TypeVar("T")
console = Console(stderr=True)


@dataclass(frozen=True)
class Wishes:
    """What the command line names. Without a clip or a memo the sample of the dish is sent."""

    dish: str
    video: Path | None
    memo: Path | None
    out: Path
    google_doubles: bool = False


@dataclass
class Timing:
    """Seconds since the learner sent the video, and of each stage; what each stage's calls cost in US dollars."""

    stages: dict[str, float]
    costs: dict[str, float] = field(default_factory=dict)
    text: float = 0.0
    video: float = 0.0


def run_demo(settings: Settings, build: Build, wishes: Wishes) -> None:
    """Until coaching text and video have arrived. Raises UsageError, CommandFailed."""
    _check(wishes)
    folder = scratch_folder()
    try:
        with ThreadPoolExecutor(1) as pool:
            media = pool.submit(
                _media, wishes, settings.cache_dir.expanduser() / "samples"
            )  # drawn while the servers start
            console.print("[bold]Moment[/] — one session, end to end. Starting everything it needs …")
            with _stack(settings.change(data_dir=folder / "data"), build, wishes, folder) as (desk, database):
                clip, memo = media.result()
                Demo(desk, database, wishes).play(clip, memo)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _media(wishes: Wishes, samples: Path) -> tuple[Path, Path]:
    return (
        wishes.video or sample_video(wishes.dish, samples),
        wishes.memo or sample_memo(wishes.dish, samples),
    )


@contextmanager
def _stack(settings: Settings, build: Build, wishes: Wishes, folder: Path) -> Iterator[tuple[Desk, Database]]:
    with ExitStack() as stack:
        if wishes.google_doubles:
            from desk.google import google_doubles

            words = _memo_words(settings, wishes)
            settings = stack.enter_context(google_doubles(settings, folder / "google", words))
        settings = stack.enter_context(with_servers(settings))
        prepare_database(settings, build)
        supervisor = stack.enter_context(Supervisor())
        launcher = ProcessLauncher(supervisor, partial(run_part, build=build), logs=folder)
        system = stack.enter_context(start_stack(settings, launcher, Layout(settings.data_dir)))
        yield system.desk, stack.enter_context(closing(Database(settings.database_url or "", pool=2)))


def _memo_words(settings: Settings, wishes: Wishes) -> str:
    """What Google's doubles hear: the sample's own words, or those that Whisper hears in another memo."""
    from pipeline.providers.offline.transcriber import WhisperTranscriber

    if wishes.memo is None:
        return sample_words(wishes.dish)
    return WhisperTranscriber(settings.cache_dir.expanduser()).transcribe(wishes.memo, phrases=[]).text


def _check(wishes: Wishes) -> None:
    dishes, dish = load().dishes, wishes.dish
    if dish not in dishes:
        raise UsageError(f"--dish: no dish '{dish}'; there are {', '.join(sorted(dishes))}")
    if dishes[dish].month_unlocked > 1:
        raise UsageError(
            f"--dish: '{dish}' opens in month {dishes[dish].month_unlocked}; the demo's learner is new"
        )
    try:
        wishes.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out: {wishes.out}: {error.strerror}") from error


@dataclass
class Demo:
    desk: Desk
    database: Database
    wishes: Wishes
    learner: Learner = field(init=False)

    def __post_init__(self) -> None:
        self.learner = self.desk.learner(NAME)

    def play(self, clip: Path, memo: Path) -> None:
        timing = Timing({})
        with self._progress():
            try:
                start = self._send_everything(clip, memo)
                self._wait(_has_card, COACHING_SECONDS, "the coaching text")
                timing.text = time.monotonic() - start
                self._wait(_has_video, COACHING_SECONDS, "the coaching video")
                timing.video = time.monotonic() - start
            except (TimeoutError, NoSuchLabelError) as error:
                raise CommandFailed(_refusal(self.learner.thread()) or str(error)) from error
        self._write(timing)
        self._report(timing)

    def _send_everything(self, clip: Path, memo: Path) -> float:
        learner, dish = self.learner, self.wishes.dish
        learner.follow()
        data = learner.wait_for(
            lambda thread: _action_of(thread, f"slug={dish}"), STEP_SECONDS, what="the dishes"
        )
        learner.postback(data["data"], display_text=data.get("displayText"))
        learner.wait_for_text(f"{load().dishes[dish].name_ja}の1回目", STEP_SECONDS)
        start = time.monotonic()
        learner.video(clip)
        self._wait(
            lambda thread: consent_talk.AGREE_LABEL in thread.labels(),
            STEP_SECONDS,
            "the question of consent",
        )
        learner.tap(consent_talk.AGREE_LABEL)
        self._wait(
            lambda thread: phrasebook.MEMO_SKIP_LABEL in thread.labels(), STEP_SECONDS, "the memo's turn"
        )
        learner.audio(memo)
        self._rate_everything()
        return start

    def _rate_everything(self) -> None:
        """Taps what is asked: a coaching that arrives in between asks once more for what was just answered."""
        while not self.learner.thread().find(phrasebook.RATINGS_COMPLETE):
            asked = self._wait(_rating_asked, STEP_SECONDS, "the next rating")
            count = len(self.learner.thread().bubbles)
            self.learner.postback(asked["data"], display_text=asked.get("displayText"))
            self._wait(partial(_has_reply_after, count), STEP_SECONDS, "the rating's answer")

    def _wait(self, condition: Callable[[Thread], T], seconds: float, what: str) -> T:
        """What the condition finds. Raises CommandFailed with the bot's own words when it can't be met."""

        def check(thread: Thread) -> T:
            refusal = _refusal(thread)
            if refusal:
                raise CommandFailed(refusal)
            return condition(thread)

        return self.learner.wait_for(check, seconds, what=what)

    def _session(self) -> CookingSession | None:
        """The demo's own: the newest, for the database may be a named one with others."""
        with self.database.transaction() as db:
            return db.exec(select(CookingSession).order_by(col(CookingSession.id).desc())).first()

    def _steps(self) -> list["Step"]:
        """The downloads, then the stages, in the order in which they began."""
        session = self._session()
        if session is None:
            return []
        with self.database.transaction() as db:
            of_session = Media.session_id == session.id, col(Media.started_at).is_not(None)
            media = db.exec(select(Media).where(*of_session).order_by(col(Media.started_at)))
            steps = [_download(row) for row in media if row.kind != MediaKind.VOICE_QUESTION]
            of_session = StageRun.session_id == session.id, col(StageRun.started_at).is_not(None)
            runs = db.exec(select(StageRun).where(*of_session).order_by(col(StageRun.started_at)))
            return [*steps, *(Step(run.stage, run.started_at, run.finished_at, run.usage) for run in runs)]

    @contextmanager
    def _progress(self) -> Iterator[None]:
        """The stages as they run, redrawn from their rows."""
        with Live(console=console, refresh_per_second=4, get_renderable=self._table, transient=True):
            yield

    def _table(self) -> Table:
        table = Table(title="the session's stages", title_justify="left")
        for heading in ("stage", "state", "seconds", "by"):
            table.add_column(heading)
        for step in self._steps():
            state = "[green]done[/]" if step.finished_at else "[yellow]running[/]"
            seconds = f"{step.seconds:.2f}" if step.seconds is not None else ""
            table.add_row(step.name, state, seconds, step.usage.get("provider", ""))
        return table

    def _write(self, timing: Timing) -> None:
        out, session, steps = self.wishes.out, self._session(), self._steps()
        if session is None:
            raise CommandFailed("the demo's learner has no session")
        self._fetch_video()
        timing.stages = {step.name: step.seconds or 0.0 for step in steps}
        timing.costs = {step.name: step.usage["cost_usd"] for step in steps if step.usage.get("cost_usd")}
        with self.database.transaction() as db:
            dish = db.get_one(Dish, session.dish_id).slug
        coaching = {
            "dish": dish,
            "session_number": session.session_number,
            "self_ratings": session.self_ratings,
            "voice_transcript": session.voice_transcript,
            "structured_input": session.structured_input,
            "video_analysis": session.video_analysis,
            "retrieved_principles": session.retrieved_principles,
            "coaching_text": session.coaching_text,
            "narration_script": session.narration_script,
            "coaching_cut": session.coaching_cut,
        }
        timings = {
            "seconds_to_text": timing.text,
            "seconds_to_video": timing.video,
            "stages": timing.stages,
            "cost_usd": timing.costs,
            "calls": [{"stage": step.name, **call} for step in steps for call in step.usage.get("calls", [])],
        }
        _write_json(out / "coaching.json", coaching)
        _write_json(out / "timings.json", timings)
        _write_json(out / "transcript.json", [asdict(crossing) for crossing in self.desk.log()])

    def _fetch_video(self) -> None:
        """As the learner's phone plays it, to its end."""
        bubbles = self.learner.thread().bubbles
        video = next(bubble for bubble in reversed(bubbles) if bubble.type == "video")
        for url, name in (
            (video.message["originalContentUrl"], "coaching_video.mp4"),
            (video.message["previewImageUrl"], "preview.jpg"),
        ):
            request = httpx.stream("GET", url, trust_env=False, follow_redirects=True, timeout=STEP_SECONDS)
            with request as response, (self.wishes.out / name).open("wb") as file:
                response.raise_for_status()
                for chunk in response.iter_bytes():
                    file.write(chunk)
        self.learner.video_complete(video.id)
        self.learner.wait_for_text(phrasebook.VIDEO_WATCHED, STEP_SECONDS)

    def _report(self, timing: Timing) -> None:
        console.print(self._table())
        session = self._session()
        with self.database.transaction() as db:
            of_session = Message.session_id == (session.id if session else None)
            text = select(Message.text).where(of_session, Message.kind == MessageType.COACHING_READY)
            sys.stdout.write(f"\n{db.exec(text).one()}\n\n")
        sys.stdout.flush()
        console.print(f"text after {timing.text:.1f} s, video after {timing.video:.1f} s")
        console.print(f"the coaching video: {self.wishes.out / 'coaching_video.mp4'}", soft_wrap=True)


@dataclass(frozen=True)
class Step:
    """A download or a stage, as its row says."""

    name: str
    started_at: datetime | None
    finished_at: datetime | None
    usage: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        if self.finished_at is None or self.started_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


def _download(media: Media) -> Step:
    return Step(f"fetch_{media.kind}", media.started_at, media.stored_at)


def _action_of(thread: Thread, part: str) -> Any:
    return next((action for action in thread.tappable() if part in action.get("data", "")), None)


def _rating_asked(thread: Thread) -> Any:
    wanted = (_action_of(thread, f"aspect={aspect}&value={value}") for aspect, value in RATINGS.items())
    return next(filter(None, wanted), None)


def _has_reply_after(count: int, thread: Thread) -> bool:
    return any(bubble.author == "bot" and bubble.via == "reply" for bubble in thread.bubbles[count:])


def _has_card(thread: Thread) -> bool:
    return any(
        bubble.author == "bot" and phrasebook.CARD_PROBLEM in (bubble.text or "") for bubble in thread.bubbles
    )


def _has_video(thread: Thread) -> bool:
    return any(bubble.author == "bot" and bubble.type == "video" for bubble in thread.bubbles)


def _refusal(thread: Thread) -> str | None:
    refusal = next((bubble.text for bubble in thread.from_bot if bubble.text in REFUSALS), None)
    return f"no coaching: {refusal}" if refusal else None


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
