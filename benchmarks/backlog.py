"""What a pass of the reconciler costs beside a large history, and how much it wakes.

A million rows are settled and ten thousand sessions are at work, of which one in a hundred has lost its worker. The
reference is the same pass over an empty database: eight statements that find nothing.
"""

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

from sqlalchemy import text

from benchmarks.bench import Bench
from benchmarks.measurement import Measurement, at_most, ratio_at_most
from benchmarks.runner import Report
from jobs.queue import JobQueue, Queue
from jobs.reconciler import Reconciler
from models.database import Database

SETTLED = 1_000_000
AT_WORK = 10_000
LOST = 100
PASSES = 5
PASS_MS = 50.0
JOBS_PER_DUE_ROW = 1.1


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    settings = bench.settings
    queue = JobQueue(settings.broker_url or "")
    database = Database(settings.database_url or "")
    queue.send_after_commits_of(database)
    reconciler = Reconciler(database, queue, settings.reconcile_every)
    with closing(database), closing(queue):
        reconciler.pass_once()  # the broker is new to it, and to be told from one that has lost its messages
        empty = [_pass_ms(reconciler) for _ in range(PASSES)]
        report(f"filling in {SETTLED:,} settled rows and {AT_WORK:,} sessions at work")
        fill(database, settled=SETTLED, at_work=AT_WORK)
        passes, jobs = [], 0
        for number in range(PASSES):
            report(f"pass {number + 1} of {PASSES}")
            lose_workers(database, LOST)
            before = _jobs_in(queue)
            passes.append(_pass_ms(reconciler))
            reconciler.pass_once()  # nobody has followed the nudges yet: nothing is to be sent twice
            jobs += _jobs_in(queue) - before
    due = LOST * PASSES
    return [
        Measurement(f"a pass that finds {LOST} rows due", median(passes), median(empty), "ms", at_most(PASS_MS)),
        Measurement("jobs enqueued ÷ rows due", jobs, due, "jobs", ratio_at_most(JOBS_PER_DUE_ROW)),
    ]  # fmt: skip


def fill(database: Database, *, settled: int, at_work: int) -> None:
    """`settled` rows of every kind that nobody need look at again, and `at_work` sessions in good hands."""
    sessions = settled // 5 // 8  # a fifth of the rows are runs of stages, eight a session
    with database.transaction() as db:
        db.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in _FILL:
            values = {"users": sessions // 9 + 1, "settled": settled, "at_work": at_work}
            names = statement.compile().params
            db.execute(statement, {name: values[name] for name in names})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def lose_workers(database: Database, count: int) -> None:
    """The leases of so many stages run out: theirs are the rows that are due."""
    with database.transaction() as db:
        db.execute(_LOSE, {"count": count})


def _pass_ms(reconciler: Reconciler) -> float:
    started_at = time.perf_counter()
    reconciler.pass_once()
    return (time.perf_counter() - started_at) * 1000


def _jobs_in(queue: JobQueue) -> int:
    return sum(int(queue.broker.client.llen(f"dramatiq:{name}")) for name in Queue)


_FILL = tuple(
    text(statement)
    for statement in (
        # Learners with all three cooks of three dishes behind them, and as many as are cooking now.
        """INSERT INTO "user" (line_user_id, first_name, onboarding_done)
           SELECT 'past-' || n, 'ゆうこ', true FROM generate_series(1, :users) AS n""",
        """INSERT INTO "user" (line_user_id, first_name, onboarding_done)
           SELECT 'now-' || n, 'ゆうこ', true FROM generate_series(1, :at_work) AS n""",
        """INSERT INTO chatroom (user_id, room_type) SELECT id, 'coaching' FROM "user" """,
        """INSERT INTO session (user_id, dish_id, session_number, raw_video_url, memo_skipped, voice_transcript,
               pipeline_error, coaching_video_gcs_path, coaching_preview_gcs_path, status)
           SELECT u.id, d.id, n, 'videos/' || u.id, true, '', '', 'sessions/v', 'sessions/p', 'completed'
             FROM "user" u CROSS JOIN (SELECT id FROM dish ORDER BY id LIMIT 3) d CROSS JOIN generate_series(1, 3) AS n
            WHERE u.line_user_id LIKE 'past-%'""",
        """INSERT INTO stage_run (session_id, stage, job, attempts, started_at, finished_at)
           SELECT s.id, stage, 'run_stage', 1, now() - s.id * interval '1 min', now() - s.id * interval '1 min'
             FROM session s CROSS JOIN unnest(CAST('{prepare_video,transcribe_memo,extract_entities,analyze_video,
                                                   retrieve,coach_text,narrate,produce_video}' AS varchar[])) AS stage
            WHERE s.status = 'completed'""",
        """INSERT INTO media (user_id, session_id, position, kind, source, channel, line_message_id, object_key, state,
                              stored_at)
           SELECT s.user_id, s.id, n, CASE n WHEN 1 THEN 'video' ELSE 'memo' END, 'line', 'moment',
                  'm' || s.id || '-' || n, 'media/' || s.id || '-' || n, 'stored', now()
             FROM session s CROSS JOIN generate_series(1, 2) AS n""",
        """INSERT INTO upload (user_id, kind, fingerprint, size, object_key, completed_at)
           SELECT user_id, kind, decode(md5(object_key), 'hex'), 1000, object_key, now() FROM media""",
        """INSERT INTO deletion (asked_at) SELECT now() FROM generate_series(1, CAST(:settled AS int) / 10)""",
        """INSERT INTO menu_link (user_id, channel, rich_menu_id)
           SELECT id, 'channel-' || n, 'richmenu' FROM "user" CROSS JOIN generate_series(1, 3) AS n""",
        """INSERT INTO export (user_id, object_key, over_at)
           SELECT (SELECT min(id) FROM "user"), 'exports/' || n, now()
             FROM generate_series(1, CAST(:settled AS int) / 10) AS n""",
        """INSERT INTO demonstration (session_id, clip_id, voice_key, film_key, preview_key, heard_at, sent_at, made_at)
           SELECT session_id, min(id), 'd' || session_id, 'd' || session_id, 'd' || session_id, now(), now(), now()
             FROM media GROUP BY session_id""",
        """INSERT INTO message (chat_room_id, sender, kind, text, video_gcs_path, channel, retry_key, delivered_at,
                                delivered_by, line_message_id)
           SELECT r.id, 'ai', 'notice', 'こんにちは', '', 'moment', gen_random_uuid(), now(), 'push', 'b' || n
             FROM (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS rooms FROM chatroom) r
             JOIN generate_series(1, CAST(:settled AS int) * 3 / 10) AS n ON n % r.rooms = r.place - 1""",
        """INSERT INTO inbox_subject (source, subject, arrivals)
           SELECT 'line', line_user_id, 1 FROM "user" """,
        """INSERT INTO inbox_event (source, event_id, subject, channel, event_type, timestamp_ms, handled_at, outcome,
                                    error)
           SELECT 'line', 'e' || n, 'past-' || n, 'moment', 'message', n, now(), 'greet', ''
             FROM generate_series(1, CAST(:settled AS int) * 9 / 20) AS n""",
        # At work: a video is looked at under a lease that its worker renews, and a message waits for next month.
        """INSERT INTO session (user_id, dish_id, session_number, raw_video_url, memo_skipped, voice_transcript,
               pipeline_error, coaching_video_gcs_path, coaching_preview_gcs_path, status)
           SELECT u.id, (SELECT min(id) FROM dish), 1, 'videos/' || u.id, true, '', '', '', '', 'processing'
             FROM "user" u WHERE u.line_user_id LIKE 'now-%'""",
        """INSERT INTO stage_run (session_id, stage, job, attempts, started_at, lease_token, due_at, nudge_at)
           SELECT id, 'analyze_video', 'run_stage', 1, now(), gen_random_uuid(), now() + interval '1 day',
                  now() + interval '1 day'
             FROM session WHERE status = 'processing'""",
        """INSERT INTO message (chat_room_id, sender, kind, text, video_gcs_path, channel, retry_key, delivered_by,
                                waits_for, due_at, nudge_at)
           SELECT r.id, 'ai', 'notice', 'こんにちは', '', 'moment', gen_random_uuid(), '', 'quota',
                  now() + interval '1 day', now() + interval '1 day'
             FROM chatroom r JOIN "user" u ON u.id = r.user_id WHERE u.line_user_id LIKE 'now-%'""",
    )
)
_LOSE = text(
    """UPDATE stage_run SET due_at = now(), nudge_at = now() WHERE id IN (
           SELECT id FROM stage_run WHERE finished_at IS NULL AND due_at > now() + interval '1 hour' LIMIT :count)"""
)
