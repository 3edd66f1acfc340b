"""What the bot says otherwise to a learner who has told it in the quiz: how they film and tell, what they cannot eat."""

from collections.abc import Mapping, Sequence

from knowledge_base import phrasebook
from knowledge_base.profile import Profile

DISH_RECOMMENDED = "いまのおすすめ"
FILMING: Mapping[str, str] = {
    "overhead": "いつもの真上から、鍋のふちまで入るように置いて、タイムラプスで撮ってみてください。",
    "side": "横から撮るときは、少し高い所から斜めに向けると、鍋の中まで見えます。",
    "handheld": "手に持って撮るときは、火を使う場面だけ台に立てかけておくと、両手が使えて安全です。",
    "helper": "撮ってくださる方には、お顔より手元と鍋の中を追ってもらってください。",
}
MEMO: Mapping[str, str] = {
    "voice": "待っているあいだに、声で感想を聞かせてください。作りながら思ったことを、そのまま話してくだされば十分です。",
    "text": "待っているあいだに、感想を文字で送ってください。ひとことでも大丈夫です。声でもどうぞ。",
}


def how_to_film(profile: Profile) -> str:
    return FILMING.get(profile.filming, phrasebook.FILM_FROM_ABOVE)


def ask_video(profile: Profile) -> str:
    return f"{phrasebook.ASK_VIDEO_ALONE}{how_to_film(profile)}"


def ask_memo(profile: Profile) -> str:
    return MEMO.get(profile.memo_style, phrasebook.ASK_MEMO)


def dish_needs(foods: Sequence[str]) -> str:
    return f"{'と'.join(foods)}を使う料理です。召し上がれない方には、ほかの料理をおすすめします。"


def dish_often_has(foods: Sequence[str]) -> str:
    return f"{'と'.join(foods)}を使うことが多い料理です。作るときは、抜くか、食べられるものに替えてください。"
