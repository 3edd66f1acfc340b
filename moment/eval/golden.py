"""The golden set: clips whose course human coaches (or the drawing script) have written down.

A folder with `golden.jsonl`, one clip a line; docs/golden-set.md is its manual. Times are seconds from the
start of the clip.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

import knowledge_base
from footage.script import ClipRecipe, script_for
from knowledge_base.catalogue import load
from models.coaching import RatingAspect
from moment.errors import UsageError

LABELS = "golden.jsonl"
OWN_SET = Path(knowledge_base.__file__).parent / "eval" / "golden"

Second = Annotated[float, Field(ge=0)]
Window = tuple[Second, Second]


class WrongSet(UsageError):
    """The golden set can't be used; the message names file, line, field and what is wrong."""


class Label(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GoldenEvent(Label):
    """Something that can be seen or heard to happen: `kind` in a word, `description` for people."""

    t: Second
    kind: str = Field(min_length=1)
    description: str = ""


class GoldenFault(Label):
    code: str  # of the dish's faults
    severity: int = Field(ge=1, le=3)  # 3 spoils the dish
    window: Window  # while it can be seen or heard

    @field_validator("window")
    @classmethod
    def in_order(cls, window: Window) -> Window:
        return _in_order(window)


class Recipe(Label):
    """How `footage` draws the clip."""

    dish: str
    variant: str
    seconds: float = Field(gt=0, le=120)
    size: tuple[int, int]  # width and height, pixels
    seed: int = Field(ge=0)
    frames_per_second: int = Field(default=12, ge=1, le=60)
    light: float = Field(default=1.0, gt=0, le=2)  # of the kitchen; 1 is well lit

    @property
    def clip(self) -> ClipRecipe:
        return ClipRecipe(**self.model_dump())

    @model_validator(mode="after")
    def drawable(self) -> "Recipe":
        script_for(self.clip)
        return self


class GoldenItem(Label):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    video: str | None = None  # path relative to the set's folder
    recipe: Recipe | None = None  # drawn, where there is no video
    dish: str
    session_number: int = Field(default=1, ge=1, le=3)
    clean: bool
    events: tuple[GoldenEvent, ...] = ()
    faults: tuple[GoldenFault, ...] = ()
    acceptable: tuple[str, ...] = ()  # other fault codes that are not wrong
    key_moment: Window | None = None  # what the coaching ought to show
    memo: str | None = None
    expected_questions: tuple[str, ...] = ()  # what the memo asks
    self_ratings: dict[RatingAspect, Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=dict)

    @field_validator("key_moment")
    @classmethod
    def in_order(cls, window: Window | None) -> Window | None:
        return _in_order(window) if window else None

    @field_validator("video")
    @classmethod
    def inside_the_set(cls, video: str | None) -> str | None:
        if video is not None and (Path(video).is_absolute() or ".." in Path(video).parts):
            raise ValueError("must be a path inside the set's folder")
        return video

    @model_validator(mode="after")
    def consistent(self) -> "GoldenItem":
        problems = {
            "clean: says one thing and faults another": self.clean is bool(self.faults),
            "video: neither a video nor a recipe": not self.video and self.recipe is None,
            "key_moment: missing beside a fault": bool(self.faults) and self.key_moment is None,
            "acceptable: a clean clip has no acceptable fault": self.clean and bool(self.acceptable),
            "expected_questions: without a memo": bool(self.expected_questions) and not self.memo,
            "recipe: of another dish": self.recipe is not None and self.recipe.dish != self.dish,
        }
        wrong = [problem for problem, holds in problems.items() if holds]
        if wrong:
            raise ValueError(wrong[0])
        return self

    @property
    def right_codes(self) -> frozenset[str]:
        """Fault codes that a coach may name without being wrong."""
        return frozenset((*(fault.code for fault in self.faults), *self.acceptable))


def read_set(folder: Path) -> list[GoldenItem]:
    """The set's items, as its file has them. Raises WrongSet."""
    path = folder / LABELS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSet(f"{path}: cannot be read: {type(error).__name__}") from error
    items = [_read_item(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not items:
        raise WrongSet(f"{path}: no items")
    twice = [name for name, count in Counter(item.id for item in items).items() if count > 1]
    if twice:
        raise WrongSet(f"{path}: id: '{twice[0]}' stands there twice")
    return items


def _read_item(path: Path, number: int, line: str) -> GoldenItem:
    try:
        item = GoldenItem.model_validate_json(line)
    except ValidationError as error:
        raise WrongSet(f"{path}:{number}: {_first(error.errors(include_url=False)[0])}") from error
    if problem := _unknown(item) or _missing(path.parent, item):
        raise WrongSet(f"{path}:{number}: {problem}")
    return item


def _first(error: Any) -> str:
    """pydantic's first complaint as "field: what". Those about a whole item name their field themselves."""
    message = str(error["msg"]).removeprefix("Value error, ")
    field = ".".join(str(part) for part in error["loc"])
    whole_item = error["type"] == "value_error" and not field
    return message if whole_item else f"{field or 'line'}: {message}"


def _unknown(item: GoldenItem) -> str:
    dish = load().dishes.get(item.dish)
    if dish is None:
        return f"dish: no dish '{item.dish}'"
    for field, codes in (("faults", [fault.code for fault in item.faults]), ("acceptable", item.acceptable)):
        for code in codes:
            if code not in dish.faults:
                return f"{field}: '{code}' is no fault of {item.dish}"
    return ""


def _missing(folder: Path, item: GoldenItem) -> str:
    return f"video: no such file: {item.video}" if item.video and not (folder / item.video).is_file() else ""


def _in_order(window: Window) -> Window:
    if window[0] > window[1]:
        raise ValueError("ends before it starts")
    return window
