"""What models are told: versioned templates in `<name>.v<version>.md` beside this module, their variables declared and checked.

A changed prompt is a new version beside the old one, so that a stored answer can name what it was asked with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template

from pydantic import Field

from errors import MomentError
from knowledge_base.catalogue import ContentError, build, read_text, split_front_matter
from knowledge_base.content import Content

FOLDER = Path(__file__).parent
OPEN, CLOSE = "⟦", "⟧"  # around learners' words; `persona` tells the model that these are never instructions
NOTHING = "(nothing)"
_MARKS = str.maketrans("", "", f"{OPEN}{CLOSE}〚〛")  # and those that look like them


class WrongVariables(MomentError):
    """A prompt was given other variables than it declares."""


@dataclass(frozen=True)
class Quote:
    """One of several pieces of learners' words, in marks of its own: none can pass for another, or for what we say of
    it. `label` is ours."""

    words: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {fence(self.words)}" if self.label else fence(self.words)


Value = str | Sequence[Quote]


class Prompt(Content):
    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    version: int = Field(ge=1)
    variables: list[str]
    learner_words: list[str]  # of the variables: material, never instructions, so it is fenced
    body: str

    @property
    def label(self) -> str:
        """What a stored answer is marked with: "analysis.v1"."""
        return f"{self.name}.v{self.version}"

    def render(self, **values: Value) -> str:
        """Learners' words come out fenced, so that none can pass for an instruction. Raises WrongVariables."""
        if set(values) != set(self.variables):
            wrong = ", ".join(sorted(set(values) ^ set(self.variables)))
            raise WrongVariables(f"{self.label}: missing or undeclared: {wrong}")
        material = {name: self._material(name, value) for name, value in values.items()}
        return Template(self.body).substitute(material).strip()

    def _material(self, name: str, value: Value) -> str:
        if not isinstance(value, str):
            return "\n".join(str(quote) for quote in value) or NOTHING
        return fence(value) if name in self.learner_words else value.strip() or NOTHING


def fence(words: str) -> str:
    """The words between marks that they cannot close themselves."""
    return f"{OPEN}{words.translate(_MARKS).strip()}{CLOSE}"


def in_one_line(words: str) -> str:
    """What a model has seen in a picture or made of a memo, as a fact after its label: it is no line, and no learner's
    words, of its own."""
    return " ".join(words.translate(_MARKS).split())


def prompt(name: str) -> Prompt:
    """The newest version. Raises KeyError for a name that does not exist, ContentError for a wrong file."""
    return _newest()[name]


@lru_cache(maxsize=1)
def _newest() -> dict[str, Prompt]:
    return {prompt.name: prompt for prompt in load_prompts_from(FOLDER)}


def load_prompts_from(folder: Path) -> list[Prompt]:
    """Every version, older before newer. Raises ContentError naming file and field."""
    prompts = [_read(folder, path.name) for path in folder.glob("*.md")]
    return sorted(prompts, key=lambda prompt: (prompt.name, prompt.version))


def _read(folder: Path, file: str) -> Prompt:
    front, body = split_front_matter(file, read_text(folder, file))
    prompt = build(Prompt, file, "", front | {"body": body.strip()})
    if file != f"{prompt.label}.md":
        raise ContentError(file, "name", f"'{prompt.label}' is not the file's name")
    template = Template(prompt.body)
    if not template.is_valid():
        raise ContentError(file, "body", "a stray $: write $$ for the sign itself")
    for name in set(template.get_identifiers()) ^ set(prompt.variables):
        raise ContentError(file, "variables", f"'{name}' is declared or used, not both")
    for index, name in enumerate(prompt.learner_words):
        if name not in prompt.variables:
            raise ContentError(file, f"learner_words[{index}]", f"no variable '{name}'")
    return prompt
