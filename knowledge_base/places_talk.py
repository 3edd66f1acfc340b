"""What the bot says of where a learner stands: dishes, attempts, skills. Natural です・ます, within LINE's limits, as the
phrasebook."""

from collections.abc import Mapping, Sequence

from drawings.progress import Words
from knowledge_base.plan_talk import day
from models.rules.entitlement import SESSIONS_PER_DISH
from models.rules.standing import Standing
from models.rules.unlocking import Opening
from models.session import SessionStatus

# ---- labels and titles

RECORD_TITLE = "きろく"
RECORD_LABEL = "きろくを見る"
PROGRESS_TITLE = "これまでの歩み"
PROGRESS_LABEL = "これまでの歩みを見る"
LOOK_LABEL = "見返す"
DISH_PAGE_LABEL = "3回を並べて見る"
PROGRESS_PAGE_LABEL = "くわしく見る"
MORE_DISHES_LABEL = "ほかの料理も見る"
MORE_DISHES_TITLE = "ほかの料理"

# ---- a dish's attempts

FINISHED = "3回とも作りました"
NOT_COOKED = "まだ作っていません"

# Words of pages/dishes.yaml; a cook that is only opened counts for nothing yet.
STATES: Mapping[SessionStatus, str] = {
    SessionStatus.PENDING_UPLOAD: "waits_for_video",
    SessionStatus.UPLOADED: "at_work",
    SessionStatus.PROCESSING: "at_work",
    SessionStatus.TEXT_READY: "text_ready",
    SessionStatus.COMPLETED: "completed",
    SessionStatus.FAILED: "failed",
}


def dots(cooked: int) -> str:
    """One an attempt, filled where it was cooked."""
    return "●" * cooked + "○" * (SESSIONS_PER_DISH - cooked)


def next_of_three(number: int) -> str:
    return f"{number}回目／{SESSIONS_PER_DISH}回"


def how_far(cooked: int) -> str:
    if cooked == 0:
        return NOT_COOKED
    return FINISHED if cooked == SESSIONS_PER_DISH else f"{SESSIONS_PER_DISH}回のうち{cooked}回"


def attempt_row(number: int, on: str) -> str:
    return f"{number}回目（{on}）"


def look_back_display(dish: str) -> str:
    return f"{dish}を見返す"


def look_display(number: int) -> str:
    return f"{number}回目を見返す"


def transfers(names: Sequence[str]) -> str:
    return f"ここで練習することは、{'、'.join(names)}にも使えます。"


def transfers_of_finished(names: Sequence[str]) -> str:
    return (
        f"この料理で練習したことは、{'、'.join(names)}にも使えます。気になるものから、試してみてくださいね。"
    )


def skills(names: Sequence[str]) -> str:
    return f"練習する力：{'、'.join(names)}"


# ---- all dishes


def month_title(month: int) -> str:
    return f"{month}か月目の料理"


def counts(finished: int, under_way: int) -> str:
    """Of dishes."""
    if not finished and not under_way:
        return "まだ作った料理はありません。はじめの一品を、ここから選んでみましょう。"
    parts = [f"3回とも作った料理は{finished}品"] if finished else []
    parts += [f"作っている途中の料理は{under_way}品"] if under_way else []
    return f"{'、'.join(parts)}です。料理の名前を押すと、これまでの回を見返せます。"


ALL_OPEN = "すべての料理がひらいています。"
OPENS_LATER = "これからの月に選べるようになります。"


def opening(of: Opening, *, is_sold: bool = True) -> str:
    """When a month's dishes open. Where no plan is sold nothing is said of one."""
    nth = "" if of.payments == 1 else f"{of.month}か月目に"
    match of.standing:
        case Standing.ACTIVE if of.day is not None:
            return f"{day(of.day)}の更新のあとに、ひらきます。"
        case Standing.DUE:
            return f"今月分のお支払いが確認できると、{nth}ひらきます。"
        case Standing.PAUSED:
            return f"お休みから再開すると、{nth}ひらきます。"
        case Standing.ENDING:
            return f"解約を取り消して続けると、{of.month}か月目にひらきます。"
        case Standing.OVER if is_sold:
            return f"プランをもう一度はじめると、{nth}ひらきます。"
        case Standing.NONE if is_sold:
            return f"プランで続けていくと、{of.month}か月目にひらきます。"
        case Standing.ACTIVE:
            return f"このまま続けていくと、{of.month}か月目にひらきます。"
        case _:
            return OPENS_LATER


def next_to_open(names: Sequence[str], when: str) -> str:
    return f"次にひらくのは、{'、'.join(names)}です。{when}"


# ---- a session, looked at again


def looked_at(dish: str, number: int, on: str) -> str:
    return f"{on}に作った、{dish}の{number}回目です。"


def written_memo(words: str) -> str:
    return f"このときの感想\n「{words}」"


NO_VIDEO = "この回のコーチング動画は、うまく作れませんでした。文章のコーチングは、このまま読み返せます。"
GONE = "その回は、もう見つかりませんでした。下のきろくから、選び直してくださいね。"

# ---- progress

NO_PROGRESS_YET = (
    "最初のコーチングが届くと、練習した力と自己評価の移り変わりを、ここで見られるようになります。"
    "まずは一品、いつもどおりに作ってみましょう。"
)


def progress_sentence(cooks: int, acquired: Sequence[str], most: str, times: int) -> str:
    """What the rows say, and no more. `most` is the skill that was practised most often, `times` how often."""
    told = f"コーチングを受けた回は、これまでに{cooks}回です。"
    if acquired:
        return f"{told}身についた力は、{'、'.join(acquired)}です。"
    return f"{told}いちばん多く練習したのは{most}で、{times}回です。" if most else told


def picture_words(more: int) -> Words:
    """`more` skills have no room."""
    return Words(
        title=PROGRESS_TITLE,
        skills="練習した力",
        marks="自己評価（5がいちばん良い）",
        attempt="何回目",
        acquired="身についた",
        developing="練習中",
        more=f"ほかに{more}つの力も練習しました" if more else "",
        legend="● その力を練習した回　 数字 ご自身の評価",
    )
