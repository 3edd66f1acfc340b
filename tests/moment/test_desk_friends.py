"""A desk that is started again on what it kept: its learners are there, and messages reach them."""

from pathlib import Path

from sqlmodel import select

from models.chat import MessageType
from models.user import User
from moment.desk_friends import desk_friends
from services.outbox import queue_message
from tests.conftest import empty_broker, make_settings, own_database
from tests.flows.steps import command, wait_for_words
from tests.system import start_system


def test_the_learners_of_the_run_before_are_known_again(
    postgres_url: str, valkey_url: str, tmp_path: Path
) -> None:
    with own_database(postgres_url) as url:
        settings = make_settings(url, empty_broker(valkey_url), tmp_path)
        with start_system(tmp_path / "first", settings) as system:
            before = system.learner("ゆうこ")
            gone = system.learner("さった")
            gone.block()
            gone.wait_for(lambda _: len(desk_friends(settings)) == 1, what="the block to be noted")
        friends = desk_friends(settings)
        with start_system(tmp_path / "second", settings, friends=friends) as system:
            (learner,) = system.desk.learners()
            assert (learner.user_id, learner.display_name) == (before.user_id, "ゆうこ")
            with command(system) as db:
                user_id = db.exec(select(User.id).where(User.line_user_id == learner.user_id)).one()
                queue_message(db, user_id, MessageType.NOTICE, text="おかえりなさい。")
            assert wait_for_words(learner, "おかえりなさい").via == "push"
