"""Where the topic itself is dangerous: whatever is said of it is refused unless it forbids, asks, names what mends it,
or tells only what was seen. Unsafe advice has endless ways to say "fine"; right advice has few words.
"""

from pipeline.checks.safety.accidents import BLADE
from pipeline.checks.safety.claims import advises, says_more
from pipeline.checks.safety.food import POTATO, RAW_FISH
from pipeline.checks.safety.meat import (
    EXPLAINED,
    HEATED,
    MEAT_WORDS,
    POULTRY_PORK_MINCE,
    RAW_MEAT,
    STATE,
    STILL_RAW,
)
from pipeline.checks.safety.people import (
    INFANT,
    LEAVES_OUT,
    OLDER,
    RAW_DISHES,
    SOFT_EGG,
    SOLID,
    VULNERABLE_PEOPLE,
)
from pipeline.checks.safety.rule import Rule

_THROWN = "捨て|処分|あきらめ|作り直|取り替え|買い直"
_TO_THE_CORE = (
    f"{HEATED}|(?:火を|火が)(?:入れ|通)|芯まで|中(?:心)?まで|煮立|沸|(?:焼|揚げ|煮|蒸し|温め|ゆで)直|戻[しす]|加熱|もう(?:少し|一度|しばらく)|"
    "続け(?:て(?:焼|煮|揚)|ま)|待[っちて]|よく(?:焼|煮|火)|弱火|ふたを|長め|透明にな|澄[んむみ]"
)
_NOT_THROUGH = (
    f"{STILL_RAW}|生っぽ|(?:中|芯|中心|真ん中|断面|切り口)[^。、]{{0,8}}(?:透き通|透明|とろ|ねっとり|ねとっ|ぶよ|ぷよ|ぷに|ぶに|ぐにゃ|やわらかいまま|冷た|凍|赤|生)|"
    "(?:赤|濁|にご|ピンク)[いっりたのをくみ]*(?:肉)?(?:汁|つゆ)|(?:[3-6][0-9]|[三四五六]十)度|芯が残|まだ[^。、]{0,3}(?:ぷよ|ぶよ|ぐにゃ|ぷに)|生(?!き)[^。、]{0,8}(?:残|のこ)"
)
_FISH = "さば|サバ|鯖|あじ|アジ|鯵|いわし|イワシ|鰯|さんま|サンマ|秋刀魚|いか(?!が)|イカ|烏賊|かつお|カツオ|鰹|鮭|サケ|サーモン|鱈|タラ|ひらめ|ヒラメ|川魚|鯉|鮎|アユ|やまめ|ヤマメ|いわな|イワナ|ニジマス|魚|刺身"
_FROZEN_OR_HEATED = "加熱|冷凍|凍ら|火を(?:通|入)|焼[いけく]|煮|揚げ|ゆで|[刺さ]し?身用|生食用|取り除いて.*火"
_PARASITE = "アニサキス|あにさきす|寄生虫|(?:糸|白い|魚の|身の|長い)[^。、]{0,6}虫"
_FLAME = "火が(?:出|つ[いく]|回|まわ|上が|入|移|燃)|炎|引火|燃え(?:て|た|だ|る|上)|発火|火柱|出火"
_PUT_OUT = "ふた|蓋|フタ|消火器|火(?:を|は)(?:止め|消|切|弱め)|元栓|スイッチ|離れ|逃げ|119"
_POISONS = "トリカブト|ドクゼリ|ドクツルタケ|ツキヨタケ|カエンタケ|テングタケ|スイセン|水仙|イヌサフラン|チョウセンアサガオ|スズラン|すずらん|クワズイモ|毒(?:の|が)?(?:ある|きのこ|キノコ|草)|毒抜き"
_PICKED = "採[っりるれ]|摘[んみむ]|拾[っいう]|裏山|野山|山で|山の|森|河原|土手|野生|天然|自生|庭|縦に(?:裂|さ)け|見分け|図鑑|アプリ|虫(?:が)?(?:食|く)|生えて"
_COOLED = "流水|水道|水で|水を(?:かけ|流)|冷や"

MEAT = (
    Rule(
        "undercooked",
        [f"{MEAT_WORDS}|肉汁|赤い汁|竹串"],
        _NOT_THROUGH,
        says_more,
        _TO_THE_CORE,
        exempt=EXPLAINED,
        unless_about="芋|(?:じゃが|さつま|里)いも|大根|ケーキ|裏返す",
        excused_by=STATE,
    ),
    Rule(
        "thawed-wrong",
        ["解凍|溶[けか]|とけ|戻[しすせ]|ドリップ|パック|冷凍|凍"],
        "(?:赤い|解凍の|出た)(?:肉)?(?:汁|水)|ドリップ|(?:お?湯|ぬるま湯|温水)[にで][^。、]{0,12}(?:つけ|浸|入れ|沈め)[^。、]{0,8}(?:解凍|戻[しすせ]|溶か)|(?:芯|中)[^。、]{0,6}凍[っりる]",
        says_more,
        f"{_TO_THE_CORE}|ふき取|拭き取|拭[いうくけ]|ふい|ふく|吸わせ|吸い取|洗|流して|冷蔵庫で|流水|{_THROWN}",
        exempt="出にく|冷蔵庫で",
        unless_about="野菜|パン|だし|しいたけ|ひじき|わかめ|昆布|豆|麺|貝",
    ),
    Rule(
        "undercooked",
        [POULTRY_PORK_MINCE],
        "(?:外側?|表面|まわり|周り|両面|片面)(?:が|さえ|だけ|に)[^。、]{0,10}(?:色づ|焼け|固ま|きつね|こんがり|焼き色|変わ)[^。、]{0,8}(?:たら|れば|たところ|と|ので)[^。]{0,12}(?:皿|取り出|取って|火を止め|上げ|食べ|いただ|召し|完成|できあが|出来上が|盛|食卓)",
        says_more,
        _TO_THE_CORE,
        exempt=_TO_THE_CORE,
    ),
    Rule(
        "cross",
        ["漬け(?:だれ|ダレ|汁|地|た(?:たれ|タレ)|込んだ|ていた)|つけだれ|つけダレ|マリネ液|もみだれ"],
        "残り|残った|余った|そのまま|仕上げ|ドレッシング|かけ|回し",
        says_more,
        "煮立|沸|加熱|火(?:を|が|に)(?:通|入|かけ)|煮詰|煮|焼|捨て",
        exempt="煮立|沸|加熱|煮詰|野菜を",
    ),
    Rule(
        "cross",
        [
            f"{RAW_MEAT}|(?:鶏|豚|肉|魚)を(?:切|触|さわ|のせ|置|こね|漬|扱|もん|もみ|揉|さば|つか)",
            "まな板|包丁|皿|ボウル|バット|箸|トング|手|シンク",
        ],
        "水[でに]|さっと|拭|ふ[いくけ]|裏返|そのまま|エプロン|ペーパー|同じ",
        advises,
        "洗剤|石けん|せっけん|石鹸|熱湯|消毒|替え|別の|漂白|アルコール|泡|洗ってから",
        exempt="別の|洗剤|石けん|石鹸",
        excused_by="",
    ),
)
FISH = (
    Rule(
        "raw-fish",
        [
            "川魚|川で|川の|淡水|池|渓流|鯉|コイの|鮎|あゆの|アユ|やまめ|ヤマメ|いわな|イワナ|ニジマス|虹鱒|ホタルイカ|ほたるいか|どじょう"
        ],
        RAW_FISH,
        says_more,
        _FROZEN_OR_HEATED,
        exempt="生食用|刺身用",
    ),
    Rule(
        "raw-fish",
        [f"{_FISH}|アニサキス"],
        _PARASITE,
        says_more,
        _FROZEN_OR_HEATED,
        "冷凍(?:し|の|品|もの)",
        excused_by="",
    ),
    Rule(
        "raw-fish",
        [_FISH, "焼|煮|揚げ|切り身|フライ|川|池|釣"],
        "(?:中|芯|真ん中|骨の(?:まわり|そば))[^。、]{0,6}(?:生|赤|透き通|透明|冷た|凍)|生焼け|半生|レア",
        says_more,
        _TO_THE_CORE,
        excused_by=STATE,
    ),
)
PEOPLE = (
    Rule("egg", [VULNERABLE_PEOPLE], SOFT_EGG, says_more, f"{SOLID}|大きくなるまで"),
    Rule(
        "vulnerable",
        ["妊婦|妊娠|治療|抗がん|入院|術後|手術|体力が落|授乳|赤ちゃん|乳児|免疫|お?年寄り|高齢|病"],
        RAW_DISHES,
        says_more,
        _TO_THE_CORE,
    ),
    Rule(
        "infant",
        [f"{INFANT}|おしゃぶり|哺乳"],
        "はちみつ|ハチミツ|蜂蜜|はち蜜|ハニー|ナッツ|ピーナ|餅|おもち|白玉|こんにゃく|井戸水",
        says_more,
        "ペースト|すりつぶ|粉",
        exempt=f"{OLDER}|大人(?:の分)?だけ|別に取り分け",
    ),
    Rule(
        "infant",
        [INFANT],
        "豆(?!腐|乳|苗)|りんご|リンゴ|ぶどう|ミニトマト|生(?:卵|の?まま|で)|刺身|半熟",
        says_more,
        "火を通|加熱|煮|ゆで|蒸|すりおろ|つぶ|ペースト|粉|小さく|四つ|刻|皮を",
        exempt=f"{OLDER}|大人(?:の分)?だけ|別に取り分け",
    ),
    Rule(
        "allergy",
        ["アレルギ|蕁麻疹|じんましん"],
        "アレルギ|蕁麻疹|じんましん",
        says_more,
        LEAVES_OUT,
        exempt=LEAVES_OUT,
    ),
)
NATURE = (
    Rule(
        "foraged",
        ["きのこ|キノコ|茸|野草|山菜|葉|球根"],
        _PICKED,
        says_more,
        exempt="店|スーパー|市販|専門|買っ|直売",
    ),
    Rule("foraged", [], _POISONS, says_more, _THROWN, excused_by=""),
    Rule(
        "toxin",
        [POTATO],
        "芽(?!キャベツ)|緑|青[くい]|苦[いくみ味]|えぐみ|日(?:の|に)当た",
        says_more,
        exempt="取(?:り|って|れば|っ|る)|とって|除|のぞ|えぐ[っりるれ]|くり抜|くりぬ|厚(?:く|め)|切り落|切り取|そぎ|そい|暗い|捨て",
        excused_by="",
    ),
)
HEAT = (
    Rule(
        "oil-fire",
        ["油|オイル|天ぷら|揚げ|鍋|フライパン"],
        f"(?:油|揚げ鍋|天ぷら|鍋)[^。、]{{0,8}}(?:{_FLAME})|火柱|引火",
        says_more,
        _PUT_OUT,
    ),
    Rule(
        "oil-fire",
        ["油|オイル|天ぷら|揚げ|フライパン"],
        "煙(?!突)|(?:2[1-9][0-9]|[3-9][0-9]{2}|二百[二三四五六七八九]十|三百)度",
        says_more,
        f"{_PUT_OUT}|下げ|冷ま|弱め|弱火|控え|前に",
        exempt="燻|すぎ(?:た|の)|手前|出る前|オーブン|トースター|火(?:を|は)(?:止め|弱|切)|換気",
    ),
    Rule(
        "burn",
        ["やけど|火傷|熱傷|水ぶくれ|水疱"],
        "やけど|火傷|熱傷|水ぶくれ|水疱",
        says_more,
        f"{_COOLED}|ガーゼ|覆|清潔|注意|気をつけ|防|ミトン|布巾|乾いた",
        exempt=f"{_COOLED}|しないよう|やけど(?:し(?:な|に|や|そう)|する(?:の|こと|おそれ|と|から))|弱め|防|ミトン|布巾",
    ),
    Rule(
        "burn",
        ["油|湯|汁|やけど"],
        "服(?:に|が|を)[^。]{0,20}(?:脱[いげぐがご]|はが[しすせそ])",
        says_more,
        "冷やしてから|水をかけ",
    ),
    Rule(
        "burn",
        [],
        "(?:柄|取っ手|持ち手|ハンドル)[^。、]{0,8}(?:手前|外側|通路|突き出|はみ出)",
        says_more,
        "内側|横|奥",
    ),
)
BLADES = (
    Rule(
        "knife",
        [BLADE],
        "(?:落ち|落と|すべ|滑)[^。]{0,14}(?:受け|(?:手|足|膝|ひざ|腕|体)[^。、]{0,3}止め|押さえ|つか[みまむめん]|キャッチ|足で)|手に持ったまま|刃先を[^。、]{0,6}(?:人|相手)",
        says_more,
        "台に|置いて|離",
    ),
)

RULES = (*MEAT, *FISH, *PEOPLE, *NATURE, *HEAT, *BLADES)
