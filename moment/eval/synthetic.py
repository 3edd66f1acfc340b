"""Our own golden set, of drawn clips: `python -m moment.eval.synthetic` writes its labels, always the same.

What a clip shows is a Signal, and several faults of a dish may show the same one. Those known best by it
(their first-named signal) are right answers, the likeliest as the label, the others as acceptable.
"""

from dataclasses import dataclass

from footage.script import CLEAN, TIMELAPSE, ClipTruth, dishes, truth_of, variants
from knowledge_base.catalogue import load
from knowledge_base.content import Signal
from models.coaching import RatingAspect
from moment.eval.golden import LABELS, OWN_SET, GoldenEvent, GoldenFault, GoldenItem, Recipe

_SIZES = ((180, 320), (216, 384), (320, 180), (180, 320), (240, 320))
_LENGTHS = (16.0, 14.0, 20.0, 18.0)  # seconds
_LIGHTS = (1.0, 0.8, 1.1, 0.65, 0.9, 0.55)
_FRAMES_PER_SECOND = 8  # fewer, and pictures lie further apart than in any phone's video
_FIRST_SEED = 401  # none that the offline analyst was made with
_TAKES = {CLEAN: 3, TIMELAPSE: 2}  # clips of each; of a fault one, and a second one of those below
_TWICE = {
    ("fried-rice", "smoke"),
    ("fried-rice", "charring"),
    ("beef-steak", "weak_sizzle"),
    ("beef-steak", "restless"),
    ("pomodoro", "idle"),
    ("pomodoro", "browned_early"),
}

_EVENTS = {
    "oil": "油が入る",
    "egg": "卵が入る",
    "stir": "混ぜはじめる",
    "rice": "ご飯が入る",
    "toss": "ご飯をほぐしはじめる",
    "season": "味つけが入る",
    "done": "できあがる",
    "steak": "肉が入る",
    "flip": "肉を裏返す",
    "butter": "バターが入る",
    "baste": "油をかけはじめる",
    "garlic": "にんにくが入る",
    "tomato": "トマトが入る",
    "basil": "バジルが入る",
    Signal.SMOKE: "煙が立ちはじめる",
    Signal.STEAM: "白い湯気が立ちこめはじめる",
    Signal.CHARRING: "黒くなりはじめる",
    Signal.WEAK_SIZZLE: "入れても音が弱い",
    Signal.BROWNED_EARLY: "次が入る前に茶色くなりはじめる",
    Signal.NO_BROWNING: "色づくころに白いまま",
    Signal.RESTLESS: "触りつづけはじめる",
    Signal.IDLE: "手が止まる",
}


@dataclass(frozen=True)
class Words:
    """What the learner adds to the clip."""

    memo: str
    questions: tuple[str, ...] = ()
    ratings: tuple[tuple[RatingAspect, int], ...] = ()


_WORDS = {
    # of what the clip shows
    "fried-rice-smoke-1": Words(
        "味はおいしかったです。でも、煙が出てしまいました。フライパンの温度は、どうすればわかりますか。",
        ("フライパンの温度は、どうすればわかりますか",),
        ((RatingAspect.TASTE, 4), (RatingAspect.AROMA, 2)),
    ),
    "fried-rice-steam-1": Words(
        "ご飯がべちゃっとしてしまいました。パラパラにするコツは何ですか。", ("パラパラにするコツは何ですか",)
    ),
    "beef-steak-weak_sizzle-1": Words(
        "お肉を入れたとき、あまり音がしなかったです。いつ入れればいいですか。",
        ("いつ入れればいいですか",),
        ((RatingAspect.TEXTURE, 2),),
    ),
    "beef-steak-no_browning-1": Words("焼き色がつかなくて、白っぽいままでした。"),
    "pomodoro-browned_early-1": Words(
        "にんにくが焦げて、苦くなりました。弱火で炒めればよかったのでしょうか。",
        ("弱火で炒めればよかったのでしょうか",),
        ((RatingAspect.AROMA, 1),),
    ),
    # about another thing
    "fried-rice-charring-1": Words(
        "味が少し薄かったです。塩はいつ入れるのがいいですか。", ("塩はいつ入れるのがいいですか",)
    ),
    "beef-steak-smoke-1": Words(
        "付け合わせは何が合いますか。それから、ソースはどうやって作ればいいですか。",
        ("付け合わせは何が合いますか", "ソースはどうやって作ればいいですか"),
    ),
    "pomodoro-weak_sizzle-1": Words("パスタが少しのびてしまいました。"),
    "fried-rice-clean-1": Words("今日はうまくできたと思います。冷めてもおいしいですか。", ("冷めてもおいしいですか",)),
    "beef-steak-timelapse-1": Words("タイムラプスで撮ってみました。家族にも好評でした。"),
    # misleading: the clip is clean
    "fried-rice-clean-2": Words("煙が出て、焦げてしまいました。", (), ((RatingAspect.TASTE, 2),)),
    "beef-steak-clean-1": Words("たぶん焼き色がつかなかったと思います。音もしなかったです。"),
    "pomodoro-clean-1": Words("にんにくが焦げたかもしれません。", (), ((RatingAspect.AROMA, 2),)),
    "pomodoro-timelapse-1": Words("放置しちゃったので、鍋底が焦げついたと思います。"),
}  # fmt: skip


def golden_items() -> list[GoldenItem]:
    """The whole set; sizes, lengths, light and seeds take turns."""
    takes = [
        (dish, variant, take)
        for dish in dishes()
        for variant in variants(dish)
        for take in range(1, _TAKES.get(variant, 1 + ((dish, variant) in _TWICE)) + 1)
    ]
    return [
        golden_item(f"{dish}-{variant}-{take}", _recipe(dish, variant, number), 1 + number % 3)
        for number, (dish, variant, take) in enumerate(takes)
    ]


def as_lines(items: list[GoldenItem]) -> str:
    return "".join(item.model_dump_json(exclude_defaults=True) + "\n" for item in items)


def golden_item(name: str, recipe: Recipe, session_number: int = 1) -> GoldenItem:
    """The labels of one drawn clip; what its learner says goes by its name."""
    truth = truth_of(recipe.clip)
    words = _WORDS.get(name, Words(""))
    faults, acceptable = _faults(truth)
    return GoldenItem(
        id=name,
        recipe=recipe,
        dish=recipe.dish,
        session_number=session_number,
        clean=truth.window is None,
        events=_events(truth),
        faults=faults,
        acceptable=acceptable,
        key_moment=truth.window,
        memo=words.memo or None,
        expected_questions=words.questions,
        self_ratings=dict(words.ratings),
    )


def _recipe(dish: str, variant: str, number: int) -> Recipe:
    return Recipe(
        dish=dish,
        variant=variant,
        seconds=_LENGTHS[number % len(_LENGTHS)],
        size=_SIZES[number % len(_SIZES)],
        seed=_FIRST_SEED + number,
        frames_per_second=_FRAMES_PER_SECOND,
        light=_LIGHTS[number % len(_LIGHTS)],
    )


def _events(truth: ClipTruth) -> tuple[GoldenEvent, ...]:
    """What goes into the pan and what is done there, and when the fault begins to show."""
    moments = [(event.second, event.kind) for event in truth.events]
    if truth.window and truth.signal:
        moments.append((truth.window[0], truth.signal.value))
    return tuple(
        GoldenEvent(t=second, kind=kind, description=_EVENTS[kind]) for second, kind in sorted(moments)
    )


def _faults(truth: ClipTruth) -> tuple[tuple[GoldenFault, ...], tuple[str, ...]]:
    """The label and what else is right. A signal no fault is known best by falls to those it hints at."""
    if truth.signal is None or truth.window is None:
        return (), ()
    faults = [load().faults[code] for code in load().dishes[truth.dish].faults]
    first = [fault for fault in faults if fault.signals[:1] == [truth.signal]]
    likeliest, *others = first or [fault for fault in faults if truth.signal in fault.signals]
    label = GoldenFault(code=likeliest.code, severity=likeliest.severity, window=truth.window)
    return (label,), tuple(fault.code for fault in others)


if __name__ == "__main__":
    (OWN_SET / LABELS).write_text(as_lines(golden_items()), encoding="utf-8")
