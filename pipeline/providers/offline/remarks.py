"""What of a memo can be quoted: an observation of the dish, cut where its meaning ends."""

import re
from collections.abc import Sequence

from pipeline.checks.analysis import MAX_FIELD
from pipeline.checks.language import violations
from pipeline.checks.names import wrong_names
from pipeline.providers.offline.clauses import split_memo
from pipeline.providers.offline.feelings import feeling_at
from pipeline.providers.offline.lexicon import AUXILIARIES, DEGREES, NEGATIVE
from pipeline.providers.offline.morphology import Word, words
from pipeline.providers.ports import CoachingBrief

QUOTE = 24  # characters of the learner's own words that read well inside a sentence
NOBODY = "\0"  # no name of the learner's stands in it: whoever is named is somebody else
MARKS = "「」『』。、！？!?… "
# An injury is answered elsewhere; nobody is thanked for having noticed it.
HURT = re.compile("やけど|火傷|ヤケド|けが|怪我|(?:指|手)を切(?!りそう)|血が")
TRAILING = re.compile(r"(?:けれども?|けど|のに|ので|(?<=[たいすだ])(?:が|し|から)|とか|など)$")
TONE = re.compile(
    r"(?:んです|のです|んだ|のだ|(?<=[たいる])の)?(?:けど|(?<=[たいるすだ])が|(?<=[たいる]の)が)?(?:よね|よ|ね|なあ|な)?$"
)
PREDICATES = frozenset(("動詞", "形容詞", "形状詞", "助動詞"))
CONTENT = frozenset(("名詞", "動詞", "形容詞", "形状詞", "副詞"))
MAYBE = re.compile(r"か(?:も(?:しれ(?:ない|ません)(?:です)?)?|な[あぁー]?)$")
LINKS = frozenset(("て", "で"))


def quotable_remarks(brief: CoachingBrief) -> list[str]:
    """Those of the memo that say something of the dish. Numbers are not repeated."""
    remarks = (quotation(remark) for remark in brief.structured_input.identified_issues)
    return [each for each in dict.fromkeys(remarks) if each]


def quotation(remark: str) -> str:
    """As it may stand in 「」; "" for a feeling, an injury, a number, or what is too long for one sentence."""
    bare = remark.strip(MARKS)
    if not bare or HURT.search(bare):
        return ""
    if len(bare) > QUOTE:
        clauses = [clause.text for sentence in split_memo(bare) for clause in sentence.clauses]
        bare = next((text for text in reversed(clauses) if 0 < len(text) <= QUOTE), "")
    ended = with_an_end(words(without_feeling(bare)))
    is_long = not 1 < len(ended) <= QUOTE
    return "" if is_long or any(sign.isnumeric() for sign in ended) or not may_be_shown(ended) else ended


def may_be_shown(words: str) -> bool:
    """What the checks refuse in our words they refuse in a quotation too (失敗でした, ３分, a third person's name)."""
    spoken = f"「{words}」と話してくださいましたね。"
    return not violations(spoken, MAX_FIELD) and not wrong_names(words + "。", NOBODY)


def without_feeling(remark: str) -> str:
    """べちゃっとして悔しい → べちゃっとして; "" for a feeling about nothing."""
    remark_words = words(remark)
    for index in range(len(remark_words)):
        if feeling_at(remark_words, index):
            before = remark_words[:index]
            return "".join(word.surface for word in before) if has_observation(before) else ""
    return remark


def has_observation(before: Sequence[Word]) -> bool:
    """Whether something is said, not only named, before the feeling: 焦げて, but not 味が or とても."""
    says = any(word.part in PREDICATES or word.subpart.startswith(("形容詞", "形状詞")) for word in before)
    names = any(word.part in CONTENT and word.lemma not in AUXILIARIES | DEGREES for word in before)
    return (says and names) or ends_in_trouble(before)


def ends_in_trouble(remark: Sequence[Word]) -> bool:
    """中が生焼けで: the noun is what is wrong, and で its verb."""
    return len(remark) > 1 and remark[-1].surface == "で" and remark[-2].lemma in NEGATIVE


def with_an_end(remark: Sequence[Word]) -> str:
    """煙が出て → 煙が出た, 味が薄くて → 味が薄かった; "" where it breaks off after a particle."""
    whole = "".join(word.surface for word in remark).strip(MARKS)
    text = TONE.sub("", TRAILING.sub("", MAYBE.sub("", whole)))
    if text.endswith("ず"):  # 巻けず
        return text[:-2] + "しなかった" if text.endswith("せず") else text[:-1] + "なかった"
    rest = [word for word in words(text) if not word.is_mark]
    if len(rest) > 1 and rest[-1].subpart == "準体助詞":
        return text[:-1]
    if len(rest) > 1 and rest[-1].surface in LINKS and rest[-1].subpart == "接続助詞":
        head, last = text[:-1], rest[-1].surface
        if head.endswith("く") and rest[-2].part in ("形容詞", "助動詞", "接尾辞"):
            return head[:-1] + "かった"
        return head + ("だ" if last == "で" else "た")
    if len(rest) > 1 and rest[-1].surface == "で" and (rest[-1].part == "助動詞" or ends_in_trouble(rest)):
        return text[:-1] + "だった"
    ends_open = (
        not rest or rest[-1].part in ("助詞", "連体詞", "接続詞") or rest[-1].inflection.startswith("連用形")
    )
    return "" if ends_open and not (rest and rest[-1].subpart == "終助詞") else text
