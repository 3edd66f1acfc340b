"""A learner leaves: nothing of theirs is anywhere any more, wherever their work was, and others are untouched."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from knowledge_base import phrasebook, privacy_talk
from models.inbox import EventSource, InboxEvent
from models.plan import PaidPeriod, Plan
from models.session import SessionStatus
from models.user import SubscriptionStatus, User
from moment.resources import Resources, open_resources
from pipeline.media.probe import VideoFacts
from pipeline.media.view import make_view
from pipeline.stages import prepare_video
from simulator.line.client import Learner
from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from tests import quick_providers
from tests.conftest import empty_broker, make_settings, own_database
from tests.flows.conftest import AT_ONCE, _another_broker
from tests.flows.leaver import Leaver, leaver
from tests.flows.steps import (
    answers,
    card_of,
    cook,
    handled_event,
    post,
    rate_all,
    replies,
    send_video,
    session_once,
    tap,
    wait_for_words,
    words,
)
from tests.liff.test_uploads import GRANULE, MP4, offer
from tests.media_files import make
from tests.quick_providers import new_script, script
from tests.simulator.stripe.conftest import run
from tests.system import WAIT, System, pick, start_system

CANARY = "かなりあは黄色くて小さい"


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeDesk]:
    with run(StripeConfig()) as desk:
        yield desk


@pytest.fixture(scope="module")
def house(
    postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory, stripe: StripeDesk
) -> Iterator[System]:
    """One for all, where the plan is for sale."""
    folder = tmp_path_factory.mktemp("house")
    new_script()
    with own_database(postgres_url) as database_url:
        settings = make_settings(database_url, empty_broker(_another_broker(valkey_url)), folder).change(
            stripe_key=SecretStr("sk_test_desk"),
            stripe_price="price_moment_monthly",
            stripe_api_url=stripe.base_url,
        )
        with start_system(folder, settings, retry_backoff=AT_ONCE) as running:
            yield running


@pytest.fixture(autouse=True)
def _fresh_script() -> None:
    new_script()


@pytest.fixture(scope="module")
def other(house: System, clip: Path) -> Learner:
    """Somebody with a finished cook, who stays."""
    new_script()
    learner = house.learner("はなこ")
    cook(learner, clip)
    session_once(house, learner, lambda session: session.status == SessionStatus.COMPLETED)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    return learner


@contextmanager
def resources_of(house: System) -> Iterator[Resources]:
    with open_resources(house.settings, quick_providers.build) as resources:
        yield resources


def subscribe(house: System, stripe: StripeDesk, one: Leaver) -> str:
    """By the page that our own link leads to; returns the customer's id at Stripe."""
    user = one.row()
    assert user is not None
    with resources_of(house) as resources:
        page = resources.plan_pages.checkout(user.id).url
        assert stripe.browse(page or "").pay(bank="passed").leads_to
        with house.database.transaction() as db:
            customer_id = db.get_one(Plan, user.id).customer_id
        resources.plan_pages.refresh(customer_id)
    one.wait(lambda: (row := one.row()) and row.subscription_status == SubscriptionStatus.ACTIVE, "the plan")
    return customer_id


def confirm(learner: Learner) -> None:
    card = answers(learner, lambda: learner.text("データを削除"))
    assert privacy_talk.GOES in words(card)
    learner.tap(privacy_talk.CONFIRM_LABEL)


@contextmanager
def signed_in(house: System, learner: Learner) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.web_url, headers={"Origin": house.web_url}, trust_env=False) as client:
        answer = client.post("/api/auth/session", json={"id_token": learner.liff_session().id_token})
        assert answer.status_code == 200
        yield client


def live_a_whole_life(house: System, stripe: StripeDesk, one: Leaver, clip: Path, memo: Path) -> str:
    """Everything that a learner can leave behind; returns their customer's id."""
    learner = one.learner
    script.coaching = script.coaching.model_copy(update={"praise": f"{CANARY}という気づきがよかったです。"})
    script.answer = f"{CANARY}のは、よく火が通ったからです。"
    pick(learner)
    send_video(learner, clip)
    learner.text(f"きょうは{CANARY}と思いながら作りました。味はよかったです。")
    rate_all(learner)
    card_of(learner)
    session_once(house, learner, lambda session: session.status == SessionStatus.COMPLETED)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    answers(learner, lambda: learner.audio(memo))
    learner.unsend(learner.text(f"ところで{CANARY}のはなぜですか").message_id or "")
    customer_id = subscribe(house, stripe, one)
    pick(learner)
    return customer_id


def begin_upload(house: System, one: Leaver, client: httpx.Client) -> str:
    """Half of it is sent; returns the address."""
    session = house.session(one.learner)
    answer = client.post(f"/api/sessions/{session.id}/upload", json=offer(MP4, name=f"{CANARY}.mp4"))
    assert answer.status_code == 201, answer.text
    place = str(answer.json()["url"])
    part = {"Content-Range": f"bytes 0-{GRANULE - 1}/{len(MP4)}"}
    assert httpx.put(place, content=MP4[:GRANULE], headers=part).status_code == 308
    return place


def test_nothing_is_left_of_a_whole_life(
    house: System, stripe: StripeDesk, other: Learner, clip: Path, memo: Path
) -> None:
    with leaver(house, "かなりあこ", CANARY) as one:
        customer_id = live_a_whole_life(house, stripe, one, clip, memo)
        with signed_in(house, one.learner) as client:
            assert client.put("/api/onboarding/answers/call_name", json={"value": "かなりあ"}).status_code == 200
            place = begin_upload(house, one, client)
            assert len(one.traces()) > 8  # there is much to be found
            confirm(one.learner)
            assert wait_for_words(one.learner, privacy_talk.DONE).via == "reply"
            assert client.get("/api/auth/me").status_code == 401
        rest = {"Content-Range": f"bytes {GRANULE}-{len(MP4) - 1}/{len(MP4)}"}
        assert httpx.put(place, content=MP4[GRANULE:], headers=rest).status_code == 404
    check_stripe_forgot(stripe, customer_id)
    with house.database.transaction() as db:
        (paid,) = db.exec(select(PaidPeriod).where(PaidPeriod.customer_id == customer_id)).all()
        assert (paid.user_id, paid.amount_yen) == (None, 9800)
        lines = db.exec(select(InboxEvent).where(InboxEvent.subject == "", InboxEvent.body != {})).all()
        assert [event for event in lines if event.source == EventSource.LINE] == []


def check_stripe_forgot(stripe: StripeDesk, customer_id: str) -> None:
    """The plan has ended, the customer and the invoices are there, and name nobody."""
    (customer,) = [each for each in stripe.objects("customer") if each["id"] == customer_id]
    assert (customer["name"], customer["email"], customer["metadata"]) == ("退会済み", None, {})
    (plan,) = [each for each in stripe.objects("subscription") if each["customer"] == customer_id]
    assert plan["status"] == "canceled"
    assert [each for each in stripe.objects("invoice") if each["customer"] == customer_id]


@pytest.mark.parametrize("call", ["transcribe", "analyze", "coaching_text", "narration", "speak", "answer"])
def test_work_under_way_ends_quietly(
    house: System, other: Learner, clip: Path, memo: Path, call: str
) -> None:
    with leaver(house, "かなりあこ", CANARY) as one:
        script.before = one.once_at(call)
        pick(one.learner)
        one.learner.video(clip)
        one.learner.audio(memo)
        if call == "answer":
            card_of(one.learner)
            one.learner.text(f"{CANARY}のはなぜですか")
        one.wait(lambda: one.lines.of("learner deleted"), "the rows to go")
        one.wait(lambda: one.lines.of("lease lost"), "the work to end")
    assert one.count_sent() == one.pushes
