"""What is asked in every kitchen, with its answer: read from `basics.yaml`."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter

from knowledge_base.catalogue import read_yaml
from knowledge_base.content import Content

FILE = "basics.yaml"


class Basic(Content):
    """`about`: of each line, every part must be in a question. `verdict` is what a yes-or-no question is told."""

    @property
    def is_substitute(self) -> bool:
        return self.id.startswith("sub-")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    about: list[str] = Field(min_length=1)
    answer: str
    is_fallback: bool = False
    verdict: Literal["yes", "no"] | None = None


@lru_cache(maxsize=1)
def basics() -> Sequence[Basic]:
    """Raises ContentError."""
    return TypeAdapter(list[Basic]).validate_python(read_yaml(Path(__file__).parent, FILE))
