"""What to call a learner, from the name they show in LINE."""

import re
import unicodedata

from knowledge_base import phrasebook

LONGEST = 20  # characters


def first_name_of(display_name: str) -> str:
    """The name to put さん behind: no honorific of its own, no line breaks, no symbols that can't be spoken."""
    name = unicodedata.normalize("NFKC", display_name)
    # Letters, marks and numbers of any script, and what stands inside names.
    name = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "・ー-' " else " " for c in name)
    name = re.sub(r"\s+", " ", name).strip(" ・-'")
    name = re.sub(r"(さん|ちゃん|くん|様|さま)$", "", name).strip()
    return name[:LONGEST].strip() or phrasebook.NAMELESS
