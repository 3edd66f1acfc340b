"""What the account is told, and where."""

from typing import ClassVar, Literal

from pydantic import Field

from simulator.stripe.objects.base import Json, StripeObject


class Event(StripeObject):
    """docs.stripe.com/api/events."""

    prefix: ClassVar[str] = "evt_"

    object: Literal["event"] = "event"
    metadata: dict[str, str] = Field(default_factory=dict, exclude=True)
    account: str | None = Field(None, exclude=True)  # only there for a connected account's
    api_version: str
    data: Json
    pending_webhooks: int = 0
    request: Json
    type: str


class WebhookEndpoint(StripeObject):
    """`secret` is only shown when it is created (docs.stripe.com/api/webhook_endpoints)."""

    prefix: ClassVar[str] = "we_"

    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    api_version: str | None = None
    application: None = None
    description: str | None = None
    enabled_events: list[str]
    status: Literal["enabled", "disabled"] = "enabled"
    url: str
    secret: str = Field(exclude=True)
    old_secrets: dict[str, int] = Field(default_factory=dict, exclude=True)  # and when each one ends
    payload: Literal["snapshot", "thin"] = Field("snapshot", exclude=True)

    def takes(self, event_type: str) -> bool:
        return self.status == "enabled" and ("*" in self.enabled_events or event_type in self.enabled_events)

    def secrets(self, now: int) -> list[str]:
        """All that sign: during a roll the old one too."""
        return [self.secret, *(old for old, end in self.old_secrets.items() if end > now)]
