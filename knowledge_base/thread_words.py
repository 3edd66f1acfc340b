"""What the console calls the states of threads and of learners, and the answers that a coach need not type. Coaches read these, except the
answers, which learners do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NEEDS: Mapping[str, str] = {
    "flagged": "気になる言葉",
    "learner_waits": "返事待ち",
    "drafts": "下書きあり",
    "review": "送る前の確認",
    "failed": "コーチング失敗",
    "undelivered": "未送信",
    "unanswered": "AIが回答できず",
    "forgotten": "引き受けたまま",
}
FILTERS: Mapping[str, str] = {
    "needs": "要対応",
    "mine": "自分の担当",
    "human": "人が対応中",
    "unread": "未読",
    "failed": "失敗",
    "worried": "不安なメモ",
    "safety": "安全の言葉",
    "unsure": "AIの自信が低い",
    "unassigned": "担当なし",
    "all": "すべて",
}
STATES: Mapping[str, str] = {
    "pending_upload": "動画待ち",
    "uploaded": "動画を受け取り済み",
    "processing": "コーチング作成中",
    "text_ready": "動画を作成中",
    "completed": "お届け済み",
    "failed": "うまくいきませんでした",
}
SPEAKERS: Mapping[str, str] = {"user": "生徒", "ai": "AI", "system": "自動", "coach": "コーチ"}
FATES: Mapping[str, str] = {
    "received": "",
    "taken_back": "送信取消",
    "unanswered": "AIが回答できませんでした",
    "delivered": "送信済み",
    "on_its_way": "送信中",
    "held": "下書き（送っていません）",
    "waits_for_unblock": "ブロック解除待ち",
    "waits_for_earlier": "前のメッセージ待ち",
    "waits_for_quota": "今月の通数を使い切り、返信を待っています",
    "waits_for_review": "確認待ち（まだ送っていません）",
    "failed": "送れませんでした",
}
# The parts of a coaching text, and what is wrong with one that a coach has written.
FIELDS: Mapping[str, str] = {
    "last_time": "👀 前回のこと",
    "mondaiten": "🍳 今回の問題点",
    "skill": "🍳 身につけるスキル",
    "next_action": "次回試すこと",
    "success_sign": "✅ 成功のサイン",
    "praise": "よかったところ",
    "comparison": "前回との違い",
    "stop_cue": "やめどき",
    "safety": "⚠️ 安全のこと",
}
FAULTS: Mapping[str, str] = {
    "missing": "必ず書いてください",
    "unchanged": "どこも変わっていません",
    "unreadable": "読み取れない文があります",
    "measurement": "分量や時間ではなく、音・色・感触で書いてください",
    "length": "400文字までです",
    "markup": "飾りの記号は、LINEではそのまま見えてしまいます",
    "leak": "生徒に見せない言葉が入っています",
    "tone": "です・ますで終え、責めない言い方にしてください",
    "safety": "安全を軽く見る言い方があります。火や生ものは、確かめ方を書いてください",
    "language": "日本語で書いてください",
}
STANDINGS: Mapping[str, str] = {
    "none": "なし（お試し）",
    "active": "利用中",
    "due": "お支払い待ち",
    "ending": "解約予定",
    "paused": "休止中",
    "over": "終了",
}
CONSENTS: Mapping[str, str] = {
    "footage": "動画と声を見ること",
    "film": "1回目と3回目を並べた動画",
}
INKS: Mapping[str, str] = {"yellow": "黄", "red": "赤", "blue": "青"}
# What an act of a coach's comes to, said to them.
TAKEN = "引き受けました。AIは待っています。"
RETURNED = "AIに戻しました。"
SAID = "送りました。"
NOTED = "メモを残しました。生徒には見えません。"
DONE = "対応済みにしました。"
RELEASED = "下書きを送りました。"
DISCARDED = "下書きを取り消しました。"
RETRIED = "もう一度試します。"
PAUSED = "次のコーチングから、送る前に待ちます。"
NOT_PAUSED = "この生徒だけの確認をやめました。"
STOPPED = "止めました。「いま送る」を押すまで送りません。"
ASSIGNED = "担当にしました。"


def taken_by(name: str) -> str:
    return f"{name}さんが対応中です。"


@dataclass(frozen=True)
class Answer:
    title: str
    text: str  # with {name} and {dish}


CANNED: Sequence[Answer] = (
    Answer("確認します", "{name}さん、ご連絡ありがとうございます。動画を確認して、もう一度お返事しますね。"),
    Answer(
        "撮りなおし",
        "{name}さん、{dish}の手元が映るように、もう一度撮っていただけますか。回数には数えません。",
    ),
    Answer("お待たせ", "{name}さん、お待たせしてすみません。{dish}のコーチングを、いま確かめています。"),
    Answer(
        "はげまし",
        "{name}さん、{dish}をここまで作れたのは大きな一歩です。次も同じ手順で、一つだけ変えてみましょう。",
    ),
    Answer("おしまい", "{name}さん、お話しできてよかったです。また何かあれば、いつでも書いてくださいね。"),
)
NO_DISH = "料理"


def canned(name: str, dish: str) -> Sequence[Answer]:
    """As they are put into the answer, to be edited before they go."""
    return [Answer(each.title, each.text.format(name=name, dish=dish or NO_DISH)) for each in CANNED]
