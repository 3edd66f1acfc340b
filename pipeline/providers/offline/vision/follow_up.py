"""Whether what went wrong last time shows again: by the sign that the fault is known best by, and no other."""

from collections.abc import Callable, Sequence

from knowledge_base.content import Fault, Signal
from models.coaching import FollowUp, FollowUpVerdict
from pipeline.providers.offline.vision.course import Change, Course
from pipeline.providers.offline.vision.descriptions import SIGNAL_SENTENCES, is_judged
from pipeline.providers.offline.vision.mentions import mentions
from pipeline.providers.offline.vision.signals import Evidence
from pipeline.providers.ports import AnalysisBrief, Asked

POOR_RATING = 2  # of 5
_PLAIN = 0.5  # from here on it is there again
_TRACE = 0.25  # below it is gone
_LOUD = 0.7  # of the clip's loudest
_BROWN = 0.22  # share of the food
# Faults that are nothing but their first sign: where it stays away, so do they. Of others it only hints, and that something is
# cooked through, smells or tastes no camera shows.
IS_ITS_SIGN = frozenset(
    (
        "oil_smoking",
        "flames_in_pan",
        "charring_high_heat",
        "sauce_burnt",
        "garlic_burnt",
        "egg_browned_hard",
        "egg_set_early",
        "pan_not_hot",
        "garlic_pale",
        "oil_too_cool",
        "rice_steaming",
        "surface_wet",
        "rice_not_browned",
        "pale_crust",
        "onion_underbrowned",
        "overworked_pan",
        "pan_tossed_constantly",
        "meat_moved_early",
        "left_unattended",
    )
)
_GONE: dict[Signal, str] = {
    Signal.FLAMES: "鍋のあたりに、炎は上がっていません。",
    Signal.SMOKE: "鍋の上に、煙は上がっていません。",
    Signal.STEAM: "具材が入ったあとも、鍋の上の湯気は薄いままです。",
    Signal.CHARRING: "終わりまで、具材に黒い所は見えません。",
    Signal.WEAK_SIZZLE: "具材が入ったところで、焼ける音がはっきり大きくなっています。",
    Signal.BROWNED_EARLY: "次の具材が入るまで、先の具材は濃く色づいていません。",
    Signal.NO_BROWNING: "表面が、茶色く色づいています。",
    Signal.RESTLESS: "触らずに待つ間が、はっきりあります。",
    Signal.IDLE: "手が止まったままになるところは、ありません。",
}


def follow_up(
    course: Course, evidence: Sequence[Evidence], asked: Asked | None, length: float
) -> FollowUp | None:
    """None where nothing was asked. Of a refinement no sign is known, and a sign that only hints tells nothing; where the same
    fault or its opposite is the finding, `in_step` says so."""
    if asked is None:
        return None
    fault = asked.fault
    if fault is None or fault.code not in IS_ITS_SIGN:
        return FollowUp(verdict=FollowUpVerdict.NOT_VISIBLE, fault=fault.code if fault else None)
    again = next((each for each in evidence if each.signal is fault.signals[0]), None)
    if again is not None and again.strength >= _TRACE:
        verdict = FollowUpVerdict.NOT_YET if again.strength >= _PLAIN else FollowUpVerdict.PARTLY
        second = int(min(max(again.second, 0.0), length))
        return FollowUp(
            verdict=verdict, fault=fault.code, second=second, evidence=SIGNAL_SENTENCES[again.signal]
        )
    return _gone(course, evidence, fault, length)


def in_doubt(past: FollowUp | None, brief: AnalysisBrief) -> FollowUp | None:
    """What the footage shows to be gone is not said to be, where the learner speaks of it or marks what it spoils as poor."""
    if past is None or past.verdict is not FollowUpVerdict.SEEN or brief.asked is None:
        return past
    fault = brief.asked.fault
    if fault is None:
        return past
    remarks = (brief.transcript, *brief.structured_input.identified_issues)
    is_poor = any(0 < brief.self_ratings.get(aspect, 0) <= POOR_RATING for aspect in fault.aspects)
    if is_poor or mentions(remarks, fault.learner_words):
        return FollowUp(verdict=FollowUpVerdict.NOT_VISIBLE, fault=past.fault)
    return past


def _gone(course: Course, evidence: Sequence[Evidence], fault: Fault, length: float) -> FollowUp:
    """Only what was looked for in a clip that shows the whole cook; other signs of the same fault leave it open."""
    signal = fault.signals[0]
    hints = [each for each in evidence if each.signal in fault.signals and each.strength >= _PLAIN]
    is_shown = is_judged(course) and not course.is_hazy and not hints
    second = _SECONDS[signal](course) if is_shown else None
    if second is None:
        return FollowUp(verdict=FollowUpVerdict.NOT_VISIBLE, fault=fault.code)
    return FollowUp(
        verdict=FollowUpVerdict.SEEN,
        fault=fault.code,
        second=int(min(max(second, 0.0), length)),
        evidence=_GONE[signal],
    )


def _additions(course: Course) -> list[Change]:
    return [change for change in course.changes if change.is_addition]


def _after_main(course: Course) -> float | None:
    """When the most has just come in."""
    main = max(_additions(course), key=lambda change: change.gain, default=None)
    return main.second + 1 if main else None


def _at_first(course: Course) -> float | None:
    return course.first_addition if _additions(course) else None


def _at_last(course: Course) -> float | None:
    return course.changes[-1].second if len(_additions(course)) > 1 else None


def _at_end(course: Course) -> float | None:
    return 0.9 * course.features.seconds if course.changes else None


def _when_loud(course: Course) -> float | None:
    main = max(_additions(course), key=lambda change: change.gain, default=None)
    return main.second if main is not None and (main.sizzle or 0) >= _LOUD else None


def _when_brown(course: Course) -> float | None:
    seconds, brown = course.features.seconds, course.features.brown.smooth(1.5)
    if float(brown.between(seconds / 2, seconds).max()) < _BROWN:
        return None
    late = brown.t >= seconds / 2
    return float(brown.t[late][int(brown.values[late].argmax())])


def _when_resting(course: Course) -> float | None:
    longest = max(course.rests, key=lambda rest: rest.seconds, default=None)
    return longest.start if longest else None


_SECONDS: dict[Signal, Callable[[Course], float | None]] = {  # where that it is gone shows; None: nowhere
    Signal.FLAMES: _at_first,
    Signal.SMOKE: _at_first,
    Signal.STEAM: _after_main,
    Signal.CHARRING: _at_end,
    Signal.WEAK_SIZZLE: _when_loud,
    Signal.BROWNED_EARLY: _at_last,
    Signal.NO_BROWNING: _when_brown,
    Signal.RESTLESS: _when_resting,
    Signal.IDLE: _at_end,
}
