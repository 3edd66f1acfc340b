"""What a person writes into a coaching text is held to what the AI's is held to, as far as the words alone tell."""

from pipeline.checks.analysis import MAX_FIELD
from pipeline.checks.language import violations

# A person may: only the AI overdoes them.
_ALLOWED = frozenset({"emoji", "loop"})


def faults_of(text: str) -> list[str]:
    """Their kinds, as the checks name them, once each; [] where it may go."""
    kinds = (fault.split(":", 1)[0] for fault in violations(text, MAX_FIELD))
    return [kind for kind in dict.fromkeys(kinds) if kind not in _ALLOWED]
