"""Every word the bot says to a learner, in one place. Natural です・ます; limits are checked by tests.

Constants are whole bubbles; functions fill in what varies; `phrase` finds the words behind a key, which errors and
notices that are owed carry. LINE's limits (LINE docs: Message objects): text 5,000 UTF-16 units, quick-reply and
button labels 20, sender names 20, alt texts 1,500.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from knowledge_base import clip_talk, console_talk, export_talk, film_talk, plan_talk, privacy_talk
from knowledge_base.pages import read_words
from models.base import JAPAN
from models.chat import RoomType
from models.coaching import CoachingText, RatingAspect
from models.rules.entitlement import SESSIONS_PER_DISH

# Who speaks: said with each bubble, so that nobody takes the AI for a person.
SENDER_NAMES: Mapping[RoomType, str] = {RoomType.COOKING_VIDEOS: "料理動画", RoomType.COACHING: "AIコーチ"}

NAMELESS = "シェフ"


def address(name: str) -> str:
    """What a learner is called: their name with さん. Who has told none is シェフ, which is no name: nobody says シェフさん."""
    return NAMELESS if name == NAMELESS else f"{name}さん"


# ---- arrival

HOW_IT_WORKS = (
    "Momentは、レシピを見ずに作れるようになるための料理コーチです。\n\n"
    "① 料理を選んで、いつもどおりに作る\n"
    "② その様子の動画（タイムラプスが便利です）と、声の感想を送る\n"
    "③ 数分後、いちばん大事なポイントがひとつ届きます\n\n"
    "同じ料理を3回。回を重ねるごとに、手が覚えていきます。"
)
CHOOSE_DISH = "作る料理を選んでください。"
CHOOSE_DISH_ALT = "作る料理を選んでください"


PLEASE_ADD = (
    "ひとつお願いです。まだ友だちに追加されていなければ、トーク画面の上にある「追加」を押しておいてください。"
    "できあがったコーチングが、ちゃんと届くようになります。"
)


def welcome(name: str) -> str:
    return f"{address(name)}、はじめまして。来てくださってうれしいです。\n\n{HOW_IT_WORKS}\n\nまずは、{CHOOSE_DISH}"


def welcome_back(name: str) -> str:
    return f"{address(name)}、おかえりなさい。またご一緒できてうれしいです。前回までの記録は、そのまま残っています。"


# ---- dishes

FILM_FROM_ABOVE = "真上からのタイムラプスだと、手元がよく見えます。"
DISH_BUTTON = "この料理を作る"
DISH_GONE = "その料理は、いまは選べなくなっています。下から選び直してくださいね。"
DISH_LOCKED = "その料理は、来月以降に選べるようになります。いまは下の料理からどうぞ。"
TRIAL_USED = plan_talk.PHRASES["trial_used"]
ALL_COOKED = "いま選べる料理は、どれも3回作り終えましたね。おつかれさまでした。届いたコーチングは、いつでも見返してくださいね。"
COACHING_UNDER_WAY = "いまのコーチングが届いてから、次の料理を選びましょう。もう少しだけお待ちくださいね。"
WHICH_DISH_VIDEO = "動画をお預かりしました。どの料理の動画ですか。選んでいただくと、すぐに見はじめます。"
WHICH_DISH_MEMO = "声のメモをお預かりしました。どの料理のメモですか。下から選んでくださいね。"


ATTEMPTS_USED = (
    "{dish}は3回とも作り終えましたね。おつかれさまでした。次は別の料理で、同じ原理を使ってみましょう。"
)


def dish_chosen(
    dish: str, number: int, focus: str, how_to_film: str = FILM_FROM_ABOVE, caution: str = ""
) -> str:
    """`caution` is of what they avoid and the dish holds."""
    told = f"{caution}\n\n" if caution else ""
    return (
        f"{dish}の{number}回目ですね。いつもどおりに作ってください。\n\n{told}今回の見どころ：{focus}\n\n"
        f"できあがるまでの様子を、動画で送ってください。{how_to_film}"
    )


def dish_display(dish: str) -> str:
    return f"{dish}を作ります"


def attempt_label(number: int) -> str:
    return f"{number}回目"


# ---- video

ASK_VIDEO_ALONE = "料理の動画を送ってください。"
ASK_VIDEO = ASK_VIDEO_ALONE + FILM_FROM_ABOVE
VIDEO_ALREADY = (
    "たくさんの動画をありがとうございます。一緒に見られる数を超えたので、こちらの動画は使わずにおきますね。"
    "差し替えたいときは、先の動画を送信取消してから、もう一度送ってください。"
)
MEMO_FROM_ELSEWHERE = (
    "この形式の音声は開けませんでした。お手数ですが、トークのマイクから直接話してくださいね。"
)
VIDEO_FROM_ELSEWHERE = (
    "この形式の動画は開けませんでした。お手数ですが、トークの「＋」から動画を直接送ってください。"
)
FILE_RECEIVED = "ファイルをお預かりしました。いま中身を確かめています。少しだけお待ちくださいね。"
FILE_IS_VIDEO = "先ほどのファイルを、料理の動画として受け取りました。コーチングの準備を始めますね。"
FILE_IS_MEMO = "先ほどのファイルを、声のメモとして受け取りました。コーチングのなかでお返事しますね。"


def video_received(minutes: int, dish: str, number: int) -> str:
    return f"{dish}（{number}回目）の動画を受け取りました。あと{minutes}分ほどで、コーチングをお届けします。"


ASK_MEMO = (
    "待っているあいだに、声で感想を聞かせてください。うまくいったこと、気になったこと、聞いてみたいこと、"
    "なんでもどうぞ。文字で書いても大丈夫です。"
)
MEMO_VOICE_LABEL = "声で話す"
MEMO_SKIP_LABEL = "今回はスキップ"
SPEAK_NOW = "はい、どうぞ。マイクのボタンから話してくださいね。文字で書いても大丈夫です。"
MEMO_RECEIVED = "声のメモを受け取りました。コーチングのなかでお返事しますね。"
MEMO_TAKES_LONGER = (
    "たくさん話してくださって、ありがとうございます。最後まで聞いてからお返事しますので、"
    "コーチングはいつもより少し遅れて届きます。このままお待ちくださいね。"
)
MEMO_TEXT_RECEIVED = "感想を受け取りました。コーチングのなかでお返事しますね。"
MEMO_STOPPED = (
    "わかりました。感想を送らずに進めるときは「今回はスキップ」を押してください。"
    "動画ごと取りやめるときは、その動画の送信を取り消してくださいね。"
)
MEMO_SKIPPED = "わかりました。メモなしで進めますね。"

# ---- ratings

ASPECT_NAMES: Mapping[RatingAspect, str] = {
    RatingAspect.APPEARANCE: "見た目",
    RatingAspect.TASTE: "味",
    RatingAspect.TEXTURE: "食感",
    RatingAspect.AROMA: "香り",
}
RATING_LABELS = ("1 いまひとつ", "2 もう一歩", "3 ふつう", "4 よかった", "5 とてもよい")
RATING_CLOSED = "この回の評価は、もう締め切りました。次に作ったときに、また聞かせてくださいね。"


def ask_rating(aspect: RatingAspect) -> str:
    return f"できあがりの「{ASPECT_NAMES[aspect]}」は、自分では何点ですか。（5がいちばん良い評価です）"


def rating_display(aspect: RatingAspect, value: int) -> str:
    return f"{ASPECT_NAMES[aspect]}：{value}"


def rating_received(aspect: RatingAspect, value: int) -> str:
    return f"{ASPECT_NAMES[aspect]}は{value}ですね。"


RATINGS_COMPLETE = "自己評価がそろいました。ありがとうございます。"


def wait_for_text(minutes: int) -> str:
    return f"いま動画を見ながら、コーチングを準備しています。あと{minutes}分ほどでお届けします。"


WAIT_FOR_TEXT_SOON = "いまコーチングを仕上げています。まもなくお届けします。"
WAIT_FOR_VIDEO = "コーチング動画を作っています。できあがりしだい、こちらにお届けします。"
TRY_LATER = "前回のコーチングは、いま担当が確認しています。お待たせして、ごめんなさい。"

# ---- coaching


def coaching_text(coaching: CoachingText, number: int) -> str:
    """The design document's format; what became of last time's advice stands first."""
    last_time = f"{CARD_LAST_TIME}\n{coaching.last_time}\n\n" if coaching.last_time else ""
    return (
        f"{last_time}🍳 今回の問題点\n{coaching.mondaiten}\n\n"
        f"🍳 {number}回目のセッションで身につけるべきスキル\n{coaching.skill}\n\n"
        f"次回試すこと\n{coaching.next_action}\n\n"
        f"✅ 成功のサイン\n{coaching.success_sign}"
    )


CARD_LAST_TIME = "👀 前回のこと"
CARD_PROBLEM = "🍳 今回の問題点"
CARD_ACTION = "次回試すこと"
CARD_SIGN = "✅ 成功のサイン"


def card_skill(number: int) -> str:
    return f"🍳 {number}回目のセッションで身につけるべきスキル"


def card_title(dish: str, number: int) -> str:
    return f"{dish} {number}回目のコーチング"


RETURNS = ("おかえりなさい", "お久しぶりです")


def follow_up(coaching: CoachingText, name: str, number: int) -> str:
    """The warm note under the card."""
    # The praise usually says the name already.
    opening = "" if address(name) in coaching.praise else f"{address(name)}、"
    if coaching.comparison.startswith(RETURNS):  # who comes back is welcomed before anything else
        parts = [opening + coaching.comparison, coaching.praise]
    else:
        parts = [f"{opening}おつかれさまでした。", coaching.praise, coaching.comparison]
    parts += [f"「{entry.question}」\n→ {entry.answer}" for entry in coaching.memo_answers]
    parts.append(coaching.memo_note)
    if coaching.stop_cue:
        parts.append(f"やめどき：{coaching.stop_cue}")
    if coaching.safety:
        parts.append(f"⚠️ {coaching.safety}")
    if number < SESSIONS_PER_DISH:  # after the last the outlook has a bubble of its own
        parts.append(coaching.outlook)
    parts.append(
        "動画での解説をお届けするまでのあいだも、気になることは、このままメッセージで聞いてくださいね。"
    )
    return "\n\n".join(part for part in parts if part)


MEMO_NOT_JAPANESE = (
    "いただいた感想は、日本語として聞き取れませんでした。せっかく送ってくださったのに、ごめんなさい。"
    "よろしければ、日本語でゆっくり話すか、文字で送ってくださいね。"
)
COACHING_VIDEO_NOTE = "コーチング動画ができました。大事な場面を、ご自分の映像でもう一度見てみましょう。"
VIDEO_WATCHED = "最後まで見てくださって、ありがとうございます。覚えているうちに、次の回で試してみましょう。"
SESSION_PAGE_LABEL = "この回のページを見る"
COOK_AGAIN_LABEL = "次の回を作る"
CHOOSE_LABEL = "料理を選ぶ"
COOK_AGAIN = "次に作るときは、下のボタンから料理を選んでください。質問は、いつでもこのままどうぞ。"

# ---- questions

THINKING_FAILED = (
    "ごめんなさい、うまく考えがまとまりませんでした。少し時間をおいて、もう一度聞いていただけますか。"
)
VOICE_QUESTION_UNHEARD = "声がうまく聞き取れませんでした。もう一度ゆっくり話すか、文字で送ってくださいね。"
VOICE_QUESTION_TOO_LONG = (
    "声が長すぎて、聞ききれませんでした。聞きたいことを短く話すか、文字で送ってくださいね。"
)

# ---- everything else a learner may send

IMAGE_RECEIVED = "写真をありがとうございます。コーチングには、作っているあいだの動画が必要です。"
STICKER_RECEIVED = "スタンプ、ありがとうございます。"
LOCATION_RECEIVED = "位置情報は使わないので、そのままで大丈夫です。"
UNKNOWN_RECEIVED = "この種類のメッセージは、まだ読み取れません。動画、声のメモ、文字でお願いします。"
GROUP_GREETING = (
    "招待ありがとうございます。料理の練習は、おひとりずつ1対1のトークでおこないます。"
    "友だち追加をして、トークから話しかけてくださいね。ここからは退出します。"
)
OLD_BUTTON = "このボタンは、もう使えません。"
SOMETHING_WRONG = "うまく受け取れませんでした。お手数ですが、もう一度送っていただけますか。"
HELP = (
    f"{HOW_IT_WORKS}\n\n「料理を選ぶ」と送ると、いつでも料理の一覧が出ます。"
    "「プロフィール」と送ると、台所や好みについての答えを見直せます。"
)

TOO_MANY_QUESTIONS = (
    "今日はたくさん質問してくださって、ありがとうございます。お答えできる数を超えてしまいました。"
    "続きは、明日また聞かせてくださいね。"
)

# ---- unsend

VIDEO_UNSENT = "送信を取り消した動画は、こちらからも消しました。回数には数えていません。撮り直した動画を送ってくださいね。"
VIDEO_UNSENT_AFTER_TEXT = "送信を取り消した動画は、こちらからも消しました。コーチング動画は作らずにおきます。"
COACHING_VIDEO_UNSENT = "送信を取り消した動画と、そこから作ったコーチング動画は、こちらからも消しました。文章のコーチングは残っています。"
FILE_UNSENT = (
    "送信を取り消したファイルは、こちらからも消しました。料理の動画や声のメモは、いつでも送ってくださいね。"
)
MEMO_UNSENT = "送信を取り消したメモは、こちらからも消しました。話し直すときは、もう一度送ってください。"

# ---- what can't be used: what happened, why, what to do next

_NOT_SPENT = "回数には数えていないので、安心してください。"

VIDEO_REJECTED: Mapping[str, str] = {
    "empty": f"動画の中身が空のようです。お手数ですが、もう一度送ってください。{_NOT_SPENT}",
    "not_a_video": f"送っていただいたファイルは、動画ではないようです。料理の動画を送ってください。{_NOT_SPENT}",
    "audio_only": f"音声だけのファイルでした。映像の入った動画を送ってください。{_NOT_SPENT}",
    "truncated": f"動画を読み取れませんでした。途中で切れているようです。もう一度送ってください。{_NOT_SPENT}",
    "too_short": f"動画が短すぎて、料理の様子が見えませんでした。作りはじめから撮って送ってください。{_NOT_SPENT}",
    "too_long": f"動画が長すぎました。タイムラプスで撮ると、短くまとまって送りやすいです。{_NOT_SPENT}",
    "too_large_picture": f"動画の解像度が大きすぎました。カメラの設定を4K以下にして、送ってください。{_NOT_SPENT}",
    "too_much_picture": f"動画がとても高画質で長く、最後まで見きれませんでした。短く切って送るか、カメラの設定をフルHDにして撮ってみてください。{_NOT_SPENT}",
    "unknown_codec": f"この形式の動画は開けませんでした。スマートフォンの標準カメラで撮って送ってください。{_NOT_SPENT}",
    "too_large": f"動画の容量が大きすぎました。タイムラプスで撮るか、短く切って送ってください。{_NOT_SPENT}",
    # by whoever looked at it (models.coaching.Unclear)
    "not_cooking": f"動画に、料理をしている様子が見つかりませんでした。鍋や食材が映るように手元を撮った動画を、もう一度選んで送ってくださいね。{_NOT_SPENT}",
    "too_dark": f"動画が暗くて、鍋の中の様子が見えませんでした。明かりをつけて、手元が明るく映るように撮ってみてください。{_NOT_SPENT}",
    "out_of_view": f"動画に、食材や鍋がほとんど映っていませんでした。鍋の真上か少し斜め上から、手元が入るように撮ってみてください。{_NOT_SPENT}",
    "not_live": f"止まった写真か、つなぎ合わせた動画のようで、作る流れを追えませんでした。作っているところを、編集せずにそのまま撮って送ってくださいね。{_NOT_SPENT}",
    "gone": f"動画がトークから消えていて、受け取れませんでした。もう一度送ってください。{_NOT_SPENT}",
}
MEMO_REJECTED: Mapping[str, str] = {
    "unreadable": "声のメモを読み取れませんでした。もう一度話すか、文字で送ってください。スキップもできます。",
    "silent": "声のメモから、声が聞き取れませんでした。マイクに近づいて話すか、文字で送ってください。スキップもできます。",
    "too_long": "声のメモが長すぎて、聞ききれませんでした。短めに話すか、文字で送ってください。スキップもできます。",
    "too_large": "声のメモが長すぎました。短めに話すか、文字で送ってください。スキップもできます。",
    "gone": "声のメモがトークから消えていて、受け取れませんでした。もう一度送ってください。スキップもできます。",
}
FILE_REJECTED: Mapping[str, str] = {  # of which it is not known what they are, or which are neither
    "not_media": "お預かりしたファイルは、動画や音声ではないようです。料理の動画か、声のメモを送ってくださいね。",
    "photo": "お預かりしたファイルは、写真のようです。コーチングには、作っているあいだの動画が必要です。",
    "empty": "お預かりしたファイルは、中身が空のようです。お手数ですが、もう一度送ってください。",
    "too_large": "ファイルの容量が大きすぎました。タイムラプスで撮るか、短く切って送ってください。",
    "gone": "ファイルがトークから消えていて、受け取れませんでした。もう一度送ってください。",
    "not_fetched": "ごめんなさい、ファイルをLINEから受け取ることができませんでした。もう一度送っていただけますか。",
}
# What a page can take, though the chat could not.
TOO_MUCH_FOR_CHAT = frozenset({VIDEO_REJECTED["too_large"], FILE_REJECTED["too_large"]})
LONG_VIDEO = (
    "トークで送れるのは、5分くらいまでの動画です。長い動画は、下のボタンの画面から送れます。"
    "途中で通信が切れても、続きから送れるので安心してくださいね。"
)
LONG_VIDEO_TITLE = "長い動画を送る"
LONG_VIDEO_CARD = "長い動画や大きい動画は、こちらの画面から送れます。途中で切れても、続きから送れます。"
LONG_VIDEO_LABEL = "送る画面をひらく"
UPLOAD_TOLD = read_words("upload")["chat_text"]  # what the page says in the learner's name
STILL_WORKING = (
    "動画を見るのに、思ったより時間がかかっています。お待たせしてごめんなさい。"
    "できしだいお届けしますので、このままお待ちくださいね。"
)
WAITING_OUT = (
    "いま、動画を見るための仕組みの一部が止まっています。お待たせしてごめんなさい。"
    "直りしだい続きから始めますので、送り直さなくて大丈夫です。"
    "{latest}までには、コーチングか、そのときの状況をお知らせします。"
)
ANSWER_WAITS = (
    "いま、お答えを考える仕組みが止まっています。お待たせしてごめんなさい。"
    "質問はお預かりしていて、直りしだいお答えします。{latest}までには、お返事か、そのときの状況をお知らせします。"
)
# Said between the two parts of the coaching video, in the design document's own words.
NARRATION_PIVOT = "動画を使ってそのポイントを見てみましょう"
COACHING_FAILED = (
    "ごめんなさい、コーチングの準備がうまくいきませんでした。いただいた動画はお預かりしていて、いま担当が確認しています。"
    "お待ちいただかなくても、同じ料理を選び直して動画を送っていただければ、もう一度お受けします。回数には数えていません。"
)
VIDEO_NOT_FETCHED = (
    "ごめんなさい、動画をLINEから受け取ることができませんでした。回数には数えていません。"
    "お手数ですが、同じ料理を選び直して、もう一度動画を送っていただけますか。"
)
VIDEO_FAILED = (
    "ごめんなさい、コーチング動画を作ることができませんでした。文章のコーチングは、そのままお使いいただけます。"
    "いま担当が確認しています。"
)
SEND_AGAIN = "はい、もう一度送っていただいて大丈夫です。回数には数えていません。料理を選んでから、動画を送ってくださいね。"

PHRASES: Mapping[str, str] = {
    "something_wrong": SOMETHING_WRONG,
    "dish_gone": DISH_GONE,
    "dish_locked": DISH_LOCKED,
    "attempts_used": ATTEMPTS_USED,
    "coaching_under_way": COACHING_UNDER_WAY,
    "rating_closed": RATING_CLOSED,
    "old_button": OLD_BUTTON,
    "video_already": VIDEO_ALREADY,
    "video_unsent": VIDEO_UNSENT,
    "video_unsent_after_text": VIDEO_UNSENT_AFTER_TEXT,
    "coaching_video_unsent": COACHING_VIDEO_UNSENT,
    "memo_unsent": MEMO_UNSENT,
    "memo_takes_longer": MEMO_TAKES_LONGER,
    "file_unsent": FILE_UNSENT,
    "file_is_video": FILE_IS_VIDEO,
    "file_is_video_ask_memo": f"{FILE_IS_VIDEO}\n\n{ASK_MEMO}",
    "file_is_memo": FILE_IS_MEMO,
    "which_dish_video": WHICH_DISH_VIDEO,
    "which_dish_memo": WHICH_DISH_MEMO,
    "still_working": STILL_WORKING,
    "waiting_out": WAITING_OUT,
    "answer_waits": ANSWER_WAITS,
    "coaching_failed": COACHING_FAILED,
    "video_failed": VIDEO_FAILED,
    "video_not_fetched": VIDEO_NOT_FETCHED,
    "thinking_failed": THINKING_FAILED,
    "too_many_questions": TOO_MANY_QUESTIONS,
    **plan_talk.PHRASES,
    **privacy_talk.PHRASES,
    **film_talk.PHRASES,
    **export_talk.PHRASES,
    **clip_talk.PHRASES,
    **console_talk.PHRASES,
    "voice_question_unheard": VOICE_QUESTION_UNHEARD,
    "voice_question_too_long": VOICE_QUESTION_TOO_LONG,
    **{f"video.{reason}": words for reason, words in VIDEO_REJECTED.items()},
    **{f"memo.{reason}": words for reason, words in MEMO_REJECTED.items()},
    **{f"file.{reason}": words for reason, words in FILE_REJECTED.items()},
    **{f"web.{error}": words for error, words in read_words("errors").items()},
}


def hour_by(latest: datetime, now: datetime) -> str:
    """The next full hour in Japan: a time by which something is promised."""
    hour = latest.astimezone(JAPAN) + timedelta(hours=1)
    days = (hour.date() - now.astimezone(JAPAN).date()).days
    day = "今日" if days == 0 else "明日"  # no promise reaches further
    half = "午前" if hour.hour < 12 else "午後"
    return f"{day}の{half}{hour.hour % 12}時"


def phrase(key: str, **facts: str) -> str:
    """The words behind a key; `facts` are what they name, such as the dish. Raises KeyError."""
    return PHRASES[key].format(**facts)
