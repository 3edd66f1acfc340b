"""Who may open a session is asked at each door: the chat, the API, the page for videos."""

from collections.abc import Iterator

import httpx
import pytest

from knowledge_base import phrasebook
from models.chat import Sender
from models.user import SubscriptionStatus
from moment.resources import Resources, open_resources
from tests import quick_providers
from tests.crash.phone import Phone
from tests.liff.conftest import Site
from tests.liff.cooks import add_cook

REFUSED = {
    SubscriptionStatus.FREE: "trial_used",
    SubscriptionStatus.PAUSED: "plan_paused",
    SubscriptionStatus.CANCELLED: "plan_over",
}
SERVED = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)


@pytest.fixture(scope="module")
def worker(site: Site) -> Iterator[Resources]:
    with open_resources(site.settings, quick_providers.build) as resources:
        yield resources


@pytest.fixture
def phone(site: Site, worker: Resources) -> Phone:
    """Of a learner who has had their trial session."""
    site.desk.hold()
    phone = Phone.new(site.desk, worker)
    with site.database.transaction() as db:
        user_id = phone.user(db).id
    add_cook(site.database, user_id)
    return phone


@pytest.fixture
def client(site: Site, phone: Phone) -> Iterator[httpx.Client]:
    with site.signed_in(phone.line) as client:
        yield client


@pytest.mark.parametrize("status", REFUSED)
def test_each_door_refuses_who_has_no_plan_that_runs(
    phone: Phone, client: httpx.Client, status: SubscriptionStatus
) -> None:
    _be(phone, status)
    words = phrasebook.phrase(REFUSED[status])
    phone.taps("action=dish&slug=beef-steak")
    assert _last_words(phone).startswith(words[:20])
    answer = client.post("/api/sessions", json={"dish_slug": "beef-steak"})
    assert answer.status_code == 403
    assert answer.json()["type"] == f"urn:moment:problem:{REFUSED[status]}"
    page = client.post("/liff/upload/cook/beef-steak")
    assert page.status_code == 403
    assert words in page.text
    assert _cooks(phone) == 1


@pytest.mark.parametrize("status", SERVED)
@pytest.mark.parametrize("door", ["chat", "api", "page"])
def test_each_door_serves_who_has_a_plan_though_a_payment_of_it_is_due(
    phone: Phone, client: httpx.Client, status: SubscriptionStatus, door: str
) -> None:
    _be(phone, status)
    if door == "chat":
        phone.taps("action=dish&slug=beef-steak")
    elif door == "api":
        assert client.post("/api/sessions", json={"dish_slug": "beef-steak"}).status_code == 201
    else:
        assert client.post("/liff/upload/cook/beef-steak").status_code == 303
    assert _cooks(phone) == 2


def _be(phone: Phone, status: SubscriptionStatus) -> None:
    with phone.resources.database.transaction() as db:
        phone.user(db).subscription_status = status


def _cooks(phone: Phone) -> int:
    with phone.resources.database.transaction() as db:
        return len(phone.sessions(db))


def _last_words(phone: Phone) -> str:
    with phone.resources.database.transaction() as db:
        return [message.text for message in phone.messages(db) if message.sender != Sender.USER][-1]
