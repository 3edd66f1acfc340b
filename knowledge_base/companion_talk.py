"""What is said in a call while the learner cooks, by rule; and the one line that the chat gets after it. Natural です・ます, two
short sentences at most: it is heard beside a hissing pan."""

from knowledge_base.intents.kinds import Intent
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

MINUTES_OVER = "今月いっしょに作れる時間は、ここまでです。このあとは動画を送ってくださいね。トークで、いつものように見ます。"
ELSEWHERE = "べつの画面でつながったので、こちらは終わりました。"
OUT_OF_REACH = "うまくつながりませんでした。料理はそのまま続けて、少しおいてからもう一度始めてみてください。"
BUSY = "いま混み合っています。少しおいてから、もう一度始めてくださいね。"

# ---- what a page holds as sound

_RECORDINGS = {
    "wait": "少し待ってくださいね。",
    "timer": "タイマーの時間です。",
    "withdraw": "すみません、いまの言葉は取り消します。迷うときは、火を止めてからトークで聞いてくださいね。",
    "smoke": "すぐ火を止めて、フライパンは動かさないでください。煙がおさまるまで、離れずに待ちましょう。",
}


def recording_text(name: str) -> str:
    """Its words: those of an emergency are the checked ones."""
    return _RECORDINGS[name] if name in _RECORDINGS else replies()[Intent(name)].text
