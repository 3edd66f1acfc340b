"""Words of a dish's arc, and the faults that advice turns into when it is followed too far."""

import re
from collections.abc import Iterator

import pytest

from knowledge_base import arc_talk
from knowledge_base.catalogue import load
from line.limits import MAX_LABEL, units
from models.coaching import FollowUpVerdict
from pipeline.checks.language import violations
from pipeline.checks.last_time import false_claims

LONGEST = 400


def sentences() -> Iterator[str]:
    knowledge = load()
    for verdict in FollowUpVerdict:
        fault, evidence = knowledge.faults["pan_not_hot"], "焼ける音が、はっきり大きくなっています。"
        for asked in (arc_talk.asked(""), arc_talk.asked(fault.next_action, "チャーハン")):
            yield arc_talk.last_time(verdict, asked, time="0:41", evidence=evidence, stop_cue=fault.stop_cue)
        yield arc_talk.VOICE_LAST_TIME[verdict].format(when=arc_talk.VOICE_LAST_COOK)
    yield arc_talk.LESS_CLEAN
    yield arc_talk.second_comes("")
    yield arc_talk.second_comes("止めましょう。")
    for guide in knowledge.dishes.values():
        name, faults = guide.name_ja, [knowledge.faults[code].name_ja for code in guide.faults[:2]]
        skills = [knowledge.skills[skill] for skill in guide.principles]
        yield arc_talk.acquired(name, skills, faults, guide.transferable_to[:3])
        yield arc_talk.acquired(name, skills, [], [])
        for was_judged in (True, False):
            yield arc_talk.ended(name, faults, [1, 2], skills[0], was_judged=was_judged)
            yield arc_talk.ended(name, [], [], "", was_judged=was_judged)
        yield arc_talk.next_dish(name)
        yield arc_talk.carried_over(name, skills[0])


def test_each_is_as_every_word_for_a_learner_must_be() -> None:
    assert {text: found for text in sentences() if (found := violations(text, LONGEST))} == {}


@pytest.mark.parametrize("dish", load().dishes.values(), ids=lambda dish: dish.slug)
def test_the_tap_names_the_whole_dish(dish: object) -> None:
    assert units(arc_talk.next_dish_label(dish.name_ja)) <= MAX_LABEL  # type: ignore[attr-defined]


@pytest.mark.parametrize("verdict", FollowUpVerdict)
def test_what_was_not_seen_is_not_claimed(verdict: FollowUpVerdict) -> None:
    words = arc_talk.LAST_TIME[verdict].format(asked=arc_talk.asked("音が立つまで待ちましょう。"), seen="")
    assert false_claims(words, verdict) == []
    voice = arc_talk.VOICE_LAST_TIME[verdict].format(when="前回")
    assert false_claims(voice, verdict) == []


def test_too_far_is_never_called_a_failure() -> None:
    words = arc_talk.LAST_TIME[FollowUpVerdict.TOO_FAR] + arc_talk.SECOND_COMES
    assert not re.search("失敗(?!では)", words)


def test_opposites_are_each_others_and_go_wrong_with_the_same_dish() -> None:
    knowledge = load()
    pairs = {(code, other) for code, fault in knowledge.faults.items() for other in fault.opposites}
    assert ("oil_too_little", "too_oily") in pairs
    assert ("underseasoned", "oversalted") in pairs
    assert {pair for pair in pairs if pair[::-1] not in pairs or len(set(pair)) == 1} == set()
    dishes = [set(dish.faults) for dish in knowledge.dishes.values()]
    assert {pair for pair in pairs if not any(set(pair) <= faults for faults in dishes)} == set()


def test_advice_that_can_go_too_far_has_a_sign_at_which_to_stop() -> None:
    needs_none = {"left_unattended", "undercooked_inside", "fish_undercooked"}
    stopless = {code for code, fault in load().faults.items() if fault.opposites and not fault.stop_cue}
    assert stopless <= needs_none | {"crust_burnt_center_raw"}
