"""How many statements a page takes, with everything in it that asks for one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from models.base import database_now
from models.chat import MessageType
from models.session import CookingSession
from models.user import User
from services.coach_messages import note
from services.thread import Origin, record_inbound
from tests.console.conftest import SignedIn
from tests.liff.conftest import Site
from tests.liff.cooks import add_cook, pay

MOST = 12


@pytest.fixture
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    yield seen
    event.remove(Engine, "before_cursor_execute", keep)


@pytest.mark.parametrize(
    "page",
    ["threads/{}", "threads/{}/now", "threads?filter=all", "threads?q=油", "threads/rows?filter=all&of={}"],
)
def test_a_page_takes_a_dozen_at_most(
    site: Site, coach_client: SignedIn, statements: list[str], page: str
) -> None:
    user_id = pay(site.database, f"U-counted-{page}")
    cook_id = add_cook(site.database, user_id)
    with site.database.transaction() as db:
        user, cook = db.get_one(User, user_id), db.get_one(CookingSession, cook_id)
        origin = Origin(
            quoted_message_id="1", reply_token="r", reply_until=database_now(db) + timedelta(minutes=1)
        )
        record_inbound(db, user, MessageType.QUESTION, text="油は？", session=cook, origin=origin)
        note(db, user_id, coach_client.coach_id, "電話で話しました。")
    statements.clear()
    answer = coach_client.get(f"/console/{page.format(user_id)}")
    assert (answer.status_code, "は？" in answer.text) == (200, True)
    assert len(statements) <= MOST, "\n".join(statements)
