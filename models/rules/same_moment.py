"""Which second of one cook is the same moment as which second of another: a pure choice from what was seen of both.

An event that both show comes first; else the moment that each is about; else only the same place on the way.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.coaching import CookingEvent, VideoAnalysis

LONGEST_SECONDS = 10.0  # of a clip that are shown
ALIKE = 0.75  # of the words of both, that must be the same (Dice's coefficient)
NEAR = 0.25  # of the whole: key moments further apart are of other parts of the cook
# Events of the clip, and not of the cook.
_OF_THE_CLIP = ("場面", "映", "カメラ", "動画", "画面")
_CLAUSE_END = re.compile("[、。，．,.！!（(]")
_WORD = re.compile("[一-龠々]+|[ァ-ヶー]+|[A-Za-z]+|(?<![一-龠々ぁ-ん])[ぁ-ん]+")
_PARTICLES = "をがにはもとでへの"


class Ground(StrEnum):
    """What two seconds are the same by."""

    EVENT = "event"
    KEY_MOMENT = "key_moment"
    PLACE = "place"


@dataclass(frozen=True)
class SameMoment:
    """Seconds of the two cooks. `event` says what happens then, in the first one's words; "" where nothing is known to."""

    first: float
    third: float
    ground: Ground
    event: str = ""


@dataclass(frozen=True)
class Window:
    """`length` seconds of a clip from `start`; the moment comes `lead` seconds after that."""

    start: float
    length: float
    lead: float


def same_moment(
    first: VideoAnalysis, third: VideoAnalysis, first_seconds: float, third_seconds: float
) -> SameMoment:
    """The two analyses and how long their cooks are. What leaves little to show beside each other (at the one's very
    beginning, at the other's end) is not taken."""
    enough = min(LONGEST_SECONDS, first_seconds, third_seconds) / 2

    def has_room(moment: SameMoment) -> bool:
        before, after = _around(moment, first_seconds, third_seconds)
        return min(before, after) >= 0 and before + after >= enough

    pairs = _common(first.cooking_events, third.cooking_events)
    events = [SameMoment(a.t_seconds, b.t_seconds, Ground.EVENT, a.event) for a, b in pairs]
    shown = [event for event in events if has_room(event)]
    # What was worked on shows where the first cook has its key moment.
    key = float(min(max(first.key_moment_seconds, 0), first_seconds))
    if shown:
        return min(shown, key=lambda event: abs(event.first - key))
    other = float(min(max(third.key_moment_seconds, 0), third_seconds))
    both_keys = SameMoment(key, other, Ground.KEY_MOMENT)
    if abs(key / first_seconds - other / third_seconds) <= NEAR and has_room(both_keys):
        return both_keys
    return SameMoment(key, key / first_seconds * third_seconds, Ground.PLACE)


def windows(moment: SameMoment, first_seconds: float, third_seconds: float) -> tuple[Window, Window]:
    """Equally long parts of two clips, in both of which the moment comes after as many seconds, as near the middle as both
    clips allow. The seconds are those of the clips."""
    before, after = _around(moment, first_seconds, third_seconds)
    lead = min(before, max(LONGEST_SECONDS / 2, LONGEST_SECONDS - after))
    length = lead + min(after, LONGEST_SECONDS - lead)
    return Window(moment.first - lead, length, lead), Window(moment.third - lead, length, lead)


def _around(moment: SameMoment, first_seconds: float, third_seconds: float) -> tuple[float, float]:
    """Seconds that both clips have before the moment, and after it; below 0 where it lies outside one."""
    return (
        min(moment.first, moment.third),
        min(first_seconds - moment.first, third_seconds - moment.third),
    )


def _common(
    first: Sequence[CookingEvent], third: Sequence[CookingEvent]
) -> Iterator[tuple[CookingEvent, CookingEvent]]:
    """Each event of the first cook with the next of the third that is told in the same words, both in their order."""
    rest = list(third)
    for event in first:
        for at, other in enumerate(rest):
            if _are_same(event.event, other.event):
                yield event, other
                del rest[: at + 1]
                break


def _are_same(one: str, other: str) -> bool:
    a, b = _words(one), _words(other)
    return bool(a and b) and 2 * len(a & b) / (len(a) + len(b)) >= ALIKE


def _words(event: str) -> frozenset[str]:
    """What its first clause speaks of; endings of verbs and particles left out. Empty for what is no event of a cook."""
    clause = _CLAUSE_END.split(event, maxsplit=1)[0]
    if any(word in clause for word in _OF_THE_CLIP):
        return frozenset()
    return frozenset(word for match in _WORD.finditer(clause) if (word := _bare(match[0], match.start())))


def _bare(word: str, at: int) -> str:
    """Without the particles around a word in hiragana; "" where nothing but them is there."""
    if not "ぁ" <= word[0] <= "ん":
        return word
    word = word.rstrip(_PARTICLES) if at == 0 else word[1:].rstrip(_PARTICLES)
    return word if len(word) > 1 else ""
