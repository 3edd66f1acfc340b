"""Questions in the chat: yes or no first, everyday things known, the rest said not to be known."""

import pytest

from knowledge_base.catalogue import load
from pipeline.providers.offline.answers import answer
from pipeline.providers.offline.everyday import everyday
from pipeline.providers.ports import QuestionBrief, Turn

UNKNOWN = "わかりません"


def ask(question: str, *history: Turn) -> str:
    return answer(QuestionBrief("美咲", question, None, None, None, (), history))


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("冷凍ご飯でもいい？", "はい、"),
        ("れいとうごはんでもええ？", "はい、"),
        ("鶏肉は洗ったほうがいい？", "いいえ、"),
        ("鶏肉は洗わなくていいですか", "はい、"),
        ("鶏肉を洗うのはだめ？", "はい、"),
        ("みりんなしでもいい？", "はい、"),
        ("みりんは必要ですか", "いいえ、"),
        ("中華鍋じゃないとだめ？", "いいえ、"),
        ("凍ったまま焼いてもいい？", "いいえ、"),
    ],
)
def test_yes_or_no_comes_first(question: str, lead: str) -> None:
    assert ask(question).startswith(lead)


def test_who_asks_what_or_when_is_not_told_yes() -> None:
    assert not ask("みりんの代わりは？").startswith(("はい", "いいえ"))


@pytest.mark.parametrize(
    ("question", "basic"),
    [
        ("強火と中火の違いは？", "heat-levels"),
        ("つよびとちゅうびのちがい", "heat-levels"),
        ("玉ねぎの切り方", "onion-cutting"),
        ("タマネギのきりかた🧅", "onion-cutting"),
        ("醤油はいつ入れる？", "soy-timing"),  # not of oil
        ("ハンバークが割れる", "hamburg"),  # one wrong sign
        ("塩コショウって何回？", None),
        ("火星の重力は？", None),
    ],
)
def test_an_everyday_question_is_told_by_all_its_words(question: str, basic: str | None) -> None:
    found = everyday(question)
    assert (found.id if found else None) == basic


@pytest.mark.parametrize(
    "question", ["火星の重力は？", "アボカドの種は植えられますか", "なぜ？", "カヌレの型はどれ？"]
)
def test_what_is_not_known_is_said_with_one_step_and_no_principle(question: str) -> None:
    text = ask(question)
    assert UNKNOWN in text
    assert "書いて" in text
    assert not any(principle.principle in text for principle in load().principles.values())


def test_one_word_is_asked_about() -> None:
    assert "「塩」のどんなところが気になりますか" in ask("塩")


def test_what_was_not_understood_is_said_shorter() -> None:
    said = Turn("ai", "美咲さん、よい質問ですね。卵は余熱でも固まります。早めに合わせましょう。")
    assert "ひとことで言うと、卵は余熱でも固まります。" in ask("もっと簡単に言って", said)
    assert UNKNOWN in ask("もっと簡単に言って")
