"""What the bot says of the quiz and of what it understood. Natural です・ます, within LINE's limits, as the phrasebook."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from knowledge_base.phrasebook import address
from knowledge_base.quiz import Question, QuestionType, load_quiz

OFFER_TITLE = "はじめに教えてください"
OFFER = (
    "台所の火や、食べられないもの、なりたい姿に合わせてコーチングします。はじめの六つは、すぐに終わります。"
    "あとからでも大丈夫です。"
)
OPEN_LABEL = "質問に答える"
CHAT_LABEL = "トークで答える"
REVIEW_LABEL = "見直す・続きに答える"
NEXT_LABEL = "続きに答える"
LATER_LABEL = "あとで"
SKIP_LABEL = "答えずに進む"
SAME_NAME_LABEL = "このままの名前で"
DECIDE_LABEL = "これで決定"
PICKED_MARK = "✓ "

PROFILE_TITLE = "いまのプロフィール"
NOT_ANSWERED = "まだ聞いていません"
SKIPPED = "答えない"
MORE = "ほかの質問にも答えていただくほど、コーチングがぴったり合っていきます。"
CHANGE = "書き直したいものがあれば、下から選んでくださいね。"

# What the page says in the learner's name when they are done; the bot knows it again.
ANSWERED = "プロフィールに答えました"
NOT_YET = "ありがとうございます。あと少しだけ、教えてください。"
LATER = "わかりました。続きは、いつでも「プロフィール」と送ってくださいね。"
NAME_HINT = "このまま、お名前だけを送ってください。"
PICK_HINT = "いくつでも選べます。選び終わったら「これで決定」を押してくださいね。"
PICK_MORE = "ほかにもあれば選んで、よければ「これで決定」を押してくださいね。"
SKIPPED_ANSWER = "わかりました。"

MOST_GOALS = 2  # said back; more would be a list


def ask(question: Question, number: int, count: int) -> str:
    """One of those to begin with, in the chat."""
    words = f"（{number}／{count}）{question.text}"
    if question.type is QuestionType.SHORT_TEXT:
        return f"{words}\n{NAME_HINT}"
    return f"{words}\n{PICK_HINT}" if question.type is QuestionType.MULTI else words


def picked(labels: Sequence[str]) -> str:
    return f"{_quoted(labels)}を選びました。{PICK_MORE}"


def taken(question: Question, value: object) -> str:
    """That an answer has arrived."""
    labels = question.labels(value)
    if not labels:
        return SKIPPED_ANSWER
    if question.type is QuestionType.SHORT_TEXT:
        return f"{address(labels[0])}、とお呼びしますね。"
    return f"{_quoted(labels)}ですね。"


def understood(name: str, profile: Mapping[str, Any]) -> str:
    """Thanks, and what will follow from their answers."""
    thanks = f"{address(name)}、教えてくださってありがとうございます。"
    return "\n\n".join(filter(None, (thanks, "".join(_plans(profile)))))


def _plans(profile: Mapping[str, Any]) -> Iterator[str]:
    if heat := _labels(profile, "kitchen_heat"):
        yield f"{heat[0]}に合わせて、火加減をお伝えします。"
    if _avoids(profile):
        foods = "、".join(_labels(profile, "dietary"))
        yield f"{foods}は避けてご案内します。市販のものは、原材料の表示もご自身で確かめてくださいね。"
    if goals := _labels(profile, "goals"):
        yield f"{_quoted(goals[:MOST_GOALS])}を目指して、ご一緒しますね。"


def _avoids(profile: Mapping[str, Any]) -> bool:
    question = load_quiz().question("dietary")
    none = [choice.value for choice in question.choices if choice.exclusive] if question else []
    return profile.get("dietary") not in (None, none)


def summary(profile: Mapping[str, Any]) -> str:
    """Their answers to those to begin with, a line each."""
    return "\n".join(f"{each.about}：{answer(each, profile)}" for each in load_quiz().to_begin)


def answer(question: Question, profile: Mapping[str, Any]) -> str:
    """As the learner reads it."""
    if question.profile_key in profile and profile[question.profile_key] is None:
        return SKIPPED
    return "、".join(question.labels(profile.get(question.profile_key))) or NOT_ANSWERED


def change_label(question: Question) -> str:
    return f"{question.about}を直す"


def _labels(profile: Mapping[str, Any], question_id: str) -> list[str]:
    question = load_quiz().question(question_id)
    return question.labels(profile.get(question.profile_key)) if question else []


def _quoted(labels: Sequence[str]) -> str:
    return "".join(f"「{label}」" for label in labels)
