"""Whose name stands before さん: the learner's, or that of somebody who is named by what they are."""

import re

from knowledge_base import phrasebook

_ADDRESSED = re.compile(
    r"(?:^|[。！？!?、\n「])([^\s。、！？!?「」]{1,16}?)(?<![をは])さん(?!ま(?!で|た|す)|しょう|ぽ|かく|ぼん|まい|ばい|ぷん|にん|じゅう|ど(?!う|ん)|さい|ご|き)"
)
_KIN = (
    "母|父|兄|姉|弟|妹|母[上様]|爺|婆|お祖父|お祖母|祖父|祖母|叔父|叔母|伯父|伯母|おじ|おば|孫|嫁|婿|お婿|姑|舅|義母|義父|奥|旦那|だんな|ダンナ|"
    "息子|娘|お子|お嬢|嬢|親御|母親|父親|両親|いとこ|従兄弟|双子|末っ子|夫婦|ご夫婦|ママ|パパ|主人|女房|赤|家族|親戚|姪|甥|姪っ子|甥っ子|子ども|子供"
)
_GOODS = (
    "豆腐|とうふ|八百|肉|お肉|精肉|魚|鮮魚|米|お米|パン|花|お花|酒|酒蔵|茶|お茶|菓子|お菓子|ケーキ|そば|蕎麦|うどん|寿司|すし|"
    "お寿司|鮨|鰻|うなぎ|焼き鳥|焼鳥|定食|居酒|弁当|お弁当|惣菜|総菜|お惣菜|"
    "乾物|味噌|醤油|酢|油|金物|刃物|包丁|道具|電器|電気|本|古本|薬|質|床|お好み焼き|たこ焼き|団子|お団子|漬物|漬け物|卵|玉子|"
    "牛乳|氷|炭|問|料理|洋食|中華|専門|荒物|瀬戸物|器|洗濯|水道|ガス|"
    "植木|種|苗|酪農|養鶏|果物|青果|駄菓子|豆|海苔|昆布|鰹節|お茶|珈琲|揚げ物|天麩羅|貝|町|殺し|便利|配達|引っ越し|不動産|リフォーム"
)
_PEOPLE = (
    "常連|仲居|彼女|彼氏|相手|連れ|ゲスト|皆|みな|みんな|どなた|誰|何屋|客|隣|となり|友達|ともだち|お友だち|友だち|仲間|ご近所|"
    "近所|医者|お医者|板前|大家|大工|左官|先生|主婦|主夫|妊婦|産婦|看護婦|園児|生徒|患者|先輩|後輩|同僚|上司|店主|店|お店|仕入れ先|"
    "スタッフ|ベテラン|カメラマン|ビギナー|コック|パティシエ|ソムリエ|ドクター|ナース|コーチ|オーナー|マスター|バイト|パート|メーカー|"
    "レストラン|カフェ|スーパー|ベビー|シッター|ヘルパー|ドライバー|スポーツマン|プロ|おまわり|お巡り|消防|警察|保健所|"
    "職人|友人|名人|達人|知人|大人|新人|老人|ご老人|隣人|住人|料理人|商人|管理人|仲買人|外国人|一人暮らし|学生|園長|受験生|"
    "栄養士|保育士|消防士|介護士|弁護士|税理士|料理長|板長|店長|社長|院長|会長|部長|課長|所長|校長|工場長|船長|選手|運転手|助手|"
    "歌手|警察官|教官|杜氏|女将|おかみ|若女将|杜氏|親方|大将|師匠|弟子|棟梁|番頭|"
    "お(?:あげ|いも|まめ|だし|かゆ|なべ|鍋|もち|餅|米|だんご|団子|とふ|ねぎ|味噌|みそ|くど|地蔵|ひな|花)|お相撲|お坊|坊|"
    "神主|住職|妖精|サンタ|お姫|お寺|お宮|お稲荷|えびす|お日|お月|お星|お天道|お豆|お芋|お揚げ|おかい|お粥|飴|うさぎ"
)
# By what they end in: a name may stand before it (隣の豆腐屋さん), a particle or an adverb too (今日はお客さん).
_NOBODY = re.compile(
    rf"(?:(?:{_GOODS}|[ァ-ヶー]{{2,}}|[ぁ-ん]{{3,}})屋|豆腐や|とうふや|パンや|さかなや|にくや|[師員者家]|"
    rf"(?:^|お|ご)(?:とう|かあ|にい|ねえ|じい|ばあ|じ|ば)|{_KIN}|{_PEOPLE}|たく|沢山|疲れ|お疲れ|苦労|ご苦労|"
    r"おはよう|ようこそ)$"
)


def wrong_names(text: str, first_name: str) -> list[str]:
    """The learner is addressed by their own first name, with さん and nothing else."""
    wrong = []
    if re.search(rf"{re.escape(first_name)}(?:くん|君|ちゃん|様|さま|氏|殿)", text):
        wrong.append("name: put さん and nothing else behind the learner's name")
    others = _without_learner(text, first_name) if first_name != phrasebook.NAMELESS else text
    addressees = {name for name in _ADDRESSED.findall(others) if not _NOBODY.search(name)}
    return wrong + [f"name: '{name}さん' is not the learner" for name in sorted(addressees)]


def _without_learner(text: str, first_name: str) -> str:
    """Of a longer name that ends in theirs (まみゆ for みゆ) nothing is taken; a particle may stand before it."""
    script = next(
        (letters for letters in ("ぁ-ん", "ァ-ヶー", "一-龥") if re.match(f"[{letters}]", first_name)), ""
    )
    before = (
        rf"(?:(?<![{script}])|(?<=[はがのをにともへでやねよ])|(?<=とう)|(?<=です)|(?<=ます)|(?<=今日))"
        if script
        else ""
    )
    return re.sub(f"{before}{re.escape(first_name)}さん", "", text)


def without_name(text: str, first_name: str) -> str:
    """The learner is called what they call themselves, and LINE's names hold emoji, digits and anything else."""
    return text.replace(first_name, phrasebook.NAMELESS)
