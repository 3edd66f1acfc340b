"""Answers that go wrong although the call succeeds."""

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from google import genai
from google.genai import types

from simulator.google.client import GoogleDesk

MODEL = "gemini-3.8-flash"
CLOCK = {"type": "STRING"}
ANALYSIS = {
    "type": "OBJECT",
    "properties": {
        "events": {
            "type": "ARRAY",
            "items": {"type": "OBJECT", "properties": {"t": CLOCK, "event": {"type": "STRING"}}},
        },
        "diagnosis": {"type": "STRING"},
        "key_moment": CLOCK,
    },
}


@pytest.fixture
def watch(gemini: genai.Client, clip: Path) -> Any:
    """Asks what happens in a clip of ten seconds."""
    part = types.Part.from_bytes(data=clip.read_bytes(), mime_type="video/mp4")
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=ANALYSIS)

    def ask() -> types.GenerateContentResponse:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an enum's unknown value
            contents: list[types.PartUnionDict] = [part, "It lasts 00:10 (MM:SS)."]
            return gemini.models.generate_content(model=MODEL, contents=contents, config=config)

    return ask


def finish(answer: types.GenerateContentResponse) -> str | None:
    if not answer.candidates:
        return None
    reason = answer.candidates[0].finish_reason
    return reason.name if reason else None


def is_json(answer: types.GenerateContentResponse) -> bool:
    try:
        json.loads(answer.text or "")
    except ValueError:
        return False
    return True


def test_a_good_answer_lies_inside_the_clip(watch: Any) -> None:
    answer = json.loads(watch().text)
    times = [event["t"] for event in answer["events"]]
    assert times == sorted(times)
    assert answer["key_moment"] in times
    assert all("00:00" <= at < "00:10" for at in times)


@pytest.mark.parametrize("kind", ["truncated", "number_loop"])
def test_an_answer_is_cut_off(watch: Any, desk: GoogleDesk, kind: Any) -> None:
    desk.fault("gemini", kind, times=1)
    answer = watch()
    assert (finish(answer), is_json(answer)) == ("MAX_TOKENS", False)
    assert (re.search(r"0{1000}$", answer.text or "") is not None) is (kind == "number_loop")
    assert is_json(watch())


def test_words_are_said_over_and_over(watch: Any, desk: GoogleDesk) -> None:
    desk.fault("gemini", "word_loop", times=1)
    answer = watch()
    assert finish(answer) == "STOP"
    assert re.search(r"(.{2,20}?)\1{30}", json.loads(answer.text)["diagnosis"])


@pytest.mark.parametrize(
    ("kind", "reason"), [("safety", "SAFETY"), ("recitation", "RECITATION"), ("no_candidates", None)]
)
def test_an_answer_is_withheld(watch: Any, desk: GoogleDesk, kind: Any, reason: str | None) -> None:
    desk.fault("gemini", kind, times=1)
    answer = watch()
    assert (answer.text, finish(answer), answer.prompt_feedback) == (None, reason, None)


def test_a_prompt_is_blocked(watch: Any, desk: GoogleDesk) -> None:
    desk.fault("gemini", "prompt_blocked", times=1)
    answer = watch()
    assert answer.candidates is None
    assert answer.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


def test_a_video_is_not_looked_at(watch: Any, desk: GoogleDesk) -> None:
    desk.fault("gemini", "no_video_tokens", times=1)
    answer = watch()
    assert {entry.modality.name for entry in answer.usage_metadata.prompt_tokens_details} == {"TEXT", "AUDIO"}
    assert is_json(answer)


def test_times_lie_past_the_end(watch: Any, desk: GoogleDesk) -> None:
    desk.fault("gemini", "past_the_end", times=1)
    answer = json.loads(watch().text)
    assert all(event["t"] >= "00:40" for event in answer["events"])
    assert answer["key_moment"] >= "00:40"


def test_another_model_answers(watch: Any, desk: GoogleDesk) -> None:
    desk.fault("gemini", "model_swap", times=1)
    assert watch().model_version != MODEL
    assert watch().model_version == MODEL


def test_an_answer_ends_for_a_new_reason(watch: Any, desk: GoogleDesk) -> None:
    desk.fault("gemini", "unknown_finish", times=1)
    answer = watch()
    assert finish(answer) == "STOPPED_FOR_A_NEW_REASON"
    assert is_json(answer)


def test_thoughts_leak_into_the_answer(watch: Any, desk: GoogleDesk) -> None:
    desk.fault("gemini", "thoughts_leak", times=1)
    answer = watch()
    assert answer.text.startswith("**")
    assert (finish(answer), is_json(answer)) == ("STOP", False)


def test_streams_are_struck_too_and_the_log_tells(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault("gemini.streamGenerateContent", "safety", times=1)
    (chunk,) = gemini.models.generate_content_stream(model=MODEL, contents="やあ")
    assert finish(chunk) == "SAFETY"
    assert desk.log()[-1].fault == "safety"
    assert gemini.models.generate_content(model=MODEL, contents="やあ").text


def test_plain_words_can_loop(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.fault("gemini", "word_loop", times=1)
    assert re.search(
        r"(.{2,20}?)\1{30}", gemini.models.generate_content(model=MODEL, contents="やあ").text or ""
    )
