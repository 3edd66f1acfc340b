"""What is said in a call while the learner cooks, by rule; and the one line that the chat gets after it. Natural です・ます, two
short sentences at most: it is heard beside a hissing pan."""

from collections.abc import Mapping

from knowledge_base.intents.kinds import EMERGENCIES, Intent
from knowledge_base.intents.replies import replies


def greeting(address: str, dish: str, number: int) -> str:
    return f"{address}、今日は{dish}の{number}回目ですね。"


def open_greeting(address: str) -> str:
    return f"{address}、いっしょに作りましょう。気になったら、いつでも声をかけてください。"


CALL_LABEL = "キッチンでつなぐ"
CALL_TITLE = "いっしょに作る"
CALL_CARD = "スマホを立てかけて、つなぎながら作れます。見て、聞いて、大事なところだけ声をかけますね。"
NO_PAGES = "いまは、いっしょに作る画面を開けません。動画を送ってくだされば、いつものように見ますね。"


def minutes_left(minutes: int) -> str:
    return f"今月は、あと{minutes}分つなげます。映像と音は流れるだけで、残しません。"


def no_minutes(is_paying: bool) -> str:
    if is_paying:
        return "今月つなげる時間は使い切りました。来月の1日から、またつなげます。"
    return "今月つなげる時間は使い切りました。来月の1日から、またつなげます。プランに入ると、つなげる時間が増えます。"


def to_try(action: str) -> str:
    return f"今日は「{action.rstrip('。')}」を試してみましょう。"


def sought_for(action: str) -> str:
    """What the model looks for: when to say this."""
    return f"「{action.rstrip('。')}」が、ちょうどいま要る場面"


def ended(minutes: int, dish: str, number: int | None, practised: str) -> str:
    """`practised`: what was to be tried; "" where anything was cooked."""
    if not dish:
        return f"{minutes}分ほど、いっしょにキッチンに立ちましたね。次の一皿も、声をかけてください。"
    cook = f"{dish}の{number}回目" if number else dish
    if not practised:
        return f"{cook}を、{minutes}分ほどいっしょに作りましたね。おつかれさまでした。"
    return f"{cook}を、{minutes}分ほどいっしょに作りましたね。今日の練習は「{practised}」でした。"


# ---- how a call ends

MINUTES_OVER = "今月いっしょに作れる時間は、ここまでです。このあとは、できあがりまでの動画を、いつものようにトークへ送ってくださいね。"
ELSEWHERE = "べつの画面でつながったので、こちらは終わりました。"
OUT_OF_REACH = "うまくつながりませんでした。料理はそのまま続けて、少しおいてからもう一度始めてみてください。"
BUSY = "いま混み合っています。少しおいてから、もう一度始めてくださいね。"

# ---- what a page holds as sound

WAIT = "少し待ってくださいね。"
TIMER = "タイマーの時間です。"
WITHDRAW = (
    "すみません、いまの言葉は取り消します。迷うときは、火を止めてから、LINEのトークで聞いてくださいね。"
)
SMOKE = "すぐに火を止めて、鍋は動かさずに、煙がおさまるまで、そばで見守りましょう。"
# A picture may deceive: what is only seen is not said to be so.
_FLAMES_SEEN = "火が上がっているように見えます。"
_SMOKE_SEEN = "煙が上がっているように見えます。"


def recording_text(recording: str) -> str:
    """Of a recording by its name; an emergency's is the checked reply, word for word. Raises ValueError for no recording."""
    if recording in _RECORDED:
        return _RECORDED[recording]
    emergency = Intent(recording)
    if emergency not in EMERGENCIES:
        raise ValueError(recording)
    return replies()[emergency].text


def _flames_seen() -> str:
    """With the first thing to do, which is what must not be done."""
    first = replies()[Intent.FIRE].text.split("。")[0]
    return f"{_FLAMES_SEEN}{first}。"


_RECORDED: Mapping[str, str] = {
    "wait": WAIT,
    "timer": TIMER,
    "withdraw": WITHDRAW,
    "smoke": SMOKE,
    "fire_seen": _flames_seen(),
    "smoke_seen": _SMOKE_SEEN + SMOKE,
}

# ---- what the offline companion answers

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
