"""Who eats with small children, in pregnancy, old age or illness is never advised to leave food half raw, whoever wrote it."""

import re

from knowledge_base.profile import Profile
from pipeline.checks.safety import claims

_EGG = "卵|たまご|玉子|黄身|白身|オムレツ|スクランブル"
_RED = "ピンク|桜色|桃色|薄紅|ばら色|バラ色|ロゼ|赤[いくみ]|赤色"
_HALF_RAW = re.compile(
    "半熟|半生|半なま|(?<!シ)レア(?!な|チーズ)|ミディアム|生卵|生の卵|生たまご|卵かけ|ユッケ|タルタルステーキ|カルパッチョ|タタキ|たたきに|生食|生っぽ"
    # served so
    "|(?:温泉|とろとろ|とろ|ふわとろ)(?:卵|たまご|玉子)|温玉|ポーチド|月見|(?:卵黄|黄身)を?[^、。]{0,8}(?:落と|のせ|からめ|絡め|溶|割|添え|混ぜ|つけ)|(?:刺し?身|さしみ)[^。]*(?:召し上が|食べ|どうぞ|いただ|おいし|楽し|のせ|盛|添え|仕上げ|おすすめ|切)"
    # the egg not set
    f"|(?:{_EGG})[^。]{{0,14}}(?:とろ(?!み)|とろり|とろっ|ゆる[いく]|やわらか(?:いまま|く残)|流れ(?:る|出)|固めず|固めきら|固まら(?!せ)|固まりき[らる]|固まる(?:前|手前)|七分|八分|生のまま|なま|ぷるぷる|ねっとり|液[^、。]{0, 4}残|まだ液|水っぽさが残)"
    "|(?:七|八|六|7|8|6)分(?:どおり|通り|目)?(?:で|まで|に)?(?:火|固|の火|上げ|止め)|白身だけ[^。]{0,8}固|とろとろのうち"
    # the meat or the fish not done
    "|表面だけ[^。]{0,8}(?:焼|あぶ|炙)"
    f"|(?:{_RED})[^、。]{{0,8}}(?:残|うち|まま|で(?:、)?(?:止|上げ|引|火|取|切|休)|程度|くらい|ぐらい|に(?:仕上|止|焼|とど)|置[いく]|加減|が理想|がちょうど)"
    "|(?:中|芯|中心|内側|真ん中)[はがを]?[^、。]{0,8}(?:生(?!地|姜|臭)|なまの?まま|冷たい|半ば)|生の?ままで?(?:、)?(?:どうぞ|召|食べ|いただ|おいし|楽|のせ|添え)"
)
_PUT_RIGHT = re.compile(
    "せず|避け|控え|以外|では?なく|じゃなく|固め(?!ず|き)|固まる(?!前|手前)|固まるまで|(?:中|芯)まで[^。]*(?:火|焼|固|加熱|温)|中心まで|黄身まで|消え|なくな|残らな|残ってい?な|見えな"
)
_GROWN_UPS_ONLY = re.compile(
    "(?:大人|おとな)(?:の方)?(?:の(?:分|ぶん|お皿)?)?(?:だけ|のみ|用|の分|の皿|は|なら)"
)
_EVERYBODY = re.compile(
    "(?:大人|おとな)も|(?:子ども|子供|お子さん?|お子さま|赤ちゃん|みんな|皆さん|家族)[^、。]{0,4}(?:も|に|で)"
)
_SERVES_SO = re.compile(
    "(?:残[しすせ]|止め|仕上げ|のせ|落と|引き上げ|取り出|下ろ|どうぞ|召し上が|のうちに|のまま)[^。]*(?:ましょう|ください|ます|どうぞ|$)"
)

_RED_ANYWAY = re.compile(
    "にんじん|人参|トマト|パプリカ|ピーマン|唐辛子|しょうが|生姜|りんご|梅|野菜|器|皿|えび|かに|ソース|玉ねぎ|大根|かぶ"
)
_IS_MEAT = re.compile(
    "肉|鶏|豚|牛|鴨|ラム|ステーキ|バーグ|ビーフ|魚|鮭|サーモン|まぐろ|レバー|中[はを]|中心|芯|断面"
)
_FOUND = re.compile("(?:(?:まし|でし|かっ|だっ)た(?:の?です)?|て見えます|ままです|残っています)[ねよ]*$")


def half_raw_violations(text: str, profile: Profile) -> list[str]:
    """[] for whoever has named nobody of them."""
    if not profile.vulnerable_eaters:
        return []
    return (
        ["safety: half raw: who eats with this learner must not have it so"] if advises_half_raw(text) else []
    )


def advises_half_raw(text: str) -> bool:
    return any(_advises(statement) for statement in claims.statements(text))


def _advises(statement: str) -> bool:
    found = _HALF_RAW.search(statement)
    if not found or claims.asks(statement):
        return False
    if re.match(_RED, found[0]) and _RED_ANYWAY.search(statement) and not _IS_MEAT.search(statement):
        return False
    if _FOUND.search(statement) or not (claims.advises(statement, 0) or _SERVES_SO.search(statement)):
        return False
    if claims.forbids(statement) or _PUT_RIGHT.search(statement):
        return False
    return not _GROWN_UPS_ONLY.search(statement) or _EVERYBODY.search(statement) is not None
