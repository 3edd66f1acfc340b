"""What no learner may see is refused before it is stored."""

from dataclasses import replace
from typing import Any

import pytest

from knowledge_base.catalogue import load
from models.coaching import (
    CoachingText,
    CookingEvent,
    MemoAnswer,
    NarrationScript,
    StructuredInput,
    Usage,
    VideoAnalysis,
)
from pipeline.guards import (
    MAX_ANSWER,
    MAX_FIELD,
    check_analysis,
    check_answer,
    check_coaching,
    check_narration,
    checked,
)
from pipeline.providers.ports import CoachingBrief, Pace, ProviderRefused, QuestionBrief, Repair
from pipeline.wording import measurements, violations

DISH = load().dishes["fried-rice"]
GOOD = "卵がやわらかいうちに合わせましょう。"


def analysis(**values: Any) -> VideoAnalysis:
    seen = CookingEvent(t="0:05", t_seconds=5, event="卵が入りました")
    base = VideoAnalysis(
        cooking_events=[seen],
        key_moment_timestamp="0:05",
        key_moment_seconds=5,
        diagnosis="卵が固まっています。",
    )
    return VideoAnalysis.model_validate(base.model_dump() | values)


def brief(**values: Any) -> CoachingBrief:
    base = CoachingBrief(
        first_name="ゆうこ",
        dish=DISH,
        session_number=1,
        analysis=analysis(),
        fault=None,
        principles=[],
        principle=None,
        structured_input=StructuredInput(),
        transcript="",
        self_ratings={},
        past_sessions=[],
        days_since_last=None,
    )
    return replace(base, **values)


def question() -> QuestionBrief:
    return QuestionBrief(
        first_name="ゆうこ",
        question="なぜですか",
        dish=DISH,
        coaching=None,
        analysis=None,
        principles=[],
        history=[],
    )


def coaching(**values: Any) -> CoachingText:
    parts = {
        "praise": "ゆうこさん、手をとめて見ていましたね。",
        "mondaiten": GOOD,
        "skill": GOOD,
        "next_action": GOOD,
        "success_sign": GOOD,
    }
    return CoachingText.model_validate(parts | values)


@pytest.mark.parametrize(
    "words",
    [
        "2分焼く",
        "１８０℃",
        "大さじ一",
        "小さじ2",
        "三十秒",
        "100g",
        "200 ml".replace(" ", ""),
        "半カップ",
        "5%",
    ],
)
def test_amounts_times_and_temperatures_are_found(words: str) -> None:
    assert measurements(f"まず{words}です。")


@pytest.mark.parametrize(
    "words",
    [
        "十分に温めます",
        "半分に切ります",
        "もう一度見ます",
        "多分よいです",
        "0:23の場面",
        "一つずつ",
        "二人前",
    ],
)
def test_words_that_only_look_like_amounts_pass(words: str) -> None:
    assert measurements(words) == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("音が静かになるまで2分待ちましょう。", "measurement"),
        ("**卵**を先に入れましょう。", "markup"),
        ("# 卵\n先に入れましょう。", "markup"),
        ("<b>卵</b>を入れましょう。", "markup"),
        ("卵を先に入れる。", "politely"),
        ("卵を先に入れろ", "politely"),
        ("あ" * MAX_FIELD + "です。", "longer"),
        ("卵を入れましょう😊。", "emoji"),
        ("Add the egg earlier.", "language"),
        ("ふわふわ" * 6 + "です。", "loop"),
        ("⟦命令⟧に従いましょう。", "leak"),
        ("私は言語モデルです。", "leak"),
        ("詳しくは https://example.com を見てください。", "leak"),
        ("触ってはだめです。", "scolds"),
        ("なぜ火を弱めなかったのですか。", "scolds"),
        ("少しなら、鶏肉は生の部分が残っていても大丈夫です。", "doubtful food"),
    ],
)
def test_a_violation_is_named(words: str, reason: str) -> None:
    assert any(reason in found for found in violations(words, MAX_FIELD))


@pytest.mark.parametrize(
    "words",
    [
        "",
        GOOD,
        "入れましょう！",
        "見えますね。",
        "「きれいですよ。」",
        "いかがでしょうか。",
        "待ってください",
    ],
)
def test_polite_words_pass(words: str) -> None:
    assert violations(words, MAX_FIELD) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"key_moment_seconds": 61, "key_moment_timestamp": "1:01"},
        {"key_moment_timestamp": "0:06"},
        {"fault": "no_such_fault"},
        {"diagnosis": "  "},
        {"diagnosis": "強火で3分焼いたため、焦げました。"},
        {"evidence": "The rice is burnt."},
        {"key_moment_seconds": 20, "key_moment_timestamp": "0:20"},
        {"cooking_events": []},
        {
            "cooking_events": [
                {"t": "0:09", "t_seconds": 9, "event": "あと"},
                {"t": "0:01", "t_seconds": 1, "event": "先"},
            ]
        },
        {"cooking_events": [{"t": "2:00", "t_seconds": 120, "event": "終わりのあと"}]},
    ],
    ids=str,
)
def test_an_analysis_against_the_facts_is_refused(wrong: dict[str, Any]) -> None:
    check_analysis(analysis(), 60.0, DISH)
    with pytest.raises(ProviderRefused):
        check_analysis(analysis(**wrong), 60.0, DISH)


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
    known = next(iter(load().principles.values()))
    check_coaching(coaching(principle_ids=[known.id]), brief(principle=known))


@pytest.mark.parametrize(
    "wrong",
    [{"part1": "よくできました。"}, {"part1": ""}, {"part2": "10秒待ちましょう。"}, {"pivot": ""}],
    ids=str,
)
def test_a_narration_addresses_the_learner_and_keeps_the_rules(wrong: dict[str, str]) -> None:
    said = NarrationScript(part1="ゆうこさん、よくできました。", pivot="見てみましょう。", part2="ここです。")
    check_narration(said, brief(), None)
    with pytest.raises(ProviderRefused):
        check_narration(said.model_copy(update=wrong), brief(), None)


def test_what_belongs_in_a_coaching_passes() -> None:
    asked = brief(
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
        asked,
    )


@pytest.mark.parametrize("name", ["ゆう🍳こ", "Yu-2", "{ゆう}", "3分クッキング", "ゆうこ★"])
def test_a_learner_may_be_called_anything(name: str) -> None:
    called = brief(first_name=name)
    check_coaching(coaching(praise=f"{name}さん、手をとめて見ていましたね。"), called)
    with pytest.raises(ProviderRefused):
        check_coaching(coaching(praise=f"{name}さん、強火で3分です。"), called)


SAID = NarrationScript(
    part1="ゆうこさん、おとのかわりめをよくきいていましたね。たまごがやわらかいうちにごはんとあわせてみましょう。",
    pivot="動画を使ってそのポイントを見てみましょう",
    part2="ここでふちがふくらみます。おとがおおきくなったらあいずです。",
)


def test_a_narration_that_lasts_as_long_as_the_cut_needs_passes() -> None:
    check_narration(SAID, brief(), Pace(mora=0.72, comma=0.0, sentence=0.0))


@pytest.mark.parametrize(("mora", "wrong"), [(0.4, "part1 .* lengthen"), (1.2, "part2 .* shorten")])
def test_a_narration_too_short_or_long_for_the_cut_is_refused(mora: float, wrong: str) -> None:
    with pytest.raises(ProviderRefused, match=wrong):
        check_narration(SAID, brief(), Pace(mora=mora, comma=0.0, sentence=0.0))
    check_narration(SAID, brief(), None)  # of a voice whose pace is not known


def test_a_refused_answer_is_repaired_once_by_naming_what_is_wrong() -> None:
    asked: list[Repair | None] = []

    def ask(repair: Repair | None) -> tuple[CoachingText, Usage]:
        asked.append(repair)
        return coaching(skill=GOOD if repair else "強火で3分です。"), Usage()

    def check(said: CoachingText) -> None:
        check_coaching(said, brief())

    said, _ = checked(ask, check)
    assert said.skill == GOOD
    assert asked[0] is None
    assert asked[1] is not None
    assert asked[1].violations == ("measurement: '3分'",)
    assert "強火で3分です。" in asked[1].answer


def test_an_answer_that_stays_wrong_is_refused_after_one_repair() -> None:
    calls = []

    def ask(repair: Repair | None) -> tuple[str, Usage]:
        calls.append(repair)
        return "3分です。", Usage()

    with pytest.raises(ProviderRefused):
        checked(ask, lambda said: check_answer(said, question()))
    assert len(calls) == 2


def test_what_was_blocked_is_not_repaired() -> None:
    calls = []

    def ask(repair: Repair | None) -> tuple[str, Usage]:
        calls.append(repair)
        raise ProviderRefused(["blocked: SAFETY"])

    with pytest.raises(ProviderRefused):
        checked(ask, lambda said: check_answer(said, question()))
    assert calls == [None]


@pytest.mark.parametrize("wrong", ["", "  ", "3分です。", "あ" * MAX_ANSWER + "です。", "知らない"])
def test_an_answer_against_the_rules_is_refused(wrong: str) -> None:
    check_answer(GOOD, question())
    with pytest.raises(ProviderRefused):
        check_answer(wrong, question())
