"""The desk's own front page: who subscribes, what Stripe told, and buttons that push the clock."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.stripe import life
from simulator.stripe.calendar import DAY, HOUR
from simulator.stripe.endpoint import stripe_of
from simulator.stripe.objects.billing import Subscription
from simulator.stripe.objects.catalogue import Customer, Product
from simulator.stripe.objects.platform import Event
from simulator.stripe.objects.sessions import CheckoutSession
from simulator.stripe.page.shell import price_words, render, see
from simulator.stripe.state import Stripe

STEPS = {"1時間": HOUR, "1日": DAY, "1週間": 7 * DAY, "31日": 31 * DAY}
LAST_EVENTS = 30
STATUS_WORDS = {
    "active": "契約中",
    "canceled": "解約済み",
    "incomplete": "初回のお支払い待ち",
    "incomplete_expired": "初回のお支払いがないまま終了",
    "past_due": "お支払いの遅れ",
    "paused": "お休み中",
    "trialing": "無料期間中",
    "unpaid": "未払い",
}


async def show(request: Request) -> Response:
    stripe = stripe_of(request)
    life.catch_up(stripe)
    deliveries = {entry.event: entry for entry in request.app.state.webhooks.deliveries}
    return render(
        stripe,
        "front.html",
        now=stripe.now(),
        steps=STEPS,
        subscriptions=[_row(stripe, entry) for entry in stripe.store.all(Subscription)],
        sessions=[entry for entry in stripe.store.all(CheckoutSession) if entry.status == "open"],
        events=[(event, deliveries.get(event.id)) for event in stripe.store.all(Event)[:LAST_EVENTS]],
    )


def _row(stripe: Stripe, subscription: Subscription) -> dict[str, object]:
    item, customer = subscription.item, stripe.store.get(Customer, subscription.customer)
    return {
        "id": subscription.id,
        "customer": (customer.name if customer else None) or subscription.customer,
        "plan": f"{stripe.store.find(Product, item.price.product).name} {price_words(item.price, item.quantity)}",
        "status": STATUS_WORDS[subscription.status],
        "until": item.current_period_end if subscription.is_alive else None,
        "ends": subscription.cancel_at if subscription.is_alive else None,
    }


async def push_clock(request: Request) -> Response:
    """By one of the steps, and no other."""
    stripe, form = stripe_of(request), await request.form()
    stripe.clock.advance(STEPS.get(str(form.get("step")), 0))
    life.catch_up(stripe)
    return see("/")


routes = [Route("/", show), Route("/", push_clock, methods=["POST"])]
