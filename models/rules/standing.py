"""Where a learner stands with the plan: what they are shown of it, and which of its pages can help."""

from enum import StrEnum

from models.plan import Plan
from models.user import SubscriptionStatus, User


class Standing(StrEnum):
    NONE = "none"
    ACTIVE = "active"
    DUE = "due"  # a payment failed or waits for the bank; cooking goes on
    ENDING = "ending"  # cancelled, and paid for till a day that is to come
    PAUSED = "paused"
    OVER = "over"


def standing_of(user: User, plan: Plan | None) -> Standing:
    """`plan` is None for who never came to Stripe, also where an operator has made them a present of it."""
    match user.subscription_status:
        case SubscriptionStatus.FREE:
            return Standing.NONE
        case SubscriptionStatus.CANCELLED:
            return Standing.OVER
        case SubscriptionStatus.PAUSED:
            return Standing.PAUSED
        case SubscriptionStatus.PAST_DUE:
            return Standing.DUE
    if plan is not None and plan.due_invoice_id is not None:
        return Standing.DUE
    return Standing.ENDING if is_ending(plan) else Standing.ACTIVE


def is_ending(plan: Plan | None) -> bool:
    """Cancelled, whatever else it is: there is no next period."""
    return plan is not None and plan.ends_on is not None
