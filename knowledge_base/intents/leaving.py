"""Which words ask for all of a learner's data to be deleted: a wish, of all of it, that is not denied or long past."""

import re

from knowledge_base.intents.recognition import fold, safety_intent

_LONGEST = 45  # characters, as elsewhere: whoever writes more has something else to say too
_START = "(^|すみません|もう|やっぱり|すぐに?|今すぐ|お願い(します)?|(の|ん)で|けど|から|して|やめて|辞めて|抜けて)"
_ALL = "(全部|全て|すべて|ぜんぶ|丸ごと|まるごと|一切)"
_MINE = f"(({_ALL}|全|私|わたし|自分|これまで|今まで|残って(い)?る|こちら|ここ|そちら|line|らいん|あぷり|もーめんと|moment)(の|を|に(あ|残って)(い)?る)?)*"
_DATA = "(個人情報|会員(登録|情報|でーた)|登録(情報|でーた)?|あかうんと|(利用|会話|料理の)?(でーた|記録|履歴)|情報|でーた)"
_DELETION = "(削除|消去|抹消|破棄)"
_WISH = (
    f"({_DELETION}($|たい|したい|して($|ほしい|欲しい|くだ|下さ|もら|いただ|くれ|ね|よ)|します|する(に|方法|$)|を?お願い|を?希望|を?依頼|の?(方法|手続|仕方|やり方)|でき(る|ま))"
    "|(消|け)(して($|ほしい|欲しい|くだ|下さ|もら|いただ|くれ|ね|よ)|したい|します|し方|す(に|方法|$)|せ(る|ま)))"
)
_LEAVING = re.compile(
    f"{_START}(([^。]{{1,6}}も){{0,2}}{_MINE}{_DATA}([をのはも、]|ごと|だけ)*({_ALL}|完全に|きれいに|ちゃんと|早く|今すぐ|すぐに)*(を|に)?{_WISH}|([^。]{{1,6}}も){{0,3}}{_ALL}(を|に)?{_WISH}"
    f"|{_MINE}{_DATA}(を|は|も|が)?({_ALL})?残さないで|{_MINE}あかうんとを?(閉じ|とじ|閉鎖|なく)(たい|したい|て(くだ|ほし)|して(くだ|ほし)|ます|します|る(に|方法))|(会員|あかうんと|利用者|ゆーざー)?登録(を|の)?解除(したい|して(くだ|ほしい|$)|します|する(に|方法)|お願い|の?(方法|手続)|$))"
    "|(^|すみません|もう|やっぱり|すぐに?|今すぐ|(の|ん)で|けど|から|ここを|これを|もーめんとを|momentを|さーびすを|会員を)退会"
    "(たい|したい|します|する($|に|方法|には)|(して|させて)($|くだ|下さ|ほしい|全部)|を?(お願い|希望)|の?(方法|手続|仕方|やり方)|でき(る|ま)|は(どう|どこ|でき)|[。!?]*$)"
    "|^delete(my)?(data|account)"
)
# 「消さないで」, 「退会はしません」
_DENIAL = re.compile(
    r"(消さ|けさ|削除し|消去し|抹消し|退会し|解除し|(削除|消去|退会|解除)は(し|せ)|消しは?し)(な(い|く)|ません|まい)|つもり(は|が|も)?(な|あり)|のは(嫌|いや|困)|(火|がす|電気|換気扇|こんろ|れんじ|焦げ|臭み|におい|味)[もをの]"
)


def wants_to_leave(text: str) -> bool:
    """A danger goes before; who asks where videos are kept, or wants one of them gone, is answered in words."""
    if len(text) > _LONGEST or safety_intent(text) is not None:
        return False
    folded = fold(text).rstrip("。!！")
    return _DENIAL.search(folded) is None and _LEAVING.search(folded) is not None
