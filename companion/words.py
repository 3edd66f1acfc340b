"""What of the model's own words must not stand."""

from companion.plan import CallPlan
from knowledge_base.foods import avoided_by
from pipeline.checks.diet import recommended
from pipeline.checks.safety.guard import unsafe_claims
from pipeline.providers.sentences import sentences

_ENDS = ("。", "！", "？", "!", "?")


def must_be_withdrawn(said: str, heard: str, plan: CallPlan) -> bool:
    """Whether what was said in this turn so far calls safe what is not, or recommends what the learner does not eat. Only whole
    sentences are judged."""
    whole = [each for each in sentences(said) if each.endswith(_ENDS)]
    if not whole:
        return False
    text = "".join(whole)
    return bool(unsafe_claims(text, heard) or recommended(text, avoided_by(plan.profile)))
