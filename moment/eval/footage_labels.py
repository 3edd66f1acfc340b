"""Filmed clips and what a person saw in them: a folder with `labels.tsv`, one clip a line under a line of names.

Columns: file; dish to pick (a slug, or "any"); cooking ("yes", "yes (preparation)", "served", "no", "no (…)"); what the
frames show, in English words. More columns may follow.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge_base.catalogue import load
from knowledge_base.content import Signal
from moment.eval.golden import WrongSet

LABELS = "labels.tsv"
_ANY_DISH = "fried-rice"
# What a person writes of signs that a fault may be named for. "no smoke" is none.
_WORDS = {
    Signal.FLAMES: "flames?|fire|ablaze",
    Signal.SMOKE: "smok",
    Signal.CHARRING: "char|burn|scorch",
}


class Shown(StrEnum):
    COOKING = "cooking"  # preparation is part of it
    SERVED = "served"
    OTHER = "other"


@dataclass(frozen=True)
class FootageLabel:
    file: Path
    dish: str
    shown: Shown
    signs: frozenset[Signal]  # that are plain to see

    @property
    def is_on_fire(self) -> bool:
        return bool(self.signs & {Signal.SMOKE, Signal.FLAMES})

    def is_right(self, fault: str | None) -> bool:
        """No fault is never wrong; one is right where a sign that it is known by is there."""
        return fault is None or bool(self.signs & frozenset(load().faults[fault].signals))


def read_labels(folder: Path) -> list[FootageLabel]:
    """Raises WrongSet."""
    path = folder / LABELS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSet(f"{path}: cannot be read: {type(error).__name__}") from error
    labels = [_label(path, number, line) for number, line in enumerate(lines[1:], 2) if line.strip()]
    if not labels:
        raise WrongSet(f"{path}: no clips")
    return labels


def _label(path: Path, number: int, line: str) -> FootageLabel:
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) < 4:
        raise WrongSet(f"{path}:{number}: four columns are needed, separated by tabs")
    name, dish, cooking, shows = columns[:4]
    if not (path.parent / name).is_file():
        raise WrongSet(f"{path}:{number}: file: no such file: {name}")
    slug = _ANY_DISH if dish == "any" else dish
    if slug not in load().dishes:
        raise WrongSet(f"{path}:{number}: dish: no dish '{dish}'")
    return FootageLabel(path.parent / name, slug, _shown(path, number, cooking), signs_in(shows))


def _shown(path: Path, number: int, cooking: str) -> Shown:
    kinds = {"yes": Shown.COOKING, "served": Shown.SERVED, "no": Shown.OTHER}
    word = cooking.split(" ")[0]
    if word not in kinds:
        raise WrongSet(f"{path}:{number}: cooking: '{cooking}' is none of yes, served, no")
    return kinds[word]


def signs_in(words: str) -> frozenset[Signal]:
    return frozenset(
        signal
        for signal, sign in _WORDS.items()
        if re.search(rf"(?<!\bno )(?<!without )\b(?:{sign})", words, re.IGNORECASE)
    )
