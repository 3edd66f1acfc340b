"""The page of the service: who is shown it, what it says where there is nothing, and what does not hold."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from console.pages.chart import LineChart, round_up, width_of
from console.pages.service import steps_of
from knowledge_base import service_words
from models.chat import Message, MessageType
from models.coach import CoachRole
from models.inbox import EventSource, InboxEvent
from models.quota import PushQuota
from models.session import StageName
from models.user import User
from services.invariants import INVARIANTS
from services.owed_work import KINDS
from services.service_figures import Window
from tests.console.conftest import SignedIn, signed_in
from tests.liff.conftest import Site
from tests.services.test_service_figures import HOUR, Kitchen

PAGE = "/console/service"


@pytest.fixture(autouse=True)
def empty(site: Site) -> Iterator[None]:
    yield
    with site.database.transaction() as db:
        db.execute(text('TRUNCATE "user", inbox_event, stage_run, push_quota CASCADE'))


def body(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_limited_coach_finds_no_such_page_nor_a_way_to_it(site: Site, coach_client: SignedIn) -> None:
    assert PAGE in body(coach_client.get("/console/"))
    with signed_in(site, "限定", is_limited=True) as limited:
        assert limited.get(PAGE).status_code == 404
        assert PAGE not in body(limited.get("/console/"))
    with signed_in(site, "管理", CoachRole.ADMIN) as admin:
        assert admin.get(PAGE).status_code == 200


@pytest.mark.parametrize("window", Window)
def test_where_there_is_nothing_the_page_says_so(coach_client: SignedIn, window: Window) -> None:
    page = body(coach_client.get(f"{PAGE}?window={window}"))
    assert page.count(service_words.NOTHING_YET) >= 8
    assert "0%" not in page
    assert f"{len(INVARIANTS)}つとも守られています" in page
    assert f'?window={window}" aria-current="page"' in page


def test_another_window_is_not_there(coach_client: SignedIn) -> None:
    assert coach_client.get(f"{PAGE}?window=1y").status_code == 404


def test_each_name_has_words() -> None:
    assert set(service_words.INVARIANTS) == set(INVARIANTS)
    assert set(service_words.QUEUES) == {kind.name for kind in KINDS}
    assert set(service_words.STAGES) == set(StageName)
    assert set(service_words.WINDOWS) == set(Window)


def test_what_does_not_hold_leads_to_the_threads(site: Site, coach_client: SignedIn) -> None:
    with site.database.transaction() as db:
        user = User(line_user_id="U" + "7" * 32, first_name="ゆうこ")
        db.add(user)
        db.flush()
        for subject in (user.line_user_id, ""):
            stale = InboxEvent(source=EventSource.LINE, event_id=f"stale-{subject}", subject=subject)
            stale.received_at = datetime.now(UTC) - HOUR
            db.add(stale)
    page = body(coach_client.get(PAGE))
    assert "<title>サービス（異常あり）" in page
    assert "異常：処理されない出来事（2件）" in page
    assert f'<a href="/console/threads/{user.id}">' in page
    assert "守られています" not in page


def test_figures_are_drawn_and_stand_in_tables(site: Site, coach_client: SignedIn) -> None:
    with site.database.transaction() as db:
        kitchen = Kitchen(db)
        user = kitchen.learner()
        session = kitchen.cook(user, wait=timedelta(seconds=130))
        kitchen.ran(session, StageName.ANALYZE_VIDEO, 12.4, usage={"cost_usd": 0.5})
    page = body(coach_client.get(f"{PAGE}?window=24h"))
    assert page.count("2分10秒") >= 4, "both quantiles, above the drawing and in its table"
    assert '<path d="M' in page
    assert "100%" in page
    assert "動画の分析" in page
    assert "12秒" in page
    assert "$0.500" in page
    assert "0%（1のうち0）" in page, "of one dish none came to its second attempt"


def test_what_was_given_up_is_tried_again_from_here(site: Site, coach_client: SignedIn) -> None:
    with site.database.transaction() as db:
        kitchen = Kitchen(db)
        user = kitchen.learner()
        lost = kitchen.sent(
            user, delivered_at=None, parked_at=kitchen.now, error="Refused: <b>400 やけど</b>"
        )
    page = body(coach_client.get(PAGE))
    path = f"/console/threads/{user.id}/messages/{lost.id}/retry"
    assert f'action="{path}"' in page
    assert "Refused" in page
    assert "400" not in page, "it may quote a learner"
    assert coach_client.post(path).status_code == 200
    with site.database.transaction() as db:
        tried = db.exec(select(Message).where(col(Message.id) == lost.id)).one()
        assert (tried.parked_at, tried.kind) == (None, MessageType.NOTICE)
    assert path not in body(coach_client.get(PAGE))


def test_pushes_stand_beside_what_line_allows(site: Site, coach_client: SignedIn) -> None:
    with site.database.transaction() as db:
        kitchen = Kitchen(db)
        for channel in ("moment", "unheard", "unlimited"):
            kitchen.sent(kitchen.learner(), channel=channel, ago=timedelta())
        db.add(PushQuota(channel="moment", most=5000, used=5001))
        db.add(PushQuota(channel="unlimited", used=12))
    page = body(coach_client.get(PAGE))
    assert "5,001通 / 5,000通" in page
    assert "12通 / 上限なし" in page
    assert page.count(service_words.NOT_KNOWN) == 1
    assert page.count("上限をこえます") == 1
    assert page.count('<dd class="bad">') == 1


# --- drawings


def test_a_line_breaks_off_where_nothing_is_known() -> None:
    chart = LineChart.of({"中央値": [60.0, 120.0, None, 600.0]}, mark=300.0)
    (line,) = chart.lines
    assert (chart.top, chart.mark_y) == (600.0, 80.0)
    assert line.pieces == ["75.0,144.0 225.0,128.0"]
    assert [(point.x, point.y) for point in line.points] == [(75.0, 144.0), (225.0, 128.0), (525.0, 0.0)]


@pytest.mark.parametrize(
    ("seconds", "top"), [(300.0, 300.0), (301.0, 360.0), (42.0, 50.0), (9.5, 10.0), (0.2, 1.0)]
)
def test_the_scale_ends_at_a_time_that_reads_well(seconds: float, top: float) -> None:
    assert round_up(seconds) == top


def test_a_bar_is_seen_however_short() -> None:
    assert (width_of(10.0, 20.0), width_of(0.001, 900.0), width_of(0.0, 0.0)) == (300.0, 2.0, 0.0)


def test_steps_are_the_hours_and_days_in_japan_that_the_window_touches() -> None:
    now = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)  # half past midnight of the second
    days, hours = steps_of(Window.WEEK, now), steps_of(Window.DAY, now)
    assert (len(days), days[0].day, days[-1].isoformat()) == (8, 23, "2026-03-02T00:00:00+09:00")
    assert (len(hours), hours[0].hour, hours[-1].isoformat()) == (25, 0, "2026-03-02T00:00:00+09:00")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0秒"),
        (9.94, "9.9秒"),
        (59.6, "1分"),
        (61, "1分1秒"),
        (3_599.9, "1時間"),
        (7_260, "2時間1分"),
    ],
)
def test_a_duration_is_short(seconds: float, words: str) -> None:
    assert service_words.duration(seconds) == words


def test_a_page_takes_no_more_than_twelve_statements(site: Site, coach_client: SignedIn) -> None:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    body(coach_client.get(PAGE))  # notes that they are here
    event.listen(Engine, "before_cursor_execute", note)
    try:
        body(coach_client.get(PAGE))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert 10 < len(seen) <= 12


def test_every_kind_of_owed_work_has_its_words() -> None:
    assert set(service_words.QUEUES) >= {kind.name for kind in KINDS}
