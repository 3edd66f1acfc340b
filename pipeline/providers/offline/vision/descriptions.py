"""What was read off the footage, said in Japanese: only what can be seen or heard, and never a measurement."""

from dataclasses import dataclass

from knowledge_base.content import Signal
from models.coaching import CookingEvent
from pipeline.providers.offline.vision.course import Change, Course
from pipeline.providers.offline.vision.signals import TOO_BRIGHT, TOO_SHAKY, Evidence

NOTHING_WRONG = "映像から確かめられた範囲では、目立った失敗は見当たりませんでした。"
NOT_JUDGED = "今回の映像からは、よしあしを言い切れませんでした。"
SIGNAL_SENTENCES: dict[Signal, str] = {
    Signal.FLAMES: "鍋のあたりから、炎が高く上がっています。",
    Signal.SMOKE: "フライパンの上に、青みがかった煙が広がっています。",
    Signal.STEAM: "フライパンの上に、白い湯気がもうもうと立っています。",
    Signal.CHARRING: "具材の一部が、黒く変わっていくのが見えます。",
    Signal.WEAK_SIZZLE: "具材が入っても、焼ける音がほとんど聞こえません。",
    Signal.BROWNED_EARLY: "次の具材が入る前に、先に入れた具材が茶色くなっています。",
    Signal.NO_BROWNING: "終わりになっても、表面が白っぽいままです。",
    Signal.RESTLESS: "具材が落ちつく間もなく、手が動き続けています。",
    Signal.IDLE: "フライパンの中が、長いあいだ動いていません。",
}
_SIGNAL_EVENTS: dict[Signal, tuple[str, str]] = {  # the event, and the state of the pan it speaks for
    Signal.FLAMES: ("鍋のあたりから炎が上がっています", "pan_temp: too_high"),
    Signal.SMOKE: ("青みがかった煙が上がっています", "pan_temp: too_high"),
    Signal.STEAM: ("白い湯気が立ちこめています", "surface: wet"),
    Signal.CHARRING: ("具材に黒い部分が出てきました", "surface: charred"),
    Signal.WEAK_SIZZLE: ("具材が入りましたが、音は静かなままです", "pan_temp: too_low"),
    Signal.BROWNED_EARLY: ("先に入れた具材が茶色くなりました", "surface: browned_early"),
    Signal.NO_BROWNING: ("表面はまだ白っぽいままです", "surface: pale"),
    Signal.RESTLESS: ("具材を動かし続けています", "food: not_settled"),
    Signal.IDLE: ("手を触れずに、そのまま置かれています", "food: untouched"),
}
_UNJUDGED = ("作っている様子が映っています", "")  # what all that passed for a cook shows
_EVENT_STRENGTH = 0.3  # the least with which a signal is an event of its own
_LOUD_SIZZLE = 0.75  # of the clip's loudest
_MAX_EVENTS = 14
_IN_VIEW = 0.7  # of the pictures, that must show the pan


@dataclass(frozen=True)
class Sighting:
    """What there is to see at the most telling second; `evidence` is "" where nothing was made out."""

    second: float
    event: str
    evidence: str


def timestamp(second: float) -> str:
    """ "1:07": as the design document writes times."""
    return f"{int(second) // 60}:{int(second) % 60:02d}"


def cooking_events(
    course: Course, evidence: list[Evidence], sighting: Sighting, length: float
) -> list[CookingEvent]:
    """In order of time, within the clip (seconds); signals first where there is no room for all. What the key moment
    shows is among them, so that there is one at least."""
    strong = [each for each in evidence if each.strength >= _EVENT_STRENGTH]
    events = [_event(each.second, *_SIGNAL_EVENTS[each.signal]) for each in strong]
    weak_sizzles = {each.second for each in strong if each.signal is Signal.WEAK_SIZZLE}
    if course.features.scope.is_whole:
        events += [_change_event(change) for change in course.changes if change.second not in weak_sizzles]
        events += [
            _event(rest.start, "手を止めて、様子を見ています", "food: resting", rest.seconds)
            for rest in course.rests
            if rest.seconds >= max(3.0, 0.08 * course.features.seconds)
        ]
    events += [_event(second, "場面が切り替わりました") for second in course.features.scene_changes]
    kept = [event for event in events[:_MAX_EVENTS] if event.t_seconds <= length]
    if all(abs(event.t_seconds - int(sighting.second)) > 1 for event in kept):
        kept.append(_event(min(sighting.second, length), sighting.event))
    return sorted(kept, key=lambda event: event.t_seconds)


def _change_event(change: Change) -> CookingEvent:
    if not change.is_addition:
        return _event(change.second, "フライパンの中の色や様子が変わりました", "food: changed")
    if change.sizzle is None:
        return _event(change.second, "具材が入りました", "food: added")
    if change.sizzle >= _LOUD_SIZZLE:
        return _event(change.second, "具材が入って、音が大きくなりました", "pan_temp: correct")
    return _event(change.second, "具材が入りました。音は控えめです", "food: added")


def _event(second: float, event: str, state: str = "", seconds: float = 0.0) -> CookingEvent:
    return CookingEvent(
        t=timestamp(second), t_seconds=int(second), event=event, state=state, duration_seconds=int(seconds)
    )


def best_sighting(course: Course) -> Sighting:
    """A louder sizzle, colour, a change; else the middle of the clip. Measured, and not judged."""
    features = course.features
    if not features.scope.is_whole:
        return Sighting(features.seconds / 2, *_UNJUDGED)
    loud = [c for c in course.changes if c.is_addition and c.sizzle is not None and c.sizzle >= _LOUD_SIZZLE]
    if loud:
        second = max(loud, key=lambda change: change.size).second
        return Sighting(second, "音が大きくなりました", "焼ける音が、ここではっきり大きくなっています。")
    brown = features.brown.smooth(1.5)
    if float(brown.values.max()) >= 0.35:
        second = float(brown.t[int(brown.values.argmax())])
        return Sighting(second, "表面が茶色く色づいています", "表面が、茶色く色づいています。")
    if course.changes:
        second = max(course.changes, key=lambda change: change.size).second
        return Sighting(second, "様子が変わりました", "鍋の中の様子が、ここで大きく変わっています。")
    return Sighting(features.seconds / 2, *_UNJUDGED)


def is_judged(course: Course) -> bool:
    """Whether the pictures show enough to say that nothing went wrong; what only the ear tells may be missing."""
    features = course.features
    return (
        features.scope.is_whole
        and features.glare <= TOO_BRIGHT
        and features.sway <= TOO_SHAKY
        and features.in_view >= _IN_VIEW
    )


def not_visible(course: Course) -> list[str]:
    """What could not be judged, and why: the learner can film it better next time. What weighs most comes first."""
    features, scope = course.features, course.features.scope
    checks = (
        (not scope.is_long_enough, "動画が短く、調理の流れまでは追えませんでした。"),
        (not scope.is_one_take, "場面の切り替わりが多く、前とあとを見比べられませんでした。"),
        (
            not scope.opens_on_empty_pan,
            "具材を入れる前の空の鍋から映っていないので、途中の変わり方は見比べられませんでした。",
        ),
        (features.glare > TOO_BRIGHT, "画面が明るく白くとんでいて、焼き色は見分けられませんでした。"),
        (features.sizzle is None, "音が入っていないので、焼ける音は確かめられませんでした。"),
        (
            features.sizzle is not None and all(change.sizzle is None for change in course.changes),
            "まわりの音と重なって、焼ける音の変化は聞き分けられませんでした。",
        ),
        (features.sway > TOO_SHAKY, "手ぶれが大きく、手の動きや待つ間の様子は見分けられませんでした。"),
        (features.in_view < _IN_VIEW, "フライパンが画面に映っていない場面が多くありました。"),
        (course.is_hazy, "湯気や煙に隠れて、具材の色が見えにくい場面がありました。"),
    )
    return [sentence for is_missing, sentence in checks if is_missing]
