"""What changed for a learner between two readings of their plan, and telling them."""

from collections.abc import Sequence

from sqlmodel import Session as DbSession

from knowledge_base import plan_talk
from knowledge_base.catalogue import load
from models.base import database_now
from models.chat import MessageType, Sender
from models.plan import Plan, PlanNews
from models.user import SubscriptionStatus, User
from payments.port import LIVING
from services.outbox import queue_message
from services.plan.state import PlanState
from services.reminders import await_return

# After these they may cook, which they could not, or not surely, before.
_GOES_ON = frozenset(
    {
        PlanNews.STARTED,
        PlanNews.RESUMED,
        PlanNews.RESUMED_AND_OPENED,
        PlanNews.RECOVERED,
        PlanNews.RECOVERED_AND_OPENED,
    }
)


def changes(before: PlanState, after: PlanState) -> Sequence[PlanNews]:
    """The one that matters most alone: several things may have happened since we looked."""
    was_living, is_living = before.status in LIVING, after.status in LIVING
    if not is_living:
        return [_how_it_ended(before)] if was_living else []
    if not was_living or after.subscription_id != before.subscription_id:
        # How an earlier plan went, or ended, is no news of this one.
        before = PlanState(SubscriptionStatus.FREE, before.months_paid)
    if after.due_invoice_id is not None and after.due_invoice_id != before.due_invoice_id:
        return [PlanNews.BANK_ASKS if after.needs_bank else PlanNews.PAYMENT_FAILED]
    if (before.ends_on is None) != (after.ends_on is None):
        return [PlanNews.KEPT if after.ends_on is None else PlanNews.ENDING]
    opens_dishes = _opens_dishes(before.months_paid, after.months_paid)
    if before.status != after.status:
        return _of_status(before.status, after.status, opens_dishes=opens_dishes)
    return [PlanNews.MONTH_OPENED] if opens_dishes else []


def _how_it_ended(before: PlanState) -> PlanNews:
    is_unpaid = before.status == SubscriptionStatus.PAST_DUE and before.ends_on is None
    return PlanNews.OVER_UNPAID if is_unpaid else PlanNews.OVER


def _of_status(
    before: SubscriptionStatus, after: SubscriptionStatus, *, opens_dishes: bool
) -> Sequence[PlanNews]:
    if after == SubscriptionStatus.PAUSED:
        return [PlanNews.PAUSED]
    if before not in LIVING:
        return [PlanNews.STARTED]
    if after == SubscriptionStatus.ACTIVE and before == SubscriptionStatus.PAUSED:
        return [PlanNews.RESUMED_AND_OPENED if opens_dishes else PlanNews.RESUMED]
    if after == SubscriptionStatus.ACTIVE:
        return [PlanNews.RECOVERED_AND_OPENED if opens_dishes else PlanNews.RECOVERED]
    return []


def _opens_dishes(before: int, after: int) -> bool:
    return any(max(1, before) < dish.month_unlocked <= after for dish in load().dishes.values())


def tell(db: DbSession, user: User, plan: Plan, news: PlanNews) -> None:
    """Owed as a message of its own; its buttons are made when it is delivered."""
    if news in _GOES_ON:
        await_return(user, database_now(db))
    queue_message(
        db,
        user.id,
        MessageType.PLAN_NEWS,
        text=plan_talk.news(news, user, plan),
        sender=Sender.SYSTEM,
        facts={"news": news},
    )
