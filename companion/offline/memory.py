"""What another connection must know to go on; in this process alone, and for as long as it runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from companion.offline.eyes import Danger
from companion.plan import CallPlan, Cue, Moment
from pipeline.providers.ports import Turn

_HISTORY = 6  # turns


@dataclass
class Memory:
    plan: CallPlan
    moments: list[Moment] = field(init=False)  # still to come, of those that it can tell
    history: Sequence[Turn] = ()
    dangers: set[Danger] = field(default_factory=set)  # that were said
    is_greeted: bool = False

    def __post_init__(self) -> None:
        self.moments = [moment for moment in self.plan.moments if moment.cue is not Cue.NONE]

    def tell(self, sender: str, text: str) -> None:
        self.history = [*self.history, Turn(sender, text)][-_HISTORY:]

    def words_at(self, cue: Cue) -> str:
        """Of the moment that comes next, if this is it; "" if not. Each is said once."""
        if not self.moments or self.moments[0].cue is not cue:
            return ""
        return self.moments.pop(0).words
