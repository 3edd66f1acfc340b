"""A coaching text no learner may see is refused before it is stored."""

from typing import Any

import pytest

from knowledge_base.catalogue import load
from models.coaching import CookingEvent, MemoAnswer, StructuredInput
from pipeline.checks.coaching import check_coaching
from pipeline.providers.ports import ProviderRefused
from tests.pipeline.checks.kitchen import analysis, brief, coaching


@pytest.mark.parametrize(
    "wrong",
    [
        {"mondaiten": ""},
        {"skill": "強火で3分です。"},
        {"praise": "**よい**です。"},
        {"memo_answers": [MemoAnswer(question="なぜ？", answer="大さじ1です。").model_dump()]},
        {"principle_ids": ["not-retrieved"]},
        {"next_action": "ゆうこちゃん、がんばりましょう。"},
        {"safety": "火を止めろ"},
        {"praise": "よく見ていましたね。"},
        {"praise": "たろうさん、ゆうこさんと同じですね。"},
        {"mondaiten": "動画の0:30のあたりで、卵が固まっていました。"},
        {"next_action": "油を熱くしましょう。", "safety": ""},
        {"memo_answers": [MemoAnswer(question="聞いていない質問", answer="そうですね。").model_dump()]},
        {"suggested_questions": ["ボタンに入りきらないほど長い質問を勧めるのはなぜですか"]},
    ],
    ids=str,
)
def test_a_coaching_against_the_rules_is_refused(wrong: dict[str, Any]) -> None:
    check_coaching(coaching(), brief())
    with pytest.raises(ProviderRefused):
        check_coaching(coaching(**wrong), brief())


def test_only_retrieved_principles_may_be_named() -> None:
    principle = next(iter(load().principles.values()))
    check_coaching(coaching(principle_ids=[principle.id]), brief(principle=principle))


def test_what_belongs_in_a_coaching_passes() -> None:
    memo = brief(
        analysis=analysis(cooking_events=[CookingEvent(t="0:05", t_seconds=5, event="卵").model_dump()]),
        structured_input=StructuredInput(questions=["温度はどうすればわかりますか？"]),
    )
    check_coaching(
        coaching(
            mondaiten="動画の0:06のあたりで、卵が固まりきっていました。お母さんの味に近づいています。",
            next_action="油のゆらぎが見えたら、卵を入れましょう。",
            safety="油は、はねることがあります。",
            memo_answers=[{"question": "温度はどうすればわかりますか", "answer": "音を聞きましょう。"}],
            suggested_questions=["どうしてそうなるの？"],
        ),
        memo,
    )


@pytest.mark.parametrize("name", ["ゆう🍳こ", "Yu-2", "{ゆう}", "3分クッキング", "ゆうこ★"])
def test_a_learner_may_be_called_anything(name: str) -> None:
    cook = brief(first_name=name)
    check_coaching(coaching(praise=f"{name}さん、手をとめて見ていましたね。"), cook)
    with pytest.raises(ProviderRefused):
        check_coaching(coaching(praise=f"{name}さん、強火で3分です。"), cook)
