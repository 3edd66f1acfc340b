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

from pipeline.graph import StageName
from pipeline.queue import Job

DIED = 9  # the exit code of a process that reached its point
_ONE_DEATH = threading.Lock()


@dataclass(frozen=True)
class Point:
    name: str
    place: str  # "module:attribute" or "module:Class.attribute", as its callers look it up
    when: Literal["before", "after", "amid"]  # amid: after the first chunk of what is put
    where: Callable[..., bool] = lambda *_, **__: True


def _stage(name: StageName) -> Callable[..., bool]:
    return lambda held, stage, *_: stage.name == name


def _job(job: Job) -> Callable[..., bool]:
    return lambda nudged, *_, **__: nudged == job


def _bubble(kind: str) -> Callable[..., bool]:
    return lambda client, to, bubbles, key: kind in {bubble["type"] for bubble in bubbles}


def _object(ending: str) -> Callable[..., bool]:
    return lambda store, key, *_: key.endswith(ending)


WEB = (
    Point("web: before the event is stored", "webhooks.inbox:store", "before"),
    Point("web: stored, nobody nudged", "webhooks.inbox:nudge", "before"),
    Point("web: stored, LINE not answered", "webhooks.inbox:store", "after"),
)
CONVERSATION = (
    Point("handler done, not committed", "bot.conversation:_answer", "after"),
    Point("handler committed, no reply sent", "bot.conversation:deliver_reply", "before"),
    Point("reply claimed, not sent", "bot.line:LineClient.reply", "before"),
    Point("reply taken by LINE, not noted", "bot.line:LineClient.reply", "after"),
)
DELIVERY = tuple(
    Point(f"push of the {what}: {when} LINE took it", "bot.line:LineClient.push", when, _bubble(kind))
    for what, kind in (("text", "flex"), ("video", "video"))
    for when in ("before", "after")
)
BEFORE_STAGES = tuple(
    Point(f"{name}: claimed, not begun", "pipeline.running:_work", "before", _stage(name))
    for name in StageName
)
AFTER_STAGES = tuple(
    Point(f"{name}: done, not stored", "pipeline.running:_store", "before", _stage(name))
    for name in StageName
)
STORED_STAGES = tuple(
    Point(f"{name}: committed", "pipeline.running:_store", "after", _stage(name)) for name in StageName
)
# Committed, its nudge lost with the process.
NUDGES = tuple(
    Point(f"{job}: not enqueued", "pipeline.queue:nudge", "before", _job(job))
    for job in (Job.FETCH, Job.RUN_STAGE, Job.RENDER, Job.DELIVER)
)
OBJECTS = (
    Point("raw video half put", "pipeline.providers.local_store:LocalStore.put", "amid", _object(".mp4")),
    Point("proxy half put", "pipeline.providers.local_store:LocalStore.put", "amid", _object(".proxy.mp4")),
    Point("memo put", "pipeline.providers.local_store:LocalStore.put", "after", _object(".m4a")),
    Point(
        "coaching video put",
        "pipeline.providers.local_store:LocalStore.put",
        "after",
        _object("coaching_video.mp4"),
    ),
    Point(
        "preview half put", "pipeline.providers.local_store:LocalStore.put", "amid", _object("preview.jpg")
    ),
)
RECONCILER = (
    Point("reconciler: rows read, nobody nudged", "pipeline.reconciler:_sessions", "before"),
    Point("reconciler: in the middle of nudging", "pipeline.queue:nudge", "after"),
)

GROUPS = {
    "the web process": WEB,
    "the conversation": CONVERSATION,
    "delivery": DELIVERY,
    "before every stage": BEFORE_STAGES,
    "after every stage": AFTER_STAGES,
    "after every stage's commit": STORED_STAGES,
    "before a nudge": NUDGES,
    "the object store": OBJECTS,
}
ALL = {point.name: point for group in (*GROUPS.values(), RECONCILER) for point in group}


def install(names: Iterable[str], marks: Path, *, always: bool = False) -> None:
    """Puts the points into this process. With `always` they fire at every visit, not only the first."""
    for name in names:
        point = ALL[name]
        owner, attribute = _owner(point.place)
        setattr(owner, attribute, _mined(getattr(owner, attribute), point, marks, always))


def _owner(place: str) -> tuple[Any, str]:
    module, path = place.split(":")
    *classes, attribute = path.split(".")
    owner: Any = import_module(module)
    for name in classes:
        owner = getattr(owner, name)
    return owner, attribute


def _mined(function: Callable[..., Any], point: Point, marks: Path, always: bool) -> Callable[..., Any]:
    def die() -> None:
        with _ONE_DEATH:  # a second thread's point must not be marked in the same one
            if _mark(marks, point.name) or always:
                os._exit(DIED)

    @wraps(function)
    def mined(*arguments: Any, **named: Any) -> Any:
        if not point.where(*arguments, **named):
            return function(*arguments, **named)
        if point.when == "before":
            die()
        if point.when == "amid":
            store, key, chunks, *rest = arguments
            arguments = (store, key, _dying(chunks, die), *rest)
        result = function(*arguments, **named)
        if point.when == "after":
            die()
        return result

    return mined


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


def fired(marks: Path, name: str) -> bool:
    return (marks / _file_name(name)).exists()


def _file_name(name: str) -> str:
    return name.replace("/", " ")
