"""What the console's page of the service calls things. Coaches read these."""

from collections.abc import Mapping

NOTHING_YET = "まだありません"
NOT_KNOWN = "分かりません"
NO_LIMIT = "上限なし"
WINDOWS: Mapping[str, str] = {"24h": "24時間", "7d": "7日", "30d": "30日"}
PARTS: Mapping[str, str] = {"text": "文章", "video": "コーチング動画"}
STAGES: Mapping[str, str] = {
    "prepare_video": "動画の準備",
    "transcribe_memo": "メモの聞き取り",
    "extract_entities": "メモの読み取り",
    "analyze_video": "動画の分析",
    "retrieve": "原則さがし",
    "coach_text": "文章を書く",
    "narrate": "ナレーション",
    "produce_video": "動画を作る",
    "produce_film": "成長の映像",
}
QUEUES: Mapping[str, str] = {
    "inbox_subject": "届いた出来事",
    "message": "送るメッセージ",
    "question": "質問への回答",
    "media": "動画・音声の受け取り",
    "upload": "アップロード",
    "deletion": "データの削除",
    "menu_link": "メニューの切り替え",
    "export": "データの書き出し",
    "demonstration": "コーチの声と手の動画",
    "stage": "コーチングの工程",
    "session": "次の工程を決める",
}
# What each invariant says that holds; shown where it does not.
INVARIANTS: Mapping[str, tuple[str, str]] = {
    "session_without_progress": (
        "進まないセッション",
        "作成中なのに、15分以上どの工程も動いていません。",
    ),
    "message_owed_too_long": (
        "送られないメッセージ",
        "待つ理由がないのに、10分以上送られていません。",
    ),
    "event_unhandled": ("処理されない出来事", "届いてから5分以上、処理されていません。"),
    "two_texts_for_a_session": (
        "文章が二つ",
        "一つのセッションに、コーチングの文章が二つ送られました。",
    ),
    "plan_unlike_stripe": (
        "Stripeと合わないプラン",
        "プランの状態が、支払いの記録と食い違っています。",
    ),
}


def duration(seconds: float) -> str:
    """Short enough for a table."""
    if seconds < 10:
        return f"{seconds:.1f}秒"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}秒"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}分{rest}秒" if rest else f"{minutes}分"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}時間{minutes}分" if minutes else f"{hours}時間"
    return f"{hours // 24}日"
