"""What the desk's model makes of coaching prompts: plausible, polite, without a measurement."""

import json
import re
from string import Template
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.google.brain import PLAIN_ANSWER, PURPOSES, names_of, reply
from tests.simulator.google import prompts

POLITE = re.compile(r"(です|ます|でした|ました|ません|ましょう|ください|ましたね)。$")
TEXT = {"type": "STRING"}
TEXTS = {"type": "ARRAY", "items": TEXT}
FAULT = {"type": "STRING", "enum": ["pan_not_hot", "oil_smoking", "none"]}


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "OBJECT", "properties": properties}


JUDGEMENT = {"evidence": TEXT, "against": TEXT, "fault": FAULT, "key_moment": TEXT, "diagnosis": TEXT}
SCHEMAS = {
    "analysis": schema(
        events={"type": "ARRAY", "items": schema(t=TEXT, event=TEXT, state=TEXT)},
        confidence={"type": "STRING", "enum": ["low", "medium", "high"]},
        not_visible=TEXTS,
        **JUDGEMENT,
    ),
    "judgement": schema(**JUDGEMENT),
    "coaching": schema(
        praise=TEXT,
        mondaiten=TEXT,
        skill=TEXT,
        next_action=TEXT,
        success_sign=TEXT,
        stop_cue=TEXT,
        comparison=TEXT,
        safety=TEXT,
        memo_answers={"type": "ARRAY", "items": schema(question=TEXT, answer=TEXT)},
        suggested_questions=TEXTS,
        principle_ids=TEXTS,
    ),
    "narration": schema(part1=TEXT, part2=TEXT),
    "entities": schema(identified_issues=TEXTS, questions=TEXTS, emotional_state=TEXT),
    "transcript": schema(transcript=TEXT),
    "answer": schema(answer=TEXT),
}


def ask(purpose: str, prompt: str, seconds: float | None = None, **values: str) -> dict[str, Any]:
    words = Template(prompt).safe_substitute(values)
    answer = json.loads(reply(words, SCHEMAS[purpose], seconds, lambda: "煙が出ました。"))
    assert isinstance(answer, dict)
    return answer


def coach(
    attempt: str = "1", fault: str = "oil_smoking", history: str = "", days: str = ""
) -> dict[str, Any]:
    fault_text = prompts.FAULT if fault != "none" else prompts.REFINEMENT
    return ask(
        "coaching",
        prompts.COACHING,
        attempt=attempt,
        fault=fault,
        known=fault_text,
        history=history,
        days=days,
    )


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_a_request_is_known_by_what_it_asks_for(purpose: str) -> None:
    for field in ("responseSchema", "responseJsonSchema"):
        names = names_of({"generationConfig": {field: SCHEMAS[purpose]}})
        assert names == {purpose, *SCHEMAS[purpose]["properties"]}
    assert names_of(None) == names_of({}) == frozenset()


@pytest.mark.parametrize(
    ("memo", "fault", "confidence"),
    [("", "pan_not_hot", "medium"), ("煙が立ち、台所がかすみました。", "oil_smoking", "high")],
)
def test_the_fault_is_the_likeliest_or_what_the_learner_speaks_of(
    memo: str, fault: str, confidence: str
) -> None:
    answer = ask("analysis", prompts.ANALYSIS, 31.4, memo=memo)
    assert (answer["fault"], answer["confidence"]) == (fault, confidence)
    assert POLITE.search(answer["diagnosis"])


@pytest.mark.parametrize("seconds", [None, 0.5, 2, 7.9, 31.4, 600])
def test_events_lie_inside_the_clip(seconds: float | None) -> None:
    answer = ask("analysis", prompts.ANALYSIS, seconds, memo="")
    times = [int(event["t"][:2]) * 60 + int(event["t"][3:]) for event in answer["events"]]
    assert times == sorted(set(times))
    assert 0 <= times[0] <= times[-1] <= (seconds or 31)
    assert answer["key_moment"] in [event["t"] for event in answer["events"]]


def test_a_second_look_keeps_what_was_found() -> None:
    answer = ask("judgement", prompts.RECONSIDERATION)
    assert (answer["fault"], answer["key_moment"]) == ("oil_smoking", "00:18")
    assert answer["diagnosis"] == "油を煙が立つまで熱しました。"
    closer = ask("judgement", prompts.RECONSIDERATION + "\nits key moment lies at 00:06 of this cut:")
    assert closer["key_moment"] == "00:06"


def test_the_coaching_speaks_of_the_fault_and_of_nothing_else() -> None:
    answer = coach()
    assert answer["praise"].startswith("ゆうこさん、")
    assert answer["mondaiten"].startswith("食材を入れる前に油を煙が立つまで熱してしまい、")
    assert "00:18" in answer["mondaiten"]
    assert answer["next_action"].startswith("煙を待たず")
    assert answer["skill"] == "煙は、油が分解しはじめた合図です。煙の手前で止めると、香りが保たれます。"
    assert answer["principle_ids"] == ["smoke-is-the-limit"]
    assert answer["safety"].startswith("油から煙が立ったら")
    assert [entry["question"] for entry in answer["memo_answers"]] == ["温度はどうすればわかりますか。"]
    assert all(len(question) <= 20 for question in answer["suggested_questions"])
    assert answer["comparison"] == ""


def test_nothing_wrong_is_said_plainly() -> None:
    answer = coach(fault="none")
    assert "見当たりませんでした" in answer["mondaiten"]
    assert answer["next_action"].startswith("強い火のまま")


@pytest.mark.parametrize(("attempt", "words"), [("2", "揺れても大丈夫です"), ("3", "ご自分で決めて")])
def test_later_attempts_are_compared(attempt: str, words: str) -> None:
    history = "チャーハン, attempt 1: 油の熱しすぎ / 音を聞けた"
    assert words in coach(attempt, history=history, days="3")["comparison"]
    assert "おかえりなさい" not in coach(attempt, history=history, days="3")["comparison"]
    assert "おかえりなさい" in coach(attempt, history=history, days="40")["comparison"]


def test_the_narration_has_its_length_and_its_rule() -> None:
    answer = ask("narration", prompts.NARRATION)
    assert 195 <= len(answer["part1"]) <= 245
    assert 90 <= len(answer["part2"]) <= 125
    assert 8 <= answer["part1"].count("。") <= 11
    assert 4 <= answer["part2"].count("。") <= 5
    assert "ゆうこさん" in answer["part1"]
    assert answer["part2"].endswith("最初の食材を入れましょう。")
    assert not re.search(r"[0-9「」()]", answer["part1"] + answer["part2"])


def test_a_memo_is_sorted_into_trouble_and_questions() -> None:
    answer = ask("entities", "Read this.\n\n⟦煙が出てしまいました。温度はどうすればわかりますか。⟧")
    assert answer["identified_issues"] == ["煙が出てしまいました"]
    assert answer["questions"] == ["温度はどうすればわかりますか。"]
    assert answer["emotional_state"]
    assert ask("entities", "Read this.\n\n⟦⟧") == {
        "identified_issues": [],
        "questions": [],
        "emotional_state": "",
    }


def test_questions_are_answered_from_the_principles() -> None:
    assert ask("answer", prompts.ANSWERS, question="煙は何ですか")["answer"].startswith("煙は、")
    assert "合図で決める" in ask("answer", prompts.ANSWERS, question="油は何グラムですか")["answer"]


def test_what_is_heard_fills_a_transcript_and_what_it_says() -> None:
    both = schema(transcript=TEXT, identified_issues=TEXTS, questions=TEXTS)
    answer = json.loads(reply("", both, None, lambda: "焦げてしまいました。"))
    assert answer == {
        "transcript": "焦げてしまいました。",
        "identified_issues": ["焦げてしまいました"],
        "questions": [],
    }


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
@pytest.mark.parametrize("prompt", ["", "Say something.", "⟦⟧"])
def test_missing_lines_are_made_up_for(purpose: str, prompt: str) -> None:
    answer = ask(purpose, prompt)
    assert set(answer) == set(SCHEMAS[purpose]["properties"])
    for name in ("mondaiten", "skill", "next_action", "success_sign", "part1", "part2", "answer"):
        assert name not in answer or POLITE.search(answer[name])


@given(prompt=st.text(alphabet=st.sampled_from(list("⟦⟧[]:：\n-あ。です12 key moment")), max_size=60))
def test_no_prompt_brings_it_down(prompt: str) -> None:
    for purpose in PURPOSES:
        ask(purpose, prompt)


def test_without_a_schema_it_just_talks() -> None:
    assert reply("やあ", None, None, str) == PLAIN_ANSWER
