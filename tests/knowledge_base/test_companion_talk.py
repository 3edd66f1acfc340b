"""What a call says by itself: polite, short, and without a measurement but the timer's own."""

import pytest

from knowledge_base import companion_talk
from pipeline.checks.amounts import measurements
from pipeline.providers.sentences import sentences

LABELS = {"TIMER_LABEL", "CALL_LABEL", "CALL_TITLE"}  # on buttons and cards
WORDS = {
    **{name: text for name, text in vars(companion_talk).items() if name.isupper() and isinstance(text, str)},
    **{f"TALK.{intent.value}": text for intent, text in companion_talk.TALK.items()},
    **{name: companion_talk.recording_text(name) for name in ("fire_seen", "smoke_seen", "withdraw")},
    "timer_started": companion_talk.timer_started(210),
}


@pytest.mark.parametrize("name", sorted(WORDS.keys() - LABELS))
def test_it_is_two_polite_sentences_at_most(name: str) -> None:
    text = WORDS[name]

    assert len(sentences(text)) <= 2
    endings = (
        "です",
        "ます",
        "ますね",
        "ました",
        "ません",
        "ませんでした",
        "ください",
        "ましょう",
        "ましょうか",
        "くださいね",
    )
    assert all(
        each.rstrip("。").endswith(endings) for each in sentences(text) if "ごめんなさい" not in each[:7]
    ), text
    if name != "timer_started":
        assert measurements(text.replace("119", "")) == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(45, "45秒"), (180, "3分"), (210, "3分30秒"), (5400, "1時間30分"), (3600, "1時間")]
)
def test_a_duration_is_told_as_it_was_asked(seconds: int, words: str) -> None:
    assert companion_talk.duration(seconds) == words
