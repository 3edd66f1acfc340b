"""A finding weighed once more: the desk's model keeps what it found before, which the prompt tells it."""

import re
from typing import Any

from simulator.google.prompt_text import Prompt

_OF_THE_CUT = re.compile(r"lies at (\d{2}:\d{2})")  # a closer look counts its times anew


def judgement(prompt: Prompt) -> dict[str, Any]:
    """Fills {evidence, against, fault, key_moment, diagnosis, confidence}."""
    cut = _OF_THE_CUT.search(prompt.text)
    return {
        "evidence": prompt.after_label("evidence"),
        "against": "",
        "fault": prompt.after_label("fault") or "none",
        "key_moment": cut[1] if cut else prompt.after_label("key moment"),
        "diagnosis": prompt.after_label("diagnosis"),
        "confidence": "high" if cut else prompt.after_label("confidence") or "medium",
    }
