"""What the bot says to a learner who wants their data, and what stands in the file. Natural です・ます, within LINE's limits,
as the phrasebook."""

import re
from collections.abc import Mapping
from datetime import datetime

from knowledge_base.intents.recognition import fold, safety_intent
from models.base import JAPAN

TITLE = "あなたのデータができました"
COACH = "コーチ（人間のスタッフ）"  # who spoke; the AI is called by its room's name
OPEN_LABEL = "ファイルをひらく"
UNDER_WAY = "いま、データをまとめています。できあがりしだい、ここにお届けしますね。"
OVER = "データのリンクは使えなくなっています。「データを受け取る」と送ると、新しくお作りします。"

# Keys of the phrasebook.
PHRASES: Mapping[str, str] = {
    "export_failed": (
        "ごめんなさい、データをまとめることができませんでした。いま担当が確認しています。"
        "時間をおいて、もう一度「データを受け取る」と送ってくださいね。"
    ),
}


def ready(expires_at: datetime) -> str:
    day = expires_at.astimezone(JAPAN)
    return (
        f"動画、声、メッセージ、コーチング、プロフィールなどを、ひとつのZIPファイルにまとめました。"
        f"リンクは{day.month}月{day.day}日まで使えます。\n\n"
        "リンクを知っている人は、だれでもひらけます。ほかの人には渡さないでくださいね。"
        "送信を取り消したものがあると、このリンクも使えなくなります。そのときは、もう一度「データを受け取る」と送ってください。"
    )


def readme(made_at: datetime, expires_at: datetime) -> str:
    made, until = made_at.astimezone(JAPAN), expires_at.astimezone(JAPAN)
    return f"""Momentがお預かりしている、あなたのデータです。
{made.year}年{made.month}月{made.day}日にまとめました。

messages.txt   やりとりしたメッセージ（読みやすい形）
messages.json  同じもの（プログラムで使う形）
sessions/      料理の記録。ひとつの回に、ひとつのフォルダがあります。
               coaching.txt コーチングと感想、動画や声のファイル
sessions.json  同じもの（プログラムで使う形）
profile.json   お名前、アンケートの答え、学んだことの記録
plan.json      プランと、お支払いの記録
consents.json  いただいた同意の記録
others/        料理の回に入っていない、声の質問やファイル
links.txt      大きくてこのファイルに入らなかった動画のリンク（あるときだけ。{until.month}月{until.day}日まで使えます）

送信を取り消したもの、削除したもの、お預かりの期間が過ぎた動画や声は、入っていません。
コーチがまだ確認しているコーチングと、コーチが仕事のために書いた覚え書きも、入っていません。
時刻は、メッセージと料理の記録では日本の時刻です。JSONのファイルでは、協定世界時です。

このファイルには、あなたの動画や声が入っています。大切に保管してください。
"""


LINKS_LEAD = "大きくて入らなかった動画です。それぞれのリンクから、ひとつずつ保存できます。ほかの人には渡さないでください。"

_LONGEST = 45
_WISH = re.compile(
    r"^(すみません|私の|わたしの|自分の|これまでの|今までの|全部の|すべての|全ての|、)*"
    r"(でーた|個人情報|記録)(を|が|の|は)?(全部|すべて)?(を|が)?"
    r"(受け?取る|受け?取り(たい|ます|方)?|受取|もらう|もらい(たい|ます)|もらえ(ます|る)|ください|下さい|ほしい|欲しい"
    r"|だうんろーど|えくすぽーと|書き出(し|す)|開示|出力|保存したい|送って)"
    r"(したい|します|する|できます|できる|させて|を?お願い(します)?|ください|下さい|ほしい|です|ます|か|の|が|ん|けど|ね|方法|[、。!?])*$"
)


def wants_data(text: str) -> bool:
    """「データを受け取る」, 「自分のデータをダウンロードしたいです」."""
    if len(text) > _LONGEST or safety_intent(text) is not None:
        return False
    return _WISH.search(fold(text)) is not None
