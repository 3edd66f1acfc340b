"""A site whose plan is for sale, and the Stripe that takes the money. No worker runs: what Stripe tells is written by the test."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlmodel import select

from models.plan import Plan
from models.user import SubscriptionStatus, User
from services.plan.links import PlanLinks, PlanPage
from services.profile import take_in
from simulator.stripe.client import StripeDesk
from tests.liff.conftest import Site, open_site
from tests.selling import for_sale, stripe_desk

__all__ = ["shop", "stripe"]


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeDesk]:
    with stripe_desk() as desk:
        yield desk


@pytest.fixture(scope="module")
def shop(
    postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory, stripe: StripeDesk
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("shop")
    with open_site(postgres_url, valkey_url, folder, **for_sale(stripe.base_url)) as site:
        yield site


def add_learner(site: Site) -> int:
    with site.database.transaction() as db:
        return take_in(db, f"U{uuid4().hex}", "ゆうこ").id


def link(site: Site, user_id: int, page: PlanPage) -> str:
    """As the chat gives it."""
    return PlanLinks(site.url, site.settings.link_secrets).link(user_id, page)


def subscribe(site: Site, stripe: StripeDesk, user_id: int) -> str:
    """Pays on the page that the link leads to, and writes what Stripe's event would have written; the subscription's id."""
    with site.browser() as browser:
        answer = browser.get(link(site, user_id, PlanPage.CHECKOUT))
    assert stripe.browse(answer.headers["location"]).pay().leads_to
    with site.database.transaction() as db:
        plan = db.exec(select(Plan).where(Plan.user_id == user_id)).one()
        mine = [each for each in stripe.objects("subscription") if each["customer"] == plan.customer_id]
        plan.subscription_id = str(mine[-1]["id"])
        user = db.get_one(User, user_id)
        user.subscription_status, user.months_paid = SubscriptionStatus.ACTIVE, 1
        return plan.subscription_id
