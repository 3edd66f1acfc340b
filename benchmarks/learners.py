"""Learners, and cooks whose footage is here and at which nobody has looked yet, put straight into the rows: what is measured
begins after them."""

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from benchmarks.bench import DISH
from jobs.queue import Job, JobQueue
from knowledge_base.consent_talk import TEXT_VERSION
from models.database import Database
from pipeline.media.probe import VideoFacts


@dataclass(frozen=True)
class Footage:
    """The same of every cook, each under a name of its own."""

    clip: Path
    facts: VideoFacts
    memo: Path


def line_id(number: int) -> str:
    return f"U{number:032x}"


def add_learners(database: Database, count: int, channel: str) -> None:
    """They follow the account, and have agreed to their footage being looked at."""
    values = {"count": count, "channel": channel, "version": TEXT_VERSION}
    with database.transaction() as db:
        for statement in _LEARNERS:
            db.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})


def add_cooks(database: Database, store: Path, footage: Footage) -> Sequence[int]:
    """One of each learner, with video and memo; their ids. Nobody is told yet."""
    values = {"dish": DISH, "facts": footage.facts.model_dump_json()}
    with database.transaction() as db:
        ids: Sequence[int] = db.execute(text(_COOKS), {"dish": DISH}).scalars().all()
        for statement in _MEDIA:
            db.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
    for folder, file in (("videos", footage.clip), ("memos", footage.memo)):
        (store / folder).mkdir(parents=True, exist_ok=True)
        for session_id in ids:
            os.link(file, store / folder / f"{session_id}{file.suffix}")
    return ids


def wake(broker_url: str, session_ids: Sequence[int]) -> None:
    with closing(JobQueue(broker_url)) as queue:
        for session_id in session_ids:
            queue.nudge(Job.SCHEDULE, session_id)


def forget_all(database: Database, broker_url: str) -> None:
    """Learners, what they sent, and what the broker holds of it."""
    with database.transaction() as db:
        db.execute(text('TRUNCATE "user", inbox_event, inbox_subject CASCADE'))
    with closing(JobQueue(broker_url)) as queue:
        queue.broker.client.flushdb()


_LEARNERS = (
    """INSERT INTO "user" (line_user_id, first_name, onboarding_done, subscription_status)
       SELECT 'U' || lpad(to_hex(n), 32, '0'), 'ゆうこ', true, 'active'
         FROM generate_series(0, CAST(:count AS int) - 1) AS n""",
    """INSERT INTO friendship (user_id, channel) SELECT id, :channel FROM "user" WHERE line_user_id LIKE 'U%'""",
    """INSERT INTO chatroom (user_id, room_type)
       SELECT id, room FROM "user" CROSS JOIN unnest(CAST('{coaching,cooking_videos}' AS varchar[])) AS room
        WHERE line_user_id LIKE 'U%'""",
    """INSERT INTO consent (user_id, kind, text_version)
       SELECT id, 'footage', :version FROM "user" WHERE line_user_id LIKE 'U%'""",
)
_COOKS = """
    INSERT INTO session (user_id, dish_id, session_number, raw_video_url, memo_skipped, voice_transcript,
                         pipeline_error, coaching_video_gcs_path, coaching_preview_gcs_path, status)
    SELECT u.id, (SELECT id FROM dish WHERE slug = :dish), 1, 'videos/', false, '', '', '', '', 'uploaded'
      FROM "user" u WHERE u.line_user_id LIKE 'U%' ORDER BY u.id
    RETURNING id
"""
_OF_COOKS = """FROM session s JOIN consent c ON c.user_id = s.user_id WHERE s.status = 'uploaded'"""
_MEDIA = (
    f"""INSERT INTO media (user_id, session_id, consent_id, position, kind, source, channel, object_key, view_key, facts,
                           state, stored_at)
        SELECT s.user_id, s.id, c.id, 1, 'video', 'upload', '', 'videos/' || s.id || '.mp4', 'videos/' || s.id || '.mp4',
               CAST(:facts AS jsonb), 'stored', now() {_OF_COOKS}""",
    f"""INSERT INTO media (user_id, session_id, consent_id, position, kind, source, channel, object_key, state, stored_at)
        SELECT s.user_id, s.id, c.id, 1, 'memo', 'upload', '', 'memos/' || s.id || '.m4a', 'stored', now() {_OF_COOKS}""",
    """UPDATE session s SET raw_video_url = m.object_key FROM media m
        WHERE m.session_id = s.id AND m.kind = 'video' AND s.status = 'uploaded'""",
    """UPDATE session s SET voice_memo_url = m.object_key FROM media m
        WHERE m.session_id = s.id AND m.kind = 'memo' AND s.status = 'uploaded'""",
)
