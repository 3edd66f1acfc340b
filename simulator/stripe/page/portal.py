"""The customer portal as pages: its front, and one page for each thing to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.stripe import life, portal
from simulator.stripe.endpoint import stripe_of
from simulator.stripe.errors import StripeError
from simulator.stripe.invoicing import method_for
from simulator.stripe.objects.base import Json
from simulator.stripe.objects.billing import Invoice, Subscription
from simulator.stripe.objects.catalogue import Customer, PaymentMethod, Product
from simulator.stripe.objects.sessions import Configuration, PortalSession
from simulator.stripe.page.shell import UNKNOWN_CARD, price_words, read_card, render, see
from simulator.stripe.payments import Presence
from simulator.stripe.state import Stripe

OVER = "このページは有効期限が切れました。お手数ですが、もう一度はじめからお進みください。"
PAGE_OF_FLOW = {
    "subscription_cancel": "cancel",
    "subscription_pause": "pause",
    "payment_method_update": "card",
}
DONE = {
    "cancel": "解約を受け付けました。",
    "keep": "解約を取り消しました。これまでどおりお使いいただけます。",
    "pause": "お休みを受け付けました。お休みの間、料金はかかりません。",
    "resume": "プランを再開しました。",
    "card": "カードを変更しました。",
}
REASONS = {
    "too_expensive": "料金が高い",
    "unused": "あまり使わなかった",
    "missing_features": "欲しい機能がなかった",
    "low_quality": "期待と違った",
    "too_complex": "使い方がむずかしい",
    "customer_service": "サポートに不満がある",
    "switched_service": "ほかのサービスに移る",
    "other": "その他",
}


@dataclass(frozen=True)
class Visit:
    """One request of a living session."""

    request: Request
    stripe: Stripe
    session: PortalSession

    @property
    def configuration(self) -> Configuration:
        return self.stripe.store.find(Configuration, self.session.configuration)

    @property
    def customer(self) -> Customer:
        return self.stripe.store.find(Customer, self.session.customer)

    @property
    def front(self) -> str:
        return f"/p/session/{self.session.id}"

    @property
    def subscription(self) -> Subscription:
        """Raises StripeError 404 for one that isn't this customer's."""
        wanted = self.request.path_params["subscription"]
        found = [entry for entry in portal.subscriptions_of(self.stripe, self.session) if entry.id == wanted]
        return found[0] if found else self.stripe.store.find(Subscription, "")

    def finish(self, deed: str) -> Response:
        """Where the flow wants the customer next."""
        flow = self.session.flow
        after: Json = flow["after_completion"] if flow else {"type": "portal_homepage"}
        if after["type"] == "redirect":
            return see(after["redirect"]["return_url"])
        if after["type"] == "hosted_confirmation":
            own = (after["hosted_confirmation"] or {}).get("custom_message")
            return render(self.stripe, "over.html", words=own or DONE[deed], link=self.session.return_url)
        return see(f"{self.front}/home?done={deed}")


Work = Callable[[Visit], Awaitable[Response]]


def _page(work: Work) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        stripe = stripe_of(request)
        life.catch_up(stripe)
        session = stripe.store.get(PortalSession, request.path_params["id"])
        if session is None or not portal.visit(stripe, session):
            return render(stripe, "over.html", 410, words=OVER, link=session.return_url if session else None)
        try:
            return await work(Visit(request, stripe, session))
        except StripeError:
            words = "この操作は、いまはできません。プランの状態が変わっているかもしれません。"
            return render(stripe, "over.html", 409, words=words, link=session.url)

    return answer


async def show_first(visit: Visit) -> Response:
    """The front page, or what the deep link is for."""
    flow = visit.session.flow
    if flow is None:
        return await show_front(visit)
    page = PAGE_OF_FLOW[flow["type"]]
    if page == "card":
        return see(f"{visit.front}/card")
    return see(f"{visit.front}/{flow[flow['type']]['subscription']}/{page}")


async def show_front(visit: Visit) -> Response:
    stripe, session = visit.stripe, visit.session
    invoices = [
        entry
        for entry in stripe.store.all(Invoice)
        if entry.customer == session.customer and entry.number and entry.total
    ]
    return render(
        stripe,
        "portal.html",
        front=visit.front,
        features=visit.configuration.features,
        plans=[_plan(stripe, entry) for entry in portal.subscriptions_of(stripe, session)],
        methods=[entry for entry in stripe.store.all(PaymentMethod) if entry.customer == session.customer],
        usual=visit.customer.invoice_settings.default_payment_method,
        invoices=invoices,
        return_url=session.return_url,
        done=DONE.get(visit.request.query_params.get("done", "")),
    )


def _plan(stripe: Stripe, subscription: Subscription) -> Json:
    item = subscription.item
    return {
        "subscription": subscription,
        "name": stripe.store.find(Product, item.price.product).name,
        "price": price_words(item.price, item.quantity),
        "until": item.current_period_end,
        "card": method_for(stripe, subscription),
        "invoice": stripe.store.get(Invoice, subscription.latest_invoice),
    }


async def ask_to_cancel(visit: Visit) -> Response:
    feature = visit.configuration.features["subscription_cancel"]
    asked = feature["cancellation_reason"]
    reasons = {name: REASONS[name] for name in asked["options"]} if asked["enabled"] else {}
    return _ask(visit, "cancel.html", immediately=feature["mode"] == "immediately", reasons=reasons)


async def cancel(visit: Visit) -> Response:
    form = await visit.request.form()
    feedback = str(form.get("feedback", "")) or None
    portal.cancel(
        visit.stripe, visit.configuration, visit.subscription, feedback if feedback in REASONS else None
    )
    return visit.finish("cancel")


async def ask_to_pause(visit: Visit) -> Response:
    return _ask(visit, "pause.html")


async def pause(visit: Visit) -> Response:
    portal.pause(visit.stripe, visit.subscription)
    return visit.finish("pause")


async def keep(visit: Visit) -> Response:
    portal.keep(visit.stripe, visit.subscription)
    return visit.finish("keep")


async def resume(visit: Visit) -> Response:
    subscription = visit.subscription
    decline = portal.resume(visit.stripe, subscription)
    if subscription.status == "paused":
        invoice = visit.stripe.store.find(Invoice, subscription.latest_invoice or "")
        words = decline.words if decline else "カード会社の確認が必要です。"
        return render(visit.stripe, "over.html", 402, words=words, link=invoice.hosted_invoice_url)
    return visit.finish("resume")


def _ask(visit: Visit, template: str, **values: Any) -> Response:
    plan = _plan(visit.stripe, visit.subscription)
    return render(visit.stripe, template, plan=plan, back=_back(visit), **values)


def _back(visit: Visit) -> str | None:
    """In a flow the rest of the portal is out of sight (docs.stripe.com/customer-management/portal-deep-links)."""
    return visit.session.return_url if visit.session.flow else f"{visit.front}/home"


async def ask_for_card(visit: Visit) -> Response:
    return _card_form(visit, {})


async def change_card(visit: Visit) -> Response:
    card, form = await read_card(visit.request)
    if card is None:
        return _card_form(visit, form, UNKNOWN_CARD, 400)
    answer = form.get("authentication")
    if card.asks("on_session") and not answer:
        fields = {"number": card.number, "name": form.get("name", "")}
        return render(
            visit.stripe,
            "bank.html",
            action=str(visit.request.url.path),
            fields=fields,
            amount=None,
            last4=card.last4,
        )
    presence = Presence("on_session", "passed" if answer == "passed" else "failed" if answer else None)
    decline = portal.add_card(visit.stripe, visit.customer, card, presence)
    if decline is not None:
        return _card_form(visit, form, decline.words, 402)
    return visit.finish("card")


def _card_form(visit: Visit, form: dict[str, str], problem: str | None = None, status: int = 200) -> Response:
    return render(visit.stripe, "card.html", status, form=form, problem=problem, back=_back(visit))


_FRONT = "/p/session/{id}"
routes = [
    Route(_FRONT, _page(show_first)),
    Route(f"{_FRONT}/home", _page(show_front)),
    Route(f"{_FRONT}/card", _page(ask_for_card)),
    Route(f"{_FRONT}/card", _page(change_card), methods=["POST"]),
    Route(f"{_FRONT}/{{subscription}}/cancel", _page(ask_to_cancel)),
    Route(f"{_FRONT}/{{subscription}}/cancel", _page(cancel), methods=["POST"]),
    Route(f"{_FRONT}/{{subscription}}/pause", _page(ask_to_pause)),
    Route(f"{_FRONT}/{{subscription}}/pause", _page(pause), methods=["POST"]),
    Route(f"{_FRONT}/{{subscription}}/keep", _page(keep), methods=["POST"]),
    Route(f"{_FRONT}/{{subscription}}/resume", _page(resume), methods=["POST"]),
]
