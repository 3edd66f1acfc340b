"""The plan's bubbles in every state, as LINE takes them: which buttons there are, and where they lead."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from bot.say.plan import news_bubble, offer_card, plan_card
from knowledge_base import plan_talk
from line.client import LineObject
from models.plan import Plan, PlanNews
from models.rules.standing import Standing, standing_of
from models.user import SubscriptionStatus, User
from services.plan.links import PlanLinks, PlanPage
from services.plan.offer import Trial
from services.plan.shop import PlanShop
from simulator.line.bubbles import actions_in
from simulator.line.messages import check_messages

DAY = datetime(2026, 12, 27, tzinfo=UTC)
LINKS = PlanLinks("https://moment.example", [SecretStr("a secret of the test")])
SHOP = PlanShop(LINKS, 9_800, is_open=True)
CLOSED = PlanShop(LINKS, 9_800, is_open=False)
INVOICE = "https://invoice.stripe.com/i/acct_1/live_1?s=ap"
RECEIPT = "https://invoice.stripe.com/i/acct_1/live_2?s=ap"
FREE, ACTIVE = SubscriptionStatus.FREE, SubscriptionStatus.ACTIVE
PAST_DUE, PAUSED = SubscriptionStatus.PAST_DUE, SubscriptionStatus.PAUSED
CANCELLED = SubscriptionStatus.CANCELLED
START, PAUSE, CANCEL = plan_talk.START_LABEL, plan_talk.PAUSE_LABEL, plan_talk.CANCEL_LABEL
CARD, KEEP, RESUME = plan_talk.CARD_LABEL, plan_talk.KEEP_LABEL, plan_talk.RESUME_LABEL
PAY, AGAIN, SHOW = plan_talk.PAY_LABEL, plan_talk.START_AGAIN_LABEL, plan_talk.SHOW_LABEL


def learner(status: SubscriptionStatus, months: int = 1) -> User:
    paid = 0 if status == FREE else months
    return User(id=7, line_user_id="U7", first_name="ゆうこ", subscription_status=status, months_paid=paid)


def plan(**values: Any) -> Plan:
    return Plan(user_id=7, customer_id="cus_7", subscription_id="sub_7", period_end=DAY, **values)


DUE = {"due_invoice_id": "in_1", "due_invoice_url": INVOICE}


def buttons(bubble: LineObject) -> dict[str, str]:
    """Label and address (or data) of each, without the small links."""
    footer = bubble["contents"].get("footer", {"contents": []})
    found = [part["action"] for part in footer["contents"] if part["type"] == "button"]
    assert len({action["label"] for action in found}) == len(found)
    return {action["label"]: action.get("uri") or action["data"] for action in found}


def small_links(bubble: LineObject) -> dict[str, str]:
    *_, links = bubble["contents"]["footer"]["contents"]
    return {action["label"]: action["uri"] for action in actions_in(links)}


def opens(url: str) -> PlanPage:
    token = parse_qs(urlsplit(url).query)["t"][0]
    user_id, page = LINKS.read(token)
    assert user_id == 7
    return page


STATES = [
    (learner(FREE), None, Standing.NONE, [START]),
    (learner(FREE), Plan(user_id=7, customer_id="cus_7"), Standing.NONE, [START]),
    (learner(ACTIVE), plan(), Standing.ACTIVE, [PAUSE, CANCEL, CARD]),
    (learner(ACTIVE), plan(ends_on=DAY), Standing.ENDING, [KEEP]),
    (learner(PAUSED), plan(), Standing.PAUSED, [RESUME, CANCEL]),
    (learner(PAUSED), plan(ends_on=DAY), Standing.PAUSED, [RESUME, KEEP]),
    (learner(PAUSED), plan(**DUE), Standing.PAUSED, [PAY, RESUME, CANCEL]),
    (learner(PAST_DUE), plan(**DUE), Standing.DUE, [PAY, CARD, CANCEL]),
    (learner(ACTIVE), plan(**DUE, needs_bank=True), Standing.DUE, [PAY, CARD, CANCEL]),
    (learner(PAST_DUE), plan(**DUE, ends_on=DAY), Standing.DUE, [PAY, CARD, KEEP]),
    (learner(PAST_DUE), plan(), Standing.DUE, [CARD, CANCEL]),
    (learner(CANCELLED), plan(ends_on=DAY), Standing.OVER, [AGAIN]),
    (learner(ACTIVE), None, Standing.ACTIVE, []),  # given to them: nothing at Stripe could be changed
]


@pytest.mark.parametrize(("user", "its_plan", "standing", "labels"), STATES)
def test_the_card_has_the_buttons_of_its_state(
    user: User, its_plan: Plan | None, standing: Standing, labels: list[str]
) -> None:
    assert standing_of(user, its_plan) is standing
    card = plan_card(SHOP, user, its_plan, RECEIPT)
    check_messages({"messages": [card]})
    assert list(buttons(card)) == labels
    assert plan_talk.standing(standing, user, its_plan) in card["altText"]
    assert "月額9,800円（税込）" in card["altText"]
    assert small_links(card) == {
        plan_talk.RECEIPT_LABEL: RECEIPT,
        plan_talk.TERMS_LABEL: "https://moment.example/plan/terms",
        plan_talk.LAW_LABEL: "https://moment.example/plan/law",
    }


def test_every_button_opens_the_page_that_it_names() -> None:
    pages = {
        START: PlanPage.CHECKOUT,
        AGAIN: PlanPage.CHECKOUT,
        PAUSE: PlanPage.PAUSE,
        CANCEL: PlanPage.CANCEL,
        CARD: PlanPage.CARD,
        KEEP: PlanPage.FRONT,
        RESUME: PlanPage.FRONT,
    }
    seen = set()
    for user, its_plan, _, _ in STATES:
        for label, url in buttons(plan_card(SHOP, user, its_plan, "")).items():
            seen.add(label)
            if label == PAY:
                assert url == INVOICE
            else:
                assert opens(url) is pages[label]
                assert "openExternalBrowser=1" in url
    assert seen == {*pages, PAY}


def test_the_months_that_were_paid_are_told() -> None:
    assert plan_talk.opened(3, Standing.ACTIVE) in plan_card(SHOP, learner(ACTIVE, 3), plan(), "")["altText"]
    assert "か月分" not in plan_card(SHOP, learner(FREE), None, "")["altText"]


def test_before_and_during_a_pause_what_it_costs_is_told() -> None:
    assert plan_talk.PAUSE_NOTE in plan_card(SHOP, learner(ACTIVE), plan(), "")["altText"]
    assert plan_talk.resume_note(9_800) in plan_card(SHOP, learner(PAUSED), plan(), "")["altText"]


def test_who_has_their_free_session_still_to_come_is_told_so() -> None:
    assert plan_talk.TRIAL_NOTE in plan_card(SHOP, learner(FREE), None, "", has_trial=True)["altText"]
    assert plan_talk.TRIAL_NOTE not in plan_card(SHOP, learner(FREE), None, "")["altText"]


def test_without_a_receipt_no_link_to_one_and_none_too_long_for_line() -> None:
    for url in ("", f"{RECEIPT}{'x' * 1_000}"):
        card = plan_card(SHOP, learner(ACTIVE), plan(due_invoice_id="in_1", due_invoice_url=url), url)
        check_messages({"messages": [card]})
        assert plan_talk.RECEIPT_LABEL not in small_links(card)
        assert list(buttons(card)) == [CARD, CANCEL], "the invoice's page is not shown, the card's once"


def test_where_nothing_is_for_sale_one_sentence_says_so() -> None:
    for user, its_plan, _, _ in STATES:
        bubble = plan_card(CLOSED, user, its_plan, "")
        assert bubble == {"type": "text", "text": plan_talk.PHRASES["plan_not_for_sale"]}


@pytest.mark.parametrize(
    "next_action",
    ["", "卵のふちがふくらんだら、ご飯をのせましょう。ほかは、いつもどおりに作りましょう。", "あ" * 9_000],
)
def test_the_offer_is_their_own_result_with_price_renewal_and_end(next_action: str) -> None:
    card = offer_card(SHOP, learner(FREE), Trial("チャーハン", 1, next_action))
    check_messages({"messages": [card]})
    words = "\n".join(part["text"] for part in card["contents"]["body"]["contents"])
    assert "ゆうこさん、チャーハンの1回目" in words
    step = next_action.partition("。")[0]
    assert step[:1_000] in words
    assert "いつもどおりに作りましょう" not in words
    for told in ("月額9,800円（税込）", plan_talk.gives(), plan_talk.RENEWAL, plan_talk.OFFER_END):
        assert told in words
    assert {label: opens(url) for label, url in buttons(card).items()} == {START: PlanPage.CHECKOUT}
    assert set(small_links(card)) == {plan_talk.TERMS_LABEL, plan_talk.LAW_LABEL}


NEWS = {
    PlanNews.STARTED: (plan(), None),
    PlanNews.MONTH_OPENED: (plan(), None),
    PlanNews.PAYMENT_FAILED: (plan(**DUE), PAY),
    PlanNews.BANK_ASKS: (plan(**DUE, needs_bank=True), PAY),
    PlanNews.RECOVERED: (plan(), None),
    PlanNews.RECOVERED_AND_OPENED: (plan(), None),
    PlanNews.PAID_TWICE: (plan(), None),
    PlanNews.PAUSED: (plan(), SHOW),
    PlanNews.RESUMED: (plan(), None),
    PlanNews.RESUMED_AND_OPENED: (plan(), None),
    PlanNews.ENDING: (plan(ends_on=DAY), KEEP),
    PlanNews.KEPT: (plan(), None),
    PlanNews.OVER: (plan(ends_on=DAY), SHOW),
    PlanNews.OVER_UNPAID: (plan(), SHOW),
}


@pytest.mark.parametrize("news", PlanNews)
def test_each_piece_of_news_has_the_one_button_that_helps(news: PlanNews) -> None:
    its_plan, label = NEWS[news]
    words = plan_talk.news(news, learner(ACTIVE), its_plan)
    bubble = news_bubble(SHOP, learner(ACTIVE), its_plan, news, words)
    check_messages({"messages": [bubble]})
    assert (bubble.get("text") or bubble["altText"]) == words
    assert list(buttons(bubble) if bubble["type"] == "flex" else []) == ([label] if label else [])
    assert news_bubble(CLOSED, learner(ACTIVE), None, news, words)["type"] == "text"


def test_news_that_came_late_lead_where_something_can_still_be_done() -> None:
    """Paid meanwhile, or kept: the message waited for a learner who had blocked us."""
    paid = news_bubble(SHOP, learner(ACTIVE), plan(), PlanNews.PAYMENT_FAILED, "言葉です。")
    assert {label: opens(url) for label, url in buttons(paid).items()} == {CARD: PlanPage.CARD}
    kept = news_bubble(SHOP, learner(ACTIVE), plan(), PlanNews.ENDING, "言葉です。")
    assert buttons(kept) == {SHOW: "action=plan"}
