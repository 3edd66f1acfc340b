"""The arc of a dish: what its attempts came to, when the third is coached, and what stays open after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.coaching import FollowUpVerdict, VideoAnalysis


@dataclass(frozen=True)
class Ending:
    """`overcome` are faults that went wrong and were seen to be gone; `clean` the numbers of attempts without any. `open_fault`
    is what the dish ends without; None where nothing is known to be missing."""

    is_acquired: bool
    overcome: Sequence[str]
    clean: Sequence[int]
    open_fault: str | None
    was_judged: bool  # the last attempt: else its footage could not tell


def ending_of(looks: Mapping[int, VideoAnalysis]) -> Ending:
    """`looks` by the attempts' numbers, as far as they are known; the last one's is the dish's."""
    gone = {fault: number for number in sorted(looks) if (fault := _seen_gone(looks[number]))}
    wrong = {fault: number for number in sorted(looks) if (fault := looks[number].fault)}
    last = looks[max(looks)]
    overcome = [fault for fault, number in gone.items() if wrong.get(fault, 0) < number]
    still_open = sorted((fault for fault in wrong if fault not in overcome), key=lambda fault: -wrong[fault])
    asked = last.follow_up.fault if last.follow_up else None  # of an earlier dish too
    if asked is not None and asked not in (*overcome, *still_open):
        still_open.append(asked)
    return Ending(
        is_acquired=last.is_clean,
        overcome=overcome,
        clean=[number for number in sorted(looks) if looks[number].is_clean],
        open_fault=None if last.is_clean else next(iter(still_open), None),
        was_judged=last.is_clean or last.fault is not None,
    )


def is_less_clean(before: VideoAnalysis, now: VideoAnalysis, severity: Mapping[str, int]) -> bool:
    """Whether this attempt shows more of a fault than the one before; `severity` by fault."""
    if now.fault is None:
        return False
    return before.is_clean or severity.get(now.fault, 0) > severity.get(before.fault or "", 0) > 0


def _seen_gone(look: VideoAnalysis) -> str | None:
    past = look.follow_up
    return past.fault if past is not None and past.verdict is FollowUpVerdict.SEEN else None
