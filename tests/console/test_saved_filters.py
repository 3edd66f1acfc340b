"""Filters that a coach keeps: theirs, under a name, until they delete them."""

from sqlmodel import select

from models.chat import MessageType
from models.coach import AuditEntry
from models.handover import SavedFilter
from services.profile import take_in
from services.thread import record_inbound
from services.threads.saved_filters import MOST
from tests.console.conftest import SignedIn, signed_in
from tests.liff.conftest import Site


def ids_of(site: Site, coach_id: int) -> dict[str, int]:
    with site.database.transaction() as db:
        return {
            row.name: row.id for row in db.exec(select(SavedFilter).where(SavedFilter.coach_id == coach_id))
        }


def test_a_filter_with_words_is_a_tab_until_it_is_deleted(site: Site, coach_client: SignedIn) -> None:
    saved = coach_client.post("/console/filters", name="  油 ", filter="safety", q="油 & 火")
    assert saved.headers["location"] == "/console/threads?filter=safety&q=%E6%B2%B9+%26+%E7%81%AB"
    page = coach_client.get(saved.headers["location"]).text
    assert ">油</a>" in page
    assert 'href="/console/threads?filter=safety&amp;q=%E6%B2%B9+%26+%E7%81%AB" aria-current="page"' in page
    coach_client.post("/console/filters", name="油", filter="all")
    assert 'href="/console/threads?filter=all">油</a>' in coach_client.get("/console/threads").text
    filter_id = ids_of(site, coach_client.coach_id)["油"]
    with signed_in(site, "ほかの人") as other:
        assert ">油</a>" not in other.get("/console/threads").text
        assert other.post(f"/console/filters/{filter_id}/remove").status_code == 303
    assert ids_of(site, coach_client.coach_id), "deleted by nobody else"
    assert coach_client.post(f"/console/filters/{filter_id}/remove").status_code == 303
    assert ids_of(site, coach_client.coach_id) == {}
    with site.database.transaction() as db:
        acts = db.exec(select(AuditEntry.act).where(AuditEntry.coach_id == coach_client.coach_id)).all()
    assert [act for act in acts if act.startswith("filter.")] == ["filter.save"] * 2 + ["filter.remove"]


def test_what_cannot_be_kept_is_refused(site: Site, coach_client: SignedIn) -> None:
    for name, chosen, status in (
        ("", "all", 422),
        (" ", "all", 422),
        ("あ" * 21, "all", 422),
        ("何か", "?", 422),
    ):
        assert coach_client.post("/console/filters", name=name, filter=chosen).status_code == status
    for number in range(MOST):
        assert coach_client.post("/console/filters", name=f"{number}", filter="all").status_code == 303
    assert coach_client.post("/console/filters", name="もう一つ", filter="all").status_code == 409
    assert len(ids_of(site, coach_client.coach_id)) == MOST


def test_words_are_looked_for_within_the_filter(site: Site, coach_client: SignedIn) -> None:
    with site.database.transaction() as db:
        user = take_in(db, "U-kept", "しらべ")
        record_inbound(db, user, MessageType.TEXT, text="さいばしの話")
    assert "しらべ" in coach_client.get("/console/threads?q=さいばし").text
    assert "しらべ" in coach_client.get("/console/threads?filter=unread&q=さいばし").text
    assert "しらべ" not in coach_client.get("/console/threads?filter=failed&q=さいばし").text
    assert "<b>しらべ</b>" not in coach_client.get("/console/threads?filter=failed&q=しらべ").text
