"""Stage 0 without a model: what a learner's memo complains of, asks and feels, by its word forms."""

from collections.abc import Sequence

from models.coaching import StructuredInput, Usage
from pipeline.providers.offline.clauses import Clause, Sentence, split_memo
from pipeline.providers.offline.lexicon import (
    ASKING,
    CONTENT,
    CONTENT_SIGNS,
    DEPENDENT_VERBS,
    EMOTIONS,
    INTERROGATIVES,
    JOYS,
    NEEDS_NEGATION,
    NEGATIONS,
    NEGATIVE,
    NO_HOPES,
    REGRETS,
)
from pipeline.providers.offline.morphology import Word

PROVIDER = "offline-rules"
MAX_ITEMS = 6  # items of a kind: a memo that complains of more says the same thing again
SHORT_QUESTION = 40  # characters; of a longer sentence only the clause that asks


def extract_entities(transcript: str) -> tuple[StructuredInput, Usage]:
    """Issues and questions in the learner's own words, and one word for the mood ("" if none shows)."""
    usage = Usage(provider=PROVIDER, characters=len(transcript))
    if not transcript.strip():
        return StructuredInput(), usage
    issues: list[str] = []
    questions: list[str] = []
    memo = split_memo(transcript)
    for sentence in memo:
        has_question = is_question(sentence)
        statements = sentence.clauses[:-1] if has_question else sentence.clauses
        issues += [clause.text for clause in statements if is_issue(clause.words)]
        questions += [question_text(sentence)] if has_question else []
    structured_input = StructuredInput(
        identified_issues=distinct(issues),
        questions=distinct(questions),
        emotional_state=emotion([word for sentence in memo for word in sentence.words]),
        provider=PROVIDER,
    )
    return structured_input, usage


def distinct(texts: Sequence[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if len(text) > 1][:MAX_ITEMS]


# --- issues --------------------------------------------------------------------------------------


def is_issue(words: Sequence[Word]) -> bool:
    """A negative word without a negation, a good thing that failed to happen, excess, or regret."""
    return any(
        is_complaint(words, index) or is_failure(words, index) or is_regret(words, index)
        for index in range(len(words))
    )


def is_complaint(words: Sequence[Word], index: int) -> bool:
    word = words[index]
    before = words[index - 1].lemma if index else ""
    if word.lemma == "過ぎる":
        return bool(before) and before not in JOYS and not has_negation(words, index)
    raw = word.lemma == "生" and not (index + 1 < len(words) and words[index + 1].part in ("名詞", "助詞"))
    greasy = word.lemma == "ぽい" and before in ("油", "水", "粉", "生", "脂")
    return (word.lemma in NEGATIVE or raw or greasy) and not has_negation(words, index)


def is_failure(words: Sequence[Word], index: int) -> bool:
    """うまくいかなかった, 火が通ってない: something hoped for, with a negation."""
    if words[index].lemma not in NEGATIONS or index == 0:
        return False
    following = words[index + 1].surface if index + 1 < len(words) else ""
    if following in ("で", "よう", "方", "ほう", "と", "けれ"):  # ないで, ないように: advice, no report
        return False
    hope = words[index - 1]
    for before in reversed(words[:index]):
        if before.part not in ("助動詞", "助詞", "記号") and before.lemma not in DEPENDENT_VERBS:
            hope = before
            break
    return hope.lemma not in NO_HOPES | NEGATIVE and not any(each.lemma == "知れる" for each in words[:index])


def is_regret(words: Sequence[Word], index: int) -> bool:
    """〜てしまった, 〜ちゃった, 〜したかった, 〜すればよかった."""
    word, before = words[index], words[:index]
    if word.lemma in REGRETS:
        return not any(each.lemma in JOYS for each in before[-3:])
    if word.base == "たい" and word.inflection.startswith("連用形"):
        return not has_negation(words, index)
    return word.lemma == "良い" and is_wish(words, index) and past_follows(words, index)


def is_wish(words: Sequence[Word], index: int) -> bool:
    """止めればよかった, したらよかった: the good thing did not happen."""
    return index > 0 and (
        words[index - 1].surface == "ば" or words[index - 1].inflection.startswith("仮定形")
    )


def has_negation(words: Sequence[Word], index: int) -> bool:
    """Whether the predicate that begins at this word ends in a negation (焦げなかった)."""
    for word in words[index + 1 :]:
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
    has_question_mark = sentence.words[-1].surface in ("？", "?")
    has_interrogative = any(is_interrogative(words, index) for index in range(len(words)))
    final = [word for word in sentence.clauses[-1].words if not word.is_mark]
    return (
        has_question_mark
        or is_request(final, has_interrogative)
        or ends_as_question(final, has_interrogative)
    )


def is_interrogative(words: Sequence[Word], index: int) -> bool:
    """何, どう, なぜ…, but not the indefinite 何も, いつも, なんか."""
    following = words[index + 1].surface if index + 1 < len(words) else ""
    return words[index].lemma in INTERROGATIVES and following not in ("も", "か", "でも", "とか", "度", "回")


def is_request(final: Sequence[Word], has_interrogative: bool) -> bool:
    """教えてください, 知りたい, 気になります; わからない only of something asked (どうするか)."""
    lemmas = [word.lemma for word in final]
    if not ASKING & set(lemmas):
        return False
    is_wish_to_know = bool({"たい", "下さる", "欲しい", "貰う", "頂く", "願う"} & set(lemmas))
    is_curiosity = "気" in lemmas and "成る" in lemmas and "か" in lemmas
    is_puzzle = "分かる" in lemmas and has_interrogative and bool(NEGATIONS & set(lemmas))
    return is_wish_to_know or is_curiosity or is_puzzle


def ends_as_question(final: Sequence[Word], has_interrogative: bool) -> bool:
    """〜ですか, 〜のかな, どう〜だろう. A lone かな that complains (固かったかな) is a remark, not a question."""
    tail = "".join(word.surface for word in final).rstrip("あぁー")
    tail = tail.removesuffix("と思います").removesuffix("と思って")
    if tail.endswith(("ですか", "ますか", "でしょうか", "ませんか", "ましたか", "でしたか", "だろうか")):
        return not tail.endswith(("じゃないですか", "ではないですか")) or has_interrogative
    if tail.endswith(("か", "かな", "かね", "のか")):
        return has_interrogative or not is_issue(final)
    if tail.endswith(("でしょう", "だろう", "の", "んだ", "ん")):
        return has_interrogative
    return False


def question_text(sentence: Sentence) -> str:
    """The question in the learner's words; of a long sentence only the clause that asks."""
    clauses = [sentence.clauses[-1]]
    whole = "".join(word.surface for word in sentence.words)
    if len(whole) <= SHORT_QUESTION:
        clauses = list(sentence.clauses)
    question = Clause(tuple(word for clause in clauses for word in clause.words))
    return question.plain.rstrip("？?")


# --- feelings ------------------------------------------------------------------------------------


def emotion(words: Sequence[Word]) -> str:
    """The last feeling that is named; else contentment, where something is praised without a negation."""
    feeling = ""
    contentment = ""
    for index, word in enumerate(words):
        negation = has_negation(words, index)
        for label, lemmas in EMOTIONS.items():
            if word.lemma in lemmas and negation == (word.lemma in NEEDS_NEGATION):
                feeling = label
        is_praise = word.lemma in CONTENT_SIGNS and not negation and not is_wish(words, index)
        if is_praise and past_follows(words, index):
            contentment = CONTENT
    return feeling or contentment


def past_follows(words: Sequence[Word], index: int) -> bool:
    """おいしかった, うまくできた: it happened, it is no wish."""
    return any(word.surface == "た" for word in words[index + 1 : index + 5])
