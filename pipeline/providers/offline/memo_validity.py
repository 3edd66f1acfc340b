"""Whether what a clause tells is of this cook, and stays true: 前回は焦げた, 失敗したと思ったけどおいしかった."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.providers.offline.clauses import Clause, is_joiner
from pipeline.providers.offline.lexicon import (
    CONTENT_SIGNS,
    EARLIER,
    EMOTIONS,
    NEGATIONS,
    NEGATIVE,
    NOW,
    REGRETS,
    RELIEFS,
    SELVES,
    THOUGHTS,
)
from pipeline.providers.offline.morphology import Word
from pipeline.providers.offline.predicates import is_denied

WHEN = re.compile("た(とき|時|の)は")  # 前回やったときは
BUTS = frozenset(("でも", "ただ", "あと"))
DELIGHTS = EMOTIONS["嬉しい"] | EMOTIONS["満足"] | {"美味しい", "旨い"}


def is_of_earlier(words: Sequence[Word], earlier: bool) -> bool:
    """前回は… and what hangs on it, until 今回は…."""
    lemmas = {word.lemma for word in words}
    if lemmas & NOW:
        return False
    said = "".join(word.surface for word in words)
    return (
        earlier
        or any(one.lemma in EARLIER and two.surface in ("は", "の") for one, two in pairwise(words))
        or (bool(lemmas & EARLIER) and WHEN.search(said) is not None)
    )


def is_overturned(clause: Clause, following: Clause | None) -> bool:
    """失敗したと思ったけど、おいしかった: a thought that what follows takes back, unless that is of another thing."""
    words = clause.words
    if following is None or not is_joiner(words, last_word(words)):
        return False
    thought = any(word.lemma in THOUGHTS for word in words[-6:])
    return thought and is_relief(following.words)


def leads_to_joy(clause: Clause, following: Clause | None) -> bool:
    """きれいにはがれて、うれしかった: what the joy is about is no trouble."""
    if following is None or not clause.is_open or following.words[0].surface in BUTS:
        return False
    if any(word.lemma in REGRETS | NEGATIONS or word.surface in BUTS for word in clause.words):
        return False
    words = following.words
    if any(word.surface == "は" for word in words):  # 中はおいしかった
        return False
    return any(word.lemma in DELIGHTS and not is_denied(words, index) for index, word in enumerate(words))


def last_word(words: Sequence[Word]) -> int:
    return max((index for index, word in enumerate(words) if not word.is_mark), default=0)


def is_relief(words: Sequence[Word]) -> bool:
    topic = next((one.lemma for one, two in pairwise(words) if two.surface == "は"), "")
    if topic and topic not in SELVES:
        return False
    return any(
        (word.lemma in CONTENT_SIGNS | RELIEFS and not is_denied(words, index))
        or (word.lemma in NEGATIVE and is_denied(words, index))
        for index, word in enumerate(words)
    )
