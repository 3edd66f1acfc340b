"""The words a learner reads or hears: no measurements, whole sentences, nothing said twice."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pytest

from knowledge_base.catalogue import SECTIONS, load

MEASUREMENT = re.compile(
    r"[0-9０-９](?!回目)"
    r"|[一二三四五六七八九十百千数何](?:分間|分の|秒|グラム|キロ|ミリ|センチ|リットル|カップ|人前|人分|時間|割|パーセント)"
    r"|[二三四五六七八九十百数何]分|[十百]度"
    r"|大さじ|小さじ|おおさじ|こさじ|ひとつまみ|少々|適量|適宜|人前|半量|同量"
    r"|グラム|センチ|ミリ|リットル|デシ|[㎏㎝㎜㎖㏄℃％%ｇ㌘]"
    r"|(?<![A-Za-z])(?:g|kg|ml|mL|cc|cm|mm|L|W)(?![A-Za-z])"
)
SPEAKABLE = re.compile(r"[ぁ-ゖァ-ヺー一-龠々、。A-Z]+")
POLITE_END = re.compile(r"(?:です|(?<![冷覚])ます|ました|ません|でした|ましょう|でしょう|ください)$")
# One word, one spelling: what learners write is folded, what they read is not mixed.
OTHER_SPELLINGS = re.compile(r"(?<!今)一つ|お年より|高齢|味付け|盛り付け|片付け|美味し|出来上が")
# English word for word: a finger that is surprised, a smell that opens, a taste that is far.
TRANSLATED = re.compile(
    r"驚か|目を覚ま|曲がりかど|頂点|味が遠|遠い味|香りを開|出会う瞬間|待ってもらい|息ができ|自分から離れ"
    r"|音がやせ|香りがやせ|を読めると|色を育|感覚が育|焼き色が育|立体的な|水を吐|水を呼び|駆け足|保険に"
)
ONLY_PANS = {
    "beef-steak",
    "fried-rice",
    "ginger-pork",
    "gyoza",
    "hamburg-steak",
    "meat-vegetable-stir-fry",
    "rolled-omelet",
}
ONLY_POTS = {"curry-rice", "karaage", "miso-soup", "nikujaga", "simmered-fish"}
SET_WORDS = re.compile(r"鍋肌|中華鍋|鍋つかみ|鍋もの|回鍋肉|鍋や釜")
AMBIGUOUS = re.compile(r"十分|上手|(?<![塩甘])辛い")  # read two ways by a speech synthesiser


@dataclass(frozen=True)
class Line:
    """One learner-facing string, where it stands, and what may be asked of it."""

    where: str
    kind: str
    text: str
    limit: int
    sentence: bool


def fault_lines() -> Iterator[Line]:
    for fault in load().faults.values():
        for kind, limit in (
            ("diagnosis", 70),
            ("next_action", 70),
            ("success_sign", 65),
            ("stop_cue", 60),
            ("seen", 60),
        ):
            text = getattr(fault, kind)
            if text:
                yield Line(fault.code, f"fault.{kind}", text, limit, sentence=True)
        yield Line(fault.code, "fault.name_ja", fault.name_ja, 20, sentence=False)
        yield Line(fault.code, "fault.stage", fault.stage, 8, sentence=False)
        for word in fault.learner_words:
            yield Line(fault.code, "fault.learner_words", word, 20, sentence=False)


def dish_lines() -> Iterator[Line]:
    for dish in load().dishes.values():
        for kind, limit in (("description_ja", 90), ("start_cue", 60), ("stop_cue", 70)):
            yield Line(dish.slug, f"dish.{kind}", getattr(dish, kind), limit, sentence=True)
        for kind, limit in (("attempts", 90), ("safety", 90), ("substitutions", 90)):
            for text in getattr(dish, kind):
                yield Line(dish.slug, f"dish.{kind}", text, limit, sentence=True)
        for step in dish.steps:
            yield Line(dish.slug, "step.name", step.name, 35, sentence=False)
            yield Line(dish.slug, "step.looks", step.looks, 40, sentence=False)
            if step.sounds:
                yield Line(dish.slug, "step.sounds", step.sounds, 40, sentence=False)
        for refinement in dish.refinements:
            for kind in ("point", "next_action", "success_sign"):
                yield Line(dish.slug, f"refinement.{kind}", getattr(refinement, kind), 70, sentence=True)
        for kind in ("name_ja", "transferable_to", "allergens", "speech_phrases"):
            value = getattr(dish, kind)
            for text in [value] if isinstance(value, str) else value:
                yield Line(dish.slug, f"dish.{kind}", text, 20, sentence=False)


def principle_lines() -> Iterator[Line]:
    for principle in load().principles.values():
        yield Line(principle.id, "principle.title", principle.title, 32, sentence=False)
        for field in SECTIONS.values():
            yield Line(principle.id, f"principle.{field}", getattr(principle, field), 130, sentence=True)


def all_lines() -> list[Line]:
    skills = [Line(key, "skill", name, 14, sentence=False) for key, name in load().skills.items()]
    return [*fault_lines(), *dish_lines(), *principle_lines(), *skills]


def sentences(text: str) -> list[str]:
    return [part for part in text.split("。") if part]


def trigrams(text: str) -> frozenset[str]:
    return frozenset(text[start : start + 3] for start in range(len(text) - 2))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard similarity of two sets of trigrams: 1 is the same."""
    return len(one & other) / (len(one | other) or 1)


def nearest(texts: dict[str, str]) -> tuple[float, str, str]:
    grams = {name: trigrams(text) for name, text in texts.items()}
    return max((alike(grams[one], grams[other]), one, other) for one, other in combinations(grams, 2))


@pytest.mark.parametrize(
    "text",
    [
        "強火で３分焼く",
        "大さじ一杯",
        "十秒待つ",
        "180℃",
        "六十度の湯",
        "肉を100g",
        "数分おく",
        "２人前",
        "塩少々",
        "水200ml",
    ],
)
def test_the_lint_knows_a_measurement(text: str) -> None:
    assert MEASUREMENT.search(text)


@pytest.mark.parametrize(
    "text", ["2回目の挑戦です。", "もう一度", "自分で決める", "部分的に", "何度も返す", "温度が落ちる"]
)
def test_the_lint_lets_states_and_ordinals_pass(text: str) -> None:
    assert not MEASUREMENT.search(text)


def test_nothing_is_measured() -> None:
    assert [line for line in all_lines() if MEASUREMENT.search(line.text)] == []


def test_all_can_be_read_aloud() -> None:
    assert [line for line in all_lines() if not SPEAKABLE.fullmatch(line.text)] == []
    assert [line for line in all_lines() if AMBIGUOUS.search(line.text)] == []


def test_sentences_are_whole_and_polite() -> None:
    wrong = [
        line
        for line in all_lines()
        if line.sentence
        and not (line.text.endswith("。") and all(POLITE_END.search(part) for part in sentences(line.text)))
    ]
    assert wrong == []


def test_phrases_are_no_sentences() -> None:
    wrong = [
        line
        for line in all_lines()
        if not line.sentence and ("。" in line.text or POLITE_END.search(line.text))
    ]
    assert [line for line in wrong if line.kind != "fault.learner_words"] == []


def test_lines_keep_their_length() -> None:
    assert [line for line in all_lines() if len(line.text) > line.limit] == []


def test_a_fault_is_put_in_many_learners_words() -> None:
    for fault in load().faults.values():
        assert len(fault.learner_words) >= 6, fault.code


def test_next_actions_invite() -> None:
    actions = [line for line in all_lines() if line.kind.endswith(".next_action")]
    assert [line for line in actions if not line.text.endswith("ましょう。")] == []


def test_no_line_stands_twice() -> None:
    repeatable = (
        "fault.stage",
        "fault.learner_words",
        "step.",
        "dish.allergens",
        "dish.speech",
        "dish.transferable",
    )
    places: dict[str, list[str]] = defaultdict(list)
    for line in all_lines():
        if not line.kind.startswith(repeatable):
            places[line.text].append(f"{line.kind} of {line.where}")
    exceptions = {"safety"}  # one rule may guard two dishes in the same words
    twice = {
        text: at
        for text, at in places.items()
        if len(at) > 1 and not all(a.split(" ")[0][5:] in exceptions for a in at)
    }
    assert twice == {}


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        ("fault.diagnosis", 0.5),
        ("fault.next_action", 0.5),
        ("fault.success_sign", 0.5),
        ("fault.name_ja", 0.6),
        ("dish.description_ja", 0.4),
        ("principle.title", 0.5),
        ("principle.principle", 0.45),
        ("principle.why", 0.35),
        ("principle.senses", 0.4),
        ("principle.failure", 0.4),
        ("principle.recovery", 0.4),
    ],
)
def test_no_two_say_nearly_the_same(kind: str, limit: float) -> None:
    similarity, one, other = nearest({line.where: line.text for line in all_lines() if line.kind == kind})
    assert similarity < limit, (one, other)


def test_no_two_principles_overlap_as_a_whole() -> None:
    similarity, one, other = nearest({key: item.text for key, item in load().principles.items()})
    assert similarity < 0.3, (one, other)


def test_each_word_has_one_spelling() -> None:
    read = [line for line in all_lines() if line.kind not in ("fault.learner_words", "fault.stop_cue")]
    assert [line for line in read if OTHER_SPELLINGS.search(line.text)] == []


def test_nothing_reads_as_translated() -> None:
    assert [line for line in all_lines() if TRANSLATED.search(line.text)] == []


def dishes_of(line: Line) -> set[str]:
    curriculum = load()
    if line.where in curriculum.principles:
        return set(curriculum.principles[line.where].dishes)
    if line.where in curriculum.faults:
        return {slug for slug, dish in curriculum.dishes.items() if line.where in dish.faults}
    return {line.where}


def test_a_pan_is_called_a_pan_and_a_pot_a_pot() -> None:
    """Where all its dishes are made in one of them; stop cues and safety lines fit several dishes."""
    free = (
        *("skill", "fault.stop_cue", "fault.learner_words", "dish.safety", "dish.stop_cue", "dish.speech"),
        *("dish.substitutions", "principle.carries_over"),
    )
    lines = [line for line in all_lines() if not line.kind.startswith(free) and dishes_of(line)]
    pots = [line for line in lines if dishes_of(line) <= ONLY_PANS and "鍋" in SET_WORDS.sub("", line.text)]
    pans = [line for line in lines if dishes_of(line) <= ONLY_POTS and "フライパン" in line.text]
    assert pots + pans == []


def test_what_an_attempt_is_about_is_said_of_that_attempt() -> None:
    """It is read when that attempt begins, and no longer the next one."""
    of_the_next = [each for dish in load().dishes.values() for each in dish.attempts if "次の回" in each]
    assert of_the_next == []


def test_a_refinement_claims_nothing_of_a_cook_that_nobody_judged() -> None:
    """It is offered whenever no fault was found, also where little could be seen."""
    points = [refinement.point for dish in load().dishes.values() for refinement in dish.refinements]
    assert [
        point for point in points if re.search(r"ので、|ていますから|できています|良い(?:です|ので)", point)
    ] == []
