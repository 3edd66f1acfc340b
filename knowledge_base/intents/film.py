"""Which words ask for the film of the first and the third attempt, and which for no more of them."""

import re

from knowledge_base.intents.recognition import fold, safety_intent

_LONGEST = 40  # characters: whoever writes more has something else to say too
_FILM = (
    "((くらべる|くらべた|比べる|比べた|比較の?|並べた|ならべた)(動画|むーびー|びでお|映像)"
    "|(びふぉー[・&]?(あんど)?あふたー|before[/&]?(and)?after)(の)?(動画|むーびー|びでお|映像)?"
    "|(1|一)回目と(3|三)回目(を|の)?(並べた|比べた|くらべた|比較した?|比較の)?(動画|むーびー|びでお|映像))"
)
_WISH = (
    "(を|も|が|は)?(もう(1|一)度|また|ぜひ|やっぱり)?"
    "((作|つく)(って|ってくだ.*|ってほしい.*|りたい.*|る|れますか|ってもらえ.*)|見(たい.*|せて.*|る)|ほしい.*|欲しい.*|お願い.*|送って.*|ください|下さい)?"
)
_STOP = (
    "(を|は|も|の)?(もう|これから|今後|今後は|二度と)*(を|は)?"
    "((作|つく)らないで.*|(作|つく)らなくて.*|いらない.*|要らない.*|いりません.*|不要.*|(作る|つくる)の(を|は)?やめて.*|やめて.*|止めて.*|やめたい.*|停止.*|消して.*|削除して.*|同意を取り消.*)"
)
_ASKS = re.compile(f"^{_FILM}{_WISH}(です|ます|ね|よ|か)*[。!！?？]*$")
_STOPS = re.compile(f"^(もう)?{_FILM}{_STOP}$")


def asks_for_film(text: str) -> bool:
    folded = _folded(text)
    return folded is not None and _ASKS.search(folded) is not None


def stops_films(text: str) -> bool:
    folded = _folded(text)
    return folded is not None and _STOPS.search(folded) is not None


def _folded(text: str) -> str | None:
    """None for what is no such wish whatever it names; a danger goes before."""
    if len(text) > _LONGEST or safety_intent(text) is not None:
        return None
    return re.sub(r"\s", "", fold(text))
