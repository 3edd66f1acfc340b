"""Signs for the senses that a learner relies on, and none for one that tells them little."""

import re
from collections.abc import Collection, Sequence

from knowledge_base.profile import Profile
from pipeline.providers.offline import phrases as ours
from pipeline.providers.offline.composing import full_sentences
from pipeline.providers.offline.personal import phrases
from pipeline.providers.offline.plain_form import if_plain

SIGHT, SOUND, SMELL, TOUCH, TASTE, COLOUR = "sight", "sound", "smell", "touch", "taste", "colour"
_SIGNS = {
    SOUND: re.compile("音|鳴[るりっ]|聞こ|聞い|ジュ[ッワー]|パチ|ふつふつ|耳"),
    SMELL: re.compile("香(?!草|辛)|におい|匂い|臭(?!み取)|鼻"),
    TASTE: re.compile("味[見がはをに]|塩け|塩気|甘[さみ]|舌|後味|ひと口|酸味|うま味"),
    TOUCH: re.compile("指|手ざわり|触[るれっ]|弾力|手ごたえ|押[すし]|つまむ|竹串"),
    COLOUR: re.compile("色|茶(?!碗)|きつね|白[いくっ]|赤[いくみ]|黄(?!身)|緑|黒(?!こ)|ピンク"),
    SIGHT: re.compile(
        "見え|見[るて]|光[るっり]|つや|泡|透[けき]|湯気|煙|立[ちつ]|流れ|動[くけ]|にじ|ふく|広が|しんなり|離れ|残[らりる]|くず|垂れ"
    ),
}
_DONE = re.compile("肉汁|赤み|火が通|火を通|生焼け")  # what keeps food safe is said to everybody
_CONDITION = re.compile("(?:れば|たら|なら|ると|くと|うと|すと|つと|むと)$")
_CUES = re.compile("目や耳や鼻の合図|目と耳と鼻で|目と耳を|音と香りと見た目の変化")
_ORGANS = {SIGHT: "目", SOUND: "耳", SMELL: "鼻", TOUCH: "手"}


def says(text: str, sense: str) -> bool:
    return _SIGNS[sense].search(text) is not None


def senses_in(text: str) -> set[str]:
    return {sense for sense, sign in _SIGNS.items() if sign.search(text)}


def without_senses(text: str, limits: Collection[str]) -> str:
    """The sentences, and clauses of them, that speak to other senses too; "" where none is left."""
    if not limits:
        return text
    return "".join(kept for sentence in full_sentences(text) if (kept := _without(sentence, set(limits))))


def sign_in_senses(sign: str, senses: str, limits: Collection[str]) -> str:
    """A sign that can be perceived: this one, else what the lesson's senses tell the ones left to them."""
    if not limits or (kept := without_senses(sign, limits)) == sign:
        return sign
    if kept:
        return kept
    if TASTE in limits and says(sign, TASTE):
        return phrases.SIGN_BY_EATERS
    for sentence in full_sentences(without_senses(senses, limits)):
        if condition := if_plain(sentence):
            return ours.SIGN_SENSE.format(sign=condition)
    return phrases.SIGN_BY_TOUCH if COLOUR in limits else phrases.SIGN_BY_SIGHT


def favourite_sign(sign: str, senses: str, profile: Profile) -> str:
    """What the sense says that they rely on most, where the sign itself does not speak to it; "" where nothing does."""
    trusted = [sense for sense in profile.senses_used if sense not in profile.sense_limits]
    for sense in trusted:
        if _SIGNS[sense].search(sign):
            return ""
    for sense in trusted:
        found = next((each for each in full_sentences(senses) if _SIGNS[sense].search(each)), "")
        if found and found not in sign:
            return phrases.BY_SENSE[sense] + found
    return ""


def in_their_senses(text: str, limits: Collection[str]) -> str:
    """Our set phrases of eyes, ears and nose name what serves this learner."""
    if not limits:
        return text
    organs = [organ for sense, organ in _ORGANS.items() if sense not in limits]
    says = {
        "目や耳や鼻の合図": f"{'や'.join(organs[:3])}の合図",
        "目と耳と鼻で": f"{'と'.join(organs[:3])}で",
        "目と耳を": f"{'と'.join(organs[:2])}を",
        "音と香りと見た目の変化": "鍋の中の変化",
    }
    return _CUES.sub(lambda match: says[match[0]], text)


def _without(sentence: str, limits: set[str]) -> str:
    """A condition cannot be cut out of its sentence: what follows rests on it."""
    if not _depends(sentence, limits) or _DONE.search(sentence):
        return sentence
    clauses = sentence.split("、")
    left = [clause for clause in clauses if not _depends(clause, limits)]
    lost = [clause for clause in clauses if _depends(clause, limits)]
    is_whole = clauses[-1] in left and not any(_CONDITION.search(clause) for clause in lost)
    return "、".join(left) if is_whole and _tells(left) else ""


def _depends(text: str, limits: set[str]) -> bool:
    return bool(senses_in(text) & limits)


def _tells(clauses: Sequence[str]) -> bool:
    return bool(senses_in("、".join(clauses))) or len(clauses) > 1
