"""What the bot says of photos and of several clips. Natural です・ます, within LINE's limits, as the phrasebook."""

import re
from collections.abc import Mapping

from knowledge_base.intents.recognition import fold

MOST_PHOTOS = 10  # of one cook

_KEEP = "この料理の記録に、いっしょに残しておきますね。"
PHOTO_KEPT = f"写真をありがとうございます。{_KEEP}"
PHOTOS_FULL = (
    f"写真をありがとうございます。この料理の写真は、もう{MOST_PHOTOS}枚お預かりしているので、"
    "この写真は残さずにおきますね。"
)

SAME_COOK_ASK = "前の動画から時間があいていますね。同じときの続きですか？"
SAME_COOK_LABEL = "続きです"
OTHER_COOK_LABEL = "別のときの動画"
KEPT_APART = "わかりました。こちらの動画は、次の料理を選ぶまでお預かりしておきますね。"
CLIP_GONE = "その動画は、もうこちらに残っていません。もう一度送ってくださいね。"
LATE_CLIP = (
    "ありがとうございます。コーチングの文章ができたあとに届いたので、こちらの動画は別にお預かりしました。"
    "どの料理の動画ですか。"
)

# Keys of the phrasebook.
PHRASES: Mapping[str, str] = {
    "clip_too_late": (
        "いまのコーチングには間に合わなかったので、こちらの動画は、次の料理を選ぶまでお預かりしておきますね。"
    ),
    "clip_unsent": (
        "送信を取り消した動画は、こちらからも消しました。残りの動画で、コーチングをお作りしますね。"
    ),
    "clip.left_out": (
        "送ってくださった動画のうち、うまく見られないものが1本ありました。ほかの動画で、コーチングをお作りしますね。"
    ),
    "clip.too_long": (
        "動画を全部つなげると長くなりすぎるので、あとの1本は使わずに、ほかの動画でコーチングをお作りしますね。"
    ),
    "photo.unreadable": (
        "開けない写真がありました。記録に残したいときは、お手数ですが、もう一度送ってくださいね。"
    ),
    "photo.too_large": (
        "とても大きくて、お預かりできない写真がありました。記録に残したいときは、小さくして送ってくださいね。"
    ),
    "photo.gone": (
        "トークから消えていて、受け取れない写真がありました。記録に残したいときは、もう一度送ってくださいね。"
    ),
    "photo.not_fetched": (
        "ごめんなさい、LINEから受け取れない写真がありました。記録に残したいときは、もう一度送ってくださいね。"
    ),
}


_END = r"(です|でした|の(動画|もの)|だよ|よ|ね|。|!)*$"
_SAME = re.compile(
    rf"^(?=はい|うん|ええ|そう|さっき|前|続き|同じ|一緒)(はい|うん|ええ|そう)*、?((さっきの|前の)?続き|同じ(料理|とき|時)?|一緒)?{_END}"
)
_OTHER = re.compile(
    rf"^(?=いい?え|いや|ちが|違|別)(いいえ|いえ|いや|ちがう|違う|ちがいます|違います)*、?(別(のとき|の時|の料理|の日)?|違うとき)?{_END}"
)


def same_cook(text: str) -> bool | None:
    """Whether it is, as they answer SAME_COOK_ASK in words; None for other words."""
    said = fold(text.strip())
    if _SAME.search(said):
        return True
    return False if _OTHER.search(said) else None


def photos_kept(count: int, room: int) -> str:
    """`count` came together; `room` is for so many."""
    if count > room:
        return f"写真をありがとうございます。お預かりできるのは1回の料理につき{MOST_PHOTOS}枚までなので、{room}枚だけ残しておきますね。"
    return PHOTO_KEPT if count == 1 else f"写真を{count}枚、ありがとうございます。{_KEEP}"


def clip_joined(number: int) -> str:
    """`number` is its place among the clips of this cook."""
    return f"続きの動画ですね。{number}本めとして、つなげて見ますね。"
