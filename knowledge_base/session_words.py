"""What the console calls the stages of a coaching and what the AI found. Coaches read these."""

from collections.abc import Mapping

STAGES: Mapping[str, str] = {
    "prepare_video": "動画の下ごしらえ",
    "transcribe_memo": "メモの聞き取り",
    "extract_entities": "メモの読み取り",
    "analyze_video": "動画を見る",
    "retrieve": "見立てと原則",
    "coach_text": "コーチング文",
    "narrate": "ナレーション",
    "produce_video": "コーチング動画",
    "produce_film": "見くらべの動画",
}
RUN_STATES: Mapping[str, str] = {
    "finished": "済み",
    "at_work": "実行中",
    "away": "外部サービスの復旧待ち",
    "due": "順番待ち",
    "given_up": "失敗",
    "waiting": "待機中",
}
SIGNALS: Mapping[str, str] = {
    "flames": "炎",
    "smoke": "煙",
    "steam": "湯気",
    "charring": "焦げ",
    "weak_sizzle": "弱い音",
    "browned_early": "早い焼き色",
    "no_browning": "焼き色なし",
    "restless": "触りすぎ",
    "idle": "放置",
}
FOLLOW_UPS: Mapping[str, str] = {
    "seen": "前回のことが、できている",
    "partly": "前回のことが、途中までできている",
    "not_yet": "前回のことが、まだできていない",
    "not_visible": "前回のことは、映っていない",
    "too_far": "前回のことを、やりすぎている",
}
FINDINGS: Mapping[str, str] = {"fault": "見立て", "signal": "兆候", "follow_up": "前回の続き"}
CONFIDENCES: Mapping[str, str] = {"low": "低", "medium": "中", "high": "高"}
SAME_BY: Mapping[str, str] = {
    "event": "どちらにもある場面",
    "key_moment": "それぞれの要の場面",
    "place": "全体の中の同じ位置",
}
NO_FAULT = "失敗は見えない"
KEY_MOMENT = "要の場面"
OWN_CLIP = "本人の動画"
COACHING_VIDEO = "コーチング動画"
NOTED = "残しました。ありがとうございます。"
RETRIED = "ここから作りなおします。"


def found(kind: str, what: str) -> str:
    """Of a signal or a verdict, as a moment of the video."""
    return f"{FINDINGS[kind]}：{(SIGNALS if kind == 'signal' else FOLLOW_UPS).get(what, what)}"


def own_clip(number: int, of: int) -> str:
    return OWN_CLIP if of == 1 else f"{OWN_CLIP} {number}"


def before(number: int) -> str:
    return f"前回（{number}回目）"
