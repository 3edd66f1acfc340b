"""Makes what the plan needs at Stripe, and mends what is otherwise: made again, nothing is changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from stripe import StripeClient

from payments.account import (
    LOOKUP_KEY,
    MARK,
    PRODUCT,
    WantedAccount,
    endpoint_problems,
    is_marked,
    is_our_line,
    portal_problems,
    price_problems,
)
from payments.client import API_VERSION, code_of, stripe_errors
from payments.port import PaymentsRefused

PAGE = 100


@dataclass(frozen=True)
class Setup:
    """`secret` is the webhook endpoint's, which Stripe shows only when it makes one. `changes` say what was done."""

    price_id: str
    portal_id: str
    endpoint_id: str
    secret: SecretStr | None
    changes: Sequence[str]


@dataclass
class AccountSetup:
    client: StripeClient
    wanted: WantedAccount
    _changes: list[str] = field(default_factory=list)

    def run(self) -> Setup:
        """Raises PaymentsError; what was made till then is found when it is run again."""
        with stripe_errors():
            price_id, portal_id = self._price(), self._portal()
            endpoint_id, secret = self._endpoint()
        return Setup(price_id, portal_id, endpoint_id, secret, self._changes)

    def _price(self) -> str:
        """One that will do, with the lookup key. A price's amount can't be changed: whoever pays the old one goes on."""
        price = next(
            (each for each in self._prices() if not price_problems(each, self.wanted.plan_yen)), None
        )
        if price is None:
            price = self._new_price(self._product())
        elif price.lookup_key != LOOKUP_KEY:
            named: Any = {"lookup_key": LOOKUP_KEY, "transfer_lookup_key": True}
            self.client.v1.prices.update(price.id, named)
            self._changes.append(f"price {price.id}: has the lookup key {LOOKUP_KEY} now")
        self._revive(str(price.product))
        return str(price.id)

    def _prices(self) -> Iterator[Any]:
        """That of the settings, then those of our product, with the one of the lookup key first."""
        if self.wanted.price_id is not None:
            named = self._found(self.client.v1.prices, self.wanted.price_id)
            yield from [] if named is None else [named]
        if self._found(self.client.v1.products, PRODUCT) is None:
            return
        ours = self.client.v1.prices.list({"product": PRODUCT, "active": True, "limit": PAGE})
        yield from sorted(ours.auto_paging_iter(), key=lambda price: price.lookup_key != LOOKUP_KEY)

    def _product(self) -> str:
        if self._found(self.client.v1.products, PRODUCT) is None:
            facts: Any = {"id": PRODUCT, "name": self.wanted.product_name, "metadata": MARK}
            self.client.v1.products.create(facts)
            self._changes.append(f"product {PRODUCT}: made")
        return PRODUCT

    def _new_price(self, product: str) -> Any:
        facts: Any = {
            "product": product,
            "currency": "jpy",
            "unit_amount": self.wanted.plan_yen,
            "recurring": {"interval": "month"},
            "tax_behavior": "inclusive",  # what a consumer is told in Japan is the whole (消費税法 63 条)
            "lookup_key": LOOKUP_KEY,
            "transfer_lookup_key": True,
            "metadata": MARK,
        }
        price = self.client.v1.prices.create(facts)
        self._changes.append(f"price {price.id}: made, {self.wanted.plan_yen} yen a month")
        return price

    def _revive(self, product_id: str) -> None:
        if not self.client.v1.products.retrieve(product_id).active:
            self.client.v1.products.update(product_id, {"active": True})
            self._changes.append(f"product {product_id}: no longer archived")

    def _portal(self) -> str:
        configurations = self.client.v1.billing_portal.configurations
        facts: Any = {**self.wanted.portal, "metadata": MARK}
        found = self._found_portal()
        if found is None:
            found = configurations.create(facts)
            self._changes.append(f"portal {found.id}: made")
        elif problems := portal_problems(found, self.wanted):
            configurations.update(found.id, facts | {"active": True})
            self._changes.append(f"portal {found.id}: mended, {'; '.join(problems)}")
        return str(found.id)

    def _found_portal(self) -> Any:
        configurations = self.client.v1.billing_portal.configurations
        if self.wanted.portal_id is not None:
            named = self._found(configurations, self.wanted.portal_id)
            if named is not None:
                return named
        active = configurations.list({"active": True, "limit": PAGE}).auto_paging_iter()
        return next((each for each in active if is_marked(each)), None)

    def _endpoint(self) -> tuple[str, SecretStr | None]:
        """That of our address, else the one we made for another. One of another API line can't be changed: its successor
        is made first, so that no event is lost between them."""
        known = [each for each in self._endpoints() if each.url == self.wanted.webhook_url or is_marked(each)]
        known.sort(key=lambda each: each.url != self.wanted.webhook_url)
        ours = next((each for each in known if is_our_line(each.api_version)), None)
        secret = None
        if ours is None:
            ours = self._new_endpoint()
            secret = SecretStr(str(ours.secret))
        else:
            self._mend_endpoint(ours)
        for old in [each for each in known if not is_our_line(each.api_version)]:
            self.client.v1.webhook_endpoints.delete(old.id)
            self._changes.append(f"webhook {old.id}: deleted, it spoke {old.api_version or 'no set version'}")
        return str(ours.id), secret

    def _endpoints(self) -> Iterator[Any]:
        yield from self.client.v1.webhook_endpoints.list({"limit": PAGE}).auto_paging_iter()

    def _new_endpoint(self) -> Any:
        facts: Any = {**self._endpoint_facts(), "api_version": API_VERSION}
        endpoint = self.client.v1.webhook_endpoints.create(facts)
        self._changes.append(f"webhook {endpoint.id}: made, {self.wanted.webhook_url}")
        return endpoint

    def _mend_endpoint(self, endpoint: Any) -> None:
        problems = list(endpoint_problems(endpoint, self.wanted))
        others = set(endpoint.enabled_events) - set(self.wanted.event_types)
        if others:
            problems.append(f"sent {', '.join(sorted(others))} too")
        if problems:
            facts: Any = {**self._endpoint_facts(), "disabled": False}
            self.client.v1.webhook_endpoints.update(endpoint.id, facts)
            self._changes.append(f"webhook {endpoint.id}: mended, it {'; '.join(problems)}")

    def _endpoint_facts(self) -> dict[str, Any]:
        return {
            "url": self.wanted.webhook_url,
            "enabled_events": list(self.wanted.event_types),
            "description": "Moment",
            "metadata": MARK,
        }

    def _found(self, resource: Any, object_id: str) -> Any:
        """None where there is no such object in this account."""
        try:
            with stripe_errors():
                return resource.retrieve(object_id)
        except PaymentsRefused as error:
            if code_of(error) == "resource_missing":
                return None
            raise
