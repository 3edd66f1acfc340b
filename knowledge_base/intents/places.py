"""Which words ask to look back: at the dishes and their attempts, or at the skills and marks. Whole sentences only: in a
memo or a question the same words mean something else."""

import re

from knowledge_base.intents.recognition import fold

_MINE = "(これまで|今まで|いままで|過去|前|前回|まえ|最近|料理|くっきんぐ|こーちんぐ|れっすん|練習|学習|自分|私|わたし|僕|ぼく)"
_OF = f"(({_MINE}(の|に(受けた|作った|届いた))?)*)"
_SHOW = (
    "((を|が|は|も|って)?(もう一度|もういちど|もう一回|また|全部|ぜんぶ)?"
    "(見せて|みせて|見たい|みたい|見る|みる|見返したい|見返す|見直したい|確認したい|確認する|確認|知りたい|教えて|おしえて|開いて|ひらいて|出して|表示して|どう|どこ)?"
    "(で(すか|しょうか)|ですか|ください|下さい|ほしい(です)?|です|ますか|れますか|られますか|んですが|ね|か|な)*)"
)
_RECORD = re.compile(
    f"{_OF}(きろく|記録|履歴|りれき|ひすとりー|振り返り|ふりかえり|まいぺーじ|あーかいぶ){_SHOW}"
    f"|{_OF}(回|こーちんぐ|せっしょん|れっすん|作った料理)(を|が)?(もう一度|もう一回|また)?(見返したい|見直したい|見返す|振り返りたい|ふりかえりたい)(です|んですが)?"
    f"|(これまで|今まで|いままで|過去|前|前回)の(回|こーちんぐ|せっしょん|れっすん|料理){_SHOW}"
)
_PROGRESS = re.compile(
    f"{_OF}(進み(ぐあい|具合い?)|すすみぐあい|進捗(状況)?|しんちょく|成長(記録|度|ぶり)?|上達(度|ぐあい|具合|ぶり)?|歩み|あゆみ|すきる|(身についた|練習した)(力|ちから|こと)"
    f"|自己評価(の(移り変わり|変化|推移|ぐらふ))?|ぐらふ){_SHOW}"
)


def asks_for_record(text: str) -> bool:
    """Of every dish, and what was cooked of it."""
    return _RECORD.fullmatch(_plain(text)) is not None


def asks_for_progress(text: str) -> bool:
    """Of skills and marks."""
    return _PROGRESS.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return fold(text).rstrip("。!！?？〜~ー…")
