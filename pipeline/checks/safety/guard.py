"""Finds the statements of a text that call safe, or advise, what may harm."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from pipeline.checks.safety import claims
from pipeline.checks.safety.families import RULES

CARRIED = 2  # statements a subject may lie back


def unsafe_claims(text: str, about: str = "") -> list[str]:
    """The families of hazards that the text makes light of, once each; `about` is the question it answers."""
    return list(dict.fromkeys(_broken_families(text, about)))


def _broken_families(text: str, about: str) -> Iterator[str]:
    open_statements = [statement.rstrip("?") for statement in claims.statements(about)]
    for statement in claims.statements(text):
        if claims.forbids(statement):
            open_statements = []  # what was named is judged
            continue
        if not claims.asks(statement):
            before = "。".join(["", *open_statements[-CARRIED:], ""])[1:]
            yield from _families_of(before, statement)
        open_statements.append(statement.rstrip("?"))


@lru_cache(
    maxsize=4096
)  # the same sentences come in the text, its repair, the narration and the next cook's text
def _families_of(before: str, statement: str) -> Sequence[str]:
    return tuple(rule.family for rule in RULES if rule.is_broken_by(before, statement))
