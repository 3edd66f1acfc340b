"""Which words ask for the plan: what it costs, how one pays, rests, leaves or comes back."""

import re

from knowledge_base.intents.kinds import Intent
from knowledge_base.intents.recognition import (
    fold,
    safety_intent,
    talk_intent,
    wishes_alone,
)

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
# Of folded text: hiragana for katakana, no spaces.
_ASKS = re.compile(
    r"(ぷらん|さぶすく|月額|契約|加入)[^。]{0,8}(見|教え|知り|確認|変え|変更|休|再開|はじめ|始め|入り|入る|申し?込|続け|内容|どう|何)"
    r"|^(ぷらん(を)?)?(お休み|休会|休止)(したい|する|します|させて|できます|の(方法|手続|仕方))"
    r"|^(ぷらん(を)?)?再開(したい|する|します|させて|できます|の(方法|手続|仕方))"
    r"|(くれじっと|支払い?の?)?かーど(情報|番号)?(を|の)?(変え|変更|更新|登録|有効期限)"
    r"|(領収書|領収証|請求書)"
    r"|支払い?(が|の|を|は)?(でき|失敗|確認|方法|状況|通ら|止ま)"
)


def asks_of_plan(text: str) -> bool:
    """In a short message that tells of no danger."""
    if len(text) > _LONGEST or safety_intent(text) is not None:
        return False
    intent = talk_intent(text)
    return intent in (Intent.END_SUBSCRIPTION, Intent.PRICE) or _ASKS.search(fold(text)) is not None


def surely_asks_of_plan(text: str) -> bool:
    """Where other words are waited for, such as a memo: whatever is in doubt is those words."""
    return wishes_alone(text) and asks_of_plan(text)
