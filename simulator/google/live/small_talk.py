"""How the live model converses by itself, so that a page can be played with."""

import re

from simulator.google.live.messages import Setup
from simulator.google.live.script import Call, LiveTurn, Trigger
from simulator.google.schemas import fit

ENCOURAGEMENT = "はい、いい調子です。そのまま続けましょう。"
DONE = "はい、わかりました。"
_TO_SAY = re.compile(r"⟦(.+?)⟧", re.DOTALL)


def usual_turn(trigger: Trigger, text: str, setup: Setup) -> LiveTurn:
    """A text that names a function is answered by it alone; words between marks are said as they stand."""
    if trigger != "text":
        return LiveTurn(says=DONE if trigger == "tool" else ENCOURAGEMENT)
    named = next((each for name, each in setup.functions.items() if name in text), None)
    if named is not None:
        return LiveTurn(calls=[Call(name=named.name, args=fit(named.parameters, {}) or {})])
    to_say = _TO_SAY.search(text)
    return LiveTurn(says=to_say[1] if to_say else ENCOURAGEMENT)
