"""What a coach sends besides words: kept clean, as their own message; what cannot be shown or heard is refused."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from console.identity import csrf_of
from models.chat import Message, MessageType, rooms_of
from services import profile
from services.traces import object_keys
from tests.console.conftest import SignedIn
from tests.liff.conftest import Site


@pytest.fixture
def user_id(site: Site) -> int:
    with site.database.transaction() as db:
        return profile.take_in(db, f"U{uuid4().hex}", "ゆうこ").id


def sent(db: DbSession, user_id: int) -> Sequence[Message]:
    mine = col(Message.chat_room_id).in_(rooms_of(user_id)), Message.kind == MessageType.COACH
    return db.exec(select(Message).where(*mine)).all()


def send(client: SignedIn, user_id: int, kind: str, file: bytes) -> int:
    path = f"/console/threads/{user_id}/attachments"
    answer = client.client.post(
        path, data={"csrf": csrf_of(client.token), "kind": kind}, files={"file": ("x", file)}
    )
    return answer.status_code


def test_a_picture_is_kept_clean_and_goes_with_its_learner(
    site: Site, coach_client: SignedIn, user_id: int, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.png"
    Image.new("RGB", (40, 30)).save(picture)
    assert send(coach_client, user_id, "photo", picture.read_bytes()) == 303
    with site.database.transaction() as db:
        (message,) = sent(db, user_id)
        assert message.meta["key"] in object_keys(db, user_id)
        assert message.meta["key"].endswith(".jpg")


@pytest.mark.parametrize(("kind", "file"), [("photo", b"%PDF"), ("voice", b"nothing"), ("photo", b"")])
def test_what_cannot_be_shown_or_heard_is_refused(
    site: Site, coach_client: SignedIn, user_id: int, kind: str, file: bytes
) -> None:
    assert send(coach_client, user_id, kind, file) == 422
    with site.database.transaction() as db:
        assert not sent(db, user_id)
