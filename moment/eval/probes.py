"""Counterfactual probes: does the coach look, or does it say what such clips usually show?

    reversed     played backwards: the same fault at the same second cannot be right, and none may be invented
    black        nothing to see or hear: no fault, and no certainty
    muted        no sound: no fault that is known by its sound
    other_memo   the memo of another dish: it may not talk the coach into a fault

and those of the arc, as if the learner had been asked something last time:

    asked_again    to mend what this very clip shows: it may not be said to be seen
    asked_gone     to mend what a clean clip does not show: it may not be said to be there still, nor to have gone too far
    asked_too_far  the opposite of what this clip shows: where that is named, the advice went too far

"Invented" is a fault that is no right answer for the clip, told with high confidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from knowledge_base.catalogue import load
from knowledge_base.content import Signal
from models.coaching import CannotTell, FollowUpVerdict, VideoAnalysis
from moment.eval.golden import GoldenItem
from moment.eval.metrics import distance
from moment.eval.results import Probe, ProbeResult, StepRun
from moment.eval.run import Case, Coach
from pipeline.media import ffmpeg
from pipeline.providers.ports import Asked

LONGEST_SECONDS = 300.0  # a clip played backwards stands in memory as a whole
NEAR = 2.0  # seconds
_LIMIT_SECONDS = 300
ARC = frozenset({Probe.ASKED_AGAIN, Probe.ASKED_GONE, Probe.ASKED_TOO_FAR})
_SOUND = frozenset({Signal.WEAK_SIZZLE})
_ENCODING = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
_SMALL = "scale='min(360,iw)':-2,fps=8"  # so that it stays below 600 MB


@dataclass(frozen=True)
class Answer:
    analysis: VideoAnalysis | None
    steps: list[StepRun]


def run_probes(
    coach: Coach, cases: Sequence[Case], each: int, folder: Path
) -> list[tuple[ProbeResult, float]]:
    """Every probe on `each` clips, with what it cost (US dollars)."""
    short = [case for case in cases if case.seconds <= LONGEST_SECONDS]
    memos = [case.item for case in cases if case.item.memo]
    results: list[tuple[ProbeResult, float]] = []
    for probe in Probe:
        for case in _choose(probe, short, each):
            other = next((item.memo or "" for item in memos if item.dish != case.item.dish), "")
            if probe is not Probe.OTHER_MEMO or other:
                results.append(_run_probe(coach, probe, case, other, folder))
    return results


def _choose(probe: Probe, cases: Sequence[Case], count: int) -> list[Case]:
    """Dishes take turns; clips first on which the probe says most."""
    telling = [case for case in cases if _telling(probe, case.item)]
    turns: dict[str, list[Case]] = {}
    for case in telling:
        turns.setdefault(case.item.dish, []).append(case)
    in_turn = [case for turn in zip_longest(*turns.values()) for case in turn if case is not None]
    return in_turn[:count]


def _telling(probe: Probe, item: GoldenItem) -> bool:
    if probe is Probe.MUTED:
        return any(is_heard(code) for code in item.right_codes)
    if probe is Probe.OTHER_MEMO:
        return not item.memo
    if probe in ARC:
        return _asked(probe, item) is not None
    return not item.clean


def is_heard(code: str) -> bool:
    """Whether a fault is known by its sound: what it is known best by cannot be seen."""
    return load().faults[code].signals[:1] == list(_SOUND)


def _run_probe(coach: Coach, probe: Probe, case: Case, memo: str, folder: Path) -> tuple[ProbeResult, float]:
    usual = _answer(coach, case, "")
    if probe is Probe.OTHER_MEMO:
        probing = _answer(coach, case, memo)
    elif probe in ARC:
        probing = _answer(coach, case, "", _asked(probe, case.item))
    else:
        clip = _CLIPS[probe](case, folder / f"{case.item.id}-{probe}.mp4")
        probing = _answer(coach, replace(case, clip=clip), "")
    analysis = probing.analysis
    holds, why = judge(probe, case.item, case.seconds, usual.analysis, analysis)
    result = ProbeResult(
        probe=probe,
        item=case.item.id,
        usual=usual.analysis.fault if usual.analysis else None,
        fault=analysis.fault if analysis else None,
        confidence=analysis.confidence if analysis else "",
        moment=analysis.key_moment_seconds if analysis else 0,
        verdict=analysis.follow_up.verdict if analysis and analysis.follow_up else "",
        holds=holds,
        why=why,
    )
    return result, sum(step.cost_usd for step in (*usual.steps, *probing.steps))


def _asked(probe: Probe, item: GoldenItem) -> Asked | None:
    """What was asked last time; None where the clip says nothing of it."""
    known, codes = load().faults, load().dishes[item.dish].faults
    right = [*(fault.code for fault in item.faults), *item.acceptable]
    if probe is Probe.ASKED_GONE:
        wanted = codes[0] if item.clean else None
    elif probe is Probe.ASKED_AGAIN:
        wanted = next(iter(right), None)
    else:
        opposites = (other for code in right for other in known[code].opposites)
        wanted = next((code for code in opposites if code in codes), None)
    if wanted is None:
        return None
    fault = known[wanted]
    return Asked(fault.next_action, fault.success_sign, fault.stop_cue, fault)


def _answer(coach: Coach, case: Case, memo: str, asked: Asked | None = None) -> Answer:
    content, steps = coach.listen(memo)
    look, more_steps = coach.look(case, memo, content, asked)
    analysis = None if isinstance(look, CannotTell) else look
    return Answer(analysis, [*steps, *more_steps])


def judge(
    probe: Probe, item: GoldenItem, seconds: float, usual: VideoAnalysis | None, answer: VideoAnalysis | None
) -> tuple[bool, str]:
    """Whether what must hold does, and why not."""
    if answer is None:
        return True, "no answer, which invents nothing"
    if probe in ARC:
        return _judge_verdict(probe, item, answer)
    if probe is Probe.BLACK:
        if answer.fault is not None:
            return False, f"sees {answer.fault} in the dark"
        return (True, "sees nothing") if answer.confidence == "low" else (False, "is certain in the dark")
    if probe is Probe.MUTED:
        hears = answer.fault is not None and is_heard(answer.fault)
        return (False, f"hears {answer.fault} in silence") if hears else (True, "hears nothing")
    invents = answer.fault not in (None, *item.right_codes) and answer.confidence == "high"
    if invents and (usual is None or answer.fault != usual.fault):
        return False, f"invents {answer.fault}"
    if probe is Probe.REVERSED and usual is not None and _stays_put(item, seconds, usual, answer):
        return False, "says the same of the same second"
    return True, "invents nothing"


def _judge_verdict(probe: Probe, item: GoldenItem, answer: VideoAnalysis) -> tuple[bool, str]:
    verdict = answer.follow_up.verdict if answer.follow_up else None
    why = f"says {verdict or 'nothing'}"
    if probe is Probe.ASKED_AGAIN:
        return verdict not in (FollowUpVerdict.SEEN, FollowUpVerdict.TOO_FAR), why
    if probe is Probe.ASKED_GONE:
        return verdict in (FollowUpVerdict.SEEN, FollowUpVerdict.NOT_VISIBLE), why
    # Of a fault that it has not found it cannot say that.
    return verdict is FollowUpVerdict.TOO_FAR or answer.fault not in item.right_codes, why


def _stays_put(item: GoldenItem, seconds: float, usual: VideoAnalysis, answer: VideoAnalysis) -> bool:
    """The same answer though the clip runs backwards; right by chance where the fault spans both places."""
    if answer.fault is None or answer.fault != usual.fault:
        return False
    window = item.key_moment or (0.0, seconds)
    mirror_image = (seconds - window[1], seconds - window[0])
    near = abs(answer.key_moment_seconds - usual.key_moment_seconds) <= NEAR
    return near and distance(answer.key_moment_seconds, mirror_image) > NEAR


def _play_backwards(case: Case, out: Path) -> Path:
    source = ("-i", f"file:{case.clip}", "-map", "0:V:0", "-map", "0:a:0?")
    backwards = ("-vf", f"{_SMALL},reverse", "-af", "areverse", *_ENCODING, "-c:a", "aac")
    return _write(out, *source, *backwards)


def _blacken(case: Case, out: Path) -> Path:
    return _write(out, "-f", "lavfi", "-i", f"color=black:s=180x320:r=8:d={case.seconds}", *_ENCODING)


def _mute(case: Case, out: Path) -> Path:
    return _write(out, "-i", f"file:{case.clip}", "-map", "0:V:0", "-an", "-c:v", "copy")


def _write(out: Path, *arguments: str) -> Path:
    ffmpeg.run([ffmpeg.binary(), *ffmpeg.QUIET, "-y", *arguments, str(out)], timeout_seconds=_LIMIT_SECONDS)
    return out


_CLIPS: dict[Probe, Callable[[Case, Path], Path]] = {
    Probe.REVERSED: _play_backwards,
    Probe.BLACK: _blacken,
    Probe.MUTED: _mute,
}
