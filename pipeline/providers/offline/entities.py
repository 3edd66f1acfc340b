"""Stage 0 without a model: what a learner's memo complains of, asks and feels, by its word forms."""

from collections.abc import Sequence

from models.coaching import StructuredInput, Usage
from pipeline.providers.offline.clauses import split_memo
from pipeline.providers.offline.memo_feelings import feeling_of
from pipeline.providers.offline.memo_issues import issues_of, without_vague
from pipeline.providers.offline.memo_questions import is_question, question_text, statements_of, without_bare

PROVIDER = "offline-rules"
MAX_ITEMS = 6  # items of a kind: a memo that complains of more says the same thing again


def extract_entities(transcript: str) -> tuple[StructuredInput, Usage]:
    """Issues and questions in the learner's own words, and one word for the mood ("" if none shows)."""
    usage = Usage(provider=PROVIDER, characters=len(transcript))
    if not transcript.strip():
        return StructuredInput(), usage
    memo = split_memo(transcript)
    issues = [issue for sentence in memo for issue in issues_of(statements_of(sentence))]
    asking = [sentence for sentence in memo if is_question(sentence)]
    structured_input = StructuredInput(
        identified_issues=distinct([issue.text for issue in without_vague(issues)]),
        questions=distinct([question_text(sentence) for sentence in without_bare(asking)]),
        emotional_state=feeling_of(memo),
        provider=PROVIDER,
    )
    return structured_input, usage


def distinct(texts: Sequence[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if len(text) > 1][:MAX_ITEMS]
