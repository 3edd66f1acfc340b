"""Checkout as a page (docs.stripe.com/payments/checkout)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.stripe import checkout, life
from simulator.stripe.checkout import Visitor
from simulator.stripe.endpoint import stripe_of
from simulator.stripe.objects.catalogue import Customer, Price
from simulator.stripe.objects.sessions import CheckoutSession
from simulator.stripe.page.shell import UNKNOWN_CARD, price_words, read_card, render, see
from simulator.stripe.payments import Presence
from simulator.stripe.state import Stripe

NO_CONSENT = "利用規約に同意すると、お申し込みいただけます。"


def _session(request: Request) -> tuple[Stripe, CheckoutSession | None]:
    stripe = stripe_of(request)
    life.catch_up(stripe)
    return stripe, stripe.store.get(CheckoutSession, request.path_params["id"])


async def show(request: Request) -> Response:
    stripe, session = _session(request)
    return _over(stripe, session) or _form(stripe, _alive(session), {})


async def pay(request: Request) -> Response:
    """Leads to `success_url`, back to the form, or to the question of the bank."""
    stripe, session = _session(request)
    over = _over(stripe, session)
    if over is not None:
        return over
    session = _alive(session)
    card, form = await read_card(request)
    if session.asks_for_terms and not form.get("terms"):
        return _form(stripe, session, form, NO_CONSENT)
    if card is None:
        return _form(stripe, session, form, UNKNOWN_CARD)
    answer = form.get("authentication")
    presence = Presence("on_session", "passed" if answer == "passed" else "failed" if answer else None)
    visitor = Visitor(form.get("name") or None, form.get("email") or None, bool(form.get("terms")))
    outcome = checkout.pay(stripe, session, card, visitor, presence)
    if outcome.asks_bank:
        fields = {"number": card.number, **{name: form.get(name, "") for name in ("name", "email", "terms")}}
        return render(
            stripe,
            "bank.html",
            action=str(request.url.path),
            fields=fields,
            amount=session.amount_total,
            last4=card.last4,
        )
    if outcome.decline is not None:
        return _form(stripe, session, form, outcome.decline.words, 402)
    return see(session.success_url.replace("{CHECKOUT_SESSION_ID}", session.id))


def _alive(session: CheckoutSession | None) -> CheckoutSession:
    assert session is not None  # noqa: S101 - `_over` has looked
    return session


def _over(stripe: Stripe, session: CheckoutSession | None) -> Response | None:
    """What is shown instead of the form, None while it can be paid."""
    if session is None:
        return render(stripe, "over.html", 404, words="このお支払いページは見つかりませんでした。", link=None)
    if session.status == "expired":
        words = "このお支払いページは有効期限が切れました。お手数ですが、はじめからお進みください。"
        return render(stripe, "over.html", 410, words=words, link=session.cancel_url)
    if session.status == "complete":
        words = "お支払いは完了しています。ありがとうございました。"
        return render(
            stripe,
            "over.html",
            words=words,
            link=session.success_url.replace("{CHECKOUT_SESSION_ID}", session.id),
        )
    return None


def _form(
    stripe: Stripe,
    session: CheckoutSession,
    form: dict[str, str],
    problem: str | None = None,
    status: int | None = None,
) -> Response:
    item = session.items[0]
    customer = stripe.store.get(Customer, session.customer)
    email = form.get("email") or session.customer_email or (customer.email if customer else None)
    return render(
        stripe,
        "checkout.html",
        status or (400 if problem else 200),
        session=session,
        item=item,
        price=price_words(stripe.store.find(Price, item.price["id"]), item.quantity),
        problem=problem,
        form=form,
        email=email or "",
        terms_url=stripe.config.terms_url,
    )


routes = [
    Route("/c/pay/{id}", show),
    Route("/c/pay/{id}", pay, methods=["POST"]),
]
