"""Our own signed links to the plan's pages: a bubble lives for weeks, Stripe's pages for hours at most.

A link works in any browser, so whoever holds one can open it: those to the portal, which shows a card's last digits and
old invoices, are short-lived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlencode

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import SecretStr

from errors import MomentError
from payments.port import PortalFlow


class PlanPage(StrEnum):
    """What a link opens."""

    CHECKOUT = "checkout"
    FRONT = PortalFlow.FRONT.value
    CARD = PortalFlow.CARD.value
    PAUSE = PortalFlow.PAUSE.value
    CANCEL = PortalFlow.CANCEL.value


CHECKOUT_LIFE = timedelta(days=30)
PORTAL_LIFE = timedelta(days=3)  # a failed payment is retried for weeks, but `プラン` gives new links at once


class PlanLinkOver(MomentError):
    """Its time is over, or it is none of ours: a new one is to be had in the chat."""

    words = "plan_link_over"


@dataclass(frozen=True)
class PlanLinks:
    """`secrets`: the first signs, all are accepted."""

    public_url: str
    secrets: Sequence[SecretStr]

    def link(self, user_id: int, page: PlanPage) -> str:
        """Opens in the phone's own browser, where cards and wallets are at hand (LINE docs: Opening a URL in an external
        browser)."""
        token = self._serializer.dumps([user_id, page.value])
        path = "checkout" if page is PlanPage.CHECKOUT else "portal"
        query = urlencode({"t": token, "openExternalBrowser": "1"})
        return f"{self.public_url}/plan/{path}?{query}"

    def read(self, token: str) -> tuple[int, PlanPage]:
        """The learner's id and what the link opens. Raises PlanLinkOver."""
        try:
            content = self._serializer.loads(token, max_age=int(CHECKOUT_LIFE.total_seconds()))
            user_id, page = content
            page = PlanPage(page)
            if page is not PlanPage.CHECKOUT:
                self._serializer.loads(token, max_age=int(PORTAL_LIFE.total_seconds()))
        except (BadData, ValueError, TypeError) as error:
            raise PlanLinkOver from error
        if type(user_id) is not int:
            raise PlanLinkOver
        return user_id, page

    @property
    def _serializer(self) -> URLSafeTimedSerializer:
        # itsdangerous signs with the last of its keys and accepts all.
        keys = [secret.get_secret_value() for secret in reversed(self.secrets)]
        return URLSafeTimedSerializer(keys, salt="plan")
