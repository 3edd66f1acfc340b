"""The coaching text and its narration over many cooks: every dish and fault, three attempts each, with memos and marks.

Every word is judged by rules that need no ear: what stands first, what is praised, what is quoted, what comes again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from knowledge_base.phrasebook import ASPECT_NAMES
from models.coaching import CoachingText, NarrationScript
from moment.eval.words.cooks import (
    Cook,
    Memo,
    RawCase,
    cook_of_raw_case,
    cooks_of_every_fault,
    series_of_cooks,
)
from moment.eval.words.figures import Outcome, WordFigure, read_cases, share
from pipeline.checks.coaching import check_coaching
from pipeline.checks.narration import check_narration
from pipeline.checks.raw_meat import warns_first
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.ports import Coach, ProviderRefused, Providers
from pipeline.providers.sentences import sentences

PART = "coaching"
OFFLINE_SERIES, PAID_SERIES = 240, 4  # of three attempts; a paid coach is asked few
PAID_CASES = 12
OVERCOME = re.compile(
    r"越え|克服|もう気になり|前回[^。]*(?:見当たり|出ていま|ありませ)ん|次の段階|一つ越える"
)
QUOTED = re.compile(r"「([^」]+)」と話してくださいましたね")
UNFINISHED = re.compile(r"(?:[てでがをにはとのも、]|けど|けれど|から|ので|そう)$")
DOUBT = re.compile("言い切れません|はっきりとは|かもしれません|言えません")
TIED = re.compile(r"「([^」]+)」(?:も、ここ|と感じられたのも)")
VULNERABLE = re.compile("お年寄り|高齢")
DONE = re.compile("肉汁|赤み|赤い所|火を通|火が通")
FRAMED = "こうなったら"
CONDITION = re.compile(r"ば、|なら|たら|れば|えば|と、")


@dataclass(frozen=True)
class Words:
    cook: Cook
    text: CoachingText
    script: NarrationScript

    @property
    def card(self) -> str:
        text = self.text
        return "".join((text.mondaiten, text.skill, text.next_action, text.success_sign))

    @property
    def note(self) -> str:
        text = self.text
        return "".join((text.praise, text.comparison, text.stop_cue, text.safety))


def measure(providers: Providers) -> list[WordFigure]:
    """Raises WrongCases, ProviderError."""
    coach = providers.coach
    is_free = isinstance(coach, OfflineCoach)
    memos = read_cases("coaching", Memo)
    count = OFFLINE_SERIES if is_free else PAID_SERIES
    series = [[words_of(coach, cook) for cook in cooks] for cooks in series_of_cooks(memos, count)]
    spoken = list(chain.from_iterable(series))
    cases = read_cases("raw_meat", RawCase)
    if not is_free:
        cases = cases[:: max(len(cases) // PAID_CASES, 1)]
    return [
        *raw_figures(coach, cases),
        share(PART, "texts and narrations pass the product's checks", passing(spoken), 1.0),
        share(PART, "raw meat seen: warned of first", raw_seen(spoken), 1.0),
        share(PART, "care and stop cue fit the fault", cares(spoken), 1.0),
        share(PART, "nothing is praised that the fault lowers", praised_marks(spoken), 1.0),
        share(PART, "nothing is said to be overcome that was not looked for", overcome(spoken), 1.0),
        share(PART, "feelings are answered, not quoted", feelings(spoken), 1.0),
        share(PART, "quotations end where their meaning ends", quotations(spoken), 1.0),
        *tie_figures(coach, memos if is_free else memos[:1]),
        share(PART, "what was not seen is not said as seen", claims(spoken), 1.0),
        share(PART, "sentences of a later attempt are new", new_sentences(series), 0.8),
        share(PART, "sentences of part 1 are not the card's", own_sentences(spoken), 0.8),
    ]


def words_of(coach: Coach, cook: Cook) -> Words:
    text, _ = coach.coaching_text(cook.brief)
    script, _ = coach.narration(cook.brief, text)
    return Words(cook, text, script)


def raw_figures(coach: Coach, cases: Sequence[RawCase]) -> list[WordFigure]:
    """Told by the learner: both that it is raw, and what only sounds so."""
    outcomes: dict[bool, list[Outcome]] = {True: [], False: []}
    for case in cases:
        text, _ = coach.coaching_text(cook_of_raw_case(case).brief)
        is_right = warns_first(text.mondaiten) is case.warns
        outcomes[case.warns].append(Outcome(f"{case.dish}: {case.said}", is_right))
    return [
        share(PART, "raw meat told: warned of first", outcomes[True], 0.98),
        share(PART, "harmless red, raw and cold: no warning", outcomes[False], 0.98),
    ]


def passing(spoken: Sequence[Words]) -> Iterator[Outcome]:
    for words in spoken:
        try:
            check_coaching(words.text, words.cook.brief)
            check_narration(words.script, words.cook.brief, None)
        except ProviderRefused as refusal:
            yield Outcome(f"{words.cook.label}: {refusal}", False)
        else:
            yield Outcome(words.cook.label, True)


def raw_seen(spoken: Sequence[Words]) -> Iterator[Outcome]:
    for words in spoken:
        if words.cook.fault.code == "undercooked_inside":
            yield Outcome(words.cook.label, warns_first(words.text.mondaiten))


def cares(spoken: Sequence[Words]) -> Iterator[Outcome]:
    for words in spoken:
        fault, text = words.cook.fault, words.text
        is_right = text.stop_cue in (fault.stop_cue, "")
        if fault.code == "undercooked_inside":
            is_right = is_right and DONE.search(text.safety) is not None
        if fault.skill == "egg_cookery":
            is_right = is_right and VULNERABLE.search(text.safety) is not None
        yield Outcome(f"{words.cook.label}: {text.stop_cue} {text.safety}", is_right)


def praised_marks(spoken: Sequence[Words]) -> Iterator[Outcome]:
    for words in spoken:
        lowered = [ASPECT_NAMES[aspect] for aspect in words.cook.fault.aspects]
        praised = re.sub("「[^」]*」", "", words.text.praise)
        wrong = [name for name in lowered if re.search(rf"{name}(?:に|には|の出来を)", praised)]
        yield Outcome(f"{words.cook.label}: {words.text.praise}", not wrong)


def overcome(spoken: Sequence[Words]) -> Iterator[Outcome]:
    """None of these cooks was looked at for the last one's fault."""
    for words in spoken:
        said = words.text.praise + words.text.comparison + words.script.part1
        yield Outcome(f"{words.cook.label}: {said}", OVERCOME.search(said) is None)


def feelings(spoken: Sequence[Words]) -> Iterator[Outcome]:
    for words in spoken:
        memo = words.cook.memo
        if memo.feeling:
            quoted = QUOTED.findall(words.text.praise)
            answered = any(stem in re.sub("「[^」]*」", "", words.text.praise) for stem in memo.stems)
            is_right = answered and not any(stem in each for each in quoted for stem in memo.stems)
            yield Outcome(f"{words.cook.label}: {memo.said} → {words.text.praise}", is_right)


def quotations(spoken: Sequence[Words]) -> Iterator[Outcome]:
    for words in spoken:
        memo, quoted = words.cook.memo, QUOTED.findall(words.text.praise)
        is_right = bool(quoted) == memo.is_quoted and not any(UNFINISHED.search(each) for each in quoted)
        is_right = is_right and "観察" not in words.text.praise
        yield Outcome(f"{words.cook.label}: {memo.said} → {words.text.praise}", is_right)


def tie_figures(coach: Coach, memos: Sequence[Memo]) -> list[WordFigure]:
    """Each memo beside each fault: of the ties that are made, and of those that should be."""
    made: list[Outcome] = []
    due: list[Outcome] = []
    for cook in cooks_of_every_fault([memo for memo in memos if memo.is_quoted]):
        text, _ = coach.coaching_text(cook.brief)
        is_tied = TIED.search(text.mondaiten) is not None
        is_due = cook.fault.code in cook.memo.about
        label = f"{cook.label}: {cook.memo.said}"
        made += [Outcome(label, is_due)] if is_tied else []
        due += [Outcome(label, is_tied)] if is_due else []
    return [
        share(PART, "remarks are tied to their own fault", made, 0.95),
        share(PART, "remarks about the fault are tied to it", due, 0.75),
    ]


def claims(spoken: Sequence[Words]) -> Iterator[Outcome]:
    """In part 2: what stands in the evidence, what begins with a condition, and what is to be done."""
    for words in spoken:
        analysis = words.cook.brief.analysis
        part2 = words.script.part2
        is_right = words.cook.fault.seen not in part2 or words.cook.fault.seen in analysis.evidence
        said = sentences(part2)
        principle = words.cook.brief.principle
        senses = sentences(principle.senses) if principle else []
        framed = next((index for index, each in enumerate(said) if FRAMED in each), len(said))
        stated = [each for each in said[:framed] if each in senses and not CONDITION.search(each)]
        if analysis.evidence and analysis.confidence == "low":
            is_right = is_right and DOUBT.search(part2) is not None
        yield Outcome(f"{words.cook.label}: {part2}", is_right and not stated)


def new_sentences(series: Sequence[Sequence[Words]]) -> Iterator[Outcome]:
    """Where the same fault came again."""
    for attempts in series:
        past = attempts[-1].cook.brief.past_sessions
        if any(each.fault != attempts[-1].cook.fault.code for each in past):
            continue
        before: set[str] = set()
        for words in attempts:
            said = sentences(words.card + words.note)
            if before:
                yield from (Outcome(f"{words.cook.label}: {each}", each not in before) for each in said)
            before.update(said)


def own_sentences(spoken: Sequence[Words]) -> Iterator[Outcome]:
    for words in spoken:
        written = words.card + words.note
        for each in sentences(words.script.part1):
            yield Outcome(f"{words.cook.label}: {each}", each not in written)
