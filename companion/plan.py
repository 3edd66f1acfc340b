"""What is known before the cook: the dish, what this attempt is about, and the few moments at which a word helps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from knowledge_base.content import DishGuide
from knowledge_base.profile import NOTHING_TOLD, Profile


class Cue(StrEnum):
    """How the offline companion, which knows no dish by sight, notices a moment."""

    SIZZLE = "sizzle"  # something begins to sizzle
    QUIET = "quiet"  # it sizzled, and grows quiet
    NONE = "none"  # nothing it can tell


@dataclass(frozen=True)
class Moment:
    """A word that is said once, when `sought` is there."""

    sought: str  # what is looked and listened for
    words: str  # one or two sentences
    cue: Cue = Cue.NONE


@dataclass(frozen=True)
class CallPlan:
    first_name: str
    greeting: str  # what is said first: what this cook is about
    dish: DishGuide | None = None  # None: whatever is cooked
    focus: str = ""  # what this attempt concentrates on
    practised: str = ""  # what they were asked to try last time
    moments: Sequence[Moment] = field(default_factory=tuple)  # in the order of the cook
    profile: Profile = NOTHING_TOLD
    so_far: str = ""  # of a call that goes on without its model's memory
