"""`moment demo`: one learner through one whole session, against the real webhook."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from rich.console import Console
from rich.live import Live
from rich.table import Table
from sqlalchemy import func
from sqlmodel import col, select

from knowledge_base import copy
from knowledge_base.catalogue import load
from models.chat import Message, MessageType
from models.coaching import RatingAspect
from models.database import transaction
from models.session import CookingSession, StageRun
from moment.commands import CommandFailed, UsageError
from moment.desk import running_desk, scratch_folder
from moment.embedded import free_port
from moment.sample import sample_memo, sample_video, sample_words
from settings import settings
from simulator.client import Desk, Learner, NoSuchLabelError, Thread

NAME = "ゆうこ"
RATINGS = {RatingAspect.APPEARANCE: 3, RatingAspect.TASTE: 4, RatingAspect.TEXTURE: 2, RatingAspect.AROMA: 3}
STEP_SECONDS = 30.0
COACHING_SECONDS = 600.0

REFUSALS = frozenset({*copy.VIDEO_REJECTED.values(), copy.COACHING_FAILED, copy.VIDEO_FAILED})

T = TypeVar("T")
console = Console(stderr=True)


@dataclass
class Timing:
    """Seconds since the learner sent the video, and of each stage; what each stage's calls cost in US dollars."""

    stages: dict[str, float]
    costs: dict[str, float] = field(default_factory=dict)
    text: float = 0.0
    video: float = 0.0


def run_demo(
    dish: str, video: Path | None, memo: Path | None, out: Path, *, google_doubles: bool = False
) -> int:
    """0 when coaching text and video arrived. Raises UsageError, CommandFailed."""
    _check(dish, out)
    folder = scratch_folder()
    try:
        with ThreadPoolExecutor(1) as pool, _google(folder, dish, memo) if google_doubles else nullcontext():
            # Drawn while the servers start.
            media = pool.submit(
                lambda: (video or sample_video(dish, folder), memo or sample_memo(dish, folder))
            )
            console.print("[bold]Moment[/] — one session, end to end. Starting everything it needs …")
            with running_desk(free_port(), free_port(), folder / "data", quiet=True) as (addresses, _):
                clip, spoken = media.result()
                with Desk(addresses.desk) as desk:
                    _play(desk, dish, clip, spoken, out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextmanager
def _google(folder: Path, dish: str, memo: Path | None) -> Iterator[None]:
    """The doubles hear what is in the memo: the sample's own words, or those that Whisper hears in another."""
    from moment.google_desk import google_doubles
    from pipeline.providers.offline.transcriber import WhisperTranscriber

    words = sample_words(dish)
    if memo is not None:
        words = WhisperTranscriber(settings().cache_dir.expanduser()).transcribe(memo, phrases=[]).text
    with google_doubles(folder / "google", words):
        yield


def _check(dish: str, out: Path) -> None:
    dishes = load().dishes
    if dish not in dishes:
        raise UsageError(f"--dish: no dish '{dish}'; there are {', '.join(sorted(dishes))}")
    if dishes[dish].month_unlocked > 1:
        raise UsageError(
            f"--dish: '{dish}' opens in month {dishes[dish].month_unlocked}; the demo's learner is new"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out: {out}: {error.strerror}") from error


def _play(desk: Desk, dish: str, clip: Path, memo: Path, out: Path) -> None:
    learner = desk.learner(NAME)
    timing = Timing({})
    with _progress():
        try:
            started = _send_everything(learner, dish, clip, memo)
            _wait(learner, _has_card, COACHING_SECONDS, "the coaching text")
            timing.text = time.monotonic() - started
            _wait(learner, _has_video, COACHING_SECONDS, "the coaching video")
            timing.video = time.monotonic() - started
        except (TimeoutError, NoSuchLabelError) as error:
            raise CommandFailed(_refusal(learner.thread()) or str(error)) from error
    session = _session()
    _write(desk, learner, session, timing, out)
    _report(session, timing, out)


def _send_everything(learner: Learner, dish: str, clip: Path, memo: Path) -> float:
    learner.follow()
    data = learner.wait_for(
        lambda thread: _action_of(thread, f"slug={dish}"), STEP_SECONDS, what="the dishes"
    )
    learner.postback(data["data"], display_text=data.get("displayText"))
    learner.wait_for_text(f"{load().dishes[dish].name_ja}の1回目", STEP_SECONDS)
    started = time.monotonic()
    learner.video(clip)
    _wait(learner, lambda thread: copy.MEMO_SKIP_LABEL in thread.labels(), STEP_SECONDS, "the memo's turn")
    learner.audio(memo)
    for aspect, value in RATINGS.items():
        _wait_for_text(learner, copy.ask_rating(aspect))
        learner.tap(copy.RATING_LABELS[value - 1])
    _wait_for_text(learner, copy.RATINGS_COMPLETE)
    return started


def _action_of(thread: Thread, part: str) -> Any:
    return next((action for action in thread.tappable() if part in action.get("data", "")), None)


def _has_card(thread: Thread) -> bool:
    return any(
        bubble.author == "bot" and copy.CARD_PROBLEM in (bubble.text or "") for bubble in thread.bubbles
    )


def _has_video(thread: Thread) -> bool:
    return any(bubble.author == "bot" and bubble.type == "video" for bubble in thread.bubbles)


def _wait(learner: Learner, condition: Callable[[Thread], T], seconds: float, what: str) -> T:
    """What the condition finds. Raises CommandFailed with the bot's own words when it can't be met."""

    def met(thread: Thread) -> T:
        refused = _refusal(thread)
        if refused:
            raise CommandFailed(refused)
        return condition(thread)

    return learner.wait_for(met, seconds, what=what)


def _wait_for_text(learner: Learner, words: str) -> None:
    _wait(learner, lambda thread: thread.find(words), STEP_SECONDS, repr(words))


def _refusal(thread: Thread) -> str | None:
    refused = next((bubble.text for bubble in thread.from_bot if bubble.text in REFUSALS), None)
    return f"no coaching: {refused}" if refused else None


def _session() -> CookingSession:
    """The demo's own: the newest, for the database may be a named one with others."""
    with transaction() as db:
        return db.exec(select(CookingSession).order_by(col(CookingSession.id).desc())).first() or _nothing()


def _nothing() -> CookingSession:
    raise CommandFailed("the demo's learner has no session")


def _runs() -> list[StageRun]:
    with transaction() as db:
        newest = select(func.max(CookingSession.id)).scalar_subquery()
        return list(
            db.exec(select(StageRun).where(StageRun.session_id == newest).order_by(col(StageRun.started_at)))
        )


def _seconds(run: StageRun) -> float | None:
    return (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else None


@contextmanager
def _progress() -> Iterator[None]:
    """The stages as they run, redrawn from their rows."""
    with Live(console=console, refresh_per_second=4, get_renderable=_table, transient=True):
        yield


def _table() -> Table:
    table = Table(title="the session's stages", title_justify="left")
    for heading in ("stage", "state", "seconds", "by"):
        table.add_column(heading)
    for run in _runs():
        seconds = _seconds(run)
        state = "[green]done[/]" if run.finished_at else "[yellow]running[/]"
        table.add_row(
            run.stage, state, f"{seconds:.2f}" if seconds is not None else "", run.usage.get("provider", "")
        )
    return table


def _write(desk: Desk, learner: Learner, session: CookingSession, timing: Timing, out: Path) -> None:
    video = next(bubble for bubble in reversed(learner.thread().bubbles) if bubble.type == "video")
    for url, name in (
        (video.message["originalContentUrl"], "coaching_video.mp4"),
        (video.message["previewImageUrl"], "preview.jpg"),
    ):
        fetched = httpx.stream("GET", url, trust_env=False, follow_redirects=True, timeout=STEP_SECONDS)
        with fetched as answer, (out / name).open("wb") as file:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)
    learner.video_complete(video.id)
    learner.wait_for_text(copy.VIDEO_WATCHED, STEP_SECONDS)
    runs = _runs()
    timing.stages = {run.stage: _seconds(run) or 0.0 for run in runs}
    timing.costs = {run.stage: run.usage["cost_usd"] for run in runs if run.usage.get("cost_usd")}
    _write_json(
        out / "coaching.json",
        {
            "dish": learner_dish(session),
            "session_number": session.session_number,
            "self_ratings": session.self_ratings,
            "voice_transcript": session.voice_transcript,
            "structured_input": session.structured_input,
            "video_analysis": session.video_analysis,
            "retrieved_principles": session.retrieved_principles,
            "coaching_text": session.coaching_text,
            "narration_script": session.narration_script,
        },
    )
    _write_json(
        out / "timings.json",
        {
            "seconds_to_text": timing.text,
            "seconds_to_video": timing.video,
            "stages": timing.stages,
            "cost_usd": timing.costs,
            "calls": [{"stage": run.stage, **call} for run in runs for call in run.usage.get("calls", [])],
        },
    )
    _write_json(out / "transcript.json", [asdict(crossing) for crossing in desk.log()])


def learner_dish(session: CookingSession) -> str:
    from models.dish import Dish

    with transaction() as db:
        return db.get_one(Dish, session.dish_id).slug


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _report(session: CookingSession, timing: Timing, out: Path) -> None:
    console.print(_table())
    with transaction() as db:
        text = db.exec(
            select(Message.text).where(
                Message.session_id == session.id,
                col(Message.meta)["type"].astext == MessageType.COACHING_READY,
            )
        ).one()
    sys.stdout.write(f"\n{text}\n\n")
    sys.stdout.flush()
    console.print(f"text after {timing.text:.1f} s, video after {timing.video:.1f} s")
    console.print(f"the coaching video: {out / 'coaching_video.mp4'}", soft_wrap=True)
