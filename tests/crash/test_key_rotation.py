"""Each key is replaced while learners go on, as docs/runbook.md tells: no message is lost, and none comes twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from pydantic import SecretStr

from jobs.queue import Queue
from knowledge_base import phrasebook
from settings import LineChannel, Settings
from simulator.line.client import Learner
from tests.crash.balancer import web_behind_balancer
from tests.crash.town import PATIENCE, Town, start_town

TOKENS = "/oauth2/v3/token"


def stickers_answered(learner: Learner) -> int:
    return sum(phrasebook.STICKER_RECEIVED in bubble.text for bubble in learner.thread().from_bot)


def wait_for_answers(town: Town, learner: Learner, count: int) -> None:
    """So many and, when all is done, no more."""
    town.wait_until(lambda: stickers_answered(learner) >= count and town.is_at_rest(), "the answer")
    assert stickers_answered(learner) == count


def statuses(town: Town, event_id: str | None) -> list[int | None]:
    """Of each time that LINE has brought this event."""
    crossings = town.desk.log(direction="LINE→bot")
    return [c.status for c in crossings if str(event_id) in str(c.request) and c.status is not None]


def with_channel(settings: Settings, channel: LineChannel) -> Settings:
    return settings.change(line_channels=[channel])


def test_line_reissues_the_channel_secret(settings: Settings, tmp_path: Path) -> None:
    with (
        start_town(
            tmp_path, settings, queues=[Queue.CONVERSATION], web=False, long_lived_tokens=False
        ) as town,
        web_behind_balancer(town) as front,
    ):
        learner = town.desk.learner("ゆうこ")
        learner.follow()
        learner.wait_for_text(phrasebook.CHOOSE_DISH_ALT, PATIENCE)
        (before,) = town.settings.line_channels
        secret = SecretStr(town.desk.reissue_secret())
        # Web knows only the one before: what is refused meanwhile LINE brings again, here when it is told to.
        town.desk.webhook_behaviour(redelivery=False)
        refused = learner.sticker()
        town.wait_until(lambda: 401 in statuses(town, refused.webhook_event_id), "the refusal")
        both = before.model_copy(
            update={"channel_secret": secret, "old_channel_secret": before.channel_secret}
        )
        front.replace(with_channel(town.settings, both))
        (again,) = town.desk.redeliver(str(refused.webhook_event_id))
        assert again.status == 200
        wait_for_answers(town, learner, 1)
        # Workers that know only the one before are issued no token: what they owe waits.
        asked = len(town.desk.log(path=TOKENS))
        town.launcher.kill("worker conversation")
        learner.sticker()
        town.wait_until(lambda: len(town.desk.log(path=TOKENS)) > asked, "a token to be refused")
        assert stickers_answered(learner) == 1
        town.launcher.replace(with_channel(town.settings, both))
        wait_for_answers(town, learner, 2)
        # Once nothing signed before can come any more, the old one goes.
        front.replace(with_channel(town.settings, both.model_copy(update={"old_channel_secret": None})))
        learner.sticker()
        wait_for_answers(town, learner, 3)


@contextmanager
def login_roles(database_url: str) -> Iterator[tuple[str, str]]:
    """Two who may log in and act as the owner: while one is replaced by the other, both are let in."""
    parts = psycopg.conninfo.conninfo_to_dict(database_url)
    names = [f"moment_{letter}_{uuid4().hex[:8]}" for letter in "ab"]
    with psycopg.connect(database_url, autocommit=True) as owner:
        for name in names:
            owner.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}' IN ROLE {parts['user']}")
            owner.execute(f"ALTER ROLE {name} SET role = '{parts['user']}'")
    first, second = (
        f"postgresql://{name}:{name}@{parts['host']}:{parts['port']}/{parts['dbname']}" for name in names
    )
    yield first, second
    with psycopg.connect(database_url, autocommit=True) as owner:
        for name in names:
            owner.execute(f"DROP ROLE {name}")


def shut_out(owner_url: str, login_url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(login_url)["user"]
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f"ALTER ROLE {name} NOLOGIN")
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [name])


def test_another_role_logs_in_at_the_database(settings: Settings, tmp_path: Path, database_url: str) -> None:
    with (
        login_roles(database_url) as (first, second),
        start_town(tmp_path, settings, queues=[Queue.CONVERSATION], web=False) as town,
        web_behind_balancer(town) as front,
    ):
        learner = town.desk.learner("ゆうこ")
        learner.follow()
        front.replace(town.settings.change(database_url=first))
        town.launcher.replace(town.settings.change(database_url=first))
        learner.sticker()
        wait_for_answers(town, learner, 1)
        front.replace(town.settings.change(database_url=second))
        learner.sticker()  # taken by who logs in as the one, handled by who logs in as the other
        town.launcher.replace(town.settings.change(database_url=second))
        wait_for_answers(town, learner, 2)
        shut_out(database_url, first)
        learner.sticker()
        wait_for_answers(town, learner, 3)
        assert {crossing.status for crossing in town.desk.log(direction="LINE→bot")} == {200}
        assert town.deaths == []
