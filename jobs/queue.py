"""The broker, and jobs enqueued by name once the transaction that owes them has committed.

A queue message is only a nudge: what is owed stands in rows, and the reconciler nudges again. So a
broker that is away costs seconds, never work, and lower rooms need not import the actors they wake.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

import dramatiq
import redis
from dramatiq.errors import BrokerConnectionError
from dramatiq.middleware import Retries, ShutdownNotifications, TimeLimit
from redis.driver_info import DriverInfo
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlmodel import Session as DbSession

from jobs.context import IDS, JobContext
from jobs.nudges import LiveNudges, announce, note
from jobs.waking import WakingBroker
from logs.context import carried_ids
from logs.logger import get_logger
from models.database import Database

log = get_logger(__name__)


class Queue(StrEnum):
    """Sized apart, so that slow work never stands before quick work."""

    CONVERSATION = "conversation"
    ANSWERS = "answers"
    MEDIA = "media"
    PREPARATION = "preparation"
    MODELS = "models"
    VIDEO = "video"


class Job(StrEnum):
    """Every actor's name. The rooms that hold them: bot (conversation) and pipeline (all else)."""

    HANDLE_EVENTS = "handle_events"
    DELIVER = "deliver"
    ANSWER = "answer"
    SCHEDULE = "schedule"
    FETCH_MEDIA = "fetch_media"
    PURGE_MEDIA = "purge_media"
    SETTLE_UPLOAD = "settle_upload"
    DELETE_LEARNER = "delete_learner"
    SHOW_MENU = "show_menu"
    EXPORT = "export"
    HEAR = "hear"  # what a coach says
    SHOW = "show"  # the film of what a coach shows
    PREPARE = "prepare"
    RUN_STAGE = "run_stage"
    RENDER = "render"


QUEUE_OF = {
    Job.HANDLE_EVENTS: Queue.CONVERSATION,
    Job.DELIVER: Queue.CONVERSATION,
    Job.SCHEDULE: Queue.CONVERSATION,
    Job.SHOW_MENU: Queue.CONVERSATION,
    Job.ANSWER: Queue.ANSWERS,
    Job.FETCH_MEDIA: Queue.MEDIA,
    Job.PURGE_MEDIA: Queue.MEDIA,
    Job.SETTLE_UPLOAD: Queue.MEDIA,
    Job.DELETE_LEARNER: Queue.MEDIA,
    Job.EXPORT: Queue.MEDIA,
    Job.HEAR: Queue.MODELS,
    Job.SHOW: Queue.VIDEO,
    Job.PREPARE: Queue.PREPARATION,
    Job.RUN_STAGE: Queue.MODELS,
    Job.RENDER: Queue.VIDEO,
}

# What each job is called with, by the names under which the log shows it.
ARGUMENTS_OF: Mapping[str, Sequence[str]] = {
    Job.HANDLE_EVENTS: ("inbox_subject_id",),  # and others, each of which gets a job of its own
    Job.DELIVER: ("message_id",),
    Job.ANSWER: ("message_id",),
    Job.SCHEDULE: ("session_id",),
    Job.FETCH_MEDIA: ("media_id",),
    Job.PURGE_MEDIA: ("media_id",),
    Job.SETTLE_UPLOAD: ("upload_id",),
    Job.DELETE_LEARNER: ("deletion_id",),
    Job.SHOW_MENU: ("menu_link_id",),
    Job.EXPORT: ("export_id",),
    Job.HEAR: ("demonstration_id",),
    Job.SHOW: ("demonstration_id",),
    Job.PREPARE: ("session_id", "stage"),
    Job.RUN_STAGE: ("session_id", "stage"),
    Job.RENDER: ("session_id", "stage"),
}

# A worker told to stop interrupts these, so that no ffmpeg outlives it; their rows bring them back. Sending is
# never interrupted: its outcome would be unknown.
INTERRUPTIBLE = frozenset({Job.PREPARE, Job.RUN_STAGE, Job.RENDER, Job.FETCH_MEDIA, Job.HEAR, Job.SHOW})

# The outer bounds; ffmpeg and every network call have shorter ones of their own. ffmpeg's grow with the clip, up to two
# hours (pipeline/media/ffmpeg.py), where it goes through a whole clip; speech and the store get the time besides.
TIME_LIMIT_MS = 15 * 60 * 1000
WHOLE_CLIP_TIME_LIMIT_MS = 2 * 60 * 60 * 1000 + 2 * TIME_LIMIT_MS
TIME_LIMITS_MS: Mapping[Job, int] = {
    Job.PREPARE: WHOLE_CLIP_TIME_LIMIT_MS,
    Job.RENDER: WHOLE_CLIP_TIME_LIMIT_MS,
}
LONGEST_JOB = timedelta(milliseconds=max(TIME_LIMIT_MS, *TIME_LIMITS_MS.values()))

Nudge = tuple[Job, tuple[int | str, ...], float]  # with the seconds that it is to wait

# By itself every connection would read the version out of the package's metadata, which takes milliseconds.
_DRIVER = DriverInfo(lib_version=redis.__version__)
_PENDING = "pending jobs"  # in the session's `info`
_PRESENCE = "moment:presence"  # a key that is gone when the broker has lost what it held


class JobQueue:
    """A process's connection to the broker. Thread-safe."""

    def __init__(self, url: str) -> None:
        self.broker = WakingBroker(
            # A broker that hangs must not hang us: nudges are only nudges.
            client=redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5, driver_info=_DRIVER),
            middleware=[
                # No limit of age: it would compare two machines' clocks, and one that is an hour off would lose every
                # nudge. What is no longer due costs its worker one look at a row.
                TimeLimit(),
                ShutdownNotifications(),
                Retries(max_retries=3, min_backoff=500, max_backoff=5_000),
                JobContext(ARGUMENTS_OF),
                LiveNudges(),
            ],
            # By default a killed worker's messages come back by chance, minutes to hours later
            # (Bogdanp/dramatiq#527): look at every call, after 5 s without a heartbeat.
            heartbeat_timeout=5_000,
            maintenance_chance=1_000_000,
        )

    def send_after_commits_of(self, database: Database) -> None:
        """From now on what `enqueue` puts down in a transaction of this database is sent when it commits."""
        event.listen(database.sessions, "after_commit", self._send_pending)
        event.listen(database.sessions, "after_rollback", _forget_pending)

    def declare(self, jobs: Mapping[Job, Callable[..., None]]) -> None:
        """Makes each function the actor of its job."""
        for job, function in jobs.items():
            make_actor = dramatiq.actor(
                broker=self.broker,
                actor_name=job,
                queue_name=QUEUE_OF[job],
                notify_shutdown=job in INTERRUPTIBLE,
                time_limit=TIME_LIMITS_MS.get(job, TIME_LIMIT_MS),
            )
            make_actor(function)

    def nudge(self, job: Job, *args: int | str, delay_seconds: float = 0.0) -> None:
        """Wakes `job` now. A broker that is away is logged, not raised: the reconciler will nudge again."""
        self._send([(job, args, delay_seconds)])

    def was_emptied(self) -> bool:
        """Whether the broker has lost its messages since this was last asked (also true at the first time)."""
        try:
            return bool(self.broker.client.set(_PRESENCE, 1, nx=True))
        except RedisError as error:
            log.warning("broker away", error=type(error).__name__)
            return False

    def ping(self) -> None:
        """Raises redis.exceptions.RedisError."""
        self.broker.client.ping()

    def close(self) -> None:
        self.broker.close()

    def _send_pending(self, db: DbSession) -> None:
        self._send(db.info.pop(_PENDING, []))

    def _send(self, nudges: Sequence[Nudge]) -> None:
        """Each queue is woken once, however many of them are for it."""
        queue_names = set()
        client = self.broker.client
        try:
            for job, args, delay_seconds in nudges:
                if not delay_seconds and not announce(client, job, args):
                    continue
                queue_names.add(self._put(job, *args, delay_seconds=delay_seconds))
                if not delay_seconds:
                    note(client, job, args)
            self.broker.wake(queue_names)
        except (RedisError, BrokerConnectionError) as error:
            log.warning("broker away, nudges wait for the reconciler", error=type(error).__name__)

    def _put(self, job: Job, *args: int | str, delay_seconds: float) -> str:
        """The name of the queue that its consumers are to be woken for."""
        message: dramatiq.Message[Any] = dramatiq.Message(
            queue_name=QUEUE_OF[job], actor_name=job, args=args, kwargs={}, options={IDS: carried_ids()}
        )
        return self.broker.put(message, delay=int(delay_seconds * 1000) or None).queue_name


def enqueue(db: DbSession, job: Job, *args: int | str, delay_seconds: float = 0.0) -> None:
    """Wakes `job` after `db` commits; nothing is sent when it rolls back."""
    db.info.setdefault(_PENDING, []).append((job, args, delay_seconds))


def _forget_pending(db: DbSession) -> None:
    db.info.pop(_PENDING, None)
