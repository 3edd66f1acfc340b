"""What the bot says of photos and of several clips. Natural です・ます, within LINE's limits, as the phrasebook."""

from collections.abc import Mapping

MOST_PHOTOS = 10  # of one cook

_KEEP = "この料理の記録に、いっしょに残しておきますね。"
PHOTO_KEPT = f"写真をありがとうございます。{_KEEP}"
PHOTOS_FULL = (
    f"写真をありがとうございます。この料理の写真は、もう{MOST_PHOTOS}枚お預かりしているので、"
    "この写真は残さずにおきますね。"
)

# Keys of the phrasebook.
PHRASES: Mapping[str, str] = {
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


def photos_kept(count: int, room: int) -> str:
    """`count` came together; `room` is for so many."""
    if count > room:
        return f"写真をありがとうございます。お預かりできるのは1回の料理につき{MOST_PHOTOS}枚までなので、{room}枚だけ残しておきますね。"
    return PHOTO_KEPT if count == 1 else f"写真を{count}枚、ありがとうございます。{_KEEP}"
