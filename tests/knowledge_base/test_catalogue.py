"""The curriculum as shipped: complete, consistent, and refused when a file is wrong."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base import catalogue
from knowledge_base.catalogue import Catalogue, ContentError, load, load_from
from knowledge_base.content import Signal

SOURCE = Path(catalogue.__file__).parent
STARTERS = ("fried-rice", "beef-steak", "pomodoro")


@pytest.fixture(scope="module")
def curriculum() -> Catalogue:
    return load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content that a test may break."""
    for name in ("dishes", "faults", "principles"):
        shutil.copytree(SOURCE / name, tmp_path / name)
    shutil.copy(SOURCE / "skills.yaml", tmp_path)
    return tmp_path


def test_loads_once_and_is_shared() -> None:
    assert load() is load()


def test_a_copy_of_the_files_loads_to_the_same(folder: Path, curriculum: Catalogue) -> None:
    assert load_from(folder) == curriculum


def test_covers_what_is_promised(curriculum: Catalogue) -> None:
    assert len(curriculum.dishes) >= 12
    assert len(curriculum.principles) >= 150
    assert len(curriculum.faults) >= 60
    assert {dish.month_unlocked for dish in curriculum.dishes.values()} == {1, 2, 3, 4}


def test_month_one_opens_with_the_starter_dishes(curriculum: Catalogue) -> None:
    assert tuple(curriculum.dishes)[:3] == STARTERS
    assert curriculum.dishes["fried-rice"].principles == [
        "moisture_control",
        "heat_management",
        "oil_coating",
    ]


def test_dishes_come_in_curriculum_order_without_ties(curriculum: Catalogue) -> None:
    places = [(dish.month_unlocked, dish.order) for dish in curriculum.dishes.values()]
    assert places == sorted(set(places))


def test_every_fault_and_skill_is_put_to_use(curriculum: Catalogue) -> None:
    codes = {code for dish in curriculum.dishes.values() for code in dish.faults}
    assert set(curriculum.faults) == codes
    assert {principle.category for principle in curriculum.principles.values()} == set(curriculum.skills)


def test_a_fault_and_its_principle_agree(curriculum: Catalogue) -> None:
    for fault in curriculum.faults.values():
        principle = curriculum.principles[fault.principle_id]
        assert fault.code in principle.faults, fault.code
        assert fault.aspects, fault.code
        assert principle.category == fault.skill, fault.code


def test_a_dish_offers_a_refinement_for_each_of_its_skills(curriculum: Catalogue) -> None:
    for dish in curriculum.dishes.values():
        assert set(dish.principles) <= {refinement.skill for refinement in dish.refinements}, dish.slug
        for refinement in dish.refinements:
            assert curriculum.principles[refinement.principle_id].category == refinement.skill, dish.slug


def test_a_dish_has_principles_to_retrieve_for_each_of_its_skills(curriculum: Catalogue) -> None:
    for dish in curriculum.dishes.values():
        about = [p.category for p in curriculum.principles.values() if dish.slug in p.dishes]
        assert len(about) >= 5, dish.slug
        assert set(dish.principles) <= set(about), dish.slug


def test_the_principle_a_dish_refers_to_names_the_dish(curriculum: Catalogue) -> None:
    for dish in curriculum.dishes.values():
        for refinement in dish.refinements:
            assert dish.slug in curriculum.principles[refinement.principle_id].dishes, (
                dish.slug,
                refinement.principle_id,
            )


@pytest.mark.parametrize(
    ("slug", "missing"),
    [
        ("fried-rice", set()),
        ("beef-steak", {Signal.BROWNED_EARLY}),  # nothing follows the meat into the pan
        ("pomodoro", {Signal.NO_BROWNING, Signal.RESTLESS}),  # stirred, never browned
    ],
)
def test_whatever_the_offline_analyst_sees_has_a_fault(
    curriculum: Catalogue, slug: str, missing: set[Signal]
) -> None:
    faults = [curriculum.faults[code] for code in curriculum.dishes[slug].faults]
    assert {signal for fault in faults for signal in fault.signals} == set(Signal) - missing


def test_each_dish_shows_a_fault_the_offline_analyst_can_see(curriculum: Catalogue) -> None:
    for dish in curriculum.dishes.values():
        signals = {signal for code in dish.faults for signal in curriculum.faults[code].signals}
        assert len(signals) >= 3, dish.slug


def test_lists_hold_nothing_twice(curriculum: Catalogue) -> None:
    lists = [(fault.code, fault.learner_words) for fault in curriculum.faults.values()]
    for dish in curriculum.dishes.values():
        lists += [(dish.slug, dish.faults), (dish.slug, dish.speech_phrases), (dish.slug, dish.allergens)]
    for principle in curriculum.principles.values():
        lists += [(principle.id, principle.dishes), (principle.id, principle.faults)]
    for owner, items in lists:
        assert max(Counter(items).values(), default=1) == 1, owner


def test_raw_meat_dishes_ask_for_clear_juices(curriculum: Catalogue) -> None:
    for slug in ("karaage", "oyakodon"):
        text = "".join(curriculum.dishes[slug].safety)
        assert "いちばん厚いところ" in text
        assert "肉汁が透きとお" in text
        assert "赤みが残っていない" in text
    for slug in ("hamburg-steak", "gyoza"):
        assert "肉汁が透きとおる" in "".join(curriculum.dishes[slug].safety)
    assert "水は絶対にかけない" in "".join(curriculum.dishes["karaage"].safety)


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def copy(file: str, to: str) -> Callable[[Path], object]:
    return lambda folder: shutil.copy(folder / file, folder / to)


RICE = "dishes/fried-rice.yaml"
HEAT = "faults/heat_management.yaml"
SMOKE = "principles/heat_management/smoke-is-the-limit.md"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replace(RICE, "rice_clumped,", "x,"), f"{RICE}: faults[2]: no fault 'x'"),
        (replace(RICE, "[moisture_control,", "[magic,"), f"{RICE}: principles[0]: no skill 'magic'"),
        (
            replace(RICE, "principle_id: listen-to-the-pan", "principle_id: x"),
            f"{RICE}: refinements[1].principle_id: no principle 'x'",
        ),
        (
            replace(RICE, "skill: moisture_control", "skill: magic"),
            f"{RICE}: refinements[0].skill: no skill 'magic'",
        ),
        (replace(RICE, "name_en: Fried rice\n", ""), f"{RICE}: name_en: Field required"),
        (replace(RICE, "order: 1", "order: first"), f"{RICE}: order: "),
        (replace(RICE, "    looks: 油が", "    look: 油が"), f"{RICE}: steps[1].looks: Field required"),
        (replace(RICE, "slug: fried-rice", "slug: rice"), f"{RICE}: slug: 'rice' is not the file's name"),
        (replace(RICE, "order: 1", "order: 1\norder: 2"), f"{RICE}: line "),
        (replace(RICE, "order: 1", "order: ["), f"{RICE}: line "),
        (replace(HEAT, "severity: 2", "severity: 4"), f"{HEAT}: [0].severity: "),
        (replace(HEAT, "[weak_sizzle]", "[hum]"), f"{HEAT}: [0].signals[0]: "),
        (replace(HEAT, "skill: heat_management", "skill: magic"), f"{HEAT}: [0].skill: no skill 'magic'"),
        (replace(HEAT, "preheat-until-ready", "x"), f"{HEAT}: [0].principle_id: no principle 'x'"),
        (
            replace(HEAT, "code: oil_smoking", "code: pan_not_hot"),
            f"{HEAT}: [1].code: 'pan_not_hot' is already",
        ),
        (replace(HEAT, "name_ja: 油の熱しすぎ", "name_ja: ''"), f"{HEAT}: [1].name_ja: "),
        (replace(SMOKE, "faults: [", "faults: [x, "), f"{SMOKE}: faults[0]: no fault 'x'"),
        (replace(SMOKE, "dishes: [", "dishes: [x, "), f"{SMOKE}: dishes[0]: no dish 'x'"),
        (replace(SMOKE, "source:", "sources:"), f"{SMOKE}: source: Field required"),
        (replace(SMOKE, "## なぜ", "## どうして"), f"{SMOKE}: ## どうして: no such section"),
        (replace(SMOKE, "## 立て直し\n", ""), f"{SMOKE}: ## 立て直し: missing or empty"),
        (replace(SMOKE, "## 原則", "前置き\n\n## 原則"), f"{SMOKE}: ## 原則: must come before any text"),
        (replace(SMOKE, "---\n", ""), f"{SMOKE}: front matter: must stand between"),
        (replace(SMOKE, "id: smoke", "id: fire"), f"{SMOKE}: id: 'fire-is-the-limit' is not"),
        (
            copy(SMOKE, "principles/browning/smoke-is-the-limit.md"),
            "principles/browning/smoke-is-the-limit.md: category: 'heat_management' is not the folder's name",
        ),
        (replace("skills.yaml", "火加減", ""), "skills.yaml: heat_management: must be a name"),
        (lambda folder: (folder / "skills.yaml").unlink(), "skills.yaml: file: cannot be read"),
        (lambda folder: (folder / RICE).write_bytes(b"\xff\xfe"), f"{RICE}: file: cannot be read"),
        (lambda folder: (folder / HEAT).write_text("code: x\n"), f"{HEAT}: file: must be a list of faults"),
        (lambda folder: (folder / RICE).write_text("- x\n"), f"{RICE}: file: "),
    ],
)
def test_a_wrong_file_is_refused_by_file_and_field(
    folder: Path, change: Callable[[Path], object], message: str
) -> None:
    change(folder)
    with pytest.raises(ContentError) as refusal:
        load_from(folder)
    assert str(refusal.value).startswith(message)
