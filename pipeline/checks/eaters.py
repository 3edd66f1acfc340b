"""Who eats with small children, in pregnancy, old age or illness is never advised to leave food half raw, whoever wrote it."""

import re

from knowledge_base.profile import Profile
from pipeline.checks.safety import claims

_HALF_RAW = re.compile(
    "半熟|半生|(?<!シ)レア(?!な)|ミディアム|生卵|生の卵|卵かけ|ユッケ|ピンク色?(?:が|を|の)[^、。]{0,6}残[しすっ]|赤みを?が?(?:少し)?残[しすっ]"
)
_PUT_RIGHT = re.compile(
    "せず|避け|控え|以外|では?なく|固め|固まる|中まで|中心まで|消え|なくな|残らな|残ってい?な|大人|おとな"
)


def half_raw_violations(text: str, profile: Profile) -> list[str]:
    """[] for whoever has named nobody of them."""
    if not profile.vulnerable_eaters:
        return []
    return (
        ["safety: half raw: who eats with this learner must not have it so"] if advises_half_raw(text) else []
    )


def advises_half_raw(text: str) -> bool:
    return any(
        _HALF_RAW.search(statement)
        and claims.advises(statement, 0)
        and not (claims.forbids(statement) or claims.asks(statement) or _PUT_RIGHT.search(statement))
        for statement in claims.statements(text)
    )
