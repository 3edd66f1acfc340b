"""The named points at which a process dies, put around the product's own functions in the child.

Nothing of the product knows of them. A point fires once a test, whichever process reaches it first: the file
it leaves says so, and the next process to come there passes.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from jobs.queue import Job
from models.media import MediaKind
from models.session import StageName

DIED = 9  # the exit code of a process that reached its point
_ONE_DEATH = threading.Lock()

WEB_PART, RECONCILER_PART = "web", "reconciler"  # as desk.stack calls them
STORE = "storage.local:LocalStore"


@dataclass(frozen=True)
class Point:
    name: str
    place: str  # "module:attribute" or "module:Class.attribute", as its callers look it up
    when: Literal["before", "after", "amid"]  # amid: after the first chunk of what is put
    where: Callable[..., bool] = lambda *_, **__: True  # of the arguments
    yields: Callable[[Any], bool] = lambda _: True  # of what was returned, for "after"
    only_in: str = ""  # the part; "": any
    not_in: str = ""

    def is_for(self, part: str) -> bool:
        return part != self.not_in and self.only_in in ("", part)


def _stage(name: StageName) -> Callable[..., bool]:
    return lambda runner, task, *_: task.stage.name == name


def _job(job: Job) -> Callable[..., bool]:
    return lambda queue, to_wake, *_, **__: to_wake == job


# All that the cook of the sweep meets; a film takes three (tests/pipeline/test_film_stage.py).
STAGES = [name for name in StageName if name is not StageName.PRODUCE_FILM]


def _lost_nudge(job: Job) -> Point:
    """What was committed stands, its nudge goes with the process."""
    # The reconciler loses nudges at a point of its own.
    return Point(
        f"{job}: not enqueued", "jobs.queue:JobQueue._put", "before", _job(job), not_in=RECONCILER_PART
    )


def _bubble(kind: str) -> Callable[..., bool]:
    return lambda client, to, bubbles, key: kind in {bubble["type"] for bubble in bubbles}


def _object(start: str, end: str) -> Callable[..., bool]:
    return lambda store, key, *_: key.startswith(start) and key.endswith(end)


def _media(kind: MediaKind) -> Callable[..., bool]:
    return lambda intake, media: media.kind == kind


def _found(kind: MediaKind) -> Callable[..., bool]:
    return lambda intake, lease, found: found.kind == kind


WEB = (
    Point("web: before the event is stored", "webhooks.inbox:store_events", "before"),
    Point("web: stored, LINE not answered", "webhooks.inbox:store_events", "after"),
    Point(
        "web: stored, nobody nudged",
        "jobs.queue:JobQueue._put",
        "before",
        _job(Job.HANDLE_EVENTS),
        only_in=WEB_PART,
    ),
)
INBOX = (
    Point("subject claimed, nothing handled", "jobs.inbox:Inbox._handle_all", "before"),
    Point("event handled, the next not begun", "jobs.inbox:Inbox._handle", "after"),
    Point("all handled, subject not let go", "jobs.inbox:Inbox._let_go", "before"),
    Point("subject let go", "jobs.inbox:Inbox._let_go", "after"),
)
CONVERSATION = (
    Point("name known, nothing done", "bot.conversation:Conversation._ask_name", "after"),
    Point("handler done, not committed", "bot.conversation:Conversation._handle", "after"),
    Point("handler committed, no reply sent", "bot.delivery:Delivery.send_reply", "before"),
    Point("reply claimed, not sent", "line.client:LineClient.reply", "before"),
    Point("reply taken by LINE, not noted", "line.client:LineClient.reply", "after"),
)
DELIVERY = tuple(
    Point(f"push of the {what}: {when} LINE took it", "line.client:LineClient.push", when, _bubble(kind))
    for what, kind in (("text", "flex"), ("video", "video"))
    for when in ("before", "after")
)
INTAKE = tuple(
    point
    for kind in (MediaKind.VIDEO, MediaKind.MEMO)
    for point in (
        Point(f"{kind}: claimed, not fetched", "pipeline.intake:Intake._look_into", "before", _media(kind)),
        Point(f"{kind}: fetched, not accepted", "pipeline.intake:Intake._accept", "before", _found(kind)),
        Point(f"{kind}: accepted", "pipeline.intake:Intake._accept", "after", _found(kind)),
    )
)
BEFORE_STAGES = tuple(
    Point(f"{name}: claimed, not begun", "pipeline.runner:Runner._work", "before", _stage(name))
    for name in STAGES
)
AFTER_STAGES = tuple(
    Point(f"{name}: done, not stored", "pipeline.runner:Runner._store", "before", _stage(name))
    for name in STAGES
)
STORED_STAGES = tuple(
    Point(f"{name}: committed", "pipeline.runner:Runner._store", "after", _stage(name)) for name in STAGES
)
NUDGES = tuple(
    _lost_nudge(job)
    for job in (Job.FETCH_MEDIA, Job.SCHEDULE, Job.PREPARE, Job.RUN_STAGE, Job.RENDER, Job.DELIVER)
)
OBJECTS = (
    Point("raw video half put", f"{STORE}.put", "amid", lambda _, key, *__: _is_raw_video(key)),
    Point("raw video put", f"{STORE}.put", "after", lambda _, key, *__: _is_raw_video(key)),
    Point("view half put", f"{STORE}.put", "amid", _object("videos/", ".view.mp4")),
    Point("memo half put", f"{STORE}.put", "amid", _object("memos/", ".m4a")),
    Point("memo put", f"{STORE}.put", "after", _object("memos/", ".m4a")),
    Point("coaching video put", f"{STORE}.put", "after", _object("sessions/", ".mp4")),
    Point("preview half put", f"{STORE}.put", "amid", _object("sessions/", ".jpg")),
)
RECONCILER = (
    Point(
        "reconciler: broker's loss noticed, nobody woken",
        "jobs.reconciler:forget_nudges",
        "before",
        only_in=RECONCILER_PART,
    ),
    Point("reconciler: rows taken, not committed", "jobs.reconciler:_enqueue", "before"),
    Point(
        "reconciler: rows taken, nobody nudged",
        "jobs.queue:JobQueue._put",
        "before",
        only_in=RECONCILER_PART,
    ),
    Point(
        "reconciler: in the middle of nudging", "jobs.queue:JobQueue._put", "after", only_in=RECONCILER_PART
    ),
    Point(
        "reconciler: one table's rows woken, the next not read",
        "jobs.reconciler:Reconciler._wake",
        "after",
        yields=lambda count: count > 0,
    ),
)
# Beside a cook that is over.
ANSWERS = (
    _lost_nudge(Job.ANSWER),
    Point("question claimed, nothing thought", "pipeline.answers:Answers._try", "before"),
    Point("answer computed, not stored", "pipeline.answers:Answers._finish", "before"),
    Point("answer stored", "pipeline.answers:Answers._finish", "after"),
)
WITHDRAWAL = (
    _lost_nudge(Job.PURGE_MEDIA),
    Point("purge claimed, nothing deleted", "pipeline.purging:Purging.purge", "before"),
    Point("purge half done", f"{STORE}.delete", "after", _object("videos/", ".mp4")),
    Point("purge's last object deleted, not noted", f"{STORE}.delete", "after", _object("sessions/", ".jpg")),
    Point("purge noted", "pipeline.purging:Purging.purge", "after"),
)
# Fired at every visit, for work that kills whoever tries it.
POISON_STAGE = Point(
    "the text's coach is poison", "pipeline.runner:Runner._work", "before", _stage(StageName.COACH_TEXT)
)
POISON_EVENT = Point(
    "a sticker is poison",
    "bot.conversation:Conversation._handle",
    "after",
    lambda conversation, db, event, **_: event.kind == "message.sticker",
)
POISON_VIDEO = Point(
    "the video is poison", "pipeline.intake:Intake._look_into", "before", _media(MediaKind.VIDEO)
)
POISON_QUESTION = Point("the question is poison", "pipeline.answers:Answers._try", "before")

# All that a session meets on its way.
GROUPS = {
    "the web process": WEB,
    "the inbox": INBOX,
    "the conversation": CONVERSATION,
    "delivery": DELIVERY,
    "the intake": INTAKE,
    "before every stage": BEFORE_STAGES,
    "after every stage": AFTER_STAGES,
    "after every stage's commit": STORED_STAGES,
    "before a nudge": NUDGES,
    "the object store": OBJECTS,
}
POISON = (POISON_STAGE, POISON_EVENT, POISON_VIDEO, POISON_QUESTION)
ALL = {
    point.name: point
    for group in (*GROUPS.values(), RECONCILER, ANSWERS, WITHDRAWAL, POISON)
    for point in group
}


def _is_raw_video(key: str) -> bool:
    return key.startswith("videos/") and not key.endswith(".view.mp4")


def install(names: Iterable[str], marks: Path, part: str, *, always: bool = False) -> None:
    """Puts the points into this process, which runs the part. With `always` they fire at every visit, not only the
    first."""
    for name in names:
        point = ALL[name]
        if point.is_for(part):
            owner, attribute = _owner(point.place)
            setattr(owner, attribute, _with_point(getattr(owner, attribute), point, marks, always))


def _owner(place: str) -> tuple[Any, str]:
    module, path = place.split(":")
    *classes, attribute = path.split(".")
    owner: Any = import_module(module)
    for name in classes:
        owner = getattr(owner, name)
    return owner, attribute


def _with_point(function: Callable[..., Any], point: Point, marks: Path, always: bool) -> Callable[..., Any]:
    def die() -> None:
        with _ONE_DEATH:  # a second thread's point must not be marked in the same one
            if _mark(marks, point.name) or always:
                os._exit(DIED)

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        if not point.where(*arguments, **named):
            return function(*arguments, **named)
        if point.when == "before":
            die()
        if point.when == "amid":
            store, key, chunks, *rest = arguments
            arguments = (store, key, _dying(chunks, die), *rest)
        result = function(*arguments, **named)
        if point.when == "after" and point.yields(result):
            die()
        return result

    return call


def _dying(chunks: Iterable[bytes], die: Callable[[], None]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        die()


def _mark(marks: Path, name: str) -> bool:
    """True for the one who comes first."""
    try:
        (marks / _file_name(name)).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def has_fired(marks: Path, name: str) -> bool:
    return (marks / _file_name(name)).exists()


def _file_name(name: str) -> str:
    return name.replace("/", " ")
