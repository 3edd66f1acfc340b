"""The pictures that were drawn and lie here, for whoever shows them: nothing is drawn, so nothing heavy is imported."""

import hashlib
from functools import cache
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"  # all that may be shown to everybody


@cache
def dish_picture(slug: str) -> str | None:
    """Its path below PICTURES, with a version that is another when the picture is: whoever keeps it never shows an old one.
    None where no such dish was drawn."""
    file = PICTURES / "dishes" / f"{slug}.jpg"
    if not file.is_file():
        return None
    version = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return f"dishes/{file.name}?v={version}"
