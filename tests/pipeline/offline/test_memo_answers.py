"""A memo's question is answered by what speaks of the thing asked, by the next action, or honestly not."""

import pytest

from knowledge_base.catalogue import load
from moment.eval.words.memo_answers import brief_of
from pipeline.providers.offline import phrases
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.memo_subjects import asks_next, deeds_asked, things_asked


def answer_to(question: str, dish: str, fault: str) -> str:
    text, _ = OfflineCoach().coaching_text(brief_of(load().dishes[dish], load().faults[fault], question))
    (entry,) = text.memo_answers
    assert entry.question == question  # as it was asked, dialect and all
    return entry.answer


@pytest.mark.parametrize(
    "question",
    [
        "次は何に気をつければいいですか",
        "次回の課題を教えてください",
        "今度は何を意識したらいいですか",
        "次どないしたらええんやろ",
        "どうしたらよかったんでしょうか",
        "コツを教えてください",
    ],
)
def test_what_is_next_is_the_next_action(question: str) -> None:
    assert answer_to(question, "pomodoro", "acid_sharp").startswith(phrases.MEMO_HOW)


@pytest.mark.parametrize(
    "question",
    [
        "次は塩をいつ入れればいいですか",
        "焦げないようにするにはどうしたらいいですか",
        "ふたのコツはありますか",
    ],
)
def test_who_asks_of_a_thing_does_not_ask_what_is_next(question: str) -> None:
    assert not asks_next(question)


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("温度はどうすればわかりますか", ["温度"]),
        ("油の温度はどうやって見分けるんですか", ["温度", "油"]),
        ("しょうがの皮はむいたほうがいいですか", ["皮", "生姜"]),
        ("香りで見分けるコツはありますか", ["香り"]),
        ("水っぽくなるのはなぜですか", []),
    ],
)
def test_a_question_is_about_its_own_nouns(question: str, things: list[str]) -> None:
    assert things_asked(question) == things


def test_without_a_noun_it_is_about_what_happened() -> None:
    assert deeds_asked("焦げないようにするにはどうすればいいですか") == ["焦げる"]


@pytest.mark.parametrize(
    ("question", "dish", "fault"),
    [
        ("冷凍のお肉でも大丈夫ですか", "karaage", "oil_too_cool"),
        ("しょうがの皮はむいたほうがいいですか", "gyoza", "pan_not_hot"),
        ("圧力鍋でもできますか", "nikujaga", "flavor_shallow"),
        ("作り置きはできますか", "curry-rice", "roux_lumps"),
    ],
)
def test_what_nothing_speaks_of_is_not_known(question: str, dish: str, fault: str) -> None:
    assert answer_to(question, dish, fault) == phrases.MEMO_UNKNOWN


@pytest.mark.parametrize(
    ("question", "dish", "fault", "says"),
    [
        (
            "温度はどうすればわかりますか",
            "fried-rice",
            "rice_steaming",
            "さらさら",
        ),  # no word of sour tomatoes
        ("みりんの代わりはありますか", "ginger-pork", "sauce_thin", "みりん"),
        ("べちゃっとするのはなんでやろ", "fried-rice", "rice_steaming", "理由は"),
    ],
)
def test_what_speaks_of_it_answers(question: str, dish: str, fault: str, says: str) -> None:
    assert says in answer_to(question, dish, fault)
