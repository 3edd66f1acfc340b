"""The kinds of intent, and the rules by which one is told."""

import re
from dataclasses import dataclass
from enum import StrEnum

NEVER = re.compile(r"(?!)")


class Intent(StrEnum):
    # Somebody is in danger now.
    COLLAPSE = "collapse"
    CHOKING = "choking"
    ALLERGIC_REACTION = "allergic_reaction"
    POISONING = "poisoning"
    FIRE = "fire"
    GAS = "gas"
    BURN = "burn"
    CUT = "cut"
    # Somebody may come to harm.
    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    FISH_BONE = "fish_bone"
    RAW_EATEN = "raw_eaten"
    FORAGED = "foraged"
    ILLNESS = "illness"
    INFANT_HONEY = "infant_honey"
    PREGNANCY = "pregnancy"
    INFANT = "infant"
    ALLERGY = "allergy"
    MEDICINE = "medicine"
    ALCOHOL = "alcohol"
    ELDERLY = "elderly"
    LEFT_OUT = "left_out"
    OLD_FOOD = "old_food"
    UNDERCOOKED = "undercooked"
    RAW_FISH = "raw_fish"
    GREEN_POTATO = "green_potato"
    # About us, or about nothing that is cooked.
    HUMAN_COACH = "human_coach"
    ARE_YOU_HUMAN = "are_you_human"
    DELETE_DATA = "delete_data"
    END_SUBSCRIPTION = "end_subscription"
    PRICE = "price"
    STOP = "stop"
    AGAIN = "again"
    REPEAT = "repeat"
    REPHRASE = "rephrase"
    COMPLAINT = "complaint"
    TIRED = "tired"
    DISCOURAGED = "discouraged"
    THANKS = "thanks"
    FIRST_MEETING = "first_meeting"
    GREETING = "greeting"
    OFF_TOPIC = "off_topic"
    ENGLISH = "english"


EMERGENCIES = frozenset(
    {
        Intent.COLLAPSE,
        Intent.CHOKING,
        Intent.ALLERGIC_REACTION,
        Intent.POISONING,
        Intent.FIRE,
        Intent.GAS,
        Intent.BURN,
        Intent.CUT,
    }
)
CARES = frozenset(
    {
        Intent.SELF_HARM,
        Intent.VIOLENCE,
        Intent.FISH_BONE,
        Intent.RAW_EATEN,
        Intent.FORAGED,
        Intent.ILLNESS,
        Intent.INFANT_HONEY,
        Intent.PREGNANCY,
        Intent.INFANT,
        Intent.ALLERGY,
        Intent.MEDICINE,
        Intent.ALCOHOL,
        Intent.ELDERLY,
        Intent.LEFT_OUT,
        Intent.OLD_FOOD,
        Intent.UNDERCOOKED,
        Intent.RAW_FISH,
        Intent.GREEN_POTATO,
    }
)
SAFETY = EMERGENCIES | CARES
# What a coach, who is a person, should see.
FOR_COACHES = SAFETY | {
    Intent.HUMAN_COACH,
    Intent.COMPLAINT,
    Intent.PRICE,
    Intent.DELETE_DATA,
    Intent.END_SUBSCRIPTION,
}


@dataclass(frozen=True)
class Rule:
    """The intent is told by `sign` in one sentence from which what is `harmless` was taken; by `needs` anywhere, too, and
    by no `unless`.
    """

    intent: Intent
    sign: re.Pattern[str]
    harmless: re.Pattern[str] = NEVER
    needs: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None


def rule(intent: Intent, sign: str, *, harmless: str = "", needs: str = "", unless: str = "") -> Rule:
    """The patterns are of folded text: hiragana for katakana, small Latin letters, no spaces."""
    return Rule(
        intent,
        re.compile(sign),
        re.compile(harmless) if harmless else NEVER,
        re.compile(needs) if needs else None,
        re.compile(unless) if unless else None,
    )
