"""What is said of a dish's arc: what became of last time's advice, what the second attempt is for, how a dish ends and
what it leads to. Natural です・ます, as the phrasebook."""

from collections.abc import Mapping, Sequence

from models.coaching import FollowUpVerdict

# ---- what was asked last time. `asked` is one of the three below, `seen` the place and what shows there, or ""

ASKED = "前回お願いした「{action}」"
ASKED_ELSEWHERE = "{dish}のときにお願いした「{action}」"
ASKED_UNQUOTED = "前回お願いしたこと"
LAST_TIME: Mapping[FollowUpVerdict, str] = {
    FollowUpVerdict.SEEN: "{asked}、今回はちゃんと見えましたよ。{seen}",
    FollowUpVerdict.PARTLY: "{asked}は、途中までできています。直したいところが、まだ少しだけ残っていました。{seen}",
    FollowUpVerdict.NOT_YET: "{asked}は、今回の動画ではまだ見えませんでした。{seen}一度で変わらないのは、どなたでも同じです。",
    FollowUpVerdict.NOT_VISIBLE: (
        "{asked}は、今回の映像では確かめられませんでした。作っていてどう感じたか、よかったら聞かせてくださいね。"
    ),
    FollowUpVerdict.TOO_FAR: (
        "{asked}を試したぶん、今回は少し先まで行きすぎたようです。{seen}"
        "これは失敗ではなく、ちょうどよい幅が見えてきた前進です。"
    ),
}
SEEN_AT = "{time}のあたりです。{evidence}"
STOP_AT = "やめどきの合図は、こちらです。"  # followed by it


def asked(action: str, earlier_dish: str = "") -> str:
    """`action` is a sentence, "" where it may not be quoted."""
    if not action:
        return ASKED_UNQUOTED
    words = ASKED_ELSEWHERE if earlier_dish else ASKED
    return words.format(action=action.rstrip("。"), dish=earlier_dish)


def last_time(verdict: FollowUpVerdict, asked: str, *, time: str, evidence: str, stop_cue: str) -> str:
    """`evidence` is a sentence, "" where the card tells it below; `stop_cue` is said where it went too far."""
    seen = SEEN_AT.format(time=time, evidence=evidence) if evidence else ""
    words = LAST_TIME[verdict].format(asked=asked, seen=seen)
    if verdict is FollowUpVerdict.TOO_FAR and stop_cue:
        return words + STOP_AT + stop_cue
    return words


VOICE_LAST_TIME: Mapping[FollowUpVerdict, str] = {
    FollowUpVerdict.SEEN: "{when}お願いしたところは、今回ちゃんと見えましたよ。",
    FollowUpVerdict.PARTLY: "{when}お願いしたところは、少しずつ形になってきました。",
    FollowUpVerdict.NOT_YET: "{when}お願いしたところは、まだこれからですね。ゆっくりで大丈夫です。",
    FollowUpVerdict.NOT_VISIBLE: "{when}お願いしたところは、今回の映像では確かめられませんでした。",
    FollowUpVerdict.TOO_FAR: "{when}お願いしたことを試したぶん、少し行きすぎたようです。でも、それは前に進んだしるしです。",
}
VOICE_LAST_COOK, VOICE_EARLIER_DISH = "前回", "前の料理で"

# ---- the second attempt

LESS_CLEAN = "前の回より揺れて見えるのは、やり方を変えてみたからです。"

# ---- how it goes on

SECOND_COMES = (
    "次の2回目は、いまお伝えした一手を試す回です。やり方を変えると、出来は揺れるものです。"
    "前より下がったように感じても、失敗ではありません。"
)
SECOND_STOPS = "やりすぎかなと迷ったら、「やめどき」の合図で止めてくださいね。"
ACQUIRED = "{dish}の3回目、おつかれさまでした。3回を通して、{skills}が身につきましたね。"
OVERCOME = "前の回で出ていた{faults}は、そのあとの動画では、出なくなっていました。"
CLEAN_ATTEMPTS = "{attempts}は、動画で見えた範囲で、直すところがありませんでした。"
TRANSFERS = "同じ感覚は、{dishes}にもそのまま生きてきます。"
ENDED = "{dish}は、これでひと区切りです。3回続けて作ってくださって、ありがとうございました。"
NOT_JUDGED = "今回の映像だけでは、仕上がりを見きわめられませんでした。"
COOKED_THREE = "3回とも自分の手で作りきったことが、いちばん確かな土台です。"
STILL_OPEN = "まだ途中の「{skill}」は、ここで終わりではありません。同じ力を使う次の料理で、まっさきに一緒に見ていきましょう。"


def second_comes(stop_cue: str) -> str:
    return SECOND_COMES + (SECOND_STOPS if stop_cue else "")


def acquired(dish: str, skills: Sequence[str], overcome: Sequence[str], transfers: Sequence[str]) -> str:
    """Names in Japanese, in the learner's words of the curriculum."""
    paragraphs = [ACQUIRED.format(dish=dish, skills=_quoted(skills)) + _overcome(overcome)]
    if transfers:
        paragraphs.append(TRANSFERS.format(dishes="、".join(transfers)))
    return "\n\n".join(paragraphs)


def ended(
    dish: str, overcome: Sequence[str], clean: Sequence[int], open_skill: str, *, was_judged: bool
) -> str:
    """With what is solid; `open_skill` is "" where nothing is known to be missing."""
    solid = _overcome(overcome)
    if clean:
        solid += CLEAN_ATTEMPTS.format(attempts="と".join(f"{number}回目" for number in clean))
    return "\n\n".join(
        paragraph
        for paragraph in (
            ENDED.format(dish=dish) + ("" if was_judged else NOT_JUDGED),
            solid or COOKED_THREE,
            STILL_OPEN.format(skill=open_skill) if open_skill else "",
        )
        if paragraph
    )


def _overcome(faults: Sequence[str]) -> str:
    return OVERCOME.format(faults=_quoted(faults)) if faults else ""


def _quoted(names: Sequence[str]) -> str:
    return "".join(f"「{name}」" for name in names)


# ---- the next dish


def next_dish(dish: str) -> str:
    return f"次は「{dish}」がおすすめです。下のボタンから、いつでも始められます。"


def next_dish_label(dish: str) -> str:
    return f"{dish}を作る"


def carried_over(dish: str, skill: str) -> str:
    """Said when a dish is chosen that needs what an earlier one has left open."""
    return f"「{dish}」で育てている途中の「{skill}」を、この料理でも一緒に見ていきますね。"
