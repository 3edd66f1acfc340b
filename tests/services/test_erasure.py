"""A process that deletes a learner may die at any step: the next one ends what it began, once."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import col, select, update

from desk.simulated_stripe import with_stripe
from jobs.queue import LONGEST_JOB
from models.base import database_now
from models.chat import Message
from models.deletion import Deletion
from models.dish import Dish
from models.export import Export
from models.media import Media, MediaKind, MediaSource, MediaState
from models.picture import ProgressPicture
from models.plan import PaidPeriod, Plan
from models.reminder import ReminderPause
from models.session import CookingSession
from models.upload import Upload
from models.user import User
from moment.cli import parser
from moment.commands import operation
from moment.commands.call import Call
from moment.errors import CommandFailed
from moment.resources import Resources, open_resources
from services import erasure as steps
from services import traces
from services.erasure import LOOK_AGAIN, Erasure
from services.plan.links import PlanLinkOver
from services.plan.state import write_customer
from services.privacy import delete_learner, owe_purge, purge_again
from services.profile import find_learner, take_in
from services.thread import Origin
from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from storage.keys import (
    coaching_video_keys,
    new_media_key,
    new_progress_picture_key,
    view_key,
)
from storage.local import LocalStore
from storage.store import ObjectStore
from tests import quick_providers
from tests.conftest import empty_broker, make_settings, own_database
from tests.deaths import Killed
from tests.simulator.stripe.conftest import run

SPEECH = "speech/of-nobody-else.wav"
SCRIPT = {"part1": "ゆうこさん、見てみましょう。", "pivot": "ここです。", "part2": "次は早めに。"}


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeDesk]:
    with run(StripeConfig()) as desk:
        yield desk


@pytest.fixture(scope="module")
def house(
    postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory, stripe: StripeDesk
) -> Iterator[Resources]:
    with own_database(postgres_url) as url:
        settings = make_settings(url, empty_broker(valkey_url), tmp_path_factory.mktemp("house"))
        settings = with_stripe(settings, stripe.base_url)
        with open_resources(settings, quick_providers.build) as resources:
            yield resources


@dataclass
class Leaver:
    """One who has asked to be deleted, with an object under each kind of key."""

    house: Resources
    user_id: int
    customer_id: str
    deletion_id: int
    keys: list[str]
    erasure: Erasure
    goodbyes: list[tuple[str, str]]

    def work(self) -> None:
        """Whoever was at it has died, and its lease has run out."""
        with self.house.database.transaction() as db:
            now = {"due_at": func.now(), "nudge_at": func.now()}
            db.execute(update(Deletion).where(col(Deletion.id) == self.deletion_id).values(**now))
        self.erasure.work(self.deletion_id)

    def deletion(self) -> Deletion | None:
        with self.house.database.transaction() as db:
            return db.get(Deletion, self.deletion_id)

    def left(self) -> list[str]:
        return [key for key in self.keys if self.house.store.exists(key)]

    def check_gone(self, stripe: StripeDesk) -> None:
        with self.house.database.transaction() as db:
            assert db.get(User, self.user_id) is None
            assert db.get(ReminderPause, self.user_id) is None
            paid = db.exec(select(PaidPeriod).where(PaidPeriod.customer_id == self.customer_id)).all()
        assert [period.user_id for period in paid] == [None]
        assert self.left() == []
        (plan,) = [each for each in stripe.objects("subscription") if each["customer"] == self.customer_id]
        assert plan["status"] == "canceled"


@pytest.fixture
def leaver(house: Resources, stripe: StripeDesk, request: pytest.FixtureRequest) -> Leaver:
    name = f"U-{request.node.name}"[:60]
    with house.database.transaction() as db:
        user = take_in(db, name, "ゆうこ")
        user_id = user.id
    customer_id = subscribe(house, stripe, user_id)
    keys = leave_objects(house, user_id)
    with house.database.transaction() as db:
        origin = Origin(channel="moment", reply_token="token", reply_until=database_now(db) + LONGEST_JOB)
        deletion_id = delete_learner(db, db.get_one(User, user_id), origin).id
    goodbyes: list[tuple[str, str]] = []
    erasure = replace(
        house.erasure,
        kept_speech=lambda script: [SPEECH] if script == SCRIPT else [],
        say_goodbye=lambda channel, token: goodbyes.append((channel, token)),
    )
    return Leaver(house, user_id, customer_id, deletion_id, keys, erasure, goodbyes)


def subscribe(house: Resources, stripe: StripeDesk, user_id: int) -> str:
    """Paid, and written to our rows as a webhook's handler does."""
    page = house.plan_pages.checkout(user_id).url
    assert stripe.browse(page or "").pay(bank="passed").leads_to
    with house.database.transaction() as db:
        customer_id = db.get_one(Plan, user_id).customer_id
    assert house.payments is not None
    customer = house.payments.customer(customer_id)
    assert customer is not None
    with house.database.transaction() as db:
        write_customer(db, db.get_one(User, user_id, with_for_update=True), customer)
    return customer_id


def leave_objects(house: Resources, user_id: int) -> list[str]:
    """A video with its view, a coaching video, speech of a render that broke off, an upload half sent, a picture, a file
    of their data."""
    video, upload = new_media_key(MediaKind.VIDEO), new_media_key(MediaKind.VIDEO)
    with house.database.transaction() as db:
        dishes = db.exec(select(Dish.id).order_by(col(Dish.id)).limit(2)).all()
        cook, broken_off = (
            CookingSession(user_id=user_id, dish_id=each, session_number=1) for each in dishes
        )
        cook.videos_begun = 2
        cook.coaching_video_gcs_path, broken_off.narration_script = "earlier/name.mp4", SCRIPT
        db.add_all([cook, broken_off])
        db.flush()
        clip = Media(
            user_id=user_id,
            session_id=cook.id,
            kind=MediaKind.VIDEO,
            state=MediaState.STORED,
            source=MediaSource.LINE,
            object_key=video,
        )
        db.add(clip)
        place = house.store.open_upload(upload, "video/mp4", 8, "https://example.com")
        db.add(
            Upload(
                user_id=user_id,
                kind=MediaKind.VIDEO,
                fingerprint=b"1",
                size=8,
                object_key=upload,
                place=place,
            )
        )
        drawn = new_progress_picture_key()
        db.add(ProgressPicture(user_id=user_id, content=b"1", object_key=drawn))
        export = Export(user_id=user_id, object_key=f"exports/{user_id}/moment-data.zip")
        db.add_all([export, ReminderPause(user_id=user_id)])
        keys = [
            drawn,
            video,
            export.object_key,
            view_key(video),
            *coaching_video_keys(cook.id, range(3)),
            "earlier/name.mp4",
            SPEECH,
        ]
    for key in keys:
        put(house.store, key)
    return keys


def put(store: ObjectStore, key: str) -> None:
    store.put(key, iter([b"what they sent"]), "video/mp4")


def test_all_goes_at_one_go_and_is_told_once(leaver: Leaver, stripe: StripeDesk) -> None:
    leaver.erasure.work(leaver.deletion_id)
    leaver.check_gone(stripe)
    leaver.work()
    assert leaver.goodbyes == [("moment", "token")]


def killed_after(function: Callable[..., Any]) -> Callable[..., Any]:
    def do_and_die(*arguments: Any) -> None:
        function(*arguments)
        raise Killed

    return do_and_die


def die(*_arguments: Any, **_named: Any) -> None:
    raise Killed


def at_the_plans_end(leaver: Leaver, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaver.house.payments, "cancel", killed_after(leaver.house.payments.cancel))  # type: ignore[union-attr]


def before_the_rows(leaver: Leaver, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "delete_rows", die)


def before_their_commit(leaver: Leaver, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "delete_rows", killed_after(traces.delete_rows))


def after_the_rows(leaver: Leaver, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaver, "erasure", replace(leaver.erasure, forget_counts=die))


def among_the_objects(leaver: Leaver, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaver.house.store, "delete", killed_after(leaver.house.store.delete))


def at_the_last_word(leaver: Leaver, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaver, "erasure", replace(leaver.erasure, say_goodbye=die))


def before_it_is_noted(leaver: Leaver, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "try_again", die)


@pytest.mark.parametrize(
    "die_there",
    [
        at_the_plans_end,
        before_the_rows,
        before_their_commit,
        after_the_rows,
        among_the_objects,
        at_the_last_word,
        before_it_is_noted,
    ],
)
def test_a_death_at_any_step_loses_nothing(
    leaver: Leaver, stripe: StripeDesk, die_there: Callable[[Leaver, pytest.MonkeyPatch], None]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        die_there(leaver, patch)
        with pytest.raises(Killed):
            leaver.erasure.work(leaver.deletion_id)
    leaver.work()
    leaver.check_gone(stripe)
    assert set(leaver.goodbyes) <= {("moment", "token")}


def test_what_is_put_late_goes_too_and_then_the_wish_itself(leaver: Leaver, stripe: StripeDesk) -> None:
    leaver.erasure.work(leaver.deletion_id)
    put(leaver.house.store, leaver.keys[2])
    with leaver.house.database.transaction() as db:
        purge_again(db, leaver.keys[2])  # as whoever put it does, who found the rows gone
    leaver.erasure.work(leaver.deletion_id)
    assert leaver.left() == []
    put(leaver.house.store, leaver.keys[0])  # by one who died of it
    with leaver.house.database.transaction() as db:
        db.execute(update(Deletion).values(rows_gone_at=func.now() - LONGEST_JOB))
    leaver.work()
    leaver.check_gone(stripe)
    assert leaver.deletion() is None


def test_a_store_that_is_away_is_waited_for(leaver: Leaver, stripe: StripeDesk) -> None:
    def refuse(_key: str) -> None:
        raise OSError(28, "no space")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaver.house.store, "delete", refuse)
        leaver.erasure.work(leaver.deletion_id)
    waiting = leaver.deletion()
    assert waiting is not None
    assert (waiting.parked_at, waiting.user_id, waiting.due_at is not None) == (None, None, True)
    leaver.work()
    leaver.check_gone(stripe)


def test_whoever_holds_a_row_of_theirs_goes_first(leaver: Leaver, stripe: StripeDesk) -> None:
    with leaver.house.database.transaction() as db:
        session = db.exec(
            select(CookingSession).where(CookingSession.user_id == leaver.user_id).with_for_update()
        )
        assert session.first() is not None
        leaver.erasure.work(leaver.deletion_id)
        assert db.exec(select(User).where(User.id == leaver.user_id)).first() is not None
    waiting = leaver.deletion()
    assert waiting is not None
    assert (waiting.attempts, waiting.error) == (0, "")
    leaver.work()
    leaver.check_gone(stripe)


def test_a_customer_made_while_they_leave_is_forgotten_at_once(
    house: Resources, stripe: StripeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.database.transaction() as db:
        user_id = take_in(db, "U-between", "ゆうこ").id
    assert house.payments is not None
    create, made = house.payments.create_customer, []

    def create_and_leave(user_id: int, first_name: str) -> str:
        made.append(create(user_id, first_name))
        with house.database.transaction() as db:
            delete_learner(db, db.get_one(User, user_id))
        return made[0]

    monkeypatch.setattr(house.payments, "create_customer", create_and_leave)
    with pytest.raises(PlanLinkOver):
        house.plan_pages.checkout(user_id)
    (customer,) = [each for each in stripe.objects("customer") if each["id"] == made[0]]
    assert (customer["name"], customer["metadata"]) == ("退会済み", {"moment_forgotten": "true"})


def test_an_operator_deletes_whom_line_names(
    house: Resources, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(line_user_id: str, *options: str) -> int:
        return operation.forget(
            Call(
                parser().parse_args(["forget", line_user_id, *options]), house.settings, quick_providers.build
            )
        )

    with house.database.transaction() as db:
        take_in(db, "U-operator", "ゆうこ")
    with pytest.raises(CommandFailed, match="no learner"):
        forget("U-unknown", "--yes")
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert forget("U-operator") == 1
    with house.database.transaction() as db:
        assert find_learner(db, "U-operator") is not None
    assert forget("U-operator", "--yes") == 0
    assert "deleted" in "".join(capsys.readouterr())
    with house.database.transaction() as db:
        assert find_learner(db, "U-operator") is None


def test_a_wish_is_one_however_often_it_is_told(leaver: Leaver) -> None:
    with leaver.house.database.transaction() as db:
        again = delete_learner(db, db.get_one(User, leaver.user_id))
        assert again.id == leaver.deletion_id
        assert db.exec(select(func.count()).select_from(Message)).one() == 0


def test_what_comes_while_it_is_purged_is_looked_for_soon(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long ago their rows have gone: by then the looks are far apart."""
    key = "sessions/1/coaching_video.mp4"
    with resources.database.transaction() as db:
        owe_purge(db, [key])
        deletion = db.exec(select(Deletion)).one()
        deletion.rows_gone_at = database_now(db) - timedelta(minutes=10)
        db.add(deletion)
    delete = LocalStore.delete

    def delete_before_it_comes(store: LocalStore, key: str) -> None:
        delete(store, key)
        with resources.database.transaction() as db:
            purge_again(db, key)

    monkeypatch.setattr(LocalStore, "delete", delete_before_it_comes)
    resources.erasure.work(deletion.id)
    with resources.database.transaction() as db:
        due_at = db.get_one(Deletion, deletion.id).due_at
        assert due_at is not None
        assert due_at - database_now(db) <= LOOK_AGAIN
