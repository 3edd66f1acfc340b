"""Whatever a model or a person says, what we send is within LINE's limits; the simulator refuses the rest.

The guards would refuse most of these words. Here they are off: no message may depend on them to be one.
"""

from pathlib import Path

import pytest

from knowledge_base import phrasebook
from models.chat import MessageType
from models.coaching import CoachingText, MemoAnswer
from tests.flows.steps import cook, message_once, tap, wait_for_words
from tests.quick_providers import Script, script
from tests.system import WAIT, System

PAUSED_AT = "narration"


def coaching(words: str, **more: object) -> CoachingText:
    fields = {"mondaiten": words, "skill": words, "next_action": words, "success_sign": words}
    return CoachingText.model_validate({**fields, **more})


LONG = "あ" * 396 + "です。"
ODD: dict[str, CoachingText] = {
    "braces": coaching("{name}さん、{{卵}}は$(火)を{0}止めてからです。"),
    "markdown-like": coaching("_卵_は*先*に、[ご飯](あと)で~混ぜ~ます。"),
    "surrogates": coaching("🍳" * 390 + "です。", suggested_questions=["👨‍👩‍👧‍👦🍳" * 12]),
    "longest": coaching(
        LONG,
        praise=LONG,
        comparison=LONG,
        stop_cue=LONG,
        safety=LONG,
        memo_answers=[MemoAnswer(question="？" * 900, answer=LONG) for _ in range(6)],
        suggested_questions=["長い質問です" * 80, "  ", ""],
    ),
    "lines": coaching("一行目。\n\n\n　二行目です。"),
    "control characters": coaching("卵\u202eは\u200b先\ufeffです。"),
}


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    for check in ("pipeline.stages.coaching_text.check_coaching", "pipeline.answers.check_answer"):
        monkeypatch.setattr(check, lambda *_: None)


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("kind", ODD)
def test_a_coaching_of_any_words_arrives(
    shared: System, clip: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "coaching", ODD[kind])
    learner = shared.learner()
    card = cook(learner, clip)
    assert (
        message_once(shared, learner, MessageType.COACHING_READY, lambda message: message.delivered_at).error
        == ""
    )
    if kind != "longest":
        assert ODD[kind].mondaiten in card.text
    assert len((card.alt_text or "").encode("utf-16-le")) // 2 <= 1_500
    skip_rest = [len(b.text.encode("utf-16-le")) // 2 for b in learner.thread().of_type("text")]
    assert max(skip_rest) <= 5_000


def test_blank_suggestions_are_not_offered(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggested = ["", "　", "卵はいつ？"]
    monkeypatch.setattr(
        script, "coaching", Script().coaching.model_copy(update={"suggested_questions": suggested})
    )
    learner = shared.learner()
    cook(learner, clip)
    for label in phrasebook.RATING_LABELS[:4]:
        tap(learner, label)
    learner.wait_for(lambda t: "卵はいつ？" in t.labels(), WAIT, what="the one suggestion")
    assert [label for label in learner.thread().labels()[:2] if not label.strip()] == []


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    "words",
    ["答えは{そのまま}です。", "🍳" * 290 + "です。", "一行目。\n二行目です。"],
)
def test_an_answer_of_any_words_arrives(shared: System, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "answer", words)
    learner = shared.learner()
    learner.text("どうですか")
    assert wait_for_words(learner, words).text == words


def test_a_name_with_odd_characters_is_spoken_in_the_coaching(shared: System, clip: Path) -> None:
    learner = shared.learner("{ゆう}こ🍳" + "長" * 40)
    cook(learner, clip)
    assert wait_for_words(learner, "おつかれさまでした").text.startswith("ゆう こ")
    assert phrasebook.NAMELESS not in wait_for_words(learner, "おつかれさまでした").text


def test_whom_line_names_nothing_is_called_chef_without_san(shared: System, clip: Path) -> None:
    learner = shared.learner("🍳")
    cook(learner, clip)
    assert wait_for_words(learner, "おつかれさまでした").text.startswith(f"{phrasebook.NAMELESS}、")
    assert not [bubble for bubble in learner.thread().of_type("text") if "シェフさん" in bubble.text]
