"""The broker, and jobs enqueued by name once the transaction that owes them has committed.

A queue message is only a nudge: what is owed stands in rows, and the reconciler nudges again. So a
broker that is away costs seconds, never work, and lower rooms need not import the actors they wake.
"""

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError
from dramatiq.middleware import AgeLimit, Retries, ShutdownNotifications, TimeLimit
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlmodel import Session as DbSession

from settings import ConfigurationError, settings

log = logging.getLogger(__name__)


class Queue(StrEnum):
    CONVERSATION = "conversation"
    MODELS = "models"
    MEDIA = "media"
    VIDEO = "video"


class Job(StrEnum):
    """Every actor's name. The rooms that hold them: bot (conversation, answers) and pipeline (stages)."""

    HANDLE_EVENTS = "handle_events"  # (line_user_id, *others)
    DELIVER = "deliver"  # (message_id)
    FETCH = "fetch"  # (session_id, stage)
    RUN_STAGE = "run_stage"  # (session_id, stage)
    RENDER = "render"  # (session_id, stage)
    KEEP_MEDIA = "keep_media"  # (message_id)
    PURGE = "purge"  # (message_id)
    ANSWER = "answer"  # (message_id)


QUEUE_OF = {
    Job.HANDLE_EVENTS: Queue.CONVERSATION,
    Job.DELIVER: Queue.CONVERSATION,
    Job.RUN_STAGE: Queue.MODELS,
    Job.RENDER: Queue.VIDEO,
    Job.FETCH: Queue.MEDIA,
    Job.KEEP_MEDIA: Queue.MEDIA,
    Job.PURGE: Queue.MEDIA,
    Job.ANSWER: Queue.MODELS,
}

# A worker told to stop interrupts these, so that no ffmpeg outlives it; their rows bring them back. Sending is
# never interrupted: its outcome would be unknown.
INTERRUPTIBLE = frozenset({Job.RUN_STAGE, Job.RENDER, Job.FETCH, Job.KEEP_MEDIA})

# A job may wait behind others, but one that is an hour old was nudged again long since.
AGE_LIMIT_MS = 60 * 60 * 1000
# The outer bound; ffmpeg and every network call have shorter ones of their own.
TIME_LIMIT_MS = 15 * 60 * 1000

_PENDING = "moment.jobs"


@lru_cache(maxsize=1)
def broker() -> RedisBroker:
    """The process's broker. Raises ConfigurationError when no BROKER_URL is known."""
    url = settings().broker_url
    if url is None:
        raise ConfigurationError("BROKER_URL is not set and no embedded Valkey was started")
    made = RedisBroker(  # type: ignore[no-untyped-call]
        # A broker that hangs must not hang us: nudges are only nudges.
        client=redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5),
        middleware=[
            AgeLimit(max_age=AGE_LIMIT_MS),
            TimeLimit(time_limit=TIME_LIMIT_MS),
            ShutdownNotifications(),
            Retries(max_retries=3, min_backoff=500, max_backoff=5_000),
        ],
        # By default a killed worker's messages come back by chance, minutes to hours later
        # (Bogdanp/dramatiq#527): look at every call, after 5 s without a heartbeat.
        heartbeat_timeout=5_000,
        maintenance_chance=1_000_000,
    )
    dramatiq.set_broker(made)
    return made


def declare(jobs: Mapping[Job, Callable[..., None]]) -> None:
    """Makes each function the actor of its job, on the job's queue of this process's broker."""
    for job, function in jobs.items():
        declared = dramatiq.actor(
            broker=broker(), actor_name=job, queue_name=QUEUE_OF[job], notify_shutdown=job in INTERRUPTIBLE
        )
        declared(function)


def enqueue(db: DbSession, job: Job, *args: int | str, delay_seconds: float = 0.0) -> None:
    """Wakes `job` after `db` commits; nothing is sent when it rolls back."""
    db.info.setdefault(_PENDING, []).append((job, args, delay_seconds))


def nudge(job: Job, *args: int | str, delay_seconds: float = 0.0) -> None:
    """Wakes `job` now. A broker that is away is logged, not raised: the reconciler will nudge again."""
    message: dramatiq.Message[Any] = dramatiq.Message(
        queue_name=QUEUE_OF[job], actor_name=job, args=args, kwargs={}, options={}
    )
    try:
        broker().enqueue(message, delay=int(delay_seconds * 1000) or None)
    except (RedisError, BrokerConnectionError) as error:
        log.warning("broker away, %s waits for the reconciler: %s", job, type(error).__name__)


@event.listens_for(DbSession, "after_commit")
def _send(db: DbSession) -> None:
    for job, args, delay_seconds in db.info.pop(_PENDING, []):
        nudge(job, *args, delay_seconds=delay_seconds)


@event.listens_for(DbSession, "after_rollback")
def _forget(db: DbSession) -> None:
    db.info.pop(_PENDING, None)
