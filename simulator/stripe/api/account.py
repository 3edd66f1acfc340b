"""Whose key it is."""

from simulator.stripe.endpoint import Call, endpoint
from simulator.stripe.objects.base import Json
from simulator.stripe.parameters import Parameters


def retrieve(call: Call[Parameters]) -> Json:
    config = call.stripe.config
    return {
        "id": config.account,
        "object": "account",
        "business_profile": {"name": config.business_name, "url": None},
        "charges_enabled": True,
        "country": "JP",
        "default_currency": "jpy",
        "details_submitted": True,
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": config.business_name, "timezone": "Asia/Tokyo"}},
        "type": "standard",
    }


routes = [endpoint("account.retrieve", Parameters, retrieve)]
