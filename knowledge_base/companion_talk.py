"""What is said in a call, beside what a model finds to say. Natural です・ます, to be heard and not read."""

from collections.abc import Mapping

from knowledge_base.intents.kinds import EMERGENCIES, Intent
from knowledge_base.intents.replies import replies

# ---- what a page holds as sound

WAIT = "少し待ってくださいね。"
TIMER = "タイマーの時間です。"
SMOKE = "すぐに火を止めて、鍋は動かさずに、煙がおさまるまで、そばで見守りましょう。"
_RECORDED: Mapping[str, str] = {"wait": WAIT, "timer": TIMER, "smoke": SMOKE}


def recording_text(recording: str) -> str:
    """Of a recording by its name; an emergency's is the checked reply, word for word. Raises ValueError for no recording."""
    if recording in _RECORDED:
        return _RECORDED[recording]
    emergency = Intent(recording)
    if emergency not in EMERGENCIES:
        raise ValueError(recording)
    return replies()[emergency].text


# ---- what the offline companion sees

FLAMES_SEEN = "火が上がっているように見えます。"
SMOKE_SEEN = "煙が上がっているように見えます。"


def flames_seen() -> str:
    """With the first thing to do, which is what must not be done."""
    first = replies()[Intent.FIRE].text.split("。")[0]
    return f"{FLAMES_SEEN}{first}。"


def smoke_seen() -> str:
    return SMOKE_SEEN + SMOKE


# ---- what it answers

UNKNOWN = "ごめんなさい、それはわかりません。目の前の色と音を確かめながら、進めてみましょう。"
ASK_MORE = "はい、聞いています。気になることを、ひとつ話してくださいね。"
LATER = "その話は、料理のあとに、LINEのトークで聞かせてくださいね。"
TALK: Mapping[Intent, str] = {
    Intent.HUMAN_COACH: LATER,
    Intent.DELETE_DATA: LATER,
    Intent.END_SUBSCRIPTION: LATER,
    Intent.PRICE: LATER,
    Intent.COMPLAINT: "ごめんなさい。気になったことを、あとでLINEのトークに書いてくださいね。",
    Intent.ARE_YOU_HUMAN: "人ではなく、AIの料理コーチです。料理のことなら、いつでも聞いてくださいね。",
    Intent.OFF_TOPIC: "ごめんなさい、それはわかりません。いまは料理に集中しましょう。",
    Intent.TIRED: "おつかれさまです。火を弱めて、ひと息ついてから続けましょう。",
    Intent.DISCOURAGED: "大丈夫です、まだ立て直せます。いま気になるところを、ひとつだけ教えてください。",
    Intent.GREETING: ASK_MORE,
    Intent.FIRST_MEETING: ASK_MORE,
    Intent.REPHRASE: "言いかえますね。どの言葉がわかりにくかったか、教えてください。",
    Intent.ENGLISH: "ごめんなさい、日本語で話しかけてくださいね。",
}

# ---- timers: the only numbers that are said, as the learner named them

TIMER_LABEL = "タイマー"
HOW_LONG = "何分にしましょうか。"
NO_TIMER = "ごめんなさい、タイマーを始められませんでした。"


def timer_started(seconds: int) -> str:
    return f"{duration(seconds)}のタイマーを始めました。"


def duration(seconds: int) -> str:
    """1時間30分, 3分, 45秒."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    named = ((hours, "時間"), (minutes, "分"), (rest, "秒"))
    return "".join(f"{number}{name}" for number, name in named if number)
