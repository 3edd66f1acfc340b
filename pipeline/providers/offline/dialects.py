"""Dialect and colloquial speech as the standard words that the dictionary knows; each word remembers how it was said.

Sudachi reads much of it by itself (焦げてまう, 通ってへん): here is only what it divides wrongly.
"""

import re
import unicodedata
from dataclasses import dataclass

from pipeline.providers.offline.morphology import Word, words

# Stems of what learners call food and cooking, before dialect endings (濃ゆか, 薄なった).
STEMS = (
    "うま|うれし|嬉し|たのし|楽し|おいし|美味し|辛|濃ゆ|こゆ|濃|薄|うす|固|硬|かた|苦|にが|甘|あま|しょっぱ|くど"
    "|難し|むずかし|怖|こわ|重|おも|熱|あつ|ぬる|悔し|くやし|きつ|弱|強|遅|黒|白|臭|くさ|悪|わる|よ|良"
)
# Bad textures by their sound: べちゃっと, ネチョネチョ, ぐっちゃり all become べちゃ.
SOUNDS = (
    "べちゃ|びちゃ|びしゃ|べちょ|びちょ|びしょ|べと|べた|ねちょ|ねちゃ|ねと|にちゃ|ぐちゃ|ぐちょ|ぐしゃ|ぐじゅ|ぐず|ぐにゃ|ふにゃ|へにゃ|へな|しな"
    "|ぱさ|ぼそ|もそ|もさ|もちゃ|ごわ|かち|がち|こち|ごり|がり|ざら|じゃり|しゃば|どろ|ぎと|ぎっと|ぼろ|でろ|だま|ぶよ|ぶに|ぬる|ぬめ|かぴ|かす|すか|がさ|かさ"
    "|つぶ|ばさ|しゃびしゃび|ちりちり|ゆる|ねば|じと"
)
KATAKANA = {hiragana: hiragana + 0x60 for hiragana in range(0x3041, 0x3097)}
SOUND = f"{SOUNDS}|{SOUNDS.translate(KATAKANA)}"

END = r"(?=$|[\s、。!?！？])"

SOUNDS_AS_ONE = tuple(
    (re.compile(said), standard)
    for said, standard in (
        (r"(?<=[べぐびねぬもベグビネヌモ])[っッ](?=ち[ゃょ]|チ[ャョ])", ""),  # べっちゃり
        (rf"({SOUND})[っッ]?\1", "べちゃべちゃ"),
        (rf"({SOUND})[っッ](と|て(?=な))", "べちゃべちゃと"),
        (r"[べぐびねぬもベグビネヌモ](ちゃ|チャ|ちょ|チョ)[りリ]", "べちゃべちゃ"),
        (r"(ぎ|べ|ギ|ベ)[っッ](とり|たり|トリ|タリ)", "べちゃべちゃ"),
        (r"(シャバ|しゃば)い", "べちゃべちゃだ"),
    )
)
STANDARD = tuple(
    (re.compile(said), standard)
    for said, standard in (
        # the west
        (r"て(し)?も(う)?た(?![いべのれくまら])", "てしまった"),
        (rf"(?!重)({STEMS})(?=な(っ[てた]|りま))", r"\1く"),
        (r"あかんかった", "だめだった"),
        (r"(?<![わなま])あかん", "だめだ"),
        (r"ど(ない|げん|がん|がい|ぎゃん|ねん|んな風に|んなふうに)(?=[しすやな])", "どう"),
        (r"(?<![もら])なして", "なぜ"),
        (r"なんぼ", "どれくらい"),
        (r"どん(?=[くぐ]らい)", "どの"),
        (r"(なんで|なぜ|どうして)(やろう?|じゃろう?|なんやろう?|だべ)", r"\1だろう"),
        (r"(?<=[んいえるうのかぜ])(やろう?|じゃろう?|だべ|ずら)(?=[かなねけ]|$|[\s、。!?！？])", "だろう"),
        (r"(?<=[いるた])べか", "だろうか"),
        (r"(?<=[んのいるた])やけど(?![しをがにのさ])", "だけど"),
        (r"(?<=[んのいた])やから", "だから"),
        (r"ばってん(が)?", "けど"),
        (r"(?<=[たるうんだ])けん(?=[^かがをのに])", "から"),
        (r"(?<=[たるいう])さかい(に)?", "から"),
        (rf"({STEMS})か(?=けん|ばい|ばって|とよ|よ|ね(?!え)|[!！。\s?？]|$)", r"\1い"),
        (r"(?<=[すばら])ええ(?=[のんかとわだ]|$)", "いい"),
        (r"しよ" + END, "しよう"),
        (r"(?<=[えけせてねべめれらかさたなま])んの(?=[でやだじ])", "ないの"),
        (r"(?<=[ァ-ヶゃん])やし(?=[\s、ァ-ヶ一-龥]|$)", "だし"),
        (r"っちゃ(?=けど|が)", "のだ"),
        (r"っちゃん" + END, "んだ"),
        (r"(?<=た)ったい", "よ"),
        (r"(?<=[^ぁ-んー]|[いうだけん])やん(か|け)?(?=[\s、。!?！？わぁ]|$)", "だよ"),
        (r"(?<=[んうた])なん(?=[\s、。!?！？]|$)", "なの"),
        (r"なんで(なん|やねん)" + END, "なんで"),
        (r"(?<=[のい])って(?=ば)", "と言え"),
        (r"オトン|おとん", "父"),
        (r"オカン|おかん(?=[がはもにの])", "母"),
        # the north
        (r"しょっぺ[えぇー]?(?=く|$|[\s。!])", "しょっぱ"),
        (r"ねがった", "なかった"),
        (r"ん?だども", "けれども"),
        (r"味っこ", "味"),
        # what everyone says
        (r"どん[だな]け", "どれだけ"),
        (r"りゃ(?=いい|あ?いい|よか)", "れば"),
        (rf"(なん|何)(て言う|ていう|という|と言う)(か|の(かな)?|んだろう?|んですかね){END}", " "),
        (r"(なんだろう?|何だろう?)(な|ね)?(?=[\s、])", " "),
        (r"(って|と)(いう|言う)か(?=[^ぁ-んァ-ヶ一-龥]|[^なねのも。])", "し、"),
        (r"(?<=[味肉米卵皮麺身飯])(うす|かた|こ|にが|しょっぱ|まず)っ?" + END, r"\1い"),
        (r"油はね", "油跳ね"),
        # what recognisers write for words that sound alike
        (r"(?<=[いきしちにみりえけせてねめれぎじびげぜでべ])杉", "すぎ"),
        (r"すぎ手", "すぎて"),
        (r"(日|費|非)(?=[はがも]?通)", "火"),
        (r"(?<=[味塩が])恋(?=[いかくめす])", "濃"),
        (r"支店しま", "してしま"),
    )
)


Patterns = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True)
class Spoken:
    """A word as the dictionary knows it, and as it was said."""

    word: Word
    said: str


def spoken_words(memo: str) -> list[Spoken]:
    """Raises OfflinePackageMissing."""
    memo = unicodedata.normalize("NFKC", memo)
    text, origin = recast(memo)
    spoken, start = [], 0
    for word in words(text):
        end = start + len(word.surface)
        spoken.append(Spoken(word, memo[origin[start] : origin[end]]))
        start = end
    return spoken


def standard_text(text: str) -> str:
    """Without dialect; textures by their sound stay as they are."""
    return recast(text, STANDARD)[0]


def recast(memo: str, patterns: Patterns = SOUNDS_AS_ONE + STANDARD) -> tuple[str, list[int]]:
    """The memo in standard words; for each of its characters, and its end, the place in the memo."""
    text, origin = memo, list(range(len(memo) + 1))
    for pattern, standard in patterns:
        pieces, places, last = [], [], 0
        for match in pattern.finditer(text):
            new = match.expand(standard)
            pieces += [text[last : match.start()], new]
            places += origin[last : match.start()] + places_of(new, match, origin)
            last = match.end()
        text, origin = "".join([*pieces, text[last:]]), places + origin[last:]
    return text, origin


def places_of(new: str, match: re.Match[str], origin: list[int]) -> list[int]:
    """What stayed the same at the beginning keeps its places; the rest counts as said by its first character."""
    old = match.group()
    same = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    kept = [origin[match.start() + i] for i in range(same)]
    if same == len(new):
        return kept
    end = origin[match.end()]
    first = origin[match.start() + same] if same < len(old) else end
    return kept + [first] + [end] * (len(new) - same - 1)
