"""What another connection must know to go on; in this process alone, and for as long as it runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from companion.offline.eyes import Danger
from companion.plan import CallPlan
from pipeline.providers.ports import Turn

_HISTORY = 6  # turns


@dataclass
class Memory:
    plan: CallPlan
    history: Sequence[Turn] = ()
    dangers: set[Danger] = field(default_factory=set)  # that were noticed
    is_greeted: bool = False

    def tell(self, sender: str, text: str) -> None:
        self.history = [*self.history, Turn(sender, text)][-_HISTORY:]
