"""A learner leaves: nothing of theirs is anywhere any more, wherever their work was, and others are untouched."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from desk.simulated_stripe import with_stripe
from knowledge_base import phrasebook, privacy_talk
from models.inbox import EventSource, InboxEvent
from models.plan import PaidPeriod, Plan
from models.session import SessionStatus
from models.user import SubscriptionStatus
from moment.resources import Resources, open_resources
from pipeline.media.probe import VideoFacts
from pipeline.media.view import make_view
from pipeline.stages import prepare_video
from services.plan.links import PlanLinkOver
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
        settings = make_settings(database_url, empty_broker(_another_broker(valkey_url)), folder)
        settings = with_stripe(settings, stripe.base_url)
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
    wait_for_words(one.learner, "お支払いを確認しました")
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
            assert (
                client.put("/api/onboarding/answers/call_name", json={"value": "かなりあ"}).status_code == 200
            )
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
    assert (customer["name"], customer["email"], customer["metadata"]) == (
        "退会済み",
        None,
        {"moment_forgotten": "true"},
    )
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


def test_a_download_under_way_leaves_nothing(house: System, other: Learner, clip: Path) -> None:
    with leaver(house, "かなりあこ") as one:
        pick(one.learner)
        one.learner.video(clip, slow_bytes_per_second=clip.stat().st_size)
        one.wait(
            lambda: [p for p in house.objects.glob(".unfinished/*") if p.stat().st_size],
            "the download to begin",
        )
        one.leave()
        # On a busy machine it may be in the store before they have left.
        one.wait(lambda: one.lines.of("lease lost") or one.lines.of("media fetched"), "the download to end")


def test_a_view_that_is_being_made_leaves_nothing(
    house: System, other: Learner, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with leaver(house, "かなりあこ") as one:
        leave_once = one.once_at("view")

        def make_then_leave(source: Path, facts: VideoFacts, into: Path) -> Path:
            view = make_view(source, facts, into)
            leave_once("view")
            return view

        monkeypatch.setattr(prepare_video, "make_view", make_then_leave)
        pick(one.learner)
        one.learner.video(
            make(tmp_path / "sideways.mp4", "-display_rotation", "90", "-i", str(clip), "-c", "copy")
        )
        one.wait(lambda: one.lines.of("lease lost"), "the work to end")


def test_a_message_on_its_way_is_waited_for_and_no_other_is_sent(
    house: System, other: Learner, clip: Path
) -> None:
    with leaver(house, "かなりあこ") as one:
        # Longer than the render and the tap take: the video waits for this push too.
        house.desk.fault("push", times=1, delay_seconds=3.0, user_id=one.learner.user_id)
        pick(one.learner)
        send_video(one.learner, clip)
        tap(one.learner, phrasebook.MEMO_SKIP_LABEL)
        one.wait(one.is_being_told, "a push")
        one.leave()
        assert one.pushes == 1
    assert one.count_sent() == 1


def test_while_stripe_is_away_nothing_is_deleted_and_it_is_not_forgotten(
    house: System, stripe: StripeDesk, other: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.erasure.FIRST_PAUSE", timedelta(seconds=0.5))
    with leaver(house, "かなりあこ") as one:
        customer_id = subscribe(house, stripe, one)
        stripe.fault("subscriptions.cancel", "rate_limit")
        confirm(one.learner)
        waits = wait_for_words(one.learner, phrasebook.phrase("leaving_waits"))
        assert waits.via == "reply"
        assert one.row() is not None
        assert phrasebook.phrase("leaving") in words(
            answers(one.learner, lambda: one.learner.text("料理を選ぶ"))
        )
        one.learner.text("火傷しました。どうすればいいですか")
        wait_for_words(one.learner, "水")  # a danger is answered all the same
        with signed_in_or_refused(house, one.learner) as status:
            assert status == 409
        with resources_of(house) as resources, pytest.raises(PlanLinkOver):
            resources.plan_pages.checkout(one.row().id)  # type: ignore[union-attr]
        stripe.clear_faults()
        one.wait(lambda: one.row() is None, "the rows to go")
    check_stripe_forgot(stripe, customer_id)
    assert one.learner.thread().find(privacy_talk.DONE) is None  # no token, and nobody to send it to


def test_a_payment_page_that_was_open_takes_no_money_any_more(
    house: System, stripe: StripeDesk, other: Learner
) -> None:
    with leaver(house, "かなりあこ") as one:
        user = one.row()
        assert user is not None
        with resources_of(house) as resources:
            page = resources.plan_pages.checkout(user.id).url
        one.leave()
        assert stripe.browse(page or "").pay(bank="passed").leads_to is None
    (session,) = [each for each in stripe.objects("checkout.session") if each["id"] in (page or "")]
    assert session["status"] == "expired"


def test_only_their_own_fresh_tap_deletes(house: System, other: Learner) -> None:
    with leaver(house, "かなりあこ") as one:
        card = answers(one.learner, lambda: one.learner.text("退会したいです"))
        assert privacy_talk.PLAN_ENDS not in words(card)  # there is none
        tap_data = next(
            a["data"] for a in one.learner.thread().tappable() if "action=leave" in str(a.get("data"))
        )
        assert privacy_talk.KEPT in words(tap(one.learner, privacy_talk.CANCEL_LABEL))
        stale = str(tap_data).rpartition("at=")[0] + "at=1790000000"
        again = words(replies(one.learner, lambda: one.learner.postback(stale)))
        assert privacy_talk.TOO_LATE in again
        assert privacy_talk.GOES in again
        assert one.row() is not None
        one.leave()
    assert phrasebook.OLD_BUTTON in words(replies(other, lambda: other.postback(str(tap_data))))


def test_whoever_comes_back_is_new_and_whoever_only_blocks_us_is_nobody(
    house: System, other: Learner
) -> None:
    with leaver(house, "もどりこ") as one:
        one.leave()
        handled = handled_event(house, one.learner, one.learner.block())
        assert (handled.outcome, handled.subject, handled.body) == ("nobody", "", {})
        assert one.row() is None
    returned = words(replies(one.learner, one.learner.unblock))
    assert returned
    user = one.row()
    assert user is not None
    assert (user.learner_profile, user.leaving_since) == ({}, None)


def test_a_learner_leaves_by_the_api_and_is_signed_out(house: System, other: Learner) -> None:
    with leaver(house, "かなりあこ") as one, signed_in(house, one.learner) as client:
        answer = client.delete("/api/auth/me")
        assert answer.status_code == 202
        assert client.get("/api/auth/me").status_code == 401
        one.wait(lambda: one.row() is None, "the rows to go")


@contextmanager
def signed_in_or_refused(house: System, learner: Learner) -> Iterator[int]:
    with httpx.Client(base_url=house.web_url, headers={"Origin": house.web_url}, trust_env=False) as client:
        yield client.post("/api/auth/session", json={"id_token": learner.liff_session().id_token}).status_code
