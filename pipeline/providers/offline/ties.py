"""Whether a remark is about a fault: by the learner's own words for it, or by a thing that is itself the trouble (煙).

A verb or a thing in common proves nothing: smoke comes out, and so do fingers.
"""

from collections.abc import Sequence
from functools import lru_cache

from knowledge_base import catalogue
from knowledge_base.content import DishGuide, Fault
from pipeline.providers.offline.lexicon import AUXILIARIES, lemmas
from pipeline.providers.offline.morphology import words
from pipeline.providers.offline.vision.mentions import mentions

TROUBLES = lemmas(
    "煙 炎 焦げ 焦げ目 だま ダマ むら ムラ 斑 灰汁 あく えぐみ 臭み 生臭み 罅 ひび 筋 芯 隙間 雑味 渋み 渋味 苦み 苦味 油染み"
)
# Things a remark may name without leaving the dish.
COMMON = lemmas(
    "水 油 肉 野菜 侭 味 色 音 香り 匂い におい 食感 見た目 形 表面 裏 裏側 底 中 中身 真ん中 外 外側 縁 周り 全体 部分 所 感じ 仕上がり 最後 最初 途中 火 火加減 "
    "強火 弱火 鍋 フライパン 全部 何 今回 今日 具 具材 料理 自分 私 時 方 事 物 まま ちょっと 少し 半分 後 前 一部"
)


SAME = lemmas("御飯 ご飯 飯 米 御米 白米")
GOES_ON = lemmas("来る 行く 置く 見る しまう 頂く 欲しい も は")
ELSEWHERE = lemmas(
    "スマホ スマートフォン 携帯 カメラ 眼鏡 髪 壁 動き 手順 段取り タイミング 気持ち 頭 時間 テレビ 皿 御皿 茶碗 椀 コップ グラス 床 服 袖 エプロン 時計 タイマー 電話 子供 子ども 猫 犬 換気扇 警報器 箱 袋 ラップ"
)


def is_about(remark: str, fault: Fault, dish: DishGuide) -> bool:
    if nouns_in(remark) & TROUBLES & nouns_in(" ".join(fault.learner_words)):
        return True
    foreign = foreign_things(fault, dish)
    return any(says(part, fault.learner_words, foreign) for part in parts_of(remark))


def says(part: str, phrases: Sequence[str], foreign: frozenset[str]) -> bool:
    """Whether it says what one of the phrases says, of the same thing."""
    things = nouns_in(part)
    said = [phrase for phrase in phrases if mentions([part], [phrase]) and says_all(part, phrase)]
    return any(nouns_in(phrase) & things - COMMON for phrase in said) or bool(said and not things & foreign)


def says_all(part: str, phrase: str) -> bool:
    """水っぽい is more than 水, and 音がしない more than 音: of what holds no more than a noun the beginning must be met."""
    content = [word for word in words(phrase) if word.part in ("名詞", "動詞", "形容詞", "形状詞", "副詞")]
    meaning = [word for word in content if word.lemma not in AUXILIARIES]
    only_noun = len(meaning) == 1 and meaning[0].part == "名詞" and len(phrase) > len(meaning[0].surface)
    return (not only_noun or phrase[:3] in part) and ("だけ" not in phrase or "だけ" in part)


def parts_of(remark: str) -> list[str]:
    """くっついて、はがれなかった: the negation is of the second only."""
    remark_words = words(remark)
    parts = [""]
    for index, word in enumerate(remark_words):
        parts[-1] += word.surface
        following = remark_words[index + 1].lemma if index + 1 < len(remark_words) else ""
        if (
            word.subpart == "接続助詞"
            and word.surface in ("て", "で")
            and following not in AUXILIARIES | GOES_ON
        ):
            parts.append("")
    return [part for part in parts if part]


def foreign_things(fault: Fault, dish: DishGuide) -> frozenset[str]:
    """What the fault cannot be of: 皿が割れた is no cracked patty, 卵が固まった no lump of rice."""
    own = nouns_in(" ".join((fault.name_ja, fault.seen, fault.diagnosis, *fault.learner_words)))
    of_food = own & ingredients()
    ours = own | SAME if own & SAME else own
    ours |= nouns_in(" ".join((dish.name_ja, *(() if of_food else dish.speech_phrases))))
    return ((ELSEWHERE | ingredients()) - COMMON | {"油"}) - ours


@lru_cache(maxsize=1)
def ingredients() -> frozenset[str]:
    dishes = catalogue.load().dishes.values()
    return nouns_in(" ".join(phrase for dish in dishes for phrase in (*dish.speech_phrases, *dish.allergens)))


@lru_cache(maxsize=4096)
def nouns_in(text: str) -> frozenset[str]:
    return frozenset(word.lemma for word in words(text) if word.part == "名詞")
