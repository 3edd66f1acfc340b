"""The Japanese voices of Cloud Text-to-Speech (docs: Supported voices; Chirp 3: HD)."""

from dataclasses import dataclass

CHIRP_NAMES = [
    "Achernar",
    "Achird",
    "Algenib",
    "Algieba",
    "Alnilam",
    "Aoede",
    "Autonoe",
    "Callirrhoe",
    "Charon",
    "Despina",
    "Enceladus",
    "Erinome",
    "Fenrir",
    "Gacrux",
    "Iapetus",
    "Kore",
    "Laomedeia",
    "Leda",
    "Orus",
    "Pulcherrima",
    "Puck",
    "Rasalgethi",
    "Sadachbia",
    "Sadaltager",
    "Schedar",
    "Sulafat",
    "Umbriel",
    "Vindemiatrix",
    "Zephyr",
    "Zubenelgenubi",
]
LANGUAGE = "ja-JP"
DEFAULT_VOICE = "ja-JP-Standard-A"


@dataclass(frozen=True)
class Voice:
    name: str
    is_chirp: bool


VOICES = {
    voice.name: voice
    for voice in (
        *(Voice(f"{LANGUAGE}-Chirp3-HD-{name}", is_chirp=True) for name in CHIRP_NAMES),
        *(Voice(f"{LANGUAGE}-Neural2-{letter}", is_chirp=False) for letter in "BCD"),
        *(Voice(f"{LANGUAGE}-Wavenet-{letter}", is_chirp=False) for letter in "ABCD"),
        *(Voice(f"{LANGUAGE}-Standard-{letter}", is_chirp=False) for letter in "ABCD"),
    )
}
