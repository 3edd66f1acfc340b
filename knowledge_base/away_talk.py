"""What the bot says to a learner who was away, and of being reminded. Natural です・ます, within LINE's limits, as the
phrasebook. A reminder asks for nothing: what is there still holds, and it can be stopped."""

# ---- the one push

AT_EASE = "急がなくて大丈夫です。作れそうな日に、いつでもどうぞ。"
FIRST_COOK = "はじめの1回は、いまも無料で作れます。料理をひとつ選ぶところから、一緒に始めましょう。レシピは要りません。"
GO_ON_LABEL = "続きから作る"
CHOOSE_LABEL = "料理を選ぶ"
OFF_LABEL = "お知らせを止める"
_ACTION_LENGTH = 300  # characters of what is quoted


def greeting(address: str) -> str:
    return f"{address}、お久しぶりです。"


def chosen(dish: str, number: int) -> str:
    return f"{dish}の{number}回目を選んだところで、ひと休みしていましたね。そこから続けられます。"


def to_try(dish: str, number: int, next_action: str) -> str:
    """`number` is of the cook that they had."""
    return f"前回の「{dish}」{number}回目で次に試すことにしたのは、「{_quote(next_action)}」でした。そこから続けられます。"


def cooked(dish: str, number: int) -> str:
    return f"前回は「{dish}」の{number}回目まで作りましたね。次の{number + 1}回目から続けられます。"


def dish_done(dish: str) -> str:
    return f"前回で「{dish}」の3回を作り終えましたね。次の料理は、いつでも選べます。"


NEXT_DISH = "次の料理は、いつでも選べます。"


def reminder(address: str, place: str) -> str:
    return f"{greeting(address)}{place}\n\n{AT_EASE}"


# ---- off and on

OFF = (
    "わかりました。お久しぶりのときのお知らせは、もうお送りしません。コーチングやお返事、お支払いの大切なお知らせは、"
    "これまでどおり届きます。またほしくなったら「お知らせを再開」と送ってくださいね。"
)
ON = "わかりました。しばらく間があいたときに、一度だけ、続きの場所をお知らせしますね。"

# ---- they come back by themselves


def last_time(number: int, next_action: str) -> str:
    """Before what this cook is about; of the same dish."""
    return f"前回（{number}回目）の「次に試すこと」は、「{_quote(next_action)}」でした。"


# ---- after a block

LAST_RESULT_LABEL = "前回の結果を見る"
LAST_RESULT = "前回のコーチングを、もう一度お届けしますね。"
LAST_RESULT_OFFER = "前回のコーチングは、下のボタンからもう一度見られます。"
NO_RESULT = "まだお届けしたコーチングはありません。最初の料理を作ったら、ここからいつでも見返せます。"


def _quote(words: str) -> str:
    """The step itself, which is the first sentence, as part of one of ours."""
    step = words.strip().partition("。")[0]
    return step if len(step) <= _ACTION_LENGTH else f"{step[: _ACTION_LENGTH - 1]}…"
