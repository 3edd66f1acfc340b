"""How Japanese allows, advises, forbids and asks: the statements of a text, and what each of them does."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pipeline.checks.safety.spelling import standard

# "There is nothing to fear" in all its shapes is one permission: 大丈夫.
_REASSURANCE = re.compile(
    r"(?:ご?(?:心配|しんぱい|問題|もんだい|危険性?|害|毒性?|影響|支障|差し支え|リスク|不安|恐れ|おそれ|中毒|菌|虫|寄生虫|アニサキス|症状))"
    r"(?:の(?:心配|恐れ|おそれ)|になること|する(?:こと|必要|ほど))?(?:は|も|が)?(?:ほとんど|まったく|全く|何も|特に|まず)?"
    r"(?:ありません|ないです|ない(?!か|よう|とは|と言|で(?!す|し)|[ほ方])|なく|なし|いりません|要りません|いらない|無用|不要|ございません|しないで(?:ください)?|しなくて|せずに?)"
    r"|(?:反応し|覚えて(?:い)?|(?:他に|ほかに)?移り|うつり|気づき|気づかれ|わかり|分かり|傷み|痛み|困り|起こり|起き|バレ|"
    r"わから|分から|生きて(?:い)?られ|生き残れ|生きられ|(?:怖|こわ|危な|あぶな)くあり)ません|(?:なん|何)とも(?:ない|ありません)|"
    r"(?:怖|こわ)くない(?:です)?"
    r"|(?<=[るうくす])ほど(?:の(?:こと|もの))?では(?:ない|ありません)"
    r"|(?:お?腹|お?なか)(?:を|は|も)?(?:壊|こわ|痛くな)(?:しません|さない|すことはありません|りません|らない)"
    r"|(?:食?中毒|病気|害)に(?:は|も)?(?:なりません|ならない)|[あ当]たりません|(?:傷み|いたみ|腐り|悪くなり|害になり)ません"
    r"|(?:菌|虫|アニサキス)(?:は|も|が)?(?:(?:増え|い|残り|つき)ません|いない(?:です|ので))|(?:味|風味|香り|食感|"
    r"質)(?:も|は)(?:変わり|落ち|損なわれ)ません|(?:けが|怪我|失敗)(?:は|も|を)?しません|気にせずに?|気にしな(?:いで|"
    r"くて)(?:ください)?|気に(?:する|なる)ほどでは(?:ありません|ない)|気にな(?:りません|らない(?:です)?)|かまわない|かまいません|"
    r"構いません|構わない"
    r"|(?:捨て|避け|控え|やめ|我慢す|冷蔵庫に(?:入れ|しまう)|冷や(?:す)?|温め直(?:す)?|加熱す|火を通す|急ぐ|受診す|病院に行く|救急車を呼ぶ)"
    r"る?(?:ほどの?|まで(?:する)?)?(?:必要(?:は|も)?(?:ありません|ない(?:です)?)|ことは?(?:ありません|ない))"
)
# Leaving out what makes food or people safe: that it is not done is no prohibition.
_OMISSION = re.compile(
    r"((?:捨て|避け|控え|やめ|我慢し|加熱(?:し|し直さ|しきら|せ)|火を(?:止め|消さ|通さ|通しきら|入れ)|火が通って(?:い)?|"
    r"火が通りきって(?:い)?|通しきら|焼か|焼ききら|煮立て|煮|冷やさ|冷まさ|"
    r"冷蔵庫(?:に|へ)(?:は)?(?:入れ|しまわ|移さ)|(?:病院|医者|医師)(?:に)?(?:は)?(?:行か|かから|見せ)|受診し|"
    r"相談し|取ら|取り除か|取りのぞか|むか|(?:手|まな板|包丁|道具)を?(?:は)?洗わ|温め直さ|煮沸し|確かめ|(?:色|中|断面)(?:は|"
    r"を)?(?:見|割ら)|割ら|呼ば|換気し|換気せ))"
    r"(?:な(?:くて|い(?:まま|ほうが|方が|で(?!ください)|状態))|ず(?:に)?)"
)
PERMISSION = (
    "大丈夫|だいじょうぶ|平気|へいき|ok|オッケー|オーケー|いけ(?:ます|ちゃ|る)|食べ(?:ら)?れ(?:ます|る|て|ちゃ)|食べても?(?:い|よ|良|可)|"
    "召し上が(?:れ|って)|いただけ(?:ます|る)|頂け(?:ます|る)|飲め(?:ます|る)|使え(?:ます|る)|ごまかせ|切れ(?:ます|"
    "る)|(?:出|残|戻|回|飲ま|食べさ)せ(?:ます|る)|作れ(?:ます|る)|使いき|安心|安全|無害|"
    "(?:て|で|も|ば|なら|だけで|くらいで|ほどで|まま[でが]|これで|それで)(?:いい|良い|よい|よろし|十分|充分|じゅうぶん|結構|構)|てもよく|十分です|充分です|"
    "(?:開け|続け|済ませ|乗り切|上げ|入れ|与え)られ(?:ます|る)|ちょうど(?:い|よ|良|です)|許され|どうぞ|差し支えな|へっちゃら|余裕です|ありです|アリです"
)
BENEFIT = (
    "おいし|美味し|しっとり|ジューシー|ふっくら|ふんわり|とろっと|食べごろ|仕上が|おすすめ|お勧め|お薦め|オススメ|理想|正解|コツ|"
    "落ち着|落ちつ|火が(?:入|通)り(?:ます|き)|火が(?:入|通)るので|火[がは](?:入|通)って(?:い)?(?:ます|る)|上達|"
    "上品|証拠|普通です|当たり前|自然です|コク|深ま|味がしみ|なじ[みむん]|まろやか|ぴったり|合います|[がもに](?:いい|よい)(?:です|"
    "よ|で)|体にい|喜|よろこ|かわい|早いです|楽です|流れ(?:ます|る)|楽し[めみん]|試して|流行|はやり|向いて|いちばん(?:です|"
    "い|よ|楽)|一番(?:です|なので|い|よ|楽)|効果的|効き|便利|人気|栄養|元気に|やすい|やわらか|風味|香りが|うまみ|うま味|旨み|"
    "旨味|極み|上出来|醍醐味|通好み|最高|絶品|極意|"
    "治(?:り|る|ま)|なおり|消(?:え|せ)(?:ます|る)|早く(?:冷え|治)|防げ(?:ます|る)|防止でき|退治|やっつけ|殺菌|死(?:に|"
    "ぬ|ん)|(?:毒|菌|虫|臭み)(?:が|は|も)[^。]{0,4}飛|抜け(?:ます|る)|なくなり|克服|取れ(?:ます|る)|でき(?:ます|"
    "る)|見分け|落ち(?:ます|る)"
)
INSTRUCTION = (
    "(?:て|で)(?:ください|下さい|みて|みま|おきま|おけば|ね$|あげ(?:ま|て)|$)|ましょう|(?:う|く|ぐ|す|つ|ぬ|ぶ|む|る)と(?:い|よ|良)|"
    "ば(?:い|よ|良)|(?:る|た)(?:の|ほう|方)(?:が|も)|ことです$|(?:しろ|(?<!ごめん)なさい)$"
)
_DENIED = r"(?!とは|と(?:は)?限|ではあり|ではな|ではご|じゃな|と思(?:わ|い込)|かどうか|ません|な人|な状態|に見え|でも(?!い|大丈夫|平気|ok|構))"
_ALLOWED = re.compile(rf"(?:{PERMISSION}){_DENIED}")
_PRAISED = re.compile(rf"(?:{PERMISSION}|{BENEFIT}){_DENIED}")
_ADVISED = re.compile(rf"(?:{PERMISSION}|{BENEFIT}|{INSTRUCTION}){_DENIED}")
_TOLD = re.compile(
    rf"(?:{PERMISSION}|{BENEFIT}|{INSTRUCTION}|(?<!たりし)(?<!てい)(?<!でい)ます(?:よ|ね|から)*$|ですよ?$){_DENIED}"
)

_NOT_EVEN_IF = r"(?![^、。]{0,6}(?:ても|でも|とも|としても))"
_FORBIDDING = re.compile(
    r"ないで(?:ください|下さい|おき|お|ね|く|、|$)|ない(?:ように|よう|こと)(?:し|に|、|が|を|です|$)|ない(?:ほう|"
    r"方|の)が|(?:ては|では|ちゃ)(?:いけ|だめ|ダメ|なり|危)|いけません|(?<!逃げ)(?<!崩れ)(?<!くなり)(?<!失敗し)(?<!が出)(?<!つき)(?<!負け)(?<!減り)ません(?:$|"
    r"よ|ね|(?=ので|から))"
    r"|避け|控え(?!め)|やめ(?:て|ま|た|る|と|ず)|よしま|捨て(?:て|ま|る|た)|処分(?:し|す)|禁物|厳禁|禁止|ng|だめ(?:です|"
    r"な)|ダメ(?:です|な)|無理(?:です|は)|もってのほか|遠慮し|(?:食べ|飲ま|召し上がら|口に入れ|手を出さ|採ら|料理せ)ず(?:に)?|"
    r"作り直|でも使わず、|(?<!味が)(?<!みが)増えま|くすみ|ぶよぶよ"
    r"|とは(?:言え|いえ|限)|ではない|では(?:あり|ござい)ません|別もの|誤り|間違|(?:食べ|飲ま|使わ|触ら|かけ)ない$|思わ(?:な|ず)|問題です|早すぎ|毒の(?:ある)?もの[がはも]あり|"
    r"毒[がは]あ(?:る(?:ので|から|$)|り)|まだ食べごろで|不十分|(?:死なな|消えな|治らな|抜けな)[いく]|足りません|一歳(?:になる|"
    r"を過ぎる)まで"
    r"|(?:危険|危な|あぶな|命に|命を|飛び散|燃え広が|火が広が|爆発|破裂|悪化|のもと|逆効果|致命|死亡|亡くな|重症|中毒(?:に|"
    r"を|の)|毒素?を作|なくなりにく|消えにく|死ににく|(?:菌|毒|毒素|寄生虫|ウイルス)(?:が|は|も)(?:つ|残|増|ふえ|広|い(?:る|"
    rf"ま)|あ[りる]|移|うつ|死な|消えな|抜けな|なくな[らり]な)){_NOT_EVEN_IF}"
    r"|(?:こと|恐れ|おそれ|可能性|場合|ケース)(?:が|も)(?:あ[りる]|ござい)|かもしれ|かも知れ"
    r"|(?:医師|医療|受診し|病院|主治医|医者|小児科|耳鼻|皮膚科|保健所|専門|119|消防|#?7119|#?8000|救急|栄養士|薬剤師|お店の方|かかりつけ)"
)
_NO_DOCTOR = re.compile(
    r"(?:受診|手当て|病院|救急車|お?医者さん)(?:は|も)?(?:いりません|いらない|不要|必要ありません|必要ない)"
)
_OMITTED = re.compile("〔[^〕]*省〕")
_FINDING = re.compile(
    r"について(?:の)?お?話(?:し|を)[^。]{0,4}ます$|気になったのは、?[^。]*です$|の(?:ひき)?肉$|(?:このため|ここから)[^。]{0,8}(?:考え|思わ)られます$"  # what is spoken of is named
    r"|(?:まし|でし|かっ|だっ)た(?:の?です)?[ねよが]*$|[てで](?:い)?ます[ねよが]*$|ますが$|です(?:が|ね)$|(?:から|"
    r"ため|せい)です[ねよ]*$|(?:まま|色|状態|途中|手ざわり|感じ|様子)です$|(?:です|ます|ました|でした)(?:が|けれども|"
    r"けれど|けど|ので|から|し)$|(?:かすみ|ゆれ|残り|見え|立ち|広がり|にじみ|もれ|燃え|(?:汁|煙|湯気|泡|炎)[がも][^。、]{0,4}出|"
    r"みが?あり)ます$|(?:ん|の)ですね$|"
    r"(?:とき|時|場合|こと|理由|原因|状態|まま|さ|(?<!くださ)(?<!下さ)(?<!なさ)(?<!な)(?<!い)い|た|色|ピンク|生|焼け|煮え|煙|炎|知らせ|やけど|アレルギー|芽|火|虫|カビ)$"
)
_QUESTION = re.compile(r"(?:か|かな|かしら)(?:ね)?$|[?]$")
_DOUBTLESS = re.compile(
    r"(?:ではない|じゃない|ない)(?:でしょうか|ですか|かな)$|ましょうか$|ませんか$|いかがでしょうか$"
)
_SENTENCE_END = re.compile(r"(?<=[。!?！？\n])")
_STATEMENT_END = re.compile(
    r"((?:です|ます|ません|でした|ました|ましょう|でしょう)(?:が|けれども|けれど|けど|ので|から|し)、?)(?=.)"
)


def sentences(text: str) -> list[str]:
    """Each with its mark; a text without marks is one."""
    return [sentence for sentence in _SENTENCE_END.split(text) if sentence]


def statements(text: str) -> Iterator[str]:
    """The text's statements in a normal form: one to a sentence, or to each side of its が, ので, から."""
    words = re.sub(r"[ \t　「」『』（）()【】]", "", unicodedata.normalize("NFKC", text)).lower()
    for sentence in sentences(words):
        asks = sentence.endswith("?")
        whole = re.sub("(?<=(?:です|ます))(?:から|ので|し)$", "", sentence.strip("。!?\n"))
        for part in _STATEMENT_END.sub(r"\1\n", whole).split("\n"):
            if part := part.strip("、"):
                yield _plain(part) + ("?" if asks else "")


# That a skill serves elsewhere allows nothing.
_SERVES_ELSEWHERE = re.compile(
    r"同じ(?:見方|考え方?|やり方|原理|こつ|手順|合図|感覚)[がはも](?:使え|役立ち|当てはまり|生き)ます"
)


@lru_cache(maxsize=4096)
def _plain(statement: str) -> str:
    statement = _SERVES_ELSEWHERE.sub("同じでした", statement)
    statement = _NO_DOCTOR.sub("〔受診省〕大丈夫", standard(statement))
    return _OMISSION.sub(r"〔\1省〕", _REASSURANCE.sub("大丈夫", statement))


def without_omissions(statement: str) -> str:
    return _OMITTED.sub("", statement)


def allows(statement: str, start: int) -> bool:
    """Whether it says from there on that something may be done or eaten."""
    return _ALLOWED.search(statement, start) is not None


def commends(statement: str, start: int) -> bool:
    """Whether it allows something or says what good comes of it."""
    return _PRAISED.search(statement, start) is not None


def advises(statement: str, start: int) -> bool:
    """Whether it allows, commends or tells to do something."""
    return _ADVISED.search(statement, start) is not None


def tells(statement: str, start: int) -> bool:
    """Whether it advises, also by saying how a thing is done: 〜ます."""
    return _TOLD.search(statement, start) is not None


def says_more(statement: str, start: int) -> bool:
    """Whether it says more than what was found: 〜でした, 〜ています and no word of what may be, or is good."""
    if _PRAISED.search(statement, start):
        return True
    return not _FINDING.search(statement)


def forbids(statement: str) -> bool:
    """Whether it forbids, warns, or sends to those who know."""
    return _FORBIDDING.search(without_omissions(statement)) is not None


def asks(statement: str) -> bool:
    return _QUESTION.search(statement) is not None and not _DOUBTLESS.search(statement)
