"""What the plan needs of the account at Stripe."""

from knowledge_base import plan_talk
from payments.account import WantedAccount
from services.plan.events import EVENT_TYPES
from settings import Settings


def wanted_account(settings: Settings) -> WantedAccount:
    return WantedAccount(
        public_url=settings.public_url,
        plan_yen=settings.plan_yen,
        event_types=EVENT_TYPES,
        product_name=plan_talk.PRODUCT_NAME,
        portal_headline=plan_talk.PORTAL_HEADLINE,
        price_id=settings.stripe_price,
        portal_id=settings.stripe_portal,
    )
