"""What Speech-to-Text v2 refuses (docs: Quotas and limits, Chirp 3, Model adaptation)."""

from typing import Any

from simulator.google.errors import GoogleError, invalid
from simulator.google.requests import entries, part

REGIONS = {
    "chirp_3": frozenset({"us", "eu", "asia-northeast1", "asia-southeast1"}),
    "chirp_2": frozenset({"us-central1", "europe-west4", "asia-southeast1"}),
    "long": frozenset(
        {"global", "us", "eu", "us-central1", "europe-west4", "asia-northeast1", "asia-southeast1"}
    ),
}
LONGEST_PHRASE = 100
MOST_PHRASES = 1200
HIGHEST_BOOST = 20


def check_config(config: dict[str, Any], location: str) -> None:
    """Raises GoogleError 400."""
    model = config.get("model") or ""
    if model not in REGIONS:
        raise invalid(f'The model "{model}" does not exist.')
    if location not in REGIONS[model]:
        raise invalid(f'The model "{model}" does not exist in the location named "{location}".')
    if not entries(config, "languageCodes"):
        raise invalid("Must provide at least one language code.")
    if "autoDecodingConfig" not in config and "explicitDecodingConfig" not in config:
        raise invalid("Decoding config must be specified.")
    for phrase_set in entries(part(config, "adaptation"), "phraseSets"):
        inline = part(phrase_set, "inlinePhraseSet")
        phrases = entries(inline, "phrases")
        if len(phrases) > MOST_PHRASES:
            raise invalid(f"Phrase set has more than {MOST_PHRASES} phrases.")
        boosts = [inline.get("boost", 0), *(phrase.get("boost", 0) for phrase in phrases)]
        if any(not 0 <= boost <= HIGHEST_BOOST for boost in boosts):
            raise invalid(f"Boost must be between 0 and {HIGHEST_BOOST}.")
        if any(not 1 <= len(str(phrase.get("value", ""))) <= LONGEST_PHRASE for phrase in phrases):
            raise invalid(f"Phrases must have 1 to {LONGEST_PHRASE} characters.")


def check_project(name: str, project: str) -> None:
    if name != project:
        raise GoogleError(403, f"Permission denied on resource project {name}.")
