"""Reads the curriculum's files into the content types, and refuses a file that names what does not exist.

The files are the source: `skills.yaml`, `dishes/<slug>.yaml`, `faults/*.yaml` (lists) and
`principles/<skill>/<id>.md` (front matter, then one section a field).
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import ValidationError

from errors import MomentError
from knowledge_base.content import Content, DishGuide, Fault, Principle

SECTIONS = {
    "原則": "principle",
    "なぜ": "why",
    "見る・聞く・かぐ・触る": "senses",
    "失敗のサイン": "failure",
    "立て直し": "recovery",
    "ほかの料理へ": "carries_over",
}
FENCE = "---\n"

C = TypeVar("C", bound=Content)


class ContentError(MomentError):
    """A content file is wrong; the message names file and field."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}: {field}: {problem}")
        self.file = file
        self.field = field
        self.problem = problem


@dataclass(frozen=True)
class Catalogue:
    """All that Moment teaches. `dishes` are in the order learners meet them."""

    skills: Mapping[str, str]  # key -> Japanese name
    principles: Mapping[str, Principle]
    faults: Mapping[str, Fault]
    dishes: Mapping[str, DishGuide]


@dataclass(frozen=True)
class _Entry(Generic[C]):
    """A content item and where it was read, so that a later check can still name the place."""

    file: str
    prefix: str  # of the field's name: "[3]." in a list, else ""
    item: C

    def check(self, field: str, names: str | Sequence[str], allowed: Iterable[str], kind: str) -> None:
        for index, name in enumerate([names] if isinstance(names, str) else names):
            if name not in allowed:
                place = field if isinstance(names, str) else f"{field}[{index}]"
                raise ContentError(self.file, self.prefix + place, f"no {kind} '{name}'")


@lru_cache(maxsize=1)
def load() -> Catalogue:
    """The curriculum this package carries. Raises ContentError."""
    return load_from(Path(__file__).parent)


def load_from(folder: Path) -> Catalogue:
    """Reads and cross-checks the curriculum in `folder`. Raises ContentError."""
    skills = _read_skills(folder)
    principles = _unique(_read_principles(folder), "id")
    faults = _unique(_read_faults(folder), "code")
    dishes = _unique(_read_dishes(folder), "slug")
    for principle in principles.values():
        principle.check("category", principle.item.category, skills, "skill")
        principle.check("dishes", principle.item.dishes, dishes, "dish")
        principle.check("faults", principle.item.faults, faults, "fault")
    for fault in faults.values():
        fault.check("skill", fault.item.skill, skills, "skill")
        fault.check("principle_id", fault.item.principle_id, principles, "principle")
        fault.check("opposites", fault.item.opposites, faults, "fault")
    for dish in dishes.values():
        _check_dish(dish, skills, faults, principles)
    in_order = sorted(dishes.values(), key=lambda entry: (entry.item.month_unlocked, entry.item.order))
    return Catalogue(
        skills=skills,
        principles={key: entry.item for key, entry in principles.items()},
        faults={key: entry.item for key, entry in faults.items()},
        dishes={entry.item.slug: entry.item for entry in in_order},
    )


def _check_dish(
    dish: _Entry[DishGuide], skills: Iterable[str], faults: Iterable[str], principles: Iterable[str]
) -> None:
    dish.check("principles", dish.item.principles, skills, "skill")
    dish.check("faults", dish.item.faults, faults, "fault")
    for index, refinement in enumerate(dish.item.refinements):
        dish.check(f"refinements[{index}].skill", refinement.skill, skills, "skill")
        dish.check(f"refinements[{index}].principle_id", refinement.principle_id, principles, "principle")


def _read_skills(folder: Path) -> dict[str, str]:
    file = "skills.yaml"
    data = read_yaml(folder, file)
    if not isinstance(data, dict):
        raise ContentError(file, "file", "must map each skill's key to its name")
    for key, name in data.items():
        if not (isinstance(key, str) and isinstance(name, str) and name):
            raise ContentError(file, str(key), "must be a name")
    return data


def _read_dishes(folder: Path) -> Iterator[_Entry[DishGuide]]:
    for path in sorted((folder / "dishes").glob("*.yaml")):
        file = path.relative_to(folder).as_posix()
        dish = build(DishGuide, file, "", read_yaml(folder, file))
        if dish.slug != path.stem:
            raise ContentError(file, "slug", f"'{dish.slug}' is not the file's name")
        yield _Entry(file, "", dish)


def _read_faults(folder: Path) -> Iterator[_Entry[Fault]]:
    for path in sorted((folder / "faults").glob("*.yaml")):
        file = path.relative_to(folder).as_posix()
        data = read_yaml(folder, file)
        if not isinstance(data, list):
            raise ContentError(file, "file", "must be a list of faults")
        for index, item in enumerate(data):
            prefix = f"[{index}]."
            yield _Entry(file, prefix, build(Fault, file, prefix, item))


def _read_principles(folder: Path) -> Iterator[_Entry[Principle]]:
    for path in sorted((folder / "principles").glob("*/*.md")):
        file = path.relative_to(folder).as_posix()
        front, body = split_front_matter(file, read_text(folder, file))
        principle = build(Principle, file, "", front | _sections(file, body))
        if principle.id != path.stem:
            raise ContentError(file, "id", f"'{principle.id}' is not the file's name")
        if principle.category != path.parent.name:
            raise ContentError(file, "category", f"'{principle.category}' is not the folder's name")
        yield _Entry(file, "", principle)


def split_front_matter(file: str, text: str) -> tuple[dict[str, Any], str]:
    """What stands between the two fences, and the body. Raises ContentError."""
    opening, front, body = [*text.split(FENCE, 2), "", ""][:3]
    if opening or not body:
        raise ContentError(file, "front matter", "must stand between two lines of ---")
    data = _parse(file, front)
    if not isinstance(data, dict):
        raise ContentError(file, "front matter", "must be a mapping")
    return data, body


def _sections(file: str, body: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    before, *parts = f"\n{body}".split("\n## ")
    if before.strip():
        raise ContentError(file, "## " + next(iter(SECTIONS)), "must come before any text")
    for part in parts:
        heading, _, text = part.partition("\n")
        field = SECTIONS.get(heading.strip())
        if field is None or field in fields:
            raise ContentError(file, f"## {heading.strip()}", "no such section, or twice")
        fields[field] = text.strip()
    missing = [heading for heading, field in SECTIONS.items() if not fields.get(field)]
    if missing:
        raise ContentError(file, f"## {missing[0]}", "missing or empty")
    return fields


def build(kind: type[C], file: str, prefix: str, data: object) -> C:
    """`data` as a content type. Raises ContentError naming the first wrong field."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        raise ContentError(file, prefix + place.removeprefix(".") or "file", first["msg"]) from error


def _unique(entries: Iterable[_Entry[C]], key: str) -> dict[str, _Entry[C]]:
    by_name: dict[str, _Entry[C]] = {}
    for entry in entries:
        name: str = getattr(entry.item, key)
        if name in by_name:
            raise ContentError(entry.file, entry.prefix + key, f"'{name}' is already in {by_name[name].file}")
        by_name[name] = entry
    return by_name


def read_yaml(folder: Path, file: str) -> Any:
    """Raises ContentError."""
    return _parse(file, read_text(folder, file))


def read_text(folder: Path, file: str) -> str:
    """Raises ContentError."""
    try:
        return (folder / file).read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ContentError(file, "file", f"cannot be read: {error.__class__.__name__}") from error


class _Loader(yaml.CSafeLoader):
    """YAML lets a later key replace an earlier one silently; in content that is a slip."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"'{key}' stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _parse(file: str, text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(file, f"line {line}", f"not readable as YAML: {error.problem}") from error
