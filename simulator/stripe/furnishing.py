"""What is there before the first call: prices, webhook endpoints, and a portal that allows what Moment offers."""

from simulator.stripe.api.catalogue import CreatePrice, RecurringFacts, new_price, new_product
from simulator.stripe.api.portal import (
    ConfigurationFacts,
    Feature,
    Features,
    SubscriptionCancel,
    SubscriptionPause,
    new_configuration,
)
from simulator.stripe.objects.catalogue import Product
from simulator.stripe.objects.platform import WebhookEndpoint
from simulator.stripe.state import Stripe


def furnish(stripe: Stripe) -> None:
    for entry in stripe.config.prices:
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
    for endpoint in stripe.config.endpoints:
        stripe.store.add(WebhookEndpoint(**stripe.facts(WebhookEndpoint), **endpoint.model_dump()))
    new_configuration(stripe, ConfigurationFacts(features=_FEATURES), is_default=True)


_FEATURES = Features(
    invoice_history=Feature(enabled=True),
    payment_method_update=Feature(enabled=True),
    subscription_cancel=SubscriptionCancel(enabled=True),
    subscription_pause=SubscriptionPause(enabled=True),
)
