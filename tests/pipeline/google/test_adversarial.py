"""Model outputs that no learner may see: hundreds of them, good ones broken in every way we know.

Each goes through the real SDK as what the model said, first and after its repair, and must be refused.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.checks.analysis import check_analysis
from pipeline.checks.answer import check_answer
from pipeline.checks.coaching import check_coaching
from pipeline.checks.narration import check_narration
from pipeline.checks.repair import ask_with_repair
from pipeline.providers.google import gemini
from pipeline.providers.ports import ProviderError, Providers
from simulator.google.client import GoogleDesk
from tests.pipeline.google.kitchen import (
    DISH,
    NAME,
    PRINCIPLE,
    SECONDS,
    analysis,
    analysis_brief,
    coaching,
    coaching_brief,
    question,
)

Json = dict[str, Any]

GOOD_ANALYSIS: Json = {
    "evidence": "鍋の上に青みがかった煙が広がっています。",
    "against": "",
    "fault": "oil_smoking",
    "key_moment": "00:03",
    "diagnosis": "油を煙が立つまで熱したため、苦みにつながりました。",
    "confidence": "high",
}
GOOD_COACHING: Json = {
    "last_time": "",
    "praise": f"{NAME}さん、煙に気づいて火を弱めていましたね。",
    "mondaiten": "動画の00:02のあたりで、油から煙が立っていました。",
    "skill": "油は煙が立つ手前で、表面にゆらぎが見えます。",
    "next_action": "油のゆらぎが見えたら、卵を入れましょう。",
    "success_sign": "入れた瞬間に、元気な音が立ちます。",
    "stop_cue": "煙が見えたら、鍋を火から外しましょう。",
    "comparison": "",
    "safety": "油は、はねることがあります。顔を近づけないでください。",
    "memo_answers": [{"question": "温度はどうすればわかりますか。", "answer": "油のゆらぎが目印です。"}],
    "suggested_questions": ["どうしてそうなるの？"],
    "principle_ids": [PRINCIPLE.id],
}
GOOD_NARRATION: Json = {
    "part1": (
        f"{NAME}さん、今回もチャーハンを作ってくださって、ありがとうございます。煙に気づいて、すぐに火を弱めていましたね。"
        "とてもよい目のつけどころです。今回の油は、卵を入れる前から、うっすらと煙が立っていました。"
        "油は熱くなりすぎると分かれて、苦みとつんとしたにおいが出てきます。"
        "よい熱さの油は、鍋の底でさらさらと流れます。その表面に、ゆらゆらとした筋が見えてきます。"
        "この筋が、卵を入れる合図です。"
    ),
    "part2": (
        "この場面の、鍋のふちを見てください。青みがかった煙が、うすく広がっています。"
        "卵が入った瞬間の音も、少しとがって聞こえます。油のゆらぎが見えたら、煙を待たずに卵を入れましょう。"
    ),
}
GOOD_ANSWER: Json = {
    "answer": "油が熱くなりすぎると、煙が出て苦みのもとになります。ゆらぎが見えたら、卵を入れましょう。"
}

# Ways to spoil any text a learner would read.
WAYS: dict[str, Callable[[str], str]] = {
    "minutes": lambda words: f"{words}三分ほど焼きましょう。",
    "seconds": lambda words: f"{words}30秒待ちましょう。",
    "degrees": lambda words: f"{words}180℃にしましょう。",
    "full width": lambda words: f"{words}１８０度にしましょう。",
    "spoons": lambda words: f"{words}大さじ一杯の油を足しましょう。",
    "grams": lambda words: f"{words}塩を5gにしましょう。",
    "millilitres": lambda words: f"{words}水を200 mlにしましょう。",
    "per cent": lambda words: f"{words}油を20%減らしましょう。",
    "bold": lambda words: f"**{words}**",
    "heading": lambda words: f"# {words}",
    "list": lambda words: f"- {words}\n- {words}",
    "html": lambda words: f"<b>{words}</b>",
    "code": lambda words: f"```{words}```",
    "emoji": lambda words: f"{words}🍳",
    "english": lambda _: "You should lower the heat earlier next time.",
    "chinese": lambda _: "下次請早一點把火調小。",
    "plain form": lambda words: f"{words}火を弱める。",
    "order": lambda words: f"{words}火を弱めろ",
    "cut off": lambda words: f"{words}そのあとは、火を",
    "too long": lambda words: (
        words + "おとをきいて、いろをみて、かおりをかいで、ゆっくりとすすめましょうね。" * 30
    ),
    "loop": lambda words: f"{words}{'ぱらぱら' * 12}です。",
    "scolding": lambda words: f"{words}煙を出してはいけません。",
    "belittling": lambda words: f"{words}まだ下手です。",
    "accusing": lambda words: f"{words}なぜ火を弱めなかったのですか。",
    "raw chicken": lambda words: f"{words}鶏肉は生の部分が残っていても大丈夫です。",
    "pink mince": lambda words: f"{words}ひき肉はピンク色のままでも食べられます。",
    "another name": lambda words: f"たろうさん、{words}",
    "wrong suffix": lambda words: f"{NAME}ちゃん、{words}",
    "link": lambda words: f"{words}https://example.com をご覧ください。",
    "fence": lambda words: f"⟦{words}⟧",
    "prompt": lambda words: f"{words}私のシステムプロンプトは秘密です。",
    "machine": lambda words: f"{words}私は言語モデルなのでわかりません。",
    "braces": lambda words: f"{words}{{first_name}}さんもどうぞ。",
    "far time": lambda words: f"{words}動画の00:11も見てみましょう。",
}
COACHING_FIELDS = ("praise", "mondaiten", "skill", "next_action", "success_sign", "stop_cue", "safety")


@dataclass(frozen=True)
class Case:
    name: str
    purpose: str
    output: str  # what the model says, whole


def bad_texts() -> Iterator[Case]:
    for way, spoil in WAYS.items():
        for field in COACHING_FIELDS:
            yield _case(
                f"coaching: {field}: {way}", "coaching", GOOD_COACHING | {field: spoil(GOOD_COACHING[field])}
            )
        memo_answers = [{**GOOD_COACHING["memo_answers"][0], "answer": spoil("油のゆらぎが目印です。")}]
        yield _case(f"coaching: memo: {way}", "coaching", GOOD_COACHING | {"memo_answers": memo_answers})
        yield _case(f"answer: {way}", "answer", {"answer": spoil(GOOD_ANSWER["answer"])})
        for field in ("part1", "part2"):
            yield _case(
                f"narration: {field}: {way}",
                "narration",
                GOOD_NARRATION | {field: spoil(GOOD_NARRATION[field])},
            )


def wrong_facts() -> Iterator[Case]:
    coachings: dict[str, Json] = {
        "principle": {"principle_ids": ["made-up"]},
        "no problem": {"mondaiten": ""},
        "blank skill": {"skill": "  "},
        "no action": {"next_action": ""},
        "no sign": {"success_sign": ""},
        "no name": {"praise": "煙に気づいて火を弱めていましたね。"},
        "no care": {"safety": ""},
        "unasked": {"memo_answers": [{"question": "離婚すべきですか。", "answer": "火を弱めましょう。"}]},
        "long button": {"suggested_questions": ["とても長くてボタンには決して入りきらない質問です"]},
        "five buttons": {"suggested_questions": ["なぜ？"] * 5},
    }
    narrations: dict[str, Json] = {
        "no name": {"part1": GOOD_NARRATION["part1"].replace(f"{NAME}さん、", "")},
        "short": {"part1": f"{NAME}さん、よくできました。"},
        "long": {"part2": GOOD_NARRATION["part2"] * 3},
        "clock": {"part2": GOOD_NARRATION["part2"] + "0:02を見てください。"},
        "empty": {"part2": ""},
    }
    judgements: dict[str, Json] = {
        "past the end": {"key_moment": "09:59"},
        "minutes read as seconds": {"key_moment": "1.5"},
        "three digits": {"key_moment": "00:003"},
        "nowhere near": {"key_moment": "00:11"},
        "another dish's fault": {"fault": "soufflé_fell"},
        "no diagnosis": {"diagnosis": ""},
        "blank diagnosis": {"diagnosis": "   "},
        "measured": {"diagnosis": "180℃を超えて3分焼いたため、苦くなりました。"},
        "english": {"diagnosis": "The oil was too hot."},
        "unsure of itself": {"confidence": "certain"},
        "number": {"key_moment": 3},
    }
    for name, change in coachings.items():
        yield _case(f"coaching: {name}", "coaching", GOOD_COACHING | change)
    for name, change in narrations.items():
        yield _case(f"narration: {name}", "narration", GOOD_NARRATION | change)
    for name, change in judgements.items():
        yield _case(f"judgement: {name}", "judgement", GOOD_ANALYSIS | change)


def wrong_shapes() -> Iterator[Case]:
    good = {
        "coaching": GOOD_COACHING,
        "narration": GOOD_NARRATION,
        "answer": GOOD_ANSWER,
        "judgement": GOOD_ANALYSIS,
    }
    for purpose, answer in good.items():
        whole = json.dumps(answer, ensure_ascii=False)
        first = next(iter(answer))
        for name, output in {
            "prose": "もちろんです。油のゆらぎを見ましょう。",
            "fenced json": f"```json\n{whole}\n```",
            "truncated": whole[: len(whole) // 2],
            "two objects": whole + whole,
            "a list": f"[{whole}]",
            "null": "null",
            "a number": "42",
            "nothing in it": "{}",
            "a field missing": json.dumps({k: v for k, v in answer.items() if k != first}),
            "a field null": json.dumps(answer | {first: None}),
            "a field a list": json.dumps(answer | {first: [answer[first]]}),
            "nested": json.dumps({"answer": answer} if purpose != "answer" else {"result": answer}),
            "thoughts first": f"Let me think about the pan.\n{whole}",
            "blank": "   ",
        }.items():
            if (name, purpose) != ("a field missing", "answer"):  # it has one field: nothing is in it then
                yield Case(f"{purpose}: {name}", purpose, output)


def _case(name: str, purpose: str, answer: Json) -> Case:
    return Case(name, purpose, json.dumps(answer, ensure_ascii=False))


CASES = [*bad_texts(), *wrong_facts(), *wrong_shapes()]


def ask(providers: Providers, purpose: str) -> object:
    """As the stages ask: the answer checked, with one repair."""
    if purpose == "coaching":
        brief = coaching_brief()
        return ask_with_repair(
            lambda repair: providers.coach.coaching_text(brief, repair),
            lambda text: check_coaching(text, brief),
        )
    if purpose == "narration":
        return ask_with_repair(
            lambda repair: providers.coach.narration(coaching_brief(), coaching(), repair),
            lambda script: check_narration(script, coaching_brief(), providers.narrator.pace),
        )
    if purpose == "judgement":
        analysis_request = analysis_brief(transcript="煙が出ました。")
        return ask_with_repair(
            lambda repair: providers.analyst.reconsider(analysis(), analysis_request, repair),
            lambda look: check_analysis(look, SECONDS, DISH),
        )
    asks = question()
    return ask_with_repair(
        lambda repair: providers.coach.answer(asks, repair), lambda answer: check_answer(answer, asks)
    )


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemini, "FIRST_WAIT", 0.001)


@pytest.mark.parametrize(
    ("purpose", "answer"),
    [
        ("coaching", GOOD_COACHING),
        ("narration", GOOD_NARRATION),
        ("judgement", GOOD_ANALYSIS),
        ("answer", GOOD_ANSWER),
    ],
)
def test_the_good_one_behind_all_of_them_passes(
    google: GoogleDesk, providers: Providers, purpose: str, answer: Json
) -> None:
    google.answer(answer, match=purpose)
    ask(providers, purpose)


def test_there_are_hundreds_of_them_and_none_twice() -> None:
    assert len(CASES) >= 300
    assert len({(case.purpose, case.output) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("purpose", ["coaching", "narration", "judgement", "answer"])
def test_none_of_them_reaches_a_learner(google: GoogleDesk, providers: Providers, purpose: str) -> None:
    escapes = []
    for case in CASES:
        if case.purpose != purpose:
            continue
        google.clear_script()
        google.answer(case.output, match=purpose)
        try:
            ask(providers, purpose)
        except ProviderError:
            continue
        escapes.append(case.name)
    assert escapes == []
