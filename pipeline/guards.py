"""No model's words reach a learner unchecked: against the facts, the house's rules and the form of address.

Independent of the provider; a violation raises ProviderRefused, which is tried again and never delivered.
"""

import re

from knowledge_base.content import DishGuide
from models.coaching import CoachingText, NarrationScript, VideoAnalysis
from pipeline.providers.ports import CoachingBrief, ProviderRefused

_NUMBER = r"[0-9０-９一二三四五六七八九十百半数]+"
_UNITS = "グラム|キロ|リットル|ミリ|センチ|カップ|デシ|度|℃|秒|分|時間|cc|CC|ml|mL|kg|cm|g|%|％|パーセント"
# 「2分」「１８０℃」「大さじ一」「三十秒」; not 「十分」「半分」「一度」「多分」「今度」, which are words.
_MEASUREMENT = re.compile(rf"(?:大さじ|小さじ)|(?<![:：0-9]){_NUMBER}(?:{_UNITS})")
_WORDS = re.compile(
    r"(?<![一二三四五六七八九])十分(?!間|ほど|くらい)|半分|一度|何度|五分五分|二度と|[一二三四五六七八九]分(?:の|目|づき)"
)
_MARKUP = re.compile(r"\*\*|^#+ |```|<[a-z/][^>]*>", re.MULTILINE)
_POLITE = re.compile(
    r"(?:です|ます|ました|でした|ません|ましょう|ください|ですね|ますね|ますよ|ですよ|でしょう|ませんか|ですか)[ねよか]?[。！？!?]?$"
)

MAX_FIELD = 400  # characters of one field of the coaching text
MAX_ANSWER = 600


def measurements(text: str) -> list[str]:
    """The amounts, times and temperatures in the text: coaching speaks of sounds, colours and textures."""
    return _MEASUREMENT.findall(_WORDS.sub("", text))


def check_analysis(analysis: VideoAnalysis, duration_seconds: float, dish: DishGuide) -> None:
    """Raises ProviderRefused unless every time lies inside the video, in order, and the fault is the dish's."""
    wrong = []
    times = [event.t_seconds for event in analysis.cooking_events]
    if any(time > duration_seconds for time in [*times, analysis.key_moment_seconds]):
        wrong.append("a time lies past the end of the video")
    if times != sorted(times):
        wrong.append("events are out of order")
    for stamp, seconds in [
        (analysis.key_moment_timestamp, analysis.key_moment_seconds),
        *((event.t, event.t_seconds) for event in analysis.cooking_events),
    ]:
        minutes, rest = stamp.split(":")
        if int(minutes) * 60 + int(rest) != seconds:
            wrong.append(f"timestamp {stamp} is not second {seconds}")
    if analysis.fault is not None and analysis.fault not in dish.faults:
        wrong.append(f"fault '{analysis.fault}' is not one of {dish.slug}")
    if not analysis.diagnosis.strip():
        wrong.append("no diagnosis")
    _refuse(wrong)


def check_coaching(coaching: CoachingText, brief: CoachingBrief) -> None:
    fields = {
        "mondaiten": coaching.mondaiten,
        "skill": coaching.skill,
        "next_action": coaching.next_action,
        "success_sign": coaching.success_sign,
    }
    extras = [coaching.praise, coaching.comparison, coaching.stop_cue, coaching.safety]
    extras += [entry.answer for entry in coaching.memo_answers]
    wrong = [f"{name} is empty" for name, words in fields.items() if not words.strip()]
    for words in [*fields.values(), *extras]:
        wrong += violations(words, MAX_FIELD)
    known = {principle.principle_id for principle in brief.principles}
    if brief.principle is not None:
        known.add(brief.principle.id)
    wrong += [f"principle '{name}' was not retrieved" for name in coaching.principle_ids if name not in known]
    said = " ".join([*fields.values(), *extras])
    wrong += _wrong_names(said, brief.first_name)
    _refuse(wrong)


def check_narration(script: NarrationScript, brief: CoachingBrief) -> None:
    wrong = []
    for name, words in (("part1", script.part1), ("pivot", script.pivot), ("part2", script.part2)):
        if not words.strip():
            wrong.append(f"{name} is empty")
        wrong += violations(words, 2 * MAX_FIELD)
    wrong += _wrong_names(script.part1 + script.part2, brief.first_name)
    if f"{brief.first_name}さん" not in script.part1:
        wrong.append("part1 does not address the learner by name")
    _refuse(wrong)


def check_answer(answer: str) -> None:
    wrong = violations(answer, MAX_ANSWER)
    if not answer.strip():
        wrong.append("the answer is empty")
    _refuse(wrong)


def violations(words: str, longest: int) -> list[str]:
    """What is wrong with one piece of learner-facing text; [] when nothing is."""
    wrong = [f"measurement '{found}'" for found in measurements(words)]
    if len(words) > longest:
        wrong.append(f"longer than {longest} characters")
    if _MARKUP.search(words):
        wrong.append("markup, which LINE shows raw")
    if words.strip() and not _POLITE.search(words.strip().rstrip("」")):
        wrong.append(f"does not end politely: …{words.strip()[-12:]}")
    return wrong


def _wrong_names(words: str, first_name: str) -> list[str]:
    if re.search(rf"{re.escape(first_name)}(?:くん|ちゃん|様|さま|氏)", words):
        return ["the learner is not addressed with さん"]
    return []


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ProviderRefused("; ".join(dict.fromkeys(wrong)))
