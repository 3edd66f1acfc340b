"""What the bot says of the footage: what is done with it, whether it may be looked at, and that it is looked at no more.
Natural です・ます, within LINE's limits, as the phrasebook."""

import re
from datetime import timedelta

from knowledge_base.intents.recognition import fold

# Of the words that are agreed to: `title` and `parts`. Another one where they say something else; who has agreed to earlier
# words is not asked again.
TEXT_VERSION = "2026-11"

TITLE = "動画を見る前に、ひとつだけ"
AGREE_LABEL = "同意して進む"
REFUSE_LABEL = "やめておく"
PAGE_LABEL = "プライバシーポリシー"

FIRST = "見はじめる前に、動画の扱いを確かめさせてくださいね。お返事をいただくまでは、お預かりするだけで、見ることはありません。"
ASK_AGAIN = "お預かりした動画を見てもよいか、下のボタンか「はい」「いいえ」で教えてくださいね。"
REFUSED = (
    "わかりました。お預かりした動画は、見ないまま消します。"
    "料理の質問には、これまでどおりお答えしますので、いつでも聞いてくださいね。"
    "気が向いたら、また動画を送ってください。そのときに、もう一度おたずねします。"
)
WITHDRAWN = (
    "動画の同意を取り消しました。お預かりしている動画と写真、声、そこから作った解説の動画やくらべる動画は、いま消しています。"
    "文章のコーチングとこれまでの記録は、そのまま読み返せます。次に動画を送ってくださったときに、もう一度おたずねします。"
)
NOTED = "ありがとうございます。動画を送ってくださったら、すぐに見はじめますね。"
NONE_GIVEN = (
    "いまは、動画の同意をいただいていません。動画を送ってくださったときに、あらためておたずねしますね。"
)
FILE_IS_VIDEO = "先ほどのファイルは、料理の動画ですね。受け取りました。"
ON_PAGE_TITLE = "お返事を待っています"
ON_PAGE = "動画を見てもよいか、LINEのトークでおたずねしています。トークのボタンからお返事くださいね。"


def kept_for(keep: timedelta) -> str:
    return f"もとの動画と声は、{keep.days}日たつと消します。写真と、できあがった文章、解説の動画は残ります。"


def parts(keep: timedelta) -> tuple[tuple[str, str], ...]:
    """What is agreed to: headings and their words."""
    return (
        (
            "お預かりするもの",
            "送ってくださる料理の動画と写真、声のメモです。写っているものと音のすべてで、ほかの方の顔や声が入っていれば、それもふくみます。",
        ),
        (
            "使いみち",
            "AIが見て、聞いて、コーチングを作ります。動画の一部は、あなたにお届けする解説の動画に使います。",
        ),
        ("期間", kept_for(keep)),
        (
            "いつでもやめられます",
            "「同意を取り消す」と送ると、動画と写真、声を消します。「データ削除」と送ると、すべてのデータを消します。",
        ),
        ("ほかの方へ", "ほかの方が写るときは、その方の了解を得てから送ってくださいね。"),
    )


def received(dish: str, number: int) -> str:
    """A video came that may not be looked at yet."""
    return f"{dish}（{number}回目）の動画を受け取りました。{FIRST}"


def agreed(minutes: int, dish: str, number: int) -> str:
    return f"ありがとうございます。{dish}（{number}回目）の動画を見はじめます。あと{minutes}分ほどで、コーチングをお届けします。"


_END = r"(です|ます|よ|ね|ー|!|！|。|、|お願いします|おねがいします)*$"
_YES = re.compile(
    rf"^(はー?い|うん|ええ|もちろん|同意|同意します|同意して進む|同意する|進めて(ください|下さい)?|進みます|見て(ください|下さい|もらって(いい|大丈夫))|おk|ok|おっけー?|おーけー|了解|りょうかい|わかりました|承知しました|お願いします|おねがいします)(、?(同意します|お願いします|大丈夫|いい|どうぞ|見てください))*{_END}"
)
_NO = re.compile(
    rf"^(いいえ|いえ|いや|嫌|やだ|だめ|no|のー|同意しません|同意しない|同意できません|やめておく|やめておきます|やめて(ください|下さい)?|やめます|やめとく|やめときます|見ないで(ください|下さい)?|お断りします|遠慮します|結構|消して(ください|下さい)?)(、?(同意しません|やめておきます|やめておく|結構|見ないでください|消してください))*{_END}"
)
_EITHER = re.compile(
    rf"^(いい|大丈夫|だいじょうぶ|どちらでも|うーん|んー|どうしよう|迷(う|います))(です|けど|かな|よ|ね|ー)*{_END}"
)
_WITHDRAWAL = re.compile(
    r"^(すみません|やっぱり|もう|動画|どうが|撮影|録画|の|は|、)*同意(を|は|の|した(の|こと)を?)?"
    r"(取り?消し|取り?消す|とりけし|とりけす|撤回|てっかい|やめ|なかったことに|なしに)"
    r"(たい|します|したい|して|ます|る|する|を?お願い|ください|下さい|ほしい|の|ん|です|、|。|し|!|ね)*$"
)


def says_yes(text: str) -> bool:
    return _YES.search(fold(text)) is not None


def says_no(text: str) -> bool:
    return _NO.search(fold(text)) is not None


def says_either(text: str) -> bool:
    """「いいです」, 「大丈夫です」: what they mean they must say."""
    return _EITHER.search(fold(text)) is not None


def withdraws(text: str) -> bool:
    """The wish itself; who asks what comes of it is answered in words."""
    return _WITHDRAWAL.search(fold(text)) is not None
