"""How the service does, over a day, a week or a month: figures for the people who watch over it.

Each comes from rows, by a statement that an index bounds to the window. What nothing is known of is None, or has a count
of zero, and is never told as a zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Float, Select, cast, literal, null, select, text, union_all
from sqlmodel import Session as DbSession

from models.chat import COACHED, OWED, PUSHED
from models.session import StageName
from services.invariants import Violation, violations
from services.owed_work import KINDS, Kind, due_rows, parked_rows

PROMISE = timedelta(minutes=5)  # within which the text and the video should be there
MOST_PARKED = 20  # are listed, the newest; all are counted
STAGES = [stage.value for stage in StageName]


class Window(StrEnum):
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def length(self) -> timedelta:
        return {Window.DAY: timedelta(days=1), Window.WEEK: timedelta(days=7)}.get(self, timedelta(days=30))

    @property
    def step(self) -> str:
        """How finely it is drawn."""
        return "hour" if self is Window.DAY else "day"


class Part(StrEnum):
    TEXT = "text"
    VIDEO = "video"


@dataclass(frozen=True)
class Share:
    """`count` of `total`."""

    count: int
    total: int


@dataclass(frozen=True)
class Spread:
    """Seconds: the median, and what 95 of 100 stay within."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True)
class Wait:
    """From a learner's first clip until their text or video is delivered; None where it is not known how long that was.
    `at`: the hour or day in Japan, None of the whole window."""

    at: datetime | None
    spread: Spread | None
    in_time: int
    watched: Share  # to its end


@dataclass(frozen=True)
class StageTime:
    stage: str
    spread: Spread


@dataclass(frozen=True)
class WorkQueue:
    """Rows whose work is due, and that were given up. `age`: of the one that has been due longest."""

    kind: str
    due: int
    age: timedelta | None
    parked: int


@dataclass(frozen=True)
class ParkedWork:
    """`error` is its kind alone: the rest may quote a learner. `retry_id`: of the message by which the thread's page tries
    it again."""

    kind: str
    what: str
    user_id: int | None
    since: datetime
    error: str
    retry_id: int | None


@dataclass(frozen=True)
class Calls:
    """Of a provider's model, by the stages that have run; `failures` by their kind."""

    model: str
    count: int
    failures: Mapping[str, int]


@dataclass(frozen=True)
class Trouble:
    """What fails now: a service that is known to be down (`stage` is ""), or stages that are tried again."""

    stage: str
    error: str
    count: int
    since: datetime


@dataclass(frozen=True)
class Pushes:
    """Of one LINE account in this month, as it is in Japan. `used` and `most` are LINE's own words of the last hours: None
    where it told nothing, and `most` where it sets no limit. `sent`: by the rows that are kept. `expected`: as many by the
    month's end, if each day is as the last seven. `held`: wait for the next month, or a reply."""

    channel: str
    used: int | None
    most: int | None
    sent: int
    expected: int
    held: int

    @property
    def is_too_much(self) -> bool:
        return self.most is not None and self.expected > self.most


@dataclass(frozen=True)
class SessionCost:
    """Of those whose text was delivered, all that was sent and spent for them so far."""

    sessions: int
    pushes: int
    dollars: float


@dataclass(frozen=True)
class Progress:
    """Of the dishes whose first coaching came in the window, how many came to the second and the third; and of the
    learners whose very first it was, how many have paid for a plan since."""

    second: Share
    third: Share
    paid: Share


@dataclass(frozen=True)
class ServiceFigures:
    window: Window
    waits: Mapping[Part, Sequence[Wait]]  # that of the whole window first; none where nothing was delivered
    stages: Sequence[StageTime]
    queues: Sequence[WorkQueue]
    parked: Sequence[ParkedWork]
    calls: Sequence[Calls]
    troubles: Sequence[Trouble]
    pushes: Sequence[Pushes]
    cost: SessionCost
    progress: Progress
    confirmed: Share  # of what coaches have said of the AI's findings
    violations: Sequence[Violation]


def service_figures(db: DbSession, window: Window) -> ServiceFigures:
    """Eleven statements."""
    return ServiceFigures(
        window=window,
        waits=_waits(db, window),
        stages=_stages(db, window),
        queues=_queues(db),
        parked=[ParkedWork(*row) for row in db.execute(_PARKED)],
        calls=_calls(db, window),
        troubles=[Trouble(*row) for row in db.execute(_TROUBLES)],
        pushes=[Pushes(*row) for row in db.execute(_PUSHES)],
        cost=SessionCost(*db.execute(_COST, {"length": window.length}).one()),
        progress=_progress(db, window),
        confirmed=Share(*db.execute(_CONFIRMED, {"length": window.length}).one()),
        violations=violations(db),
    )


# As the histogram moment_coaching_seconds has it.
_WAITS = text(
    f"""
    WITH coached AS (
        SELECT CASE kind WHEN 'coaching_ready' THEN 'text' ELSE 'video' END AS part, watched_at,
               date_trunc(:step, delivered_at AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo' AS at,
               extract(epoch FROM delivered_at - (SELECT min(received_at) FROM media
                    WHERE session_id = message.session_id AND kind = 'video'))::float8 AS seconds
          FROM message WHERE {COACHED} AND delivered_at > now() - :length)
    SELECT part, at, count(seconds), percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seconds),
           count(*) FILTER (WHERE seconds < :promise), count(watched_at), count(*)
      FROM coached GROUP BY GROUPING SETS ((part), (part, at)) ORDER BY part, at NULLS FIRST
    """  # noqa: S608 - names of ours
)


def _waits(db: DbSession, window: Window) -> Mapping[Part, Sequence[Wait]]:
    values = {"step": window.step, "length": window.length, "promise": PROMISE.total_seconds()}
    waits: dict[Part, list[Wait]] = {part: [] for part in Part}
    for part, at, known, quantiles, in_time, watched, count in db.execute(_WAITS, values):
        spread = _spread(known, quantiles) if known else None
        waits[Part(part)].append(Wait(at, spread, in_time, Share(watched, count)))
    return waits


def _spread(count: int, quantiles: Sequence[float]) -> Spread:
    p50, p95 = (round(seconds, 1) for seconds in quantiles)
    return Spread(count, p50, p95)


_STAGES = text(
    """
    SELECT stage, count(*), percentile_cont(ARRAY[0.5, 0.95])
           WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at)::float8)
      FROM stage_run
     WHERE stage = ANY(:stages) AND finished_at > now() - :length AND started_at IS NOT NULL GROUP BY stage
    """
)


def _stages(db: DbSession, window: Window) -> Sequence[StageTime]:
    """In the order in which they run."""
    rows = db.execute(_STAGES, {"stages": STAGES, "length": window.length})
    times = [StageTime(stage, _spread(count, quantiles)) for stage, count, quantiles in rows]
    return sorted(times, key=lambda time: STAGES.index(time.stage))


def _queues(db: DbSession) -> Sequence[WorkQueue]:
    """One for each kind, also where nothing is due."""
    due: dict[str, tuple[int, float | None]] = {}
    parked: dict[str, int] = {}
    for is_parked, kind, count, age in db.execute(union_all(*map(_due, KINDS), *map(_given_up, KINDS))):
        if is_parked:
            parked[kind] = count
        else:
            due[kind] = count, age
    return [
        WorkQueue(kind.name, count, timedelta(seconds=age) if age else None, parked.get(kind.name, 0))
        for kind in KINDS
        for count, age in [due[kind.name]]
    ]


def _due(kind: Kind) -> Select[bool, str, int, float]:
    due = due_rows(kind).subquery()
    name, count, age = due.c
    return select(literal(False), name, count, cast(age, Float))


def _given_up(kind: Kind) -> Select[bool, str, int, float]:
    if not kind.parks:
        return select(literal(True), literal(kind.name), literal(0), cast(null(), Float))
    parked = parked_rows(kind).subquery()
    name, count = parked.c
    return select(literal(True), name, count, cast(null(), Float))


# What fails a cook is tried again as the coaching that its message says has failed (services/operations.py).
_PARKED = text(
    f"""
    WITH parked AS (
        SELECT 'stage' AS kind, stage AS what, session.user_id, stage_run.parked_at, error, session_id, NULL::int AS message_id
          FROM stage_run JOIN session ON session.id = session_id WHERE stage_run.parked_at IS NOT NULL
        UNION ALL
        SELECT 'media', kind, user_id, parked_at, error, CASE WHEN state IN ('owed', 'stored') THEN session_id END, NULL
          FROM media WHERE parked_at IS NOT NULL
        UNION ALL
        SELECT CASE sender WHEN 'user' THEN 'question' ELSE 'message' END, kind, user_id, parked_at, error, NULL, message.id
          FROM message JOIN chatroom ON chatroom.id = chat_room_id WHERE parked_at IS NOT NULL
        UNION ALL
        SELECT 'upload', kind, user_id, parked_at, error, NULL, NULL FROM upload WHERE parked_at IS NOT NULL
        UNION ALL
        SELECT 'export', '', user_id, parked_at, error, NULL, NULL FROM export WHERE parked_at IS NOT NULL
        UNION ALL
        SELECT 'menu_link', '', user_id, parked_at, error, NULL, NULL FROM menu_link WHERE parked_at IS NOT NULL
        UNION ALL
        SELECT 'deletion', '', user_id, parked_at, error, NULL, NULL FROM deletion WHERE parked_at IS NOT NULL
        UNION ALL
        SELECT 'inbox_subject', source, NULL, parked_at, error, NULL, NULL
          FROM inbox_subject WHERE parked_at IS NOT NULL
        ORDER BY parked_at DESC LIMIT {MOST_PARKED})
    SELECT kind, what, user_id, parked_at, split_part(error, ':', 1), coalesce(message_id, (
               SELECT id FROM message WHERE message.session_id = parked.session_id AND kind = 'coaching_failed'))
      FROM parked ORDER BY parked_at DESC
    """  # noqa: S608
)

# Stages that have finished, were given up, or are tried again now: each by its own index.
_CALLS = text(
    """
    WITH run AS (
        SELECT usage FROM stage_run WHERE stage = ANY(:stages) AND finished_at > now() - :length
        UNION ALL
        SELECT usage FROM stage_run WHERE parked_at > now() - :length AND finished_at IS NULL
        UNION ALL
        SELECT usage FROM stage_run WHERE nudge_at IS NOT NULL AND finished_at IS NULL)
    SELECT call ->> 'model', call ->> 'outcome', count(*)
      FROM run, jsonb_array_elements(run.usage -> 'calls') AS call GROUP BY 1, 2 ORDER BY 1, 2
    """
)


def _calls(db: DbSession, window: Window) -> Sequence[Calls]:
    by_model: dict[str, dict[str, int]] = {}
    for model, outcome, count in db.execute(_CALLS, {"stages": STAGES, "length": window.length}):
        by_model.setdefault(model, {})[outcome] = count
    return [
        Calls(model, sum(counts.values()), {name: count for name, count in counts.items() if name != "ok"})
        for model, counts in by_model.items()
    ]


_TROUBLES = text(
    """
    SELECT '' AS stage, service AS error, failures AS count, opened_at AS since
      FROM service_outage WHERE opened_at IS NOT NULL
    UNION ALL
    SELECT stage, split_part(error, ':', 1), count(*), min(started_at)
      FROM stage_run WHERE nudge_at IS NOT NULL AND error <> '' AND started_at IS NOT NULL GROUP BY 1, 2
     ORDER BY 1, 2
    """
)

_PUSHES = text(
    f"""
    WITH month AS (
        SELECT date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo' AS begin,
               (date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') + interval '1 month') AT TIME ZONE 'Asia/Tokyo' AS end),
    sent AS (
        SELECT channel, count(*) FILTER (WHERE delivered_at >= month.begin) AS used,
               count(*) FILTER (WHERE delivered_at > now() - interval '7 days') AS lately
          FROM message, month
         WHERE {PUSHED} AND delivered_at >= least((SELECT begin FROM month), now() - interval '7 days') GROUP BY channel),
    held AS (
        SELECT channel, count(*) AS held FROM message WHERE {OWED} AND waits_for = 'quota' GROUP BY channel),
    told AS (
        SELECT channel, used, most FROM push_quota, month
         WHERE looked_at > greatest(month.begin, now() - interval '3 hours'))
    SELECT channel, told.used, told.most, coalesce(sent.used, 0),
           round(coalesce(told.used, sent.used, 0)
                 + coalesce(lately, 0) * extract(epoch FROM month.end - now()) / (7 * 86400))::int,
           coalesce(held, 0)
      FROM sent FULL JOIN held USING (channel) FULL JOIN told USING (channel), month ORDER BY channel
    """  # noqa: S608
)

_TEXTS = f"""
    SELECT session_id, delivered_at FROM message
     WHERE {COACHED} AND kind = 'coaching_ready' AND delivered_at > now() - :length
"""  # noqa: S608
_COST = text(
    f"""
    WITH coached AS ({_TEXTS})
    SELECT count(*),
           coalesce(sum((SELECT count(*) FROM message WHERE session_id = coached.session_id AND {PUSHED})), 0)::int,
           coalesce(sum((SELECT sum((usage ->> 'cost_usd')::float8) FROM stage_run
                          WHERE session_id = coached.session_id)), 0)
           + coalesce(sum((SELECT sum((call ->> 'cost_usd')::float8)
                             FROM message, jsonb_array_elements(message.usage -> 'calls') AS call
                            WHERE session_id = coached.session_id)), 0)
      FROM coached
    """  # noqa: S608
)

_PROGRESS = text(
    f"""
    WITH coached AS (
        SELECT session.id, user_id, dish_id, session_number, delivered_at
          FROM ({_TEXTS}) AS sent JOIN session ON session.id = sent.session_id),
    dish AS (
        SELECT array(SELECT session_number FROM session AS later
                      WHERE later.user_id = coached.user_id AND later.dish_id = coached.dish_id
                        AND later.coaching_text_delivered_at IS NOT NULL) AS numbers
          FROM coached WHERE session_number = 1),
    learner AS (
        SELECT EXISTS (SELECT FROM paid_period WHERE paid_period.user_id = coached.user_id) AS has_paid
          FROM coached WHERE NOT EXISTS (
               SELECT FROM session AS earlier
                WHERE earlier.user_id = coached.user_id AND earlier.id <> coached.id
                  AND earlier.coaching_text_delivered_at < coached.delivered_at))
    SELECT (SELECT count(*) FROM dish), (SELECT count(*) FROM dish WHERE 2 = ANY(numbers)),
           (SELECT count(*) FROM dish WHERE 3 = ANY(numbers)),
           (SELECT count(*) FROM learner), (SELECT count(*) FROM learner WHERE has_paid)
    """  # noqa: S608
)


# The newest word of each coach.
_CONFIRMED = text(
    """
    SELECT count(*) FILTER (WHERE is_confirmed), count(*)
      FROM (SELECT DISTINCT ON (session_id, finding, coach_id) is_confirmed FROM verdict
             WHERE created_at > now() - :length ORDER BY session_id, finding, coach_id, id DESC) AS said
    """
)


def _progress(db: DbSession, window: Window) -> Progress:
    begun, second, third, learners, paid = db.execute(_PROGRESS, {"length": window.length}).one()
    return Progress(Share(second, begun), Share(third, begun), Share(paid, learners))
