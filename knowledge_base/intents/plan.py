"""Which words ask for the plan: what it costs, how one pays, rests, leaves or comes back."""

import re

from knowledge_base.intents.kinds import Intent
from knowledge_base.intents.plan_signs import ASKS, HARMLESS, NOUNS, TOLD, TROUBLE
from knowledge_base.intents.recognition import (
    fold,
    safety_intent,
    sentences_of,
    speaks_of_cooking,
    talk_intent,
    wishes_alone,
)

_OF_OTHERS = re.compile(HARMLESS)
_LONGEST = 45  # characters: whoever writes more has something else to say too

# Alone, each asks for it.
WORDS = (
    *("プラン", "ぷらん", "プランを見る", "料金", "値段", "月額", "サブスク", "課金"),
    *(
        "支払い",
        "お支払い",
        "支払",
        "支払いを確かめる",
        "お支払いに進む",
        "領収書",
        "カード",
        "カード変更",
        "カードを変える",
    ),
    *(
        "解約",
        "解約する",
        "解約をやめる",
        "解約を取り消す",
        "お休み",
        "お休みする",
        "休会",
        "休止",
        "再開",
        "再開する",
    ),
)


def asks_of_plan(text: str) -> bool:
    """In a short message that tells of no danger."""
    if not _may_be_of_plan(text):
        return False
    ours = _OF_OTHERS.sub("□", fold(text))
    if TOLD.search(ours.rstrip("。!！")) is not None and TROUBLE.search(ours) is None:
        return False
    is_of_money = talk_intent(text) in (Intent.END_SUBSCRIPTION, Intent.PRICE)
    if is_of_money or ASKS.search(ours) is not None or TROUBLE.search(ours) is not None:
        return True
    return NOUNS.search(ours) is not None and wishes_alone(text)


def tells_of_trouble(text: str) -> bool:
    """Paid twice, or could not pay: a person looks at it."""
    return _may_be_of_plan(text) and TROUBLE.search(_OF_OTHERS.sub("□", fold(text))) is not None


def surely_asks_of_plan(text: str) -> bool:
    """Where other words are waited for, such as a memo: whatever is in doubt is those words."""
    if tells_of_trouble(text):
        return len(sentences_of(text)) == 1 and not speaks_of_cooking(TROUBLE.sub("", fold(text)))
    return wishes_alone(text) and asks_of_plan(text)


def _may_be_of_plan(text: str) -> bool:
    return len(text) <= _LONGEST and safety_intent(text) is None
