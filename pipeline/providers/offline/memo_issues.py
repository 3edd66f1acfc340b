"""What a memo complains of: what went wrong or felt uncertain in this cook, in the learner's own words."""

import re
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from pipeline.providers.offline.clauses import Clause, joined
from pipeline.providers.offline.known_troubles import is_known_trouble
from pipeline.providers.offline.lexicon import (
    CHOICES,
    DEGREES,
    DEPENDENT_VERBS,
    EMOTIONS,
    EXTENTS,
    GOOD_STATES,
    INTERROGATIVES,
    JOYS,
    NEGATIONS,
    NEGATIVE,
    NO_HOPES,
    NOW,
    OTHERS,
    QUALITIES,
    REGRETS,
    SCALES,
    UNWANTED,
    VAGUE,
)
from pipeline.providers.offline.memo_outcomes import is_outcome, is_result
from pipeline.providers.offline.memo_validity import is_of_earlier, is_overturned, leads_to_joy
from pipeline.providers.offline.morphology import Word
from pipeline.providers.offline.predicates import (
    ends_with_te,
    is_denied,
    is_manner,
    is_property,
    is_supposed,
    past_follows,
    subject_of,
)

BLAMES = frozenset(("言う", "言われる", "残す", "嫌がる", "文句"))  # 辛いって残した
WELL = frozenset(("奇麗", "旨い", "上手", "ちゃんと", "すんなり", "無事"))
ENDS = frozenset(("出来る", "出来上がる", "終わる", "済む"))  # sooner than thought: welcome
CONDITIONS = frozenset(("目", "体調", "天気", "都合", "機嫌", "気分", "気持ち", "体", "足", "腕", "肩"))
EXCESS = frozenset(("過ぎる", "過ぎ"))
SIGNS = frozenset(("音", "泡", "煙", "湯気"))  # cooks wait for their end
LACKS = frozenset(("足りる", "足る"))
UNEXPECTED = re.compile("(思った|予想|想像|思ってた|思っていた)(より|以上に)も?$")
SAID = re.compile("(って|と)(言[いうっ]|いっ[てた]|いう|って$)")
QUOTE = 24  # characters with which a remark still reads well as a quotation
FEELINGS = frozenset().union(*EMOTIONS.values())


def issues_of(statements: Sequence[Clause]) -> list[Clause]:
    """Of one sentence, in order; each with what leads to it, where both together are short."""
    troubles = troubles_of(statements)
    remarks: list[tuple[list[Clause], Clause]] = []
    lead: list[Clause] = []
    runs_on = False
    for clause, (trouble, next_trouble) in zip(statements, pairwise([*troubles, False]), strict=True):
        if trouble and runs_on and is_consequence(clause.words):
            before, told = remarks.pop()
            remarks.append((before, joined([told, clause])))
        elif trouble and not (clause.is_open and next_trouble and is_only_vague(clause.words)):
            remarks.append((lead, clause))
            lead = []
        else:
            lead = [*lead, clause] if clause.is_open else []
        runs_on = clause.is_open and not lead
    return [fit(lead, told) for lead, told in remarks]


def troubles_of(statements: Sequence[Clause]) -> list[bool]:
    troubles, earlier = [], False
    for clause, following in zip_longest(statements, statements[1:]):
        earlier = is_of_earlier(clause.words, earlier)
        troubles.append(
            is_issue(clause.words)
            and not earlier
            and not (is_overturned(clause, following) or leads_to_joy(clause, following))
        )
    return troubles


def fit(lead: Sequence[Clause], told: Clause) -> Clause:
    whole = joined([*lead, told])
    return whole if len(whole.text) <= QUOTE else told


def is_consequence(words: Sequence[Word]) -> bool:
    """くっついてしまって + 返せませんでした: it failed for that, and has no subject of its own."""
    has_subject = any(word.lemma in QUALITIES for word in words) or any(
        one.part == "名詞" and two.surface in ("が", "は", "も", "を") for one, two in pairwise(words)
    )
    return not has_subject and any(is_failure(words, index) for index in range(len(words)))


def without_vague(issues: Sequence[Clause]) -> list[Clause]:
    """失敗しました says nothing beside 皮が破れました."""
    telling = [issue for issue in issues if not is_vague(issue.words)]
    return telling or list(issues)


def is_vague(words: Sequence[Word]) -> bool:
    things = [word for word in words if word.part == "名詞" and word.lemma not in VAGUE | NOW | OTHERS]
    return not things and is_only_vague(words)


def is_only_vague(words: Sequence[Word]) -> bool:
    return all(words[index].lemma in VAGUE for index in range(len(words)) if is_trouble(words, index))


# --- issues in a clause --------------------------------------------------------------------------


def is_issue(words: Sequence[Word]) -> bool:
    if is_opinion(words):
        return False
    return any(is_trouble(words, index) for index in range(len(words))) or is_known_trouble(words)


def is_opinion(words: Sequence[Word]) -> bool:
    """娘は辛いって言ってた: another's taste; what the learner is told (言われた) is of this dish."""
    return is_anothers(words) and SAID.search("".join(word.surface for word in words)) is not None


def is_anothers(words: Sequence[Word]) -> bool:
    return any(one.lemma in OTHERS and two.surface in ("は", "が", "も") for one, two in pairwise(words))


def is_trouble(words: Sequence[Word], index: int) -> bool:
    """A negative word without a negation, a good thing that failed to happen, excess, or regret."""
    told = is_complaint(words, index) or is_outcome(words, index) or is_failure(words, index)
    if told:
        return not (is_supposed(words, index) or is_property(words, index) or is_of_another(words, index))
    return is_regret(words, index) or is_result(words, index)


def is_complaint(words: Sequence[Word], index: int) -> bool:
    word = words[index]
    before = words[index - 1] if index else None
    if is_denied(words, index) or (is_manner(words, index) and not is_unexpected(words[:index])):
        return False
    if word.lemma == "過ぎる" or (word.lemma == "過ぎ" and word.part == "接尾辞"):
        return before is not None and before.lemma not in JOYS
    return is_bad_word(words, index) or is_off_scale(words, index)


def is_bad_word(words: Sequence[Word], index: int) -> bool:
    word, before = words[index], words[index - 1].lemma if index else ""
    following = words[index + 1] if index + 1 < len(words) else None
    if word.lemma == "ぽい":
        return before in ("油", "水", "粉", "生", "脂", "白", "黒", "灰色", "赤", "筋", "薬", "土")
    if word.lemma == "生":
        return following is None or following.part not in ("名詞", "助詞", "接尾辞")
    if word.lemma in ("悪い", "重い"):
        return subject_of(words, index) not in CONDITIONS
    if word.lemma == "大変":
        return word.part == "形状詞" and (past_follows(words, index) or ends_with_te(words, index))
    if word.lemma in ("難い", "辛い") and word.part == "接尾辞":  # 巻きづらい, against 焦げにくい
        return before not in NEGATIVE
    if word.part == "動詞" and is_done_well(words[:index]):
        return False
    if word.lemma in ("溢れる", "流れ出る"):
        return subject_of(words, index) != "肉汁"
    return word.lemma in NEGATIVE


def is_done_well(before: Sequence[Word]) -> bool:
    """きれいにはがれた, うまく割れた."""
    said = [word.lemma for word in before[-2:] if word.surface != "に"]
    return bool(said) and said[-1] in WELL


def is_off_scale(words: Sequence[Word], index: int) -> bool:
    """ちょっと強かったかな: neither good nor bad, but the learner hedges."""
    if words[index].lemma not in SCALES:
        return False
    degree = any(each.lemma in DEGREES for each in words[max(0, index - 3) : index])
    tail = words[index + 1 :]
    if is_unexpected(words[:index]):
        told = any(each.surface in ("て", "で", "た") for each in tail)
        return told and not any(each.lemma in ENDS for each in tail)
    if tail and tail[0].surface in ("だけ", "ばかり"):  # 辛いだけ
        return True
    if tail and tail[0].surface in ("って", "と") and any(each.lemma in BLAMES for each in tail[1:4]):
        return True
    hedge = any(each.lemma in ("知れる", "思う") or each.surface in ("かな", "気") for each in tail)
    sums = words[index].lemma == "強い" and any(each.lemma in ("火", "火力") for each in words[:index])
    return (degree or hedge or sums) and (past_follows(words, index) or ends_with_te(words, index))


def is_unexpected(before: Sequence[Word]) -> bool:
    """思ったより早く固まって."""
    return UNEXPECTED.search("".join(word.surface for word in before)) is not None


def is_of_another(words: Sequence[Word], index: int) -> bool:
    """友達は失敗した: another's deed."""
    return words[index].part in ("動詞", "名詞") and is_anothers(words[: index + 1])


def is_failure(words: Sequence[Word], index: int) -> bool:
    """うまくいかなかった, 火が通ってない: something hoped for, with a negation."""
    word = words[index]
    if word.lemma not in NEGATIONS or index == 0:
        return False
    following = words[index + 1].surface if index + 1 < len(words) else ""
    if following in ("よう", "方", "ほう", "と", "けれ", "か", "に", "きゃ", "じゃ", "さ") or (
        following == "で" and word.surface == "ない"
    ):  # ないで, ないように
        return False
    if is_denied(words, index) or any(each.lemma == "知れる" for each in words[:index]):
        return False
    place = hope_of(words, index)
    if ends_in_reason(words) and SIGNS & {
        words[place].lemma,
        subject_of(words, place),
    }:  # 音がしなくなったのでふたを取った
        return False
    return is_hoped(words, place, index)


def hope_of(words: Sequence[Word], index: int) -> int:
    """Where the word stands that is negated."""
    for place in range(index - 1, -1, -1):
        word = words[place]
        if (
            word.part not in ("助動詞", "助詞", "記号", "補助記号", "空白")
            and word.lemma not in DEPENDENT_VERBS | EXTENTS
        ):
            return place
    return index - 1


def is_hoped(words: Sequence[Word], place: int, negation: int) -> bool:
    hope, before = words[place], words[:place]
    can = "旨い" in {each.lemma for each in before} or (
        hope.lemma in NEGATIVE and "を" in {each.surface for each in before[-3:]}
    )
    if can and hope.lemma not in NO_HOPES:
        return True
    if hope.lemma in NEGATIVE | SCALES | EXCESS or hope.lemma in FEELINGS:
        return False
    if hope.lemma in ("分かる", "分かり"):
        asks = any(each.lemma in INTERROGATIVES for each in before)
        return not asks and any(each.part == "名詞" for each in before)
    if hope.lemma in NO_HOPES | DEPENDENT_VERBS:
        return False
    if hope.part in ("名詞", "形状詞", "形容詞", "接尾辞"):
        becomes = any(each.lemma in ("成る", "為る", "出来る") for each in words[place:negation])
        return becomes or hope.lemma in QUALITIES | GOOD_STATES
    if hope.lemma in CHOICES and not is_potential(words, place, negation):
        return False
    if "さ" in {each.surface for each in before if each.part == "接尾辞"}:  # 物足りなさは感じない
        return False
    return hope.lemma in LACKS or subject_of(words, place) not in UNWANTED


def is_potential(words: Sequence[Word], place: int, negation: int) -> bool:
    """返せない, 食べられない: not by choice."""
    tail = [each.base for each in words[place + 1 : negation]]
    return (
        "られる" in tail
        or "れる" in tail
        or words[place].base.endswith(("せる", "える", "ける", "べる", "める"))
    )


def is_regret(words: Sequence[Word], index: int) -> bool:
    """〜てしまった, 〜ちゃった, 〜したかった, 〜すればよかった, 〜すべきだった."""
    word, before = words[index], words[:index]
    if word.lemma in REGRETS and index and words[index - 1].part not in ("名詞", "形状詞"):
        deed = [each.lemma for each in before if each.part in ("動詞", "形容詞", "名詞", "形状詞", "副詞")][
            -2:
        ]
        if any(each in JOYS | FEELINGS for each in deed) or is_supposed(words, index):
            return False
        return not is_of_another(words, index) and not is_denied(words, index)
    if word.base == "たい" and word.inflection.startswith("連用形-促音"):
        return not (is_denied(words, index) or ends_in_reason(words) or words[index - 1].lemma in CHOICES)
    if word.base == "べし" or word.base == "べき":
        return past_follows(words, index)
    return word.lemma == "良い" and is_wish(words, index) and past_follows(words, index)


def ends_in_reason(words: Sequence[Word]) -> bool:
    return "".join(word.surface for word in words[-3:]).rstrip("、, ").endswith(("ので", "から", "んで"))


def is_wish(words: Sequence[Word], index: int) -> bool:
    """止めればよかった, したらよかった, したほうがよかった: the good thing did not happen."""
    if index == 0 or words[index].lemma != "良い":
        return False
    return (
        words[index - 1].surface == "ば"
        or words[index - 1].inflection.startswith("仮定形")
        or (index > 1 and words[index - 2].surface in ("ほう", "方"))
    )
