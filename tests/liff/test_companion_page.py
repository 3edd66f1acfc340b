"""The page of a call, before it: which cook it is about, how long is left, where the plan is to be had."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import Client

from knowledge_base.catalogue import load
from knowledge_base.companion_talk import no_minutes
from knowledge_base.pages import page_words
from liff.pages import companion
from models.media import MediaKind
from models.session import CookingSession
from models.user import SubscriptionStatus
from services.companion import Allowance
from services.plan.links import PlanLinks, PlanPage
from tests.liff.conftest import Site, client, learner, site
from tests.liff.kitchen import COACHING, Kitchen
from tests.liff.shop import shop, stripe

__all__ = ["client", "learner", "shop", "site", "stripe"]

WORDS = page_words("companion")
PATH = "/liff/companion"


def test_it_is_about_the_cook_that_waits_for_its_video(client: Client, site: Site) -> None:
    free = client.get(PATH).text
    assert WORDS["free_cook"] in free
    assert 'data-session="0"' in free
    kitchen = Kitchen.of(site, client)
    first = kitchen.cook(1)
    assert load().dishes["fried-rice"].attempts[0] in client.get(PATH).text
    with site.database.transaction() as db:
        db.delete(db.get_one(CookingSession, first))
    kitchen.finished(1)
    second = kitchen.cook(2)
    page = client.get(PATH).text
    assert COACHING.next_action.rstrip("。") in page
    assert f'data-session="{second}"' in page
    with site.database.transaction() as db:
        kitchen.send(db, db.get_one(CookingSession, second), MediaKind.VIDEO)
    assert 'data-session="0"' in client.get(PATH).text


def test_the_page_may_open_our_socket_and_no_other(client: Client, site: Site) -> None:
    policy = client.get(PATH).headers["content-security-policy"]
    (calls,) = re.findall(r"connect-src ([^;]+)", policy)
    assert [each for each in calls.split() if each.startswith("ws")] == [site.url.replace("http", "ws")]
    assert "'unsafe" not in policy


@pytest.mark.parametrize(
    ("status", "leads_to", "is_paying"),
    [(SubscriptionStatus.FREE, PlanPage.CHECKOUT, False), (SubscriptionStatus.ACTIVE, PlanPage.FRONT, True)],
)
def test_without_minutes_the_plan_is_near(
    shop: Site,
    monkeypatch: pytest.MonkeyPatch,
    status: SubscriptionStatus,
    leads_to: PlanPage,
    is_paying: bool,
) -> None:
    monkeypatch.setattr(companion, "allowance", lambda *_: Allowance(0, 600))
    with shop.signed_in(shop.desk.learner("ゆうこ")) as client:
        kitchen = Kitchen.of(shop, client)
        kitchen.change(subscription_status=status)
        page = client.get(PATH).text
    assert no_minutes(is_paying) in page
    assert "companion.js" not in page
    (address,) = re.findall(r'class="primary" href="([^"]+)"', page)
    (token,) = parse_qs(urlsplit(address.replace("&amp;", "&")).query)["t"]
    assert PlanLinks(shop.url, shop.settings.link_secrets).read(token) == (kitchen.user_id, leads_to)
