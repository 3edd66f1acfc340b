"""Amounts, times and temperatures in words for a learner: coaching speaks of sounds, colours and textures.

How many people a dish is for, how often something is done and which attempt it is are no amounts. How long food must
not stand, or a burn is to be cooled, may be said: there the time is the advice.
"""

import re
import unicodedata

from pipeline.checks.safety.claims import forbids, sentences

_DIGIT = r"[0-9](?:[0-9.,/⁄]*[0-9])?"
_KANJI = "[一二三四五六七八九十百千半数〇]+"
_NUMBER = rf"(?:{_DIGIT}|{_KANJI})(?:[~〜\-、,](?:{_DIGIT}|{_KANJI}))?"
_MANY = rf"(?:{_DIGIT}|(?:[二三四五六七八九十百千半数][一二三四五六七八九十百千半数]*))"
# Measured in these, any number is an amount.
_UNITS = (
    "グラム|ポンド|オンス|インチ|パイント|キロ|リットル|ミリ|センチ|メートル|カップ|デシ|°[CF]|℃|秒|分(?!割|け|担|野|の(?:姿|"
    "場面|ところ|あたり))|時間|ワット|カロリー|パーセント|パ-セント|%|cc|ml|kg|mg|cm|mm|dl|kcal|[glwGLW](?![A-Za-z])|"
    "つまみ|さじ|サジ|匙|かけ(?=ら|[をはもの入]|$|、|ほど|くらい|分)|片(?![方手側面付])|つかみ|にぎり|握り|たらし|滴|"
    "合(?=[炊研と分半のをはも]|$|、|ほど)|丁|株|房|缶|パック|升|斤|晩(?!御飯|ごはん|酌|中)"
)
# Of these one alone is no amount ("one by one", "cut one open"), nor is a place in a row ("the second one").
_COUNTERS = "個|コ(?![ツロン])|枚|本|杯|切れ|束|袋|玉|粒|膳|尾|振り|ふり|周|回し|まわし|倍|割(?![りるっれ])|日(?!本)|週間|箱|瓶|皿分"
_NOT_COUNTED = "目|ずつ|おろし|重ね|貝|肉|舌|続|ごと|も[ない]|つづ|手"
# In kana alone only what no other word begins with: さんま, ごはん, にほん, いっぱい are none.
_SMALL = "いち|に|さん|よん|ご|ろく|なな|はち|きゅう"
_KANA = f"(?:{_SMALL}|いっ|ろっ|はっ|じゅう|じゅっ|じっ|ひゃく|すう)+"
_KANA_UNITS = (
    "ぷん|ふん(?=[間かほくだ煮焼ゆ待、。])|びょう|じかん|ぐらむ|グラム|ミリ|みり(?!ん)|センチ|せんち|リットル|カップ|かっぷ|さじ|"
    "(?<!に)こ(?=[を割入使分ほ、]|$)|まい(?=[をの入使重ほ、]|$)|(?<=さん)ぼん|(?<=ろっ)ぽん|(?<=[よさ]ん)ほん|(?<=さん)ばい(?!ず)|ごう(?=[炊研とをの])"
)
_VESSELS = "コップ|カップ|おたま|お玉|スプーン|茶碗|お?椀|グラス|お?猪口|ちょこ|ボウル|レンゲ|れんげ|しゃもじ|ます|計量"
_AMOUNT = re.compile(
    rf"[大小](?:さじ|サジ|匙)|(?:おお|こ)(?:さじ|サジ|匙)(?![ぁ-ん]*加減)|(?:ティー|テーブル)スプーン[^。、]{{0,2}}{_NUMBER}"
    rf"|(?<![:0-9.a-z]){_NUMBER}\s?(?:{_UNITS})"
    rf"|(?<![:0-9.]){_MANY}\s?(?:{_COUNTERS})(?!{_NOT_COUNTED})"
    rf"|[0-9.]*[0-9]{{2,}}\s?度|[一二三四五六七八九]?[十百][一二三四五六七八九十]*度"
    rf"|(?:{_VESSELS})(?:に|で)?(?:{_NUMBER}|いっ|半分)(?:杯|ぱい|ばい)?分?(?=[のをはもで、。加入ほくだ溶]|$)(?<!の)"
    rf"|(?:ワン|ツー|スリー|ハーフ)カップ"
    rf"|[ひふ](?:と|た)(?:つまみ|さじ|匙|かけ(?![らて])|つかみ|にぎり|握り|たらし|垂らし|ふり|振り|束|袋|玉|株|房|晩(?!中)|片|缶|瓶|箱|パック|しずく)"
    rf"|ふた(?:回し|まわし|周)|(?:油|しょうゆ|醤油|酒|酢|オイル|だし|汁|水|酢)(?:を|は)?[^。、]{{0,6}}?(?:ひと|一|1)(?:回し|まわし|周)"
    rf"|(?:{_DIGIT}|[一二三四五六七八九])対(?:{_DIGIT}|[一二三四五六七八九])(?!の(?:トーク|会話|話|やりとり|レッスン|練習)|で(?:話|お話|向))"
    rf"|(?<![0-9:]){_DIGIT}:[0-9](?![0-9])|(?<![0-9:])[0-9]+:[0-9](?![0-9])"
    rf"|{_NUMBER}分の{_NUMBER}|(?<!何)(?:同じだけの|)倍(?:の(?=[^。、]{{0,6}}(?:量|水|油|塩|だし|"
    r"お?湯|酢|酒|砂糖|粉|米|ご飯|牛乳|醤油|しょうゆ))|量)|倍に(?:薄め|希釈|のば)"
    rf"|(?:^|(?<=[をはがのにでもと、])|(?<![ぁ-ん])){_KANA}(?:{_KANA_UNITS})|(?:じゅう|じゅっ|ひゃく)(?:{_SMALL})*ど(?=[にのでまく、。])"
    rf"|(?:丸|まる)(?:{_NUMBER}|いち|ひと)(?:日|晩|にち)|一昼夜|(?:{_NUMBER}|とお|じゅう)(?:まで|を|だけ|つ)?(?:数え|かぞえ)"
    rf"|{_NUMBER}(?:杯|個|本|枚|袋|玉|片)半(?!分)|を(?:一|1)(?:枚|個|本|袋|玉)(?=入れ|加え|用意|足し|使)"
    rf"|(?:同|等|半)量|適量|少々(?=[をでと、。]|ふ|振|入|加|$)|半日|(?:一|ひと|1)日(?=置|お[いく]|ほど|くらい|以上|寝か|漬|かけ|干|冷)"
    "|(?:一|1)(?:束|袋|膳)(?!ずつ|目|も|一)"
    r"|(?:卵|たまご|玉子|玉ねぎ|たまねぎ|トマト|じゃがいも|にんじん|なす|ピーマン|レモン|りんご|生姜|里芋|しいたけ|ししとう|おにぎり|"
    rf"梅干し)[^。、]{{0,8}}?(?:[2-9]|[二三四五六七八九])つ(?![にのとも目ず折葉]|割り[にでの]|切)"
    rf"|(?:卵|にんにく|生姜|玉ねぎ|レモン|トマト|鶏肉|肉|バター|ねぎ|長ねぎ)(?:を|は)?(?:一|1)(?:個|本|枚|片|束|玉|切れ)(?!ずつ|ず|目|一|を?割|で|は)"
)
# Words and figures of speech that only look like amounts.
_SET_WORDS = re.compile(
    r"十割|[二三]杯酢|二八(?:そば|蕎麦)|(?<![一二三四五六七八九])十分(?!間|ほど|くらい|ぐらい|以上|以内|経|たっ|置|待|"
    r"煮|焼|ゆで|茹で)|(?<!お玉)(?<!おたま)(?<!カップ)(?<!コップ)(?<!スプーン)(?<!玉に)(?<!たまに)(?<!プに)(?<!ーンに)半分|"
    r"五分五分|[一二三四五六七八九1-9]分(?:どおり|通り|咲き|づき|目)|何倍も|何[度回分秒時個]|"
    r"[二2]度(?:揚げ|手間|焼き|塗り|漬け|炊き|見|と|三)|"
    r"[一二三四五六七八九十百0-9]+(?:回|度目|回目|番|人前|人分|歳|等分|分割|か月|ヶ月)|十八番|三度の|百発百中|千切り|(?:1|一)人ひとり|"
    r"数(?:回|ある)|二人三脚|三枚おろし|三枚肉|二枚目|七味|五目|五香|八宝|十字|二番だし|一番だし|第[一二三]|一瞬|一気|一緒|一口|一品|一面|一皿|二、三度|一、二度|二三度|大合|小合"
)
_STANDING = re.compile(r"晩|半日|[一二三数何0-9]+(?:時間|日)|ひと晩|ふた晩")
_COOLING = re.compile(r"(?:流水|水道|水)[^。]{0,12}冷や|冷や[^。]{0,12}(?:流水|水道)|やけど")


def measurements(text: str) -> list[str]:
    """The amounts, times and temperatures in the text."""
    found: list[str] = []
    for sentence in sentences(unicodedata.normalize("NFKC", text)):
        amounts = [match.group() for match in _AMOUNT.finditer(_SET_WORDS.sub("○", sentence))]
        if amounts and forbids(sentence):
            amounts = [amount for amount in amounts if not _STANDING.search(amount)]
        if amounts and _COOLING.search(sentence):
            amounts = [amount for amount in amounts if not re.search("分|秒|時間", amount)]
        found += amounts
    return found
