"""A learner's page: what it tells, what may be done on it and by whom, and that each act is on record."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from knowledge_base.catalogue import load
from models.base import JAPAN, utc_now
from models.chat import MessageType
from models.coach import AuditEntry, CoachAssignment, CoachRole
from models.consent import Consent, ConsentKind
from models.deletion import Deletion
from models.dish import Dish
from models.export import Export
from models.learner import LearnerState
from models.plan import Plan
from models.reminder import ReminderPause
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User
from moment.resources import open_resources
from services.outbox import queue_coaching_text
from services.profile import take_in
from services.thread import record_inbound
from services.threads.filters import ThreadFilter
from tests import quick_providers
from tests.console.conftest import SignedIn, signed_in
from tests.liff.conftest import Site
from tests.liff.kitchen import ANALYSIS, COACHING

EVIL = "<img src=x onerror=alert(1)>\"'{{7*7}}"


@pytest.fixture
def admin(site: Site) -> Iterator[SignedIn]:
    with signed_in(site, "管理", CoachRole.ADMIN) as browser:
        yield browser


def learner_of(site: Site, name: str = "ゆうこ", **profile: Any) -> int:
    with site.database.transaction() as db:
        count = len(db.exec(select(User.id)).all())
        user = take_in(db, f"U-learner-{count}", name)
        user.learner_profile = profile
        return user.id


def add_cook(site: Site, user_id: int, number: int, fault: str | None, **values: Any) -> int:
    """One that was coached, and whose text is in the thread. Its id."""
    with site.database.transaction() as db:
        dish = db.exec(select(Dish).where(Dish.slug == "fried-rice")).one()
        cook = CookingSession(
            user_id=user_id,
            dish_id=dish.id,
            session_number=number,
            status=SessionStatus.COMPLETED,
            coaching_text=COACHING.model_dump(mode="json"),
            video_analysis=ANALYSIS.model_copy(update={"fault": fault}).model_dump(mode="json"),
        )
        cook.sqlmodel_update(values)
        db.add(cook)
        db.flush()
        return cook.id


def path(user_id: int, to: str = "") -> str:
    return f"/console/threads/{user_id}/learner{to}"


def acts(site: Site, user_id: int) -> list[tuple[str, int | None]]:
    with site.database.transaction() as db:
        entries = db.exec(
            select(AuditEntry).where(AuditEntry.user_id == user_id).order_by(col(AuditEntry.id))
        )
        return [(entry.act, entry.coach_id) for entry in entries]


def assigned(site: Site, user_id: int) -> set[int]:
    with site.database.transaction() as db:
        mine = select(CoachAssignment.coach_id).where(CoachAssignment.user_id == user_id)
        return set(db.exec(mine))


def test_who_has_done_nothing_yet_has_a_page(site: Site, coach_client: SignedIn) -> None:
    user_id = learner_of(site)
    page = coach_client.get(path(user_id))
    assert page.status_code == 200
    assert "まだ作っていません" in page.text
    assert "<svg" not in page.text
    assert path(user_id) in coach_client.get(f"/console/threads/{user_id}").text


def test_it_tells_who_they_are_and_what_was_agreed(site: Site, coach_client: SignedIn) -> None:
    user_id = learner_of(
        site,
        "Yuko",
        call_name="ゆうこ",
        kitchen_heat="ih",
        dream_dish="だし巻き卵",
        cooking_experience_years=3,
    )
    with site.database.transaction() as db:
        user = db.get_one(User, user_id)
        user.subscription_status, user.months_paid = SubscriptionStatus.ACTIVE, 2
        ends = utc_now() + timedelta(days=9)
        db.add(Plan(user_id=user_id, customer_id=f"cus_{user_id}", period_end=ends))
        withdrawn = Consent(
            user_id=user_id, kind=ConsentKind.FOOTAGE, text_version="1", withdrawn_at=utc_now()
        )
        db.add_all([withdrawn, Consent(user_id=user_id, kind=ConsentKind.FILM, text_version="1")])
    page = coach_client.get(path(user_id)).text
    assert "<h1>ゆうこさん</h1>" in page
    local = ends.astimezone(JAPAN)
    for words in ("Yuko", "だし巻き卵", "何年か続けています", "利用中", "2か月", "取り消し", "に同意",
                  f"{local.year}/{local.month}/{local.day}"):  # fmt: skip
        assert words in page, words


def test_it_tells_how_far_they_have_come(site: Site, coach_client: SignedIn) -> None:
    user_id = learner_of(site)
    first = add_cook(site, user_id, 1, "egg_set_early", self_ratings={"taste": 2})
    second = add_cook(site, user_id, 2, "egg_set_early", self_ratings={"taste": 5})
    add_cook(site, user_id, 3, "pan_not_hot")
    with site.database.transaction() as db:
        skill = db.exec(select(Dish.principles).where(Dish.slug == "fried-rice")).one()[0]
        db.add(LearnerState(user_id=user_id, skills_acquired=[skill], next_focus="強火のまま手早く"))
        said = {
            each: queue_coaching_text(db, db.get_one(CookingSession, each)).id for each in (first, second)
        }
    page = coach_client.get(path(user_id)).text
    mistakes = page.split('id="mistakes"')[1].split("</section>")[0]
    assert load().faults["egg_set_early"].name_ja in mistakes
    assert load().faults["pan_not_hot"].name_ja not in mistakes, "what came up once is no habit"
    for message_id in said.values():
        assert f"?before={message_id + 1}#said-{message_id}" in mistakes
    assert "味の自己評価：2、5" in page
    dishes = page.split('id="dishes"')[1].split("</section>")[0]
    assert dishes.count("<tr>") == 1 + 3
    assert f"身についたこと：{load().skills[skill]}" in dishes
    assert "強火のまま手早く" in page
    there = coach_client.get(f"/console/threads/{user_id}?before={said[first] + 1}").text
    assert f'id="said-{said[first]}"' in there
    assert f'id="said-{said[second]}"' not in there
    assert "いまの会話にもどる" in there


def test_whatever_they_call_themselves_is_text(site: Site, admin: SignedIn) -> None:
    user_id = learner_of(site, EVIL, dream_dish=EVIL[:30])
    for page in (path(user_id), path(user_id, "/delete"), f"/console/threads/{user_id}"):
        text = admin.get(page).text
        assert "&lt;img src=x" in text
        assert "<img src=x" not in text
        assert "49" not in text.split("<h1>")[1].split("</h1>")[0]


def test_their_name_is_all_that_a_coach_corrects(site: Site, coach_client: SignedIn) -> None:
    user_id = learner_of(site, "Yuko", call_name="ゆこ", goals=["cook_faster"])
    answer = coach_client.post(path(user_id, "/name"), name=" ゆうこ ", reading="ゆうこ", goals="x")
    assert answer.status_code == 303
    with site.database.transaction() as db:
        told = db.get_one(User, user_id).learner_profile
    assert told == {"call_name": "ゆうこ", "call_name_reading": "ゆうこ", "goals": ["cook_faster"]}
    assert coach_client.post(path(user_id, "/name"), name="あ" * 21).status_code == 422
    assert acts(site, user_id) == [("learner.name", coach_client.coach_id)]
    coach_client.post(path(user_id, "/name"))
    assert "<h1>Yukoさん</h1>" in coach_client.get(path(user_id)).text


def test_a_coach_takes_learners_to_herself_alone(site: Site, coach_client: SignedIn, admin: SignedIn) -> None:
    user_id = learner_of(site)
    with site.database.transaction() as db:
        record_inbound(db, db.get_one(User, user_id), MessageType.TEXT, text="こんにちは")
    assert "自分の担当にする" in coach_client.get(path(user_id)).text
    for to in (path(user_id, "/coaches"), f"/console/threads/{user_id}/assign"):
        assert coach_client.post(to, coach_id=str(admin.coach_id)).status_code == 403
    assert (
        coach_client.post(path(user_id, "/coaches"), coach_id=str(coach_client.coach_id)).status_code == 303
    )
    assert assigned(site, user_id) == {coach_client.coach_id}
    page = coach_client.get(path(user_id)).text
    assert "自分の担当にする" not in page
    assert "担当から外す" not in page
    mine = coach_client.get(f"/console/threads?filter={ThreadFilter.MINE}").text
    assert f'id="thread-{user_id}"' in mine
    assert f'id="thread-{user_id}"' not in coach_client.get("/console/threads?filter=unassigned").text
    assert acts(site, user_id) == [("coach.assign", coach_client.coach_id)]


def test_an_admin_assigns_anybody_from_either_page(
    site: Site, coach_client: SignedIn, admin: SignedIn
) -> None:
    user_id, coach_id = learner_of(site), coach_client.coach_id
    with signed_in(site, "限定", is_limited=True) as limited:
        assert limited.get(path(user_id)).status_code == 404
        thread = admin.post(f"/console/threads/{user_id}/assign", coach_id=str(limited.coach_id))
        assert thread.status_code == 200
        assert "担当：<b>限定</b>さん" in thread.text
        assert limited.get(path(user_id)).status_code == 200
        assert limited.post(path(user_id, "/coaches"), coach_id=str(coach_id)).status_code == 403
        admin.post(path(user_id, "/coaches"), coach_id=str(coach_id))
        assert assigned(site, user_id) == {coach_id, limited.coach_id}
        assert limited.post(path(user_id, f"/coaches/{coach_id}/remove")).status_code == 403
        assert admin.post(path(user_id, f"/coaches/{limited.coach_id}/remove")).status_code == 303
        assert limited.get(path(user_id)).status_code == 404
    assert admin.post(path(user_id, "/coaches"), coach_id="999999").status_code == 404
    assert acts(site, user_id) == [
        ("coach.assign", admin.coach_id),
        ("coach.assign", admin.coach_id),
        ("coach.unassign", admin.coach_id),
    ]


def test_a_coach_pauses_reminders_and_has_them_sent_again(site: Site, coach_client: SignedIn) -> None:
    user_id = learner_of(site)
    last = (utc_now().astimezone(JAPAN) + timedelta(days=3)).date()
    assert coach_client.post(path(user_id, "/reminders/pause"), last_day="2020-01-01").status_code == 422
    assert coach_client.post(path(user_id, "/reminders/pause"), last_day="soon").status_code == 422
    assert coach_client.post(path(user_id, "/reminders/pause"), last_day=last.isoformat()).status_code == 303
    page = coach_client.get(path(user_id)).text
    assert "<b>佐藤さん</b>が止めています" in page
    assert f"{last.month}/{last.day}" in page.split("が止めています")[1].split("</p>")[0]
    coach_client.post(path(user_id, "/reminders/pause"), last_day="")
    assert "期限なし" in coach_client.get(path(user_id)).text
    assert coach_client.post(path(user_id, "/reminders/resume")).status_code == 303
    with site.database.transaction() as db:
        assert db.get(ReminderPause, user_id) is None
        db.get_one(User, user_id).reminders_off_since = utc_now()
    assert "生徒が自分で止めています" in coach_client.get(path(user_id)).text


def test_an_admin_downloads_the_file_that_the_learner_would_get(
    site: Site, coach_client: SignedIn, admin: SignedIn
) -> None:
    user_id = learner_of(site)
    assert "ファイルを作る" not in coach_client.get(path(user_id)).text
    assert coach_client.post(path(user_id, "/export/download")).status_code == 403
    assert admin.post(path(user_id, "/export/download")).status_code == 404
    assert admin.post(path(user_id, "/export")).status_code == 303
    assert "ファイルを作っています" in admin.get(path(user_id)).text
    with open_resources(site.settings, quick_providers.build) as resources:
        with site.database.transaction() as db:
            export_id = db.exec(select(Export.id).where(Export.user_id == user_id)).one()
        resources.exports.work(export_id)
    assert "ファイルをダウンロード" in admin.get(path(user_id)).text
    answer = admin.post(path(user_id, "/export/download"))
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="moment-data-{user_id}.zip"'
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert "ゆうこ" in archive.read("profile.json").decode()
    assert acts(site, user_id) == [("export.ask", admin.coach_id), ("export.download", admin.coach_id)]


def test_everything_is_deleted_once_their_name_is_typed(
    site: Site, coach_client: SignedIn, admin: SignedIn
) -> None:
    user_id = learner_of(site, "Yuko", call_name="ゆうこ")
    assert coach_client.get(path(user_id, "/delete")).status_code == 403
    assert "「ゆうこ」と入力" in admin.get(path(user_id, "/delete")).text
    for wrong in ("", "はなこ", "Yuko"):
        answer = admin.post(path(user_id, "/delete"), name=wrong)
        assert answer.status_code == 422
        assert "一致しません" in answer.text
    assert acts(site, user_id) == []
    assert admin.post(path(user_id, "/delete"), name=" ゆうこ ").status_code == 303
    assert "データを削除しています" in admin.get(path(user_id)).text
    assert acts(site, user_id) == [("learner.delete", admin.coach_id)]
    assert admin.post(path(user_id, "/export")).status_code == 409
    with open_resources(site.settings, quick_providers.build) as resources:
        with site.database.transaction() as db:
            deletion_id = db.exec(select(Deletion.id).where(Deletion.user_id == user_id)).one()
        resources.erasure.work(deletion_id)
    assert admin.get(path(user_id)).status_code == 404
    with site.database.transaction() as db:
        mine = select(AuditEntry).where(
            AuditEntry.coach_id == admin.coach_id, AuditEntry.act == "learner.delete"
        )
        entry = db.exec(mine).one()
        assert (entry.user_id, entry.facts) == (None, {}), "who it was is told by nothing"
