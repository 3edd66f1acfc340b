"""Checkout and portal of the desk's Stripe, as a customer uses them on a phone: with keys alone, by day and by night."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect
from stripe import StripeClient

from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from simulator.stripe.server import make_server
from tests.simulator.serving import serving
from tests.simulator.stripe.harness import client_of, open_checkout

PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture
def desk() -> Iterator[StripeDesk]:
    with serving(make_server(StripeConfig(), port=0)) as base_url, StripeDesk(base_url) as desk:
        desk.wait_until_ready()
        yield desk


@pytest.fixture
def client(desk: StripeDesk) -> StripeClient:
    return client_of(desk.base_url)


def test_a_customer_subscribes_and_cancels_by_keyboard(
    browser: Browser, desk: StripeDesk, client: StripeClient
) -> None:
    customer = client.v1.customers.create({"name": "はな"})
    back = f"{desk.base_url}/static/style.css"  # any page that is there
    session = open_checkout(client, customer.id, success_url=f"{back}?{{CHECKOUT_SESSION_ID}}")
    with browser.new_context(viewport=PHONE, locale="ja-JP", color_scheme="dark") as context:
        page = context.new_page()
        page.goto(str(session.url))
        check(page)
        subscribe_by_keys(page)
        page.wait_for_url(f"{back}?{session.id}")
        page.emulate_media(color_scheme="light")
        page.goto(client.v1.billing_portal.sessions.create({"customer": customer.id, "return_url": back}).url)
        check(page)
        page.get_by_role("link", name="解約する").press("Enter")
        check(page)
        page.get_by_role("button", name="解約する").press("Enter")
        expect(page.get_by_role("status")).to_have_text("解約を受け付けました。")
        page.get_by_role("button", name="解約を取り消す").press("Enter")
        expect(page.get_by_role("button", name="解約を取り消す")).to_have_count(0)
        page.goto(desk.base_url)
        page.get_by_role("button", name="31日進める").press("Enter")
        expect(page.get_by_role("list").filter(has_text="invoice.paid").first).to_be_visible()
        check(page)
    (subscription,) = client.v1.subscriptions.list({"customer": customer.id}).data
    assert (subscription.status, subscription.cancel_at) == ("active", None)
    assert len(desk.events("invoice.paid")) == 2


def subscribe_by_keys(page: Page) -> None:
    """A first card is declined; the second one's bank asks."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="戻る")).to_be_focused()
    page.get_by_label("利用規約に同意します").press("Space")
    page.get_by_text("テストカードで試す").press("Enter")
    page.get_by_role("button", name="断られるカード 4000 … 0002").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("カードが拒否されました")
    check(page)
    page.get_by_label("カード番号").fill("4000 0025 0000 3155")
    page.get_by_label("有効期限").fill("12 / 40")
    page.get_by_label("セキュリティコード").fill("123")
    page.get_by_label("カードの名義").fill("HANAKO YAMADA")
    page.get_by_label("利用規約に同意します").focus()
    page.keyboard.press("Tab")  # to the link to the terms
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="カード会社の本人認証")).to_be_visible()
    check(page)
    page.get_by_role("button", name="認証を完了する").press("Enter")


def check(page: Page) -> None:
    """What axe sees, and that nothing lies beside the screen."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.lang") == "ja"
