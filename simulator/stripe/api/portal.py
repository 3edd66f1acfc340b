"""The customer portal's configurations and sessions (docs.stripe.com/customer-management/configure-portal-api)."""

from typing import Any

from simulator.stripe.api.portal_parameters import (
    AfterCompletion,
    BusinessProfile,
    ConfigurationFacts,
    CreateConfiguration,
    CreateSession,
    Features,
    FlowData,
    ListConfigurations,
    UpdateConfiguration,
)
from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import invalid, not_done
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.billing import Subscription
from simulator.stripe.objects.catalogue import Customer
from simulator.stripe.objects.sessions import Configuration, PortalSession
from simulator.stripe.parameters import Parameters, merge_metadata
from simulator.stripe.state import Stripe

_OFF: Json = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "feedback_options": [], "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False},
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": None,
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


def create_configuration(call: Call[CreateConfiguration]) -> StripeObject:
    return new_configuration(call.stripe, call.parameters)


def new_configuration(
    stripe: Stripe, asked: ConfigurationFacts, *, is_default: bool = False
) -> Configuration:
    facts = stripe.facts(Configuration)
    configuration = Configuration(
        **facts,
        business_profile=dict.fromkeys(BusinessProfile.model_fields),
        features={name: _deep(feature) for name, feature in _OFF.items()},
        is_default=is_default,
        updated=facts["created"],
    )
    _apply(stripe, configuration, asked)
    stripe.store.add(configuration)
    stripe.tell("billing_portal.configuration.created", configuration)
    return configuration


def update_configuration(call: Call[UpdateConfiguration]) -> StripeObject:
    configuration, asked = call.stripe.store.find(Configuration, call.id), call.parameters
    if asked.active is False and configuration.is_default:
        raise invalid("You cannot deactivate the default configuration.", "active")
    with call.stripe.changing(configuration):
        _apply(call.stripe, configuration, asked)
        if asked.active is not None:
            configuration.active = asked.active
    return configuration


def _apply(stripe: Stripe, configuration: Configuration, asked: ConfigurationFacts) -> None:
    if asked.features is not None:
        _apply_features(configuration, asked.features)
    if asked.business_profile is not None:
        configuration.business_profile |= asked.business_profile.model_dump(exclude_unset=True)
    for name in ("default_return_url", "name"):
        if name in asked.changes():
            setattr(configuration, name, getattr(asked, name) or None)
    configuration.metadata = merge_metadata(configuration.metadata, asked.metadata)
    if asked.login_page is not None and asked.login_page.enabled:
        raise not_done("the portal's login page", "login_page")
    configuration.updated = stripe.now()


def _apply_features(configuration: Configuration, features: Features) -> None:
    _check_features(features)
    for name, wanted in features.model_dump(exclude_unset=True).items():
        _merge(configuration.features[name], wanted)


def _check_features(features: Features) -> None:
    """Raises StripeError 400 for what the pages do not offer yet."""
    cancel, pause = features.subscription_cancel, features.subscription_pause
    undone = {
        "customer_update": features.customer_update is not None and features.customer_update.enabled,
        "subscription_update": features.subscription_update is not None
        and features.subscription_update.enabled,
        "subscription_cancel": cancel is not None and cancel.proration_behavior != "none",
        "subscription_pause": pause is not None
        and pause.duration is not None
        and pause.duration.type != "indefinite",
    }
    for name in (name for name, is_asked in undone.items() if is_asked):
        raise not_done(f"this of the portal's {name}", f"features[{name}]")


def _merge(old: Json, new: Json) -> None:
    for name, value in new.items():
        if isinstance(value, dict) and isinstance(old.get(name), dict):
            _merge(old[name], value)
        else:
            old[name] = [] if value == "" else value


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _deep(entry) for name, entry in value.items()}
    return list(value) if isinstance(value, list) else value


def retrieve_configuration(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(Configuration, call.id)


def list_configurations(call: Call[ListConfigurations]) -> Json:
    asked = call.parameters
    entries = [
        entry
        for entry in call.stripe.store.all(Configuration)
        if asked.active in (None, entry.active) and asked.is_default in (None, entry.is_default)
    ]
    return page(call.stripe, entries, asked, "/v1/billing_portal/configurations")


def create_session(call: Call[CreateSession]) -> StripeObject:
    """The default configuration where none is named. Raises StripeError 400."""
    stripe, asked = call.stripe, call.parameters
    stripe.store.find(Customer, asked.customer, "customer")
    configuration = _configuration(stripe, asked.configuration)
    flow = None if asked.flow_data is None else _flow(stripe, asked, asked.flow_data, configuration)
    facts = stripe.facts(PortalSession)
    session = PortalSession(
        **facts,
        configuration=configuration.id,
        customer=asked.customer,
        flow=flow,
        locale=asked.locale,
        return_url=asked.return_url or configuration.default_return_url,
        url=f"{stripe.base_url}/p/session/{facts['id']}",
    )
    stripe.store.add(session)
    stripe.tell("billing_portal.session.created", session)
    return session


def _configuration(stripe: Stripe, configuration_id: str | None) -> Configuration:
    if configuration_id is not None:
        return stripe.store.find(Configuration, configuration_id, "configuration")
    default = next((entry for entry in stripe.store.all(Configuration) if entry.is_default), None)
    if default is None:
        raise invalid(
            "No configuration provided and your test mode default configuration has not been created. Provide a "
            "configuration or create your default by saving your customer portal settings in test mode at "
            "https://dashboard.stripe.com/test/settings/billing/portal."
        )
    return default


def _flow(stripe: Stripe, asked: CreateSession, flow: FlowData, configuration: Configuration) -> Json:
    if flow.type not in ("payment_method_update", "subscription_cancel", "subscription_pause"):
        raise not_done(f"the portal flow {flow.type}", "flow_data[type]")
    if not configuration.offers(flow.type):
        raise invalid(
            f"This flow cannot be used because the `{flow.type}` feature in the portal configuration is disabled.",
            "flow_data[type]",
        )
    if flow.type != "payment_method_update":
        _check_target(stripe, asked, flow)
    after = flow.after_completion
    if after is not None and after.type == "redirect" and after.redirect is None:
        raise invalid(
            "Missing required param: flow_data[after_completion][redirect].", "flow_data", "parameter_missing"
        )
    completion = after or AfterCompletion(type="portal_homepage")
    empty = {"customer_update": None, "subscription_update": None, "subscription_update_confirm": None}
    shown = flow.model_dump(include={"type", "subscription_cancel", "subscription_pause"})
    if shown["subscription_cancel"]:
        shown["subscription_cancel"]["retention"] = None
    return {"after_completion": completion.model_dump(), **empty, **shown}


def _check_target(stripe: Stripe, asked: CreateSession, flow: FlowData) -> None:
    target = flow.subscription_cancel if flow.type == "subscription_cancel" else flow.subscription_pause
    param = f"flow_data[{flow.type}][subscription]"
    if target is None:
        raise invalid(
            f"Missing required param: flow_data[{flow.type}].", f"flow_data[{flow.type}]", "parameter_missing"
        )
    subscription = stripe.store.find(Subscription, target.subscription, param)
    if subscription.customer != asked.customer or not subscription.is_alive:
        raise invalid(f"The subscription {subscription.id} cannot be used with this flow.", param)
    if flow.type == "subscription_cancel" and subscription.cancel_at is not None:
        raise invalid(
            "This subscription cannot be updated because the subscription is already set to be canceled.",
            param,
        )
    if flow.type == "subscription_pause" and subscription.status == "paused":
        raise invalid("This subscription cannot be paused because it is already paused.", param)


routes = [
    endpoint("billing_portal.configurations.create", CreateConfiguration, create_configuration),
    endpoint("billing_portal.configurations.list", ListConfigurations, list_configurations),
    endpoint("billing_portal.configurations.retrieve", Parameters, retrieve_configuration),
    endpoint("billing_portal.configurations.update", UpdateConfiguration, update_configuration),
    endpoint("billing_portal.sessions.create", CreateSession, create_session),
]
