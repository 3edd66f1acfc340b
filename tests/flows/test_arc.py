"""Three attempts at a dish, each coached in the light of the one before, and what the dish leads to."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge_base import arc_talk, phrasebook
from knowledge_base.catalogue import load
from models.coaching import CoachingText, FollowUpVerdict, Usage
from models.learner import LearnerState
from models.user import User
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.ports import AnalysisBrief, CoachingBrief, ProviderError, Repair
from pipeline.providers.registry import ProviderSets
from settings import Settings
from simulator.line.client import Bubble, Learner, SentMessage
from storage.google_credentials import GoogleCredentials
from storage.store import ObjectStore
from tests.flows.conftest import NEVER_AGAIN
from tests.flows.steps import card_of, handled_event, send_video, skip_and_rate, words
from tests.quick_providers import PROVIDERS, USAGE, Quick, new_script, script
from tests.system import WAIT, System, pick, start_system

SEEN, NOT_YET, TOO_FAR = FollowUpVerdict.SEEN, FollowUpVerdict.NOT_YET, FollowUpVerdict.TOO_FAR
PAN, SMOKE = load().faults["pan_not_hot"], load().faults["oil_smoking"]


class OfflineWords(Quick):
    """What is seen stands in the script; what is said of it is the offline coach's."""

    def coaching_text(self, brief: CoachingBrief, repair: Repair | None = None) -> tuple[CoachingText, Usage]:
        script.note("coaching_text", brief)
        return OfflineCoach().coaching_text(brief)[0], USAGE


def build(_settings: Settings, _store: ObjectStore, _credentials: GoogleCredentials) -> ProviderSets:
    providers = replace(PROVIDERS, coach=OfflineWords())
    return ProviderSets(usual=providers, fallback=providers)


@dataclass
class Kitchen:
    system: System
    learner: Learner
    clip: Path
    rated: threading.Event

    def cook(
        self, fault: str | None, verdict: FollowUpVerdict | None = None, slug: str = "fried-rice"
    ) -> tuple[SentMessage, list[Bubble]]:
        """Its clip, and the bubbles of its coaching: card, note and what comes with them."""
        script.fault, script.verdict = fault, verdict or FollowUpVerdict.NOT_VISIBLE
        self.rated.clear()
        before = len(self.learner.thread().of_type("flex"))
        pick(self.learner, slug)
        return self._send_and_rate(before)

    def _send_and_rate(self, before: int) -> tuple[SentMessage, list[Bubble]]:
        video = send_video(self.learner, self.clip)
        skip_and_rate(self.learner)
        self.rated.set()
        card = card_of(self.learner, before)
        bubbles = self.learner.thread().from_bot
        at = next(index for index, bubble in enumerate(bubbles) if bubble.text == card.text)
        return video, bubbles[at:]

    def state(self) -> LearnerState:
        with self.system.database.transaction() as db:
            user = select(User.id).where(User.line_user_id == self.learner.user_id).scalar_subquery()
            return db.exec(select(LearnerState).where(LearnerState.user_id == user)).one()

    def asked(self) -> str | None:
        """What the latest look at a clip was to look for."""
        briefs = [brief for brief in script.briefs if isinstance(brief, AnalysisBrief)]
        return briefs[-1].asked.action if briefs[-1].asked else None


@pytest.fixture
def kitchen(settings: Settings, tmp_path: Path, clip: Path) -> Iterator[Kitchen]:
    rated = threading.Event()

    def before(call: str) -> None:
        if call == "analyze":
            assert rated.wait(WAIT)
        if call == "narration":  # a render costs seconds
            raise ProviderError("no video in this test")

    new_script().before = before
    with start_system(tmp_path, settings, build=build, retry_backoff=NEVER_AGAIN) as system:
        yield Kitchen(system, system.learner(paying=True), clip, rated)
    new_script()


def test_too_far_is_a_step_and_a_clean_third_opens_the_next_dish(kitchen: Kitchen) -> None:
    _, first = kitchen.cook(PAN.code)
    assert phrasebook.CARD_LAST_TIME not in first[0].text
    assert "出来は揺れるものです" in words(first[1:])
    assert kitchen.asked() is None

    _, second = kitchen.cook(SMOKE.code, TOO_FAR)
    assert kitchen.asked() == PAN.next_action
    assert second[0].text.splitlines()[1] == phrasebook.CARD_LAST_TIME  # before all but the title
    assert "行きすぎた" in second[0].text
    assert PAN.stop_cue in second[0].text
    assert arc_talk.LESS_CLEAN in words(second[1:])

    _, third = kitchen.cook(None, SEEN)
    assert "ちゃんと見えました" in third[0].text
    ending = third[2].text or ""
    assert "「水けの調整」「火加減」「油のまとわせ方」が身につきました" in ending
    assert f"「{SMOKE.name_ja}」" in ending
    assert "焼きそば" in ending
    assert set(kitchen.state().skills_acquired) == set(load().dishes["fried-rice"].principles)

    kitchen.learner.tap(arc_talk.next_dish_label("ビーフステーキ"))
    kitchen.learner.wait_for_text("ビーフステーキの1回目ですね", WAIT)


def test_three_unclean_ones_end_kindly_and_the_next_dish_looks_for_what_was_left(kitchen: Kitchen) -> None:
    kitchen.cook("rice_clumped")
    kitchen.cook(PAN.code, SEEN)
    _, third = kitchen.cook(PAN.code, NOT_YET)
    ending = third[2].text or ""
    assert "ひと区切り" in ending
    assert f"「{load().faults['rice_clumped'].name_ja}」" in ending
    assert f"まだ途中の「{load().skills[PAN.skill]}」" in ending
    assert kitchen.state().skills_acquired == []
    assert kitchen.state().open_skill == {"skill": PAN.skill, "fault": PAN.code, "dish": "fried-rice"}

    _, steak = kitchen.cook(None, SEEN, slug="beef-steak")
    said = words(kitchen.learner.thread().from_bot)
    assert arc_talk.carried_over("チャーハン", load().skills[PAN.skill]) in said
    assert "チャーハンのときにお願いした" in steak[0].text
    assert kitchen.state().open_skill == {}


def test_nothing_of_footage_that_was_taken_back_is_taken_up_again(kitchen: Kitchen) -> None:
    video, _ = kitchen.cook(PAN.code)
    handled_event(kitchen.system, kitchen.learner, kitchen.learner.unsend(video.message_id or ""))
    assert [each["fault"] for each in kitchen.state().session_summaries] == [None]
    assert kitchen.state().recurring_mistakes == []

    _, second = kitchen.cook(PAN.code, SEEN)

    assert kitchen.asked() is None
    assert "前回" not in second[0].text
