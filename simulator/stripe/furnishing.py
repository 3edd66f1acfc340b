"""What is there before the first call: prices, webhook endpoints, and a portal that allows what Moment offers."""

from simulator.stripe import keeping
from simulator.stripe.api.catalogue import CreatePrice, RecurringFacts, new_price, new_product
from simulator.stripe.api.portal import new_configuration
from simulator.stripe.api.portal_parameters import (
    ConfigurationFacts,
    Feature,
    Features,
    SubscriptionCancel,
    SubscriptionPause,
)
from simulator.stripe.objects.catalogue import Price, Product
from simulator.stripe.objects.platform import WebhookEndpoint
from simulator.stripe.state import Stripe


def furnish(stripe: Stripe) -> None:
    """What was kept from before, and whatever of the configuration is not among it."""
    kept = stripe.config.data_dir is not None and keeping.load(stripe, stripe.config.data_dir)
    for entry in stripe.config.prices:
        if stripe.store.get(Price, entry.id) is not None:
            continue
        product = stripe.store.get(Product, entry.product) or new_product(
            stripe, {"id": entry.product, "name": entry.name}
        )
        facts = CreatePrice(
            currency=entry.currency,
            unit_amount=entry.unit_amount,
            recurring=RecurringFacts(interval=entry.interval),
            lookup_key=entry.lookup_key,
            tax_behavior="inclusive",
        )
        new_price(stripe, facts, product, entry.id)
    _place_endpoints(stripe)
    if not kept:
        new_configuration(stripe, ConfigurationFacts(features=_FEATURES), is_default=True)


def _place_endpoints(stripe: Stripe) -> None:
    """An address has the secret and the version that the configuration gives it today."""
    for endpoint in stripe.config.endpoints:
        for old in stripe.store.all(WebhookEndpoint):
            if old.url == endpoint.url:
                stripe.store.remove(old)
        stripe.store.add(WebhookEndpoint(**stripe.facts(WebhookEndpoint), **endpoint.model_dump()))


_FEATURES = Features(
    invoice_history=Feature(enabled=True),
    payment_method_update=Feature(enabled=True),
    subscription_cancel=SubscriptionCancel(enabled=True),
    subscription_pause=SubscriptionPause(enabled=True),
)
