"""What was read off the footage, said in Japanese: only what can be seen or heard, and never a measurement."""

from knowledge_base.content import Signal
from models.coaching import CookingEvent
from pipeline.providers.offline.footage_signals import (
    TOO_BRIGHT,
    TOO_DARK,
    TOO_SHAKY,
    TOO_SHORT,
    Change,
    Course,
    Evidence,
)

SEEN: dict[Signal, str] = {
    Signal.SMOKE: "フライパンの上に、青みがかった煙が広がっています。",
    Signal.STEAM: "フライパンの上に、白い湯気がもうもうと立っています。",
    Signal.CHARRING: "具材の一部が、黒く変わっていくのが見えます。",
    Signal.WEAK_SIZZLE: "具材が入っても、焼ける音がほとんど聞こえません。",
    Signal.BROWNED_EARLY: "次の具材が入る前に、先に入れた具材が茶色くなっています。",
    Signal.NO_BROWNING: "終わりになっても、表面が白っぽいままです。",
    Signal.RESTLESS: "具材が落ちつく間もなく、手が動き続けています。",
    Signal.IDLE: "フライパンの中が、長いあいだ動いていません。",
}
_BEGINS: dict[Signal, tuple[str, str]] = {  # the event, and the state of the pan it speaks for
    Signal.SMOKE: ("青みがかった煙が上がっています", "pan_temp: too_high"),
    Signal.STEAM: ("白い湯気が立ちこめています", "surface: wet"),
    Signal.CHARRING: ("具材に黒い部分が出てきました", "surface: charred"),
    Signal.WEAK_SIZZLE: ("具材が入りましたが、音は静かなままです", "pan_temp: too_low"),
    Signal.BROWNED_EARLY: ("先に入れた具材が茶色くなりました", "surface: browned_early"),
    Signal.NO_BROWNING: ("表面はまだ白っぽいままです", "surface: pale"),
    Signal.RESTLESS: ("具材を動かし続けています", "food: not_settled"),
    Signal.IDLE: ("手を触れずに、そのまま置かれています", "food: untouched"),
}
_TOLD = 0.3  # the least strength an event of its own is made of
_LIVELY = 0.75  # of the clip's loudest sizzle
_MOST_EVENTS = 14


def clock(second: float) -> str:
    """ "1:07": as the design document writes times."""
    return f"{int(second) // 60}:{int(second) % 60:02d}"


def events_of(course: Course, evidence: list[Evidence]) -> list[CookingEvent]:
    """In order of time; signals first where there is no room for all."""
    told = [found for found in evidence if found.strength >= _TOLD]
    signals = [_event(found.second, *_BEGINS[found.signal]) for found in told]
    quiet = {found.second for found in told if found.signal is Signal.WEAK_SIZZLE}
    moments = [_changed(change) for change in course.changes if change.second not in quiet]
    moments += [
        _event(stretch.start, "手を止めて、様子を見ています", "food: resting", stretch.seconds)
        for stretch in course.still
        if stretch.seconds >= max(3.0, 0.08 * course.features.seconds)
    ]
    moments += [_event(cut, "場面が切り替わりました") for cut in course.features.cuts]
    kept = (signals + moments)[:_MOST_EVENTS]
    return sorted(kept, key=lambda event: event.t_seconds)


def _changed(change: Change) -> CookingEvent:
    if not change.adds:
        return _event(change.second, "フライパンの中の色や様子が変わりました", "food: changed")
    if change.sizzle is None:
        return _event(change.second, "具材が入りました", "food: added")
    if change.sizzle >= _LIVELY:
        return _event(change.second, "具材が入って、音が大きくなりました", "pan_temp: correct")
    return _event(change.second, "具材が入りました。音は控えめです", "food: added")


def _event(second: float, event: str, state: str = "", seconds: float = 0.0) -> CookingEvent:
    return CookingEvent(
        t=clock(second), t_seconds=int(second), event=event, state=state, duration_seconds=int(seconds)
    )


def went_well(course: Course) -> tuple[str, str, float]:
    """(diagnosis, evidence, second) of the most telling good work: the sizzle, the colour, a steady hand."""
    features = course.features
    lively = [c for c in course.changes if c.adds and c.sizzle is not None and c.sizzle >= _LIVELY]
    if lively:
        best = max(lively, key=lambda change: change.size)
        return (
            "フライパンをしっかり温めてから具材を入れられていて、目立った失敗は見当たりませんでした。",
            "具材が入った瞬間に、焼ける音がはっきり大きくなっています。",
            best.second,
        )
    brown = features.brown.smooth(1.5)
    if features.light >= TOO_DARK and float(brown.values.max()) >= 0.35:
        return (
            "こんがりとした焼き色までしっかり持っていけていて、目立った失敗は見当たりませんでした。",
            "具材の表面が、こんがりと色づいています。",
            float(brown.t[int(brown.values.argmax())]),
        )
    if features.light >= TOO_DARK and course.changes:
        best = max(course.changes, key=lambda change: change.size)
        return (
            "手順を落ちついて進められていて、目立った失敗は見当たりませんでした。",
            "具材の様子が変わっていくところが、はっきり映っています。",
            best.second,
        )
    return (
        "今回の映像からは、調理の様子を十分に見分けられませんでした。",
        "",
        features.seconds / 2,
    )


def not_visible(course: Course) -> list[str]:
    """What could not be judged, and why: the learner can film it better next time."""
    features = course.features
    checks = (
        (features.light < TOO_DARK, "画面が暗く、焼き色や煙の様子は見分けられませんでした。"),
        (features.glare > TOO_BRIGHT, "画面が明るく白くとんでいて、焼き色は見分けられませんでした。"),
        (features.sizzle is None, "音が入っていないので、焼ける音は確かめられませんでした。"),
        (
            features.sizzle is not None and all(change.sizzle is None for change in course.changes),
            "まわりの音と重なって、焼ける音の変化は聞き分けられませんでした。",
        ),
        (features.sway > TOO_SHAKY, "手ぶれが大きく、手の動きや待つ間の様子は見分けられませんでした。"),
        (features.in_view < 0.7, "フライパンが画面に映っていない場面が多くありました。"),
        (features.seconds < TOO_SHORT, "動画が短く、調理の流れまでは追えませんでした。"),
        (course.hazy, "湯気や煙に隠れて、具材の色が見えにくい場面がありました。"),
    )
    return [words for missing, words in checks if missing]
