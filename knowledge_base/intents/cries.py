"""What somebody at the stove calls out, too short for the signs of a written message: the whole of it, and nothing more."""

import re
from enum import StrEnum

from knowledge_base.intents.kinds import EMERGENCIES, Intent
from knowledge_base.intents.recognition import fold, safety_intent
from knowledge_base.intents.spelling import spell


class Cry(StrEnum):
    """A danger at the stove; those of an emergency have its intent's name."""

    SMOKE = "smoke"
    COLLAPSE = Intent.COLLAPSE
    CHOKING = Intent.CHOKING
    ALLERGIC_REACTION = Intent.ALLERGIC_REACTION
    POISONING = Intent.POISONING
    FIRE = Intent.FIRE
    GAS = Intent.GAS
    BURN = Intent.BURN
    CUT = Intent.CUT


_BEFORE = "(あ+っ?|わ+っ?|うわ+っ?|うお+|え+っ?|きゃ+ー?|ぎゃ+ー?|やば(い|っ)?|まずい|大変(だ|です)?|たいへん(だ|です)?|ちょっと|ちょ|待って|どうしよう|助けて|すごい|なんか|もう|ねえ|先生|コーチ|こーち|ー|っ|!|。)*"
_AFTER = "(よ|ー|っ|!|。|どうしよう|助けて|やばい|大変|たいへん|です|ます|ん(です|だ)?(けど)?|けど|どうすれば(いい)?(ですか)?)*"
_CRIES = {
    Cry.FIRE: "(火(が|だ|事(だ|です)?)(ついた|付いた|出た|でた|出てる|上がった|あがった|大きい|すごい|燃えて(る|ます)?)?|燃え(た|てる|てます|ちゃった)|炎が?(出た|上がった|すごい)?)",
    Cry.SMOKE: "((すごい|白い|黒い)?(煙|けむり)(が|だ|も)?(出た|でた|出て(き(た|ました)|る|ます|い(る|ます))|すごい(です)?|いっぱい(です)?|もくもく(して(る|ます))?|止まらない|とまらない)?)",
    Cry.CUT: "((指|手|ゆび)?(を|も)?切っ(た|ちゃった|てしまいました|てしまった)|血(が|だ)(出た|でた|出て(る|ます|き(た|ました))|止まらない)?)",
    Cry.BURN: "(熱い|あつい|あちち?|あちっ|あつっ|あっつ(い)?|やけど(した|しました|しちゃった)?|火傷(した|しました)?)",
    Cry.COLLAPSE: "((人|誰か|夫|妻|母|父|お?(父|母|兄|姉|爺|婆|じい|ばあ)(さん|ちゃん)|子ども|子供|友達|彼|彼女|主人|旦那)?(が|も)?倒れ(た|ました|ちゃった|て(る|ます|い(る|ます)))|倒れそう(だ|です)?)",
    Cry.GAS: "(ガス|がす)(くさい|臭い|の?(におい|匂い)(が)?(する|します)?|漏れ(て(る|ます)|た)?)",
}
_WHOLE = {cry: re.compile(f"{_BEFORE}{words}{_AFTER}") for cry, words in _CRIES.items()}
# Of these the beginning alone may be of another sentence: 火が強いですか.
_OPEN = re.compile(f"{_BEFORE}(火(が|だ)|煙(が|も)?|けむり(が|も)?|血(が|だ)|炎が?)")


def cry_of(words: str, *, is_whole: bool) -> Cry | None:
    """`is_whole`: nothing more was said since. While more may come, only what can't become another sentence counts."""
    folded = spell(fold(words))
    if is_whole or _OPEN.fullmatch(folded) is None:
        for cry, sign in _WHOLE.items():
            if sign.fullmatch(folded):
                return cry
    intent = safety_intent(words)
    return Cry(intent.value) if intent in EMERGENCIES else None
