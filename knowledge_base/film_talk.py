"""What the bot says of the film of a learner's first and third attempt, and what is written in it. Natural です・ます, within
LINE's limits, as the phrasebook.

The film is made to be shown to others: it says what the camera saw and what was worked on, in friendly words, and quotes
nobody. What cannot be judged from a film (whether meat is done) it leaves out.
"""

from collections.abc import Mapping, Sequence

from knowledge_base.content import Fault

TEXT_VERSION = "film-1"  # of OFFER and TERMS: another once they say something else
NAME = "くらべる動画"

# ---- asked, agreed, refused

TERMS = (
    "使うのは、送ってくださった1回目と3回目の映像だけです。映像に入った手元や人の姿は、そのまま映ります。"
    "もとの音や声は入れず、短い言葉と音楽をつけます。動画は、あなたのトークにだけお届けします。"
)
OFFER = (
    f"3回作りきった記念に、1回目と3回目を並べた短い動画を作りましょうか。ご家族に見せるのにも、ちょうどよい長さです。\n\n{TERMS}\n\n"
    "次の料理からも、3回目のあとに同じように作ります。やめたいときは「くらべる動画はもう作らないで」と送ってくださいね。"
)
YES_LABEL = "くらべる動画を作る"
NO_LABEL = "今はいい"
YES_TOLD = "くらべる動画を作ってください"
REFUSED = "わかりました。作りたくなったら、いつでも「くらべる動画」と送ってくださいね。"
COMES_WITH_VIDEO = "ありがとうございます。コーチング動画に続けて、1回目と3回目をくらべる動画をお届けします。少しだけお待ちくださいね。"
NOTE = "1回目と3回目を並べた動画ができました。ご家族にも、ぜひ見せてあげてくださいね。"
NOTE_AGAIN = "1回目と3回目を並べた動画です。"
NOT_YET = (
    "くらべる動画は、同じ料理を3回作り終えて、1回目と3回目の動画が残っているときにお作りできます。"
    "3回目のコーチングが届いたら、もう一度声をかけてくださいね。"
)
STOPPED = "わかりました。くらべる動画はもう作りません。これまでに作ったものは、こちらから消しました。"
STOPPED_ALREADY = "くらべる動画は、いまは作らないことになっています。このままで大丈夫です。"

# Keys of the phrasebook.
PHRASES: Mapping[str, str] = {
    "film_failed": (
        "ごめんなさい、くらべる動画をうまく作ることができませんでした。コーチングの文章と動画は、そのままご覧いただけます。"
    ),
    "film_unsent": (
        "送信を取り消した動画と、そこから作ったコーチング動画・くらべる動画は、こちらからも消しました。"
        "文章のコーチングは残っています。"
    ),
}

# ---- in the film: a line has room for sixteen characters

LONGEST_NAME = 13  # of a fault, that still stands on a line of its own
SAME_EVENT = "ここが同じ場面"
KEY_MOMENTS = "どちらも大事な場面"
SAME_PLACE = "同じころの様子"
NO_CLAIMS = frozenset({"food_safety"})  # skills of which no film can tell that all was well


def title(dish: str) -> Sequence[str]:
    return dish, "1回目と3回目"


def closing(dish: str) -> Sequence[str]:
    return dish, "3回、作りきりました"


def first_sentence(fault: Fault | None) -> str:
    """Of what the first attempt was about."""
    if fault is None or not _is_told(fault):
        return "まずは、いつもの作り方で。"
    return f"「{fault.name_ja}」に\n気づきました。"


def third_sentence(before: Fault | None, now: Fault | None, *, is_sure: bool) -> str:
    """Of what is seen of that in the third. `is_sure`: the clip was clear enough to say that something is not there."""
    told = before is not None and _is_told(before)
    if before is not None and told and now is None and is_sure:
        return f"「{before.name_ja}」は\n映っていません。"
    if before is not None and told and now is not None and now.code == before.code:
        return f"「{before.name_ja}」に\n向き合いつづけました。"
    if before is None and now is None and is_sure:
        return "3回目も、気になるところは\n映っていません。"
    return "3回目まで、あきらめずに\n作りきりました。"


def _is_told(fault: Fault) -> bool:
    return fault.skill not in NO_CLAIMS and len(fault.name_ja) <= LONGEST_NAME
