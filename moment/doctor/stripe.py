"""Stripe: the key, the price, the portal, the webhook on both sides, and who sells."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, crash, failure, ok, skip, warning
from settings import variable

if TYPE_CHECKING:
    from stripe import StripeClient

    from payments.account import WantedAccount

NAME = "stripe"
KEY, PRICE, PORTAL = (variable(name) for name in ("stripe_key", "stripe_price", "stripe_portal"))
SECRETS, SELLER = variable("stripe_webhook_secrets"), variable("seller")
SETUP = "run `moment stripe setup`, and set what it prints"
GUIDE = 'see README, "Going live on Stripe"'
WEBHOOKS = "Dashboard › Developers › Webhooks"
LATE_SECONDS = 3600  # after which an event that nobody took is no longer just under way
SECONDS = 5.0


def checks(ground: Ground) -> Iterator[Check]:
    if ground.settings.stripe_key is None:
        detail = f"{KEY} is not set: the plan is not for sale, learners have one session"
        yield Check(NAME, Status.WARNING if ground.is_production else Status.SKIPPED, detail, GUIDE)
        return
    yield from _account_checks(ground)
    yield _door(ground)
    if len(ground.settings.stripe_webhook_secrets) > 1:
        yield _overlap()
    yield _seller(ground)
    yield _dashboard(ground)


def _account_checks(ground: Ground) -> Iterator[Check]:
    """What is asked of Stripe; the rest of it only once the key is good."""
    from moment.plan_account import wanted_account
    from payments.client import make_client

    account = _Account(make_client(ground.settings), wanted_account(ground.settings))
    key = _ask(NAME, partial(_key, account, ground))
    yield key
    looks = {"price": account.price, "portal": account.portal, "webhook": account.webhook}
    for name, look in {**looks, "deliveries": account.deliveries}.items():
        if key.status is Status.FAILED:
            yield skip(f"{NAME}.{name}", "the key comes first")
        else:
            yield _ask(f"{NAME}.{name}", partial(look, f"{NAME}.{name}"))


def _ask(name: str, check: Callable[[], Check]) -> Check:
    """The check, or what Stripe refused as its failure."""
    from payments.client import code_of, stripe_errors, told
    from payments.port import PaymentsError

    try:
        with stripe_errors():
            return check()
    except PaymentsError as error:
        detail, fix = told(error)
        if code_of(error) == "resource_missing":
            fix = f"{SETUP}; test keys know nothing of live objects, nor live ones of test objects"
        return failure(name, detail, fix)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is this check's failure
        return crash(name, error)


def _key(account: "_Account", ground: Ground) -> Check:
    key = ground.settings.stripe_key
    is_live = key is not None and "_live_" in key.get_secret_value()
    found = account.client.v1.accounts.retrieve_current()
    detail = f"{'live' if is_live else 'test'} key of {found.id}"
    if is_live and not found.charges_enabled:
        return failure(
            NAME, f"{detail}, which may not take payments yet", "finish Dashboard › Activate payments"
        )
    if ground.is_production and not is_live:
        return warning(NAME, f"{detail}: nobody really pays", f"set {KEY} to the live key when you open")
    if is_live and not ground.is_production:
        return warning(NAME, f"{detail}: cards are charged", f"while you try things, set {KEY} to a test key")
    return ok(NAME, detail)


@dataclass(frozen=True)
class _Account:
    client: "StripeClient"
    wanted: "WantedAccount"

    def price(self, name: str) -> Check:
        from payments.account import price_problems

        if self.wanted.price_id is None:
            return failure(name, f"{PRICE} is not set", SETUP)
        price = self.client.v1.prices.retrieve(self.wanted.price_id)
        problems = [*price_problems(price, self.wanted.plan_yen)]
        if not self.client.v1.products.retrieve(str(price.product)).active:
            problems.append("is of a product that is archived")
        if problems:
            fix = f"{SETUP}; {variable('plan_yen')} says what it should cost"
            return failure(name, f"{price.id} {', '.join(problems)}", fix)
        return ok(name, f"{price.id}: {price.unit_amount:,} yen a month")

    def portal(self, name: str) -> Check:
        from payments.account import portal_problems

        if self.wanted.portal_id is None:
            return failure(name, f"{PORTAL} is not set: the account's own portal may offer no pause", SETUP)
        found = self.client.v1.billing_portal.configurations.retrieve(self.wanted.portal_id)
        problems = portal_problems(found, self.wanted)
        words = f"{found.id}: {'; '.join(problems)}"
        if any(problem.startswith(("features", "active")) for problem in problems):
            return failure(name, words, SETUP)
        if problems:
            return warning(name, words, SETUP)
        return ok(name, f"{found.id}: pause, cancel at the period's end, card, invoices")

    def webhook(self, name: str) -> Check:
        from payments.account import endpoint_problems

        listed = self.client.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter()
        ours: Sequence[Any] = [each for each in listed if each.url == self.wanted.webhook_url]
        if not ours:
            return failure(name, f"no endpoint sends to {self.wanted.webhook_url}", SETUP)
        problems = {each.id: endpoint_problems(each, self.wanted) for each in ours}
        best = min(ours, key=lambda each: len(problems[each.id]))
        if problems[best.id]:
            return failure(name, f"{best.id} {'; '.join(problems[best.id])}", SETUP)
        if len(ours) > 1:
            detail = f"{len(ours)} endpoints send to {best.url}, each with a secret of its own"
            return warning(name, detail, f"{WEBHOOKS}: delete all but {best.id}")
        return ok(name, f"{best.id}: {best.url}, {best.api_version}")

    def deliveries(self, name: str) -> Check:
        """Of the last thirty days, without what is just under way."""
        late: Any = {
            "delivery_success": False,
            "types": list(self.wanted.event_types),
            "created": {"lte": int(time.time()) - LATE_SECONDS},
            "limit": 100,
        }
        page = self.client.v1.events.list(late)
        if not page.data:
            return ok(name, "every event was taken")
        count = f"{len(page.data)}{' or more' if page.has_more else ''}"
        detail = f"{count} event(s) of the last 30 days were not taken, the newest {page.data[0].id}"
        return warning(name, detail, f"see {WEBHOOKS}; `moment reconcile` finds what they told of")


def _door(ground: Ground) -> Check:
    """`moment web` itself, with the same secrets: what it verifies and finds to be no event it answers with 400, and
    stores nothing."""
    from payments.signature import sign

    name, settings = f"{NAME}.door", ground.settings
    secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secrets]
    if not any(secrets):
        return failure(name, f"{SECRETS} is not set: nothing that Stripe sends is taken", SETUP)
    if ground.lacks("public_url"):
        return skip(name, "looked at once public_url is set")
    url = f"{settings.public_url}/webhooks/stripe"
    body, stamp = b"[]", str(int(time.time())).encode()
    signature = b"t=%s,v1=%s" % (stamp, sign(body, stamp, next(filter(None, secrets))))
    try:
        headers = {b"stripe-signature": signature}
        answer = httpx.post(url, content=body, headers=headers, timeout=SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return skip(name, "looked at once public_url answers")
    return _answer_of_door(name, url, answer.status_code)


def _overlap() -> Check:
    detail = "events signed by a secret before the first are taken too"
    fix = f"once Stripe signs with the first alone (a day after it was rolled), take the others out of {SECRETS}"
    return warning(f"{NAME}.old_secrets", detail, fix)


def _answer_of_door(name: str, url: str, status: int) -> Check:
    match status:
        case 400:
            return ok(name, f"{url} knows {SECRETS}")
        case 401:
            fix = f"give it this {SECRETS} and restart it; set this machine's clock and its own"
            return failure(name, f"`moment web` runs with other secrets, or another time, behind {url}", fix)
        case 404:
            return failure(name, f"`moment web` runs without {SECRETS}", f"give it {SECRETS} and restart it")
        case _:
            return failure(name, f"{url} answers {status}", f"let the proxy behind {url} pass /webhooks on")


def _seller(ground: Ground) -> Check:
    name, seller = f"{NAME}.seller", ground.settings.seller
    if seller is None:
        detail = f"{SELLER} is not set: the law wants the seller named where something is sold"
        return failure(name, detail, f"set {SELLER} to JSON: name, representative, address, phone, email")
    empty = [field for field in type(seller).model_fields if not getattr(seller, field).strip()]
    if empty:
        return failure(name, f"{SELLER} names no {', '.join(empty)}", f"complete {SELLER}")
    return ok(name, f"{seller.name}, {seller.representative}")


def _dashboard(ground: Ground) -> Check:
    name, url = f"{NAME}.dashboard", ground.settings.public_url
    if ground.settings.stripe_api_url:
        return skip(name, "the double has no dashboard")
    return skip(
        name,
        "what only the dashboard tells: terms, receipts, tries after a failed payment",
        f"Dashboard › Settings › Public details: terms of service {url}/plan/terms; › Customer emails: successful "
        "payments; › Billing › Revenue recovery: cancel after the last try",
    )
