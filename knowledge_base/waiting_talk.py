"""How far a coaching is, in words: the same for each phase in the chat and on the pages. Natural です・ます, within LINE's limits."""

from collections.abc import Mapping

from models.rules.progress import Phase

PHASES: Mapping[Phase, str] = {
    Phase.RECEIVED: "受け取りました",
    Phase.LOOKING: "動画を確認中",
    Phase.WRITING: "コーチング作成中",
    Phase.FILMING: "動画を作成中",
    Phase.DELIVERED: "お届けしました",
    Phase.FAILED: "うまくいきませんでした",
}
_ON_THE_WAY = (Phase.RECEIVED, Phase.LOOKING, Phase.WRITING, Phase.FILMING)
_DONE, _NOW, _LATER = "✅", "👉", "・"

_MEANS: Mapping[Phase, str] = {
    Phase.RECEIVED: "動画をお預かりしました。これから中身を確かめます。",
    Phase.LOOKING: "いま、動画を見ています。",
    Phase.WRITING: "動画を見終えて、いまコーチングを書いています。",
    Phase.FILMING: "文章のコーチングはできました。いま、解説の動画を作っています。",
}
SOON = "まもなくお届けします。"
WHEN_DONE = "できしだい、こちらにお届けします。"
DELIVERED = "文章のコーチングも、解説の動画も、お届け済みです。"
TEXT_DELIVERED = "文章のコーチングは、お届け済みです。"
BEING_SENT = "コーチングはできあがっていて、いまお送りしているところです。"
NOTHING_UNDER_WAY = "いま準備しているコーチングはありません。"
UPLOAD_UNDER_WAY = (
    "画面から送っている動画を、いま受け取っているところです。送り終わるまで、そのままお待ちくださいね。"
)
QUESTION_UNDER_WAY = "いただいたご質問には、いまお答えを考えています。できしだい、お返事しますね。"
OF_FOOD = "お料理の「まだかな」なら、なにを作っていて、どんな様子かを書いて送ってくださいね。"


def title(dish: str, number: int) -> str:
    return f"{dish}（{number}回目）"


def steps(phase: Phase) -> str:
    """What is done, where it is, what comes."""
    here = _ON_THE_WAY.index(phase)
    marks = (
        _DONE if index < here else _NOW if index == here else _LATER for index in range(len(_ON_THE_WAY))
    )
    return "\n".join(f"{mark}{PHASES[each]}" for mark, each in zip(marks, _ON_THE_WAY, strict=True))


def under_way(phase: Phase, text_minutes: int | None, video_minutes: int | None) -> str:
    """Where it is and how long it takes; minutes are whole, 0 when it is due, None when nothing is known."""
    if phase is Phase.FILMING:
        return f"{_MEANS[phase]}{_when(video_minutes)}"
    words = f"{_MEANS[phase]}文章のコーチングは、{_when(text_minutes)}"
    if video_minutes:
        words += f"解説の動画は、あと{video_minutes}分ほどの見込みです。"
    return words


def _when(minutes: int | None) -> str:
    if minutes is None:
        return WHEN_DONE
    return f"あと{minutes}分ほどでお届けします。" if minutes else SOON
