"""Hypothesis plays a learner who cooks and pays, their bank, Stripe, time and the operator, against one thread.

The suite's walks take the cooking itself for granted. The long run has all of the thread's rules beside the plan's:
`uv run pytest -n0 --hypothesis-profile=long tests/crash/test_plan_machine.py` (500 walks of 50 steps: hours).
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot import owed
from knowledge_base.catalogue import load
from models.user import SubscriptionStatus
from moment.resources import open_resources
from payments import client
from pipeline.stages import video_production
from services.plan import checkout
from settings import Settings
from simulator.line.client import Desk
from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from simulator.stripe.server import make_server
from tests import quick_providers
from tests.crash.phone import Phone
from tests.crash.plan_rules import PlanRules
from tests.crash.test_thread_machine import quick_compose
from tests.crash.thread_machine import Ground, ThreadMachine
from tests.crash.town import start_town
from tests.liff.cooks import add_cook
from tests.services.plan.conftest import for_sale
from tests.services.plan.payer import Shop
from tests.simulator.serving import serving

SUITE_WALKS, SUITE_STEPS = 15, 30  # a step takes some 50 ms of an idle core
LONG_WALKS, LONG_STEPS = 500, 50


class PlanMachine(PlanRules, RuleBasedStateMachine):
    """A cook is opened through the chat, and done at once."""

    line: ClassVar[Desk]

    @initialize(is_paid=st.booleans())
    def follow(self, is_paid: bool) -> None:
        self.phone = Phone.new(self.line, self.shop.resources)
        self.begin_plan()
        if is_paid:
            self.pay()
            self.everything_arrives()

    @rule(slug=st.sampled_from(["fried-rice", "beef-steak", "miso-soup", "karaage"]))
    def cook(self, slug: str) -> None:
        database = self.shop.resources.database
        self.phone.taps(f"action=dish&slug={slug}")
        with database.transaction() as db:
            opened = [each for each in self.phone.sessions(db) if each.id not in self.session_ids]
            numbers = [each.session_number for each in opened]
            status = self.phone.user(db).subscription_status
            months, user_id = self.phone.user(db).months_paid, self.phone.user(db).id
            is_first = not self.session_ids
            for each in opened:
                db.delete(each)
        for number in numbers:
            self.session_ids.add(add_cook(database, user_id, slug=slug, number=number))
            assert status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE) or is_first
            assert load().dishes[slug].month_unlocked <= max(1, months)

    def teardown(self) -> None:
        if hasattr(self, "payer"):
            self.settle_plan()


class WholeMachine(PlanRules, ThreadMachine):
    """All that can happen to a thread, and to the plan beside it."""

    @initialize(start=st.sampled_from(["new", "cooking", "without a memo", "coached", "given up"]))
    def follow(self, start: str) -> None:
        super().follow(start)
        self.begin_plan()

    def teardown(self) -> None:
        if hasattr(self, "payer"):
            self.settle_plan()
            super().teardown()


@pytest.fixture
def ground(
    settings: Settings, tmp_path: Path, clip: Path, sideways: Path, memo: Path
) -> Iterator[tuple[Ground, Shop]]:
    quick_providers.new_script()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    with (
        serving(make_server(StripeConfig(), port=0)) as stripe_url,
        StripeDesk(stripe_url) as stripe,
        start_town(tmp_path, for_sale(settings, stripe_url), queues=(), reconciler=False, web=False) as town,
        pytest.MonkeyPatch.context() as patch,
        open_resources(town.settings, quick_providers.build) as resources,
    ):
        stripe.wait_until_ready()
        town.desk.hold()
        shop = Shop(stripe, resources, client.make_client(resources.settings))
        patch.setattr(client, "RETRIES", 0)  # the SDK's, for which it sleeps
        patch.setattr(checkout, "database_now", lambda _db: shop.now())  # Stripe's clock is pushed by months
        patch.setattr(owed, "PUSHES_A_DAY", 1_000)
        patch.setattr(video_production, "compose", quick_compose)
        logging.disable(logging.ERROR)  # what fails is the point
        yield Ground(town.desk, resources, clip, sideways, memo, broken), shop
        logging.disable(logging.NOTSET)


def test_a_plan_makes_sense_whatever_happens(ground: tuple[Ground, Shop]) -> None:
    is_long = profile.get_current_profile_name() == "long"

    class Bound(PlanMachine):
        pass

    class Whole(WholeMachine):
        pass

    Whole.ground, Bound.line = ground[0], ground[0].desk
    Bound.shop = Whole.shop = ground[1]
    run_state_machine_as_test(
        Whole if is_long else Bound,
        settings=profile(
            max_examples=LONG_WALKS if is_long else SUITE_WALKS,
            phases=[Phase.generate],  # to make a failing walk shorter takes longer than to read it
            stateful_step_count=LONG_STEPS if is_long else SUITE_STEPS,
            deadline=None,
            derandomize=not is_long,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
