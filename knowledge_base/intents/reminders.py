"""Which words want no reminders any more, or want them again: a whole sentence about them, and nothing else in it."""

import re
from enum import StrEnum

from knowledge_base.intents.recognition import fold, safety_intent, sentences_of

_LONGEST = 45  # characters, as elsewhere: whoever writes more has something else to say too


class ReminderWish(StrEnum):
    OFF = "off"
    ON = "on"


_BEFORE = (
    "(すみません(が)?|ごめんなさい|お手数ですが|申し訳ないですが|あの|もう|やっぱり|できれば|しばらく|今後(は)?|これから(は)?"
    "|この|こういう|こういった|そういう|そちらからの|もーめんとからの|momentからの|こちらの|続きの|料理の|お?久しぶりの(ときの)?|また|再び|もう一度)*"
)
_THEM = "(お知らせ(めっせーじ|の(連絡|通知|めっせーじ))?|おしらせ|りまいんど|りまいんだー|通知|つうち|ぷっしゅ通知|催促|(続きの)?案内(めっせーじ)?)"
_OBJECT = f"{_THEM}(とか|など)?(を|は|が|も|って|の)?"
_FIRMLY = "(全部|すべて|全て|一旦|いったん|しばらく|もう|今後|これから|完全に|また|再び|もう一度)*"
_KINDLY = (
    "((し)?て(ください|下さい|ほしい(です)?|欲しい(です)?|もらえますか|もらえませんか|もらえる[?]?|いただけますか|いただけませんか|くれますか|くれませんか|くれ|ちょうだい|頂けますか)?"
    "|たい(です|のですが|んですが|んだけど)?|ます|お願いします|お願い|る(に|には)(は)?(どうすれば|どうしたら)(いい|よい)(ですか|の|でしょうか)?|る方法(は|を教えて(ください)?)?|よう)?"
)
_STOP = (
    f"((止め|とめ|やめ|辞め)(る|{_KINDLY})|(停止|中止|すとっぷ|おふ|off|解除|みゅーと|無効)(に)?(し{_KINDLY}|{_KINDLY}|したい(です)?|します|する(に|方法)(は)?)"
    f"|(切|き)(って(ください|ほしい(です)?)?|りたい(です)?|ります|る(に|方法)(は)?)|送らないで(ください|下さい|ほしい(です)?)?|来ないように(して(ください)?)?"
    "|しないで(ください|下さい|ほしい(です)?)?|(要|い)(らない|りません|らないです|らん|らねえ|りまへん|らへん)|不要(です)?|必要(ない|ないです|ありません)|結構です"
    "|(送って)?(こ|来)なくて(いい|ok|大丈夫)(です)?|もう(いい|大丈夫)です|(なし|無し)(で|にして(ください)?|でお願いします|でいいです)|(出|鳴)さないで(ください)?|拒否(します|したい)?)"
)
_START = (
    f"((?<=りまいんど)し{_KINDLY}|再開(し{_KINDLY}|{_KINDLY}|したい(です)?|します)|(おん|on|有効)(に|で)?(し{_KINDLY}|{_KINDLY}|したい(です)?|します)|(送|おく)(って(ください|ほしい(です)?|もらえますか)?|ってもいい(です)?)"
    "|(ほしい|欲しい)(です)?|(もど|戻)(して(ください|ほしい(です)?)?|したい(です)?)|受け(取りたい(です)?|取ります|とりたい(です)?)"
    "|(また)?(つけて|付けて|入れて|始めて|はじめて)(ください|ほしい(です)?)?|お願いします|届けて(ください|ほしい(です)?)?|来るように(して(ください|ほしい(です)?)?|したい(です)?))"
)
_AFTER = "(ね|よ|わ|ー|〜|な|か|けど|が|[?]|お願いします|よろしく(お願いします)?|すみません|ありがとう(ございます)?)*"
_OFF = re.compile(f"{_BEFORE}{_OBJECT}{_FIRMLY}{_STOP}{_AFTER}")
_ON = re.compile(f"{_BEFORE}{_OBJECT}{_FIRMLY}{_START}{_AFTER}")


def reminder_wish(text: str) -> ReminderWish | None:
    """A danger goes before."""
    if len(text) > _LONGEST or len(sentences_of(text)) != 1 or safety_intent(text) is not None:
        return None
    folded = fold(text).rstrip("。!！…")
    if _OFF.fullmatch(folded):
        return ReminderWish.OFF
    return ReminderWish.ON if _ON.fullmatch(folded) else None
