"""A learner's list of three cooks by the API, against a bare FastAPI route with one query.

Read at a pace, for how long each waits; and as fast as it is answered, for how many can be served. Each server runs alone
with the client while it is measured, in turns, on the same database. How many queries the list takes, a test counts
(tests/liff/test_api_reading.py).
"""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

from sqlalchemy import text

from benchmarks import bare_route
from benchmarks.bench import Bench
from benchmarks.load import run_load
from benchmarks.load_client import Load
from benchmarks.measurement import Measurement, at_most, ratio_at_least
from benchmarks.runner import Report
from desk.simulated_line import channels
from desk.stack import ProcessLauncher, Web, wait_for
from desk.supervisor import Child, Supervisor
from models.database import Database

LEARNERS = 1_000
ROUNDS = 3
CONNECTIONS = 50
PAUSE_SECONDS = 0.5  # of each connection between two requests: a hundred a second in all
SECONDS = 5.0
WARM_UP_SECONDS = 2.0
P99_MS = 25.0
THROUGHPUT_GOAL = (
    0.1  # of a route that knows no learner, signs no links, counts no requests and checks no answer
)


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    report(f"{LEARNERS:,} learners have cooked")
    cookies = folder / "cookies"
    cookies.write_text("\n".join(_fill(bench.settings.database_url or "")))
    with Supervisor() as supervisor:
        launcher = ProcessLauncher(supervisor, bench.run_part, logs=folder)
        ours_port, bare_port = launcher.reserve_port(), launcher.reserve_port()
        ours, bare = f"http://127.0.0.1:{ours_port}", f"http://127.0.0.1:{bare_port}"
        launcher.start(Web(ours_port), bench.settings.change(line_channels=channels(), public_url=ours))
        floor = (bench.settings.database_url, b"", bare_port)
        supervisor.add(Child("bare", bare_route.serve, floor, folder / "bare.log"))
        wait_for(f"{ours}/readyz", launcher)
        wait_for(f"{bare}/readyz", launcher)
        return _compare(f"{ours}/api/sessions", f"{bare}/sessions", cookies, report)


def _compare(ours_url: str, bare_url: str, cookies: Path, report: Report) -> Sequence[Measurement]:
    report("warming up")
    for url in (ours_url, bare_url):
        _load(url, cookies, WARM_UP_SECONDS, pause=0.0)
    paced: dict[str, list[Load]] = {ours_url: [], bare_url: []}
    full: dict[str, list[Load]] = {ours_url: [], bare_url: []}
    for number in range(ROUNDS):
        report(f"round {number + 1} of {ROUNDS}")
        for url in (ours_url, bare_url):
            paced[url].append(_load(url, cookies, SECONDS, pause=PAUSE_SECONDS))
            full[url].append(_load(url, cookies, SECONDS, pause=0.0))
    return [
        Measurement(
            f"list p99 at {CONNECTIONS} connections, {CONNECTIONS / PAUSE_SECONDS:g} a second",
            median(load.p99_ms for load in paced[ours_url]),
            median(load.p99_ms for load in paced[bare_url]),
            "ms",
            at_most(P99_MS),
        ),
        Measurement(
            f"list throughput at {CONNECTIONS} connections",
            median(load.per_second for load in full[ours_url]),
            median(load.per_second for load in full[bare_url]),
            "requests/s",
            ratio_at_least(THROUGHPUT_GOAL),
        ),
    ]


def _load(url: str, cookies: Path, seconds: float, *, pause: float) -> Load:
    options = ["--cookies", str(cookies), "--pause", str(pause)]
    return run_load(url, seconds, ["--connections", str(CONNECTIONS), *options])


def _fill(database_url: str) -> list[str]:
    """Learners with three cooks of a dish behind them, each signed in with the cookie that is returned."""
    cookies = [f"learner-{number}" for number in range(LEARNERS)]
    hashes = [hashlib.sha256(cookie.encode()).digest() for cookie in cookies]
    with closing(Database(database_url)) as database:
        with database.transaction() as db:
            for statement in _FILL:
                db.execute(text(statement), {"hashes": hashes} if ":hashes" in statement else {})
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return cookies


_FILL = (
    """INSERT INTO "user" (line_user_id, first_name, onboarding_done, subscription_status)
       SELECT 'cook-' || n, 'ゆうこ', true, 'active' FROM generate_series(1, CAST(cardinality(CAST(:hashes AS bytea[])) AS int)) AS n""",
    """INSERT INTO web_session (user_id, token_hash, ends_at)
       SELECT u.id, h.hash, now() + interval '1 day'
         FROM unnest(CAST(:hashes AS bytea[])) WITH ORDINALITY AS h(hash, n)
         JOIN "user" u ON u.line_user_id = 'cook-' || h.n""",
    """INSERT INTO session (user_id, dish_id, session_number, raw_video_url, memo_skipped, voice_transcript,
           pipeline_error, coaching_video_gcs_path, coaching_preview_gcs_path, status, self_ratings, coaching_text,
           video_analysis)
       SELECT u.id, (SELECT id FROM dish WHERE slug = 'fried-rice'), n, 'videos/' || u.id, false, 'おいしくできました。',
              '', 'sessions/' || u.id || '/v.mp4', 'sessions/' || u.id || '/p.jpg', 'completed',
              '{"taste": 4, "aroma": 3}',
              jsonb_build_object('mondaiten', repeat('卵', 40), 'skill', repeat('卵', 60),
                                 'next_action', repeat('卵', 60), 'success_sign', repeat('卵', 40)),
              jsonb_build_object('diagnosis', repeat('卵', 3000))
         FROM "user" u CROSS JOIN generate_series(1, 3) AS n WHERE u.line_user_id LIKE 'cook-%'""",
    """INSERT INTO media (user_id, session_id, position, kind, source, channel, object_key, state, stored_at)
       SELECT s.user_id, s.id, 1, kind, 'upload', '', kind || '/' || s.id, 'stored', now()
         FROM session s CROSS JOIN unnest(CAST('{video,memo}' AS varchar[])) AS kind""",
)
