"""The dangers of a kitchen, and the words that bring them near: where one is advised, a word of care must stand."""

import re

HAZARDS = {
    "knife": re.compile(
        "包丁|切れ目|筋切り|刻|(?<!けを)(?<!気を)(?<!水を)(?<!油を)(?<!湯を)切(る(?!よう)|り|って)"
    ),
    "raw": re.compile("生の|生肉|生焼け|肉だね|練"),
    "oil": re.compile("油|揚げ|バター"),
    "steam": re.compile("ゆで|茹で|煮|沸|お湯|熱湯|ふた"),
    "heat": re.compile("火|熱|焼|炒|焦|フライパン|鍋|煙"),
}


def hazard_of(advice: str, besides: str = "") -> str | None:
    """The first hazard the advice brings near, None when there is none; `besides` is not looked for."""
    near = (hazard for hazard, sign in HAZARDS.items() if hazard != besides and sign.search(advice))
    return next(near, None)
