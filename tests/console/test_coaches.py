"""What admins do to coaches, and what that lets these see."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from models.coach import AuditEntry, Coach, CoachAssignment, CoachRole
from models.user import User
from services import coach_sign_in, coaches, profile
from services.coaches import Asker, CoachUnknown, LearnerNotInSight, learner_seen, sees
from tests.console.conftest import SignedIn, new_coach, signed_in
from tests.database_locks import wait_for_lock
from tests.liff.conftest import Site
from tests.system import WAIT


@pytest.fixture
def admin(site: Site) -> Iterator[SignedIn]:
    with signed_in(site, "管理", CoachRole.ADMIN) as browser:
        yield browser


@pytest.fixture
def coach_id(site: Site) -> int:
    with site.database.transaction() as db:
        return new_coach(db, "担当").id


def add_learner(site: Site, name: str) -> int:
    with site.database.transaction() as db:
        count = len(db.exec(select(User.id)).all())
        return profile.take_in(db, f"U{count:032x}", name).id


def acts(site: Site, browser: SignedIn) -> list[tuple[str, int | None]]:
    with site.database.transaction() as db:
        mine = select(AuditEntry).where(AuditEntry.coach_id == browser.coach_id).order_by(col(AuditEntry.id))
        return [(entry.act, entry.user_id) for entry in db.exec(mine)]


def asker(site: Site, coach_id: int) -> Asker:
    with site.database.transaction() as db:
        return coach_sign_in.signed_in(db, coach_sign_in.sign_in(db, db.get_one(Coach, coach_id)))


def test_an_invitation_is_shown_once(site: Site, admin: SignedIn) -> None:
    page = admin.post("/console/coaches", name=" 木村 ", access="assigned").text
    link = re.search(r'value="(http[^"]+/console/invitations/([^"]+))"', page)
    assert link
    assert "招待中" in page
    assert link[2] not in admin.get("/console/coaches").text
    with site.browser() as other:
        assert "木村さん" in other.get(link[1]).text
    with site.database.transaction() as db:
        invited = db.exec(select(Coach).where(Coach.name == "木村")).one()
        assert (invited.role, invited.is_limited) == (CoachRole.COACH, True)
    assert acts(site, admin) == [("sign_in", None), ("coach.invite", None)]


def test_what_cannot_be_a_name_is_refused_and_what_is_taken_too(admin: SignedIn) -> None:
    assert admin.post("/console/coaches", name="LINE", access="all").status_code == 422
    assert admin.post("/console/coaches", name="管理", access="all").status_code == 409
    assert admin.post("/console/coaches", name="x", access="everything").status_code == 422


def test_names_are_text_and_nothing_else(admin: SignedIn) -> None:
    name = "<img src=x>'\""
    page = admin.post("/console/coaches", name=name, access="all").text
    assert "&lt;img src=x&gt;" in page
    assert "<img" not in page


def test_an_admin_keeps_their_own_access(site: Site, admin: SignedIn) -> None:
    assert admin.post(f"/console/coaches/{admin.coach_id}/remove").status_code == 403
    assert admin.post(f"/console/coaches/{admin.coach_id}/limit", is_limited="true").status_code == 409
    assert admin.get("/console/coaches").status_code == 200


def test_who_is_removed_is_out_at_once_and_gone_from_the_list(site: Site, admin: SignedIn) -> None:
    with signed_in(site, "去る人") as leaver:
        assert leaver.get("/console/").status_code == 200
        assert admin.post(f"/console/coaches/{leaver.coach_id}/remove").status_code == 303
        assert leaver.get("/console/").status_code == 303
        assert "去る人" not in admin.get("/console/coaches").text
        assert admin.get(f"/console/coaches/{leaver.coach_id}").status_code == 404


def test_a_limited_coach_sees_whom_they_are_assigned_from_then_on(
    site: Site, admin: SignedIn, coach_id: int
) -> None:
    mine, other = add_learner(site, "はなこ"), add_learner(site, "はなよ")
    page = f"/console/coaches/{coach_id}"
    assert {mine, other} <= seen_by(site, asker(site, coach_id))
    assert admin.post(f"{page}/limit", is_limited="true").status_code == 303
    assert seen_by(site, asker(site, coach_id)) == set()

    found = admin.get(f"{page}?q=はな").text
    assert f'value="{mine}"' in found
    assert f'value="{other}"' in found
    assert "見つかりませんでした" in admin.get(f"{page}?q=%").text
    for _ in range(2):  # a second time changes nothing
        assert admin.post(f"{page}/assignments", user_id=str(mine)).status_code == 303
    assert admin.post(f"{page}/assignments", user_id="999999").status_code == 404
    limited = asker(site, coach_id)
    assert seen_by(site, limited) == {mine}
    assert admin.post(f"{page}/assignments", user_id=str(2**40)).status_code == 422
    assert admin.get(f"/console/coaches/{2**40}").status_code == 404
    with site.database.transaction() as db:
        assert learner_seen(db, limited, mine).first_name == "はなこ"
        for unseen in (other, 999_999):
            with pytest.raises(LearnerNotInSight):
                learner_seen(db, limited, unseen)

    assert admin.post(f"{page}/assignments/{mine}/remove").status_code == 303
    assert seen_by(site, asker(site, coach_id)) == set()
    assert acts(site, admin).count(("coach.assign", mine)) == 1
    assert ("coach.unassign", mine) in acts(site, admin)


def test_no_learner_is_left_with_a_coach_who_leaves_meanwhile(site: Site, coach_id: int) -> None:
    user_id = add_learner(site, "はなみ")

    def assign() -> None:
        with site.database.transaction() as db:
            coaches.assign(db, coach_id, user_id, by=None)

    with ThreadPoolExecutor(1) as beside:
        with site.database.transaction() as db:
            coaches.remove(db, coach_id, by=None)
            db.flush()
            assigned = beside.submit(assign)
            wait_for_lock(site.database.engine)
        with pytest.raises(CoachUnknown):
            assigned.result(WAIT)


def seen_by(site: Site, who: Asker) -> set[int]:
    with site.database.transaction() as db:
        return set(db.exec(select(User.id).where(sees(who))))


def test_a_stream_learns_of_new_limits_and_of_the_end(site: Site, coach_id: int) -> None:
    before = asker(site, coach_id)
    with site.database.transaction() as db:
        coaches.limit(db, coach_id, is_limited=True, by=None)
        assert coach_sign_in.as_they_are_now(db, before).is_limited
        coaches.remove(db, coach_id, by=None)
        with pytest.raises(coach_sign_in.CoachNotSignedIn):
            coach_sign_in.as_they_are_now(db, before)


def test_a_deleted_learner_leaves_the_coach_and_the_record_of_acts(site: Site, coach_id: int) -> None:
    user_id = add_learner(site, "消える人")
    with site.database.transaction() as db:
        coaches.assign(db, coach_id, user_id, by=coach_id)
        db.flush()
        db.delete(db.get_one(User, user_id))
    with site.database.transaction() as db:
        assert db.exec(select(CoachAssignment).where(CoachAssignment.user_id == user_id)).first() is None
        entry = db.exec(select(AuditEntry).where(AuditEntry.coach_id == coach_id)).one()
        assert (entry.act, entry.user_id) == ("coach.assign", None)
