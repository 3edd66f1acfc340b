"""What of Stripe's API the desk answers. A fault, the log and a route name a call by its verb."""

import re

VERBS: dict[str, tuple[str, str]] = {
    "account.retrieve": ("GET", "/v1/account"),
    "customers.create": ("POST", "/v1/customers"),
    "customers.list": ("GET", "/v1/customers"),
    "customers.retrieve": ("GET", "/v1/customers/{id}"),
    "customers.update": ("POST", "/v1/customers/{id}"),
    "customers.delete": ("DELETE", "/v1/customers/{id}"),
    "customers.payment_methods.list": ("GET", "/v1/customers/{id}/payment_methods"),
    "products.create": ("POST", "/v1/products"),
    "products.list": ("GET", "/v1/products"),
    "products.retrieve": ("GET", "/v1/products/{id}"),
    "products.update": ("POST", "/v1/products/{id}"),
    "prices.create": ("POST", "/v1/prices"),
    "prices.list": ("GET", "/v1/prices"),
    "prices.retrieve": ("GET", "/v1/prices/{id}"),
    "prices.update": ("POST", "/v1/prices/{id}"),
    "checkout.sessions.create": ("POST", "/v1/checkout/sessions"),
    "checkout.sessions.list": ("GET", "/v1/checkout/sessions"),
    "checkout.sessions.retrieve": ("GET", "/v1/checkout/sessions/{id}"),
    "checkout.sessions.expire": ("POST", "/v1/checkout/sessions/{id}/expire"),
    "checkout.sessions.line_items.list": ("GET", "/v1/checkout/sessions/{id}/line_items"),
    "billing_portal.configurations.create": ("POST", "/v1/billing_portal/configurations"),
    "billing_portal.configurations.list": ("GET", "/v1/billing_portal/configurations"),
    "billing_portal.configurations.retrieve": ("GET", "/v1/billing_portal/configurations/{id}"),
    "billing_portal.configurations.update": ("POST", "/v1/billing_portal/configurations/{id}"),
    "billing_portal.sessions.create": ("POST", "/v1/billing_portal/sessions"),
    "subscriptions.create": ("POST", "/v1/subscriptions"),
    "subscriptions.list": ("GET", "/v1/subscriptions"),
    "subscriptions.retrieve": ("GET", "/v1/subscriptions/{id}"),
    "subscriptions.update": ("POST", "/v1/subscriptions/{id}"),
    "subscriptions.cancel": ("DELETE", "/v1/subscriptions/{id}"),
    "subscriptions.pause": ("POST", "/v1/subscriptions/{id}/pause"),
    "subscriptions.resume": ("POST", "/v1/subscriptions/{id}/resume"),
    "subscription_items.list": ("GET", "/v1/subscription_items"),
    "subscription_items.retrieve": ("GET", "/v1/subscription_items/{id}"),
    "subscription_items.update": ("POST", "/v1/subscription_items/{id}"),
    "invoices.list": ("GET", "/v1/invoices"),
    "invoices.retrieve": ("GET", "/v1/invoices/{id}"),
    "invoices.pay": ("POST", "/v1/invoices/{id}/pay"),
    "invoices.void": ("POST", "/v1/invoices/{id}/void"),
    "invoice_payments.list": ("GET", "/v1/invoice_payments"),
    "invoice_payments.retrieve": ("GET", "/v1/invoice_payments/{id}"),
    "payment_methods.retrieve": ("GET", "/v1/payment_methods/{id}"),
    "payment_methods.attach": ("POST", "/v1/payment_methods/{id}/attach"),
    "payment_methods.detach": ("POST", "/v1/payment_methods/{id}/detach"),
    "payment_intents.list": ("GET", "/v1/payment_intents"),
    "payment_intents.retrieve": ("GET", "/v1/payment_intents/{id}"),
    "charges.list": ("GET", "/v1/charges"),
    "charges.retrieve": ("GET", "/v1/charges/{id}"),
    "refunds.create": ("POST", "/v1/refunds"),
    "refunds.list": ("GET", "/v1/refunds"),
    "refunds.retrieve": ("GET", "/v1/refunds/{id}"),
    "disputes.list": ("GET", "/v1/disputes"),
    "disputes.retrieve": ("GET", "/v1/disputes/{id}"),
    "events.list": ("GET", "/v1/events"),
    "events.retrieve": ("GET", "/v1/events/{id}"),
    "webhook_endpoints.create": ("POST", "/v1/webhook_endpoints"),
    "webhook_endpoints.list": ("GET", "/v1/webhook_endpoints"),
    "webhook_endpoints.retrieve": ("GET", "/v1/webhook_endpoints/{id}"),
    "webhook_endpoints.update": ("POST", "/v1/webhook_endpoints/{id}"),
    "webhook_endpoints.delete": ("DELETE", "/v1/webhook_endpoints/{id}"),
}
_PATTERNS = [
    (name, method, re.compile(path.replace("{id}", "([^/]+)"))) for name, (method, path) in VERBS.items()
]


def verb_of(method: str, path: str) -> str | None:
    return next(
        (name for name, verb, pattern in _PATTERNS if verb == method and pattern.fullmatch(path)), None
    )


def covers(name: str, verb: str) -> bool:
    """`name` is a verb ("refunds.create"), a resource ("refunds"), or "*" for all."""
    return name in ("*", verb) or verb.startswith(f"{name}.")
