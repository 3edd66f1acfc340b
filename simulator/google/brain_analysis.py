"""The look at a cook: events spread over the clip, one of them the fault that fits the learner's words best."""

import re
from dataclasses import dataclass
from typing import Any

from simulator.google.japanese import bare, has_measure, likeness, sayable
from simulator.google.prompt_text import Prompt
from simulator.google.schemas import Schema, enum_of

NO_FAULT = "none"
COOKING, TOO_DARK = "cooking", "too_dark"  # what a clip may show; tests script the other answers
SECONDS_AN_EVENT = 3
MOST_EVENTS = 6
FALLBACK_SECONDS = 60.0
FALLBACK_SIGNS = "食材を入れる前に油から煙が立ち、まわりが白くかすみます。"
FALLBACK_STEPS = (
    "鍋を火にかけ、油をなじませる",
    "最初の食材を入れる",
    "全体を返しながら火を通す",
    "火を止めて器に盛る",
)
FOLLOWED = "お願いした手順が、ここで見られます。"
AGAINST = "ほかの場面には、これを打ち消す様子は見られません。"


@dataclass(frozen=True)
class Finding:
    """`is_in_memo`: the learner's own words speak of it."""

    code: str
    signs: str
    is_in_memo: bool

    @property
    def sentence(self) -> str:
        return (sayable(self.signs) or [FALLBACK_SIGNS])[0]


def analysis(prompt: Prompt, schema: Schema, seconds: float | None, footage: str) -> dict[str, Any]:
    if footage != COOKING:
        return {
            "footage": footage,
            "events": [],
            "key_moment": _clock(0),
            "fault": NO_FAULT,
            "confidence": "low",
            "asked_verdict": "not_visible",
        }
    finding = _finding(prompt, schema)
    times = _times(seconds or _duration(prompt))
    steps = _steps(prompt)
    key = len(times) // 2
    events = [
        {"t": _clock(at), "event": steps[index * len(steps) // len(times)], "state": "pan_temp: correct"}
        for index, at in enumerate(times)
    ]
    if finding.code != NO_FAULT:
        events[key] |= {"event": bare(finding.sentence), "state": _state(finding.signs)}
    return {
        "footage": footage,
        "events": events,
        **looked_for(prompt, finding, _clock(times[0]), _clock(times[key])),
        "key_moment": _clock(times[key]),
        "evidence": finding.sentence,
        "against": AGAINST,
        "fault": finding.code,
        "diagnosis": finding.sentence,
        "confidence": "high" if finding.is_in_memo else "medium",
        "not_visible": ["中まで火が通ったかどうか"],
    }


def looked_for(prompt: Prompt, finding: Finding, early: str, key: str) -> dict[str, Any]:
    """What became of what was asked last time: not yet, where the same is found again; too far, where it turned over."""
    mended = prompt.after_label("fault to mend").split(" ")[0]
    turns_into = [each.strip() for each in prompt.after_label("turns into").split(",")]
    told = {"asked_evidence": finding.sentence, "asked_at": key}
    if finding.code != NO_FAULT and finding.code == mended:
        return {**told, "asked_verdict": "not_yet"}
    if finding.code != NO_FAULT and finding.code in turns_into:
        return {**told, "asked_verdict": "too_far"}
    return {"asked_evidence": FOLLOWED, "asked_at": early, "asked_verdict": "seen"}


def _finding(prompt: Prompt, schema: Schema) -> Finding:
    """The code whose signs share most with what the learner said; the first, likeliest one on a tie."""
    codes = [code for code in enum_of(schema, "fault") if code != NO_FAULT]
    signs_by_code = {code: prompt.about(code) for code in codes if prompt.about(code)}
    if not signs_by_code:
        return Finding(NO_FAULT, FALLBACK_SIGNS, is_in_memo=False)
    memo = " ".join(prompt.fences("What the learner said"))
    code = max(signs_by_code, key=lambda each: likeness(signs_by_code[each], memo))
    return Finding(code, signs_by_code[code], likeness(signs_by_code[code], memo) > 0)


def _duration(prompt: Prompt) -> float:
    clock = re.search(r"lasts (\d{1,3}):(\d{2})", prompt.text)
    return int(clock[1]) * 60 + int(clock[2]) if clock else FALLBACK_SECONDS


def _times(seconds: float) -> list[int]:
    """Whole seconds inside the clip, evenly spread."""
    count = max(1, min(MOST_EVENTS, int(seconds / SECONDS_AN_EVENT)))
    last = max(0, int(seconds) - 1)
    return [min(last, int((index + 0.5) * seconds / count)) for index in range(count)]


def _clock(seconds: int) -> str:
    return f"{seconds // 60:02}:{seconds % 60:02}"


def _steps(prompt: Prompt) -> list[str]:
    """What each step looks like, else what it is called ("name: looks。sounds")."""
    steps = []
    for line in prompt.bullets("How the dish goes"):
        name, _, looks = line.partition(":")
        first = bare(looks).split("。")[0]
        steps.append(first if first and not has_measure(first) else bare(name))
    return steps or list(FALLBACK_STEPS)


def _state(signs: str) -> str:
    if re.search("煙|焦|黒", signs):
        return "pan_temp: too_high"
    return "pan_temp: too_low" if re.search("音|水|白い", signs) else "food: trouble"
