"""Stage 0 without a model: what a learner's memo complains of, asks and feels, read off its word forms."""

from collections.abc import Sequence

from models.coaching import StructuredInput, Usage
from pipeline.providers.offline.clauses import Clause, Sentence, split
from pipeline.providers.offline.lexicon import (
    ASKING,
    CONTENT,
    CONTENT_SIGNS,
    DEPENDENT_VERBS,
    EMOTIONS,
    INTERROGATIVES,
    JOYS,
    NEEDS_DENIAL,
    NEGATIONS,
    NEGATIVE,
    REGRETS,
    UNKNOWING,
)
from pipeline.providers.offline.morphology import Word

PROVIDER = "offline-rules"
MOST = 6  # items of a kind: a memo that complains of more says the same thing again
SHORT_QUESTION = 40  # characters; a longer sentence is cut to its asking clause


def extract_entities(transcript: str) -> tuple[StructuredInput, Usage]:
    """Issues and questions in the learner's own words, and one word for the mood ("" if none shows)."""
    usage = Usage(provider=PROVIDER, characters=len(transcript))
    if not transcript.strip():
        return StructuredInput(), usage
    issues: list[str] = []
    questions: list[str] = []
    memo = split(transcript)
    for sentence in memo:
        asks = is_question(sentence)
        told = sentence.clauses[:-1] if asks else sentence.clauses
        issues += [clause.text for clause in told if is_issue(clause.words)]
        questions += [question_text(sentence)] if asks else []
    found = StructuredInput(
        identified_issues=distinct(issues),
        questions=distinct(questions),
        emotional_state=emotion([word for sentence in memo for word in sentence.words]),
        provider=PROVIDER,
    )
    return found, usage


def distinct(texts: Sequence[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if len(text) > 1][:MOST]


# --- issues --------------------------------------------------------------------------------------


def is_issue(words: Sequence[Word]) -> bool:
    """A negative word not denied, a good thing that failed to happen, excess, or regret."""
    return any(complains(words, at) or failed(words, at) or regrets(words, at) for at in range(len(words)))


def complains(words: Sequence[Word], at: int) -> bool:
    word = words[at]
    before = words[at - 1].lemma if at else ""
    if word.lemma == "過ぎる":
        return bool(before) and before not in JOYS and not denied(words, at)
    raw = word.lemma == "生" and not (at + 1 < len(words) and words[at + 1].part in ("名詞", "助詞"))
    greasy = word.lemma == "ぽい" and before in ("油", "水", "粉", "生", "脂")
    return (word.lemma in NEGATIVE or raw or greasy) and not denied(words, at)


def failed(words: Sequence[Word], at: int) -> bool:
    """うまくいかなかった, 火が通ってない: something hoped for, denied."""
    if words[at].lemma not in NEGATIONS or at == 0:
        return False
    following = words[at + 1].surface if at + 1 < len(words) else ""
    if following in ("で", "よう", "方", "ほう", "と", "けれ"):  # ないで, ないように: advice, no report
        return False
    hoped = words[at - 1]
    for before in reversed(words[:at]):
        if before.part not in ("助動詞", "助詞", "記号") and before.lemma not in DEPENDENT_VERBS:
            hoped = before
            break
    return hoped.lemma not in UNKNOWING | NEGATIVE and not any(each.lemma == "知れる" for each in words[:at])


def regrets(words: Sequence[Word], at: int) -> bool:
    """〜てしまった, 〜ちゃった, 〜したかった, 〜すればよかった."""
    word, before = words[at], words[:at]
    if word.lemma in REGRETS:
        return not any(each.lemma in JOYS for each in before[-3:])
    if word.base == "たい" and word.inflection.startswith("連用形"):
        return not denied(words, at)
    return word.lemma == "良い" and wished(words, at) and followed_by_past(words, at)


def wished(words: Sequence[Word], at: int) -> bool:
    """止めればよかった, したらよかった: the good thing did not happen."""
    return at > 0 and (words[at - 1].surface == "ば" or words[at - 1].inflection.startswith("仮定形"))


def denied(words: Sequence[Word], at: int) -> bool:
    """Whether the predicate that begins at this word ends in a negation (焦げなかった)."""
    for word in words[at + 1 :]:
        if word.lemma in NEGATIONS:
            return True
        dependent = word.part in ("助動詞", "助詞", "接尾辞") or word.lemma in DEPENDENT_VERBS
        links_on = word.subpart in ("準体助詞", "接続助詞") and word.surface != "て"
        if not dependent or links_on:
            return False
    return False


# --- questions -----------------------------------------------------------------------------------


def is_question(sentence: Sentence) -> bool:
    words = [word for word in sentence.words if not word.is_mark]
    if not words:
        return False
    marked = sentence.words[-1].surface in ("？", "?")
    wondering = any(interrogates(words, at) for at in range(len(words)))
    final = [word for word in sentence.clauses[-1].words if not word.is_mark]
    return marked or requests(final, wondering) or ends_asking(final, wondering)


def interrogates(words: Sequence[Word], at: int) -> bool:
    """何, どう, なぜ…, but not the indefinite 何も, いつも, なんか."""
    following = words[at + 1].surface if at + 1 < len(words) else ""
    return words[at].lemma in INTERROGATIVES and following not in ("も", "か", "でも", "とか", "度", "回")


def requests(final: Sequence[Word], wondering: bool) -> bool:
    """教えてください, 知りたい, 気になります; わからない only of something asked (どうするか)."""
    lemmas = [word.lemma for word in final]
    if not ASKING & set(lemmas):
        return False
    wishes = bool({"たい", "下さる", "欲しい", "貰う", "頂く", "願う"} & set(lemmas))
    curious = "気" in lemmas and "成る" in lemmas and "か" in lemmas
    lost = "分かる" in lemmas and wondering and bool(NEGATIONS & set(lemmas))
    return wishes or curious or lost


def ends_asking(final: Sequence[Word], wondering: bool) -> bool:
    """〜ですか, 〜のかな, どう〜だろう. A lone かな that complains (固かったかな) is a remark, not a question."""
    tail = "".join(word.surface for word in final).rstrip("あぁー")
    tail = tail.removesuffix("と思います").removesuffix("と思って")
    if tail.endswith(("ですか", "ますか", "でしょうか", "ませんか", "ましたか", "でしたか", "だろうか")):
        return not tail.endswith(("じゃないですか", "ではないですか")) or wondering
    if tail.endswith(("か", "かな", "かね", "のか")):
        return wondering or not is_issue(final)
    if tail.endswith(("でしょう", "だろう", "の", "んだ", "ん")):
        return wondering
    return False


def question_text(sentence: Sentence) -> str:
    """The question in the learner's words; of a long sentence only the clause that asks."""
    clauses = [sentence.clauses[-1]]
    whole = "".join(word.surface for word in sentence.words)
    if len(whole) <= SHORT_QUESTION:
        clauses = list(sentence.clauses)
    asked = Clause(tuple(word for clause in clauses for word in clause.words))
    return asked.plain.rstrip("？?")


# --- feelings ------------------------------------------------------------------------------------


def emotion(words: Sequence[Word]) -> str:
    """The last feeling named outright; else contentment if something is praised and nothing denied."""
    named = ""
    content = ""
    for at, word in enumerate(words):
        is_denied = denied(words, at)
        for label, lemmas in EMOTIONS.items():
            if word.lemma in lemmas and is_denied == (word.lemma in NEEDS_DENIAL):
                named = label
        praised = word.lemma in CONTENT_SIGNS and not is_denied and not wished(words, at)
        if praised and followed_by_past(words, at):
            content = CONTENT
    return named or content


def followed_by_past(words: Sequence[Word], at: int) -> bool:
    """おいしかった, うまくできた: it happened, it is no wish."""
    return any(word.surface == "た" for word in words[at + 1 : at + 5])
