"""Which intent a message has, by signs alone: a model or a dictionary may be away, and safety may not wait for it."""

import re
import unicodedata

from knowledge_base.intents.cares import CARING
from knowledge_base.intents.dangers import DANGERS
from knowledge_base.intents.kinds import Intent, Rule
from knowledge_base.intents.spelling import spell
from knowledge_base.intents.talk import COOKING, TALK
from knowledge_base.raw_meat import says_raw

_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_NOT_SAID = re.compile(r"[\s\u200b-\u200d\ufe0f\U0001f000-\U0001faff\u2600-\u27bf・「」『』()\[\]（）]+")
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_LONGEST_TALK = 45  # characters: whoever writes more has something else to say too
_ASKS = re.compile(
    r"[?？]\s*$|(です|ます|でしょう|ません|ました|でした|だろう|ない|いい|んです|たら|の|か)か(な|ね|しら)?$"
    r"|(教えて|おしえて|知りたい)(ください|下さい|ほしい|欲しい|です|んですが|んだけど|ちょうだい|や|な)*$|(何|なん|なに|どう|どこ|いつ|どれ|どの|どっち|なぜ|なんで)[^。]{0,20}(の|ん|や|ねん|かな|だろう|すれば|したら|する|なる|いい)$"
    r"|(とは|って何|のこつは|の方法は|のやり方は|かな|かしら|のかな)$"
)
# What became of this cook: only its video tells.
_OF_THIS_COOK = re.compile(
    r"(た|だ)(の|ん)?(です|でしょう|だろう)?(か|は|のは|かな|の)?[?？]?$|(た|だ)の(は|が)(なぜ|なんで|どうして)|(なぜ|なんで|どうして)[^。]{0,24}(た|だ)(の|ん)"
)

_ASKS_WHAT = re.compile(
    r"(何|なに|なん(?!て)|どう|どない|どんな|どこ|いつ|どれ|どの|どっち|どちら|どっから|なぜ|なんで|誰|だれ|いくつ|いくら|それとも|(教えて|知りたい)|違い|とは[?]?$|こつは|方法は|やり方は|切り方|作り方|は[?]?$|って[?]?$)"
)
_MAY_I = re.compile(
    r"(ても|でも)?(いい|良い|よい|ええ|大丈夫|だいじょうぶ|平気|だめ|駄目|あかん|ok|おk|必要|いる|要る|使える|できる|食べられる|食べれる|いける|あり|合う)(です|ですか|の|ん|か|かな|やろ|よね|よな|ね|な)*[?]?$|(ほう|方)が(いい|よい|良い)"
)
_CLAUSE = re.compile(r"[、。，,！!？?\n]|けど|けれど|でも|(?<=[たすい])が、?")
_OF_THE_COOK = re.compile(
    r"(美味し|おいし|うま(く|か|い)|味|香り|におい|食感|見た目|仕上が|焼き色|焼け|焦げ|べちゃ|ぱらぱら|固|かた(い|く|か)|柔らか|やわらか|しょっぱ|薄(い|か|く)|濃(い|か|く)|火加減|強火|弱火|中火|水っぽ|ぱさ|じゅーしー|かりっ|さくさく|とろ|ふわ|出来|できまし|できた|成功|失敗|楽しか|巻け|混ぜ|炒め|煮|揚げ|感想)"
)


def intent_of(text: str, dish: str = "") -> Intent | None:
    """The gravest intent: dangers first, then care, then talk. None: a question like any other. `dish` is the slug of the
    one it is about."""
    raw = Intent.UNDERCOOKED if says_raw(text, dish) else None
    return safety_intent(text) or raw or talk_intent(text)


def safety_intent(text: str) -> Intent | None:
    return _first(DANGERS, text) or _first(CARING, text)


def talk_intent(text: str) -> Intent | None:
    """Only of a short message: what is said besides a cooking question is no reason to leave that without an answer."""
    if len(text) > _LONGEST_TALK and not is_foreign(text):
        return None
    intent = _first(TALK, text)
    return None if intent in _BESIDES and _asks_of_cooking(text) else intent


def is_foreign(text: str) -> bool:
    """Not one Japanese letter in it, though it has words."""
    return re.search("[ぁ-んァ-ヶー一-龠]", text) is None and any(sign.isalpha() for sign in text)


def asks_yes_or_no(text: str) -> bool:
    """Whether はい or いいえ answers it: a question without a word that asks for something else."""
    spoken = [fold(part).rstrip("。!") for part in sentences_of(text.strip())]
    asks = [words for words in spoken if _ASKS.search(words) or _MAY_I.search(words)]
    return bool(asks) and _ASKS_WHAT.search(asks[-1]) is None


def tells_besides(text: str) -> bool:
    """Whether something of the cook is told besides the danger, so that it is a memo too."""
    clauses = [clause for part in sentences_of(text) for clause in _CLAUSE.split(part)]
    return any(_OF_THE_COOK.search(fold(each)) and safety_intent(each) is None for each in clauses)


# How a wish or a question ends; what was done is told otherwise.
_WISHES = re.compile(
    r"(たい(ん)?(です|だ)?(が|けど|けれど|の(です|だ)が|な|ね)?|ください|下さい|お願い(し(ます|たい(です)?))?|ほしい(です)?|ます|教えて"
    r"|(です|ます|でしょう|ません|の|る)か|[?？]|方法(は|を)?|いくら|いつ|できま(せん(でした)?)|され(まし|てい?ま)(た|す))$"
)


def wishes_alone(text: str) -> bool:
    """One sentence, which wishes or asks and tells nothing of a cook: no memo, though its words may be in one."""
    spoken = fold(text).rstrip("。!！")
    return len(sentences_of(text)) == 1 and _WISHES.search(spoken) is not None and not speaks_of_cooking(text)


def speaks_of_cooking(text: str) -> bool:
    folded = fold(text)
    return re.search(COOKING, folded) is not None or _OF_THE_COOK.search(folded) is not None


def sentences_of(text: str) -> list[str]:
    return [part for part in _SENTENCE.findall(text) if part.strip("。！？!?　 \n、…")]


def is_question_alone(text: str) -> bool:
    """One question and nothing told besides, which can be answered before the video of this cook is seen."""
    parts = sentences_of(text.strip())
    if len(parts) != 1:
        return False
    words = parts[0].strip().rstrip("。！!　 ")
    folded = fold(words)
    return _ASKS.search(folded) is not None and _OF_THIS_COOK.search(folded) is None


def fold(text: str) -> str:
    """Hiragana for katakana, small letters, no spaces, signs or pictures: one spelling for the signs to look at."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("、", "").replace(",", "")
    return _NOT_SAID.sub("", plain).translate(_TO_HIRAGANA)


# Said beside a question as often as alone.
_BESIDES = frozenset(
    {
        Intent.THANKS,
        Intent.TIRED,
        Intent.DISCOURAGED,
        Intent.GREETING,
        Intent.FIRST_MEETING,
        Intent.COMPLAINT,
        Intent.REPHRASE,
        Intent.OFF_TOPIC,
    }
)


def _asks_of_cooking(text: str) -> bool:
    folded = fold(text)
    return re.search(COOKING, folded) is not None and any(
        _ASKS.search(fold(part).rstrip("。!")) for part in sentences_of(text)
    )


# 火を噴くほど辛い: how much, and nothing that happened.
_HYPERBOLE = re.compile(
    r"[^。]{0,20}(ほど|くらい|ぐらい|れべる(で|に)?|ってくらい|かと思うほど|勢い(で|の)?)(に|の|が)?[^。]{0,5}"
    r"(辛|から(い|く|か|っ)|うま|おいし|美味|絶品|すっぱ|酸っぱ|しょっぱ|甘|まず(い|か|く)|苦(い|か|く)|嬉|うれし|恥|緊張|笑|感動|好き|濃|食べ(すぎ|過ぎ)|腹が減|お腹が(空|す))[^。]*"
)


def _first(rules: tuple[Rule, ...], text: str) -> Intent | None:
    whole = spell(fold(text))
    parts = [_HYPERBOLE.sub("□", spell(fold(part))) for part in sentences_of(text)]
    for each in rules:
        if each.needs is not None and each.needs.search(whole) is None:
            continue
        if each.unless is not None and each.unless.search(whole) is not None:
            continue
        if any(each.sign.search(each.harmless.sub("□", part)) for part in parts):
            return each.intent
    return None
