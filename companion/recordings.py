"""Sentences that a page holds as sound before the call begins, so that they are heard at once, also while we are away."""

from enum import StrEnum


class Recording(StrEnum):
    WAIT = "wait"
    TIMER = "timer"
    WITHDRAW = "withdraw"  # takes back what the model has just said
    FIRE_SEEN = "fire_seen"  # where nobody has called out
    SMOKE_SEEN = "smoke_seen"
    SMOKE = "smoke"
    COLLAPSE = "collapse"
    CHOKING = "choking"
    ALLERGIC_REACTION = "allergic_reaction"
    POISONING = "poisoning"
    FIRE = "fire"
    GAS = "gas"
    BURN = "burn"
    CUT = "cut"
