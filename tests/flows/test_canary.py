"""Words that were taken back are nowhere any more: no table, no object, no key of the broker, no line of the log."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import redis
from sqlalchemy import select, text
from sqlmodel import SQLModel

from knowledge_base import phrasebook
from models.session import SessionStatus
from simulator.line.client import SentMessage
from tests.flows.steps import card_of, send_video, session_once, wait_for_words
from tests.log_lines import log_lines
from tests.quick_providers import script
from tests.system import WAIT, System, pick

CANARY = "かなりあは黄色くて小さい"
MEMO = f"きょうは{CANARY}と思いながら作りました。味はよかったです。"
QUESTION = f"ところで{CANARY}のはなぜですか"


def tables(system: System) -> Iterator[tuple[str, str]]:
    with system.database.transaction() as db:
        for table in SQLModel.metadata.sorted_tables:
            rows = db.execute(select(text("*")).select_from(table))
            yield table.name, str([tuple(row) for row in rows])  # a row of its own would be cut short


def objects(system: System) -> Iterator[tuple[str, str]]:
    for path in system.objects.rglob("*"):
        if path.is_file():
            yield str(path), path.name + path.read_bytes().decode("utf-8", "ignore")


def broker_keys(system: System) -> Iterator[tuple[str, str]]:
    """As the broker itself would carry each key elsewhere."""
    with closing(redis.Redis.from_url(system.settings.broker_url or "")) as client:
        for key in client.scan_iter():
            yield str(key), (client.dump(key) or b"").decode("utf-8", "ignore")


def places_with_canary(system: System) -> list[str]:
    everywhere = [*tables(system), *objects(system), *broker_keys(system)]
    return [place for place, content in everywhere if CANARY in content]


def test_what_was_taken_back_is_nowhere(system: System, clip: Path, tmp_path: Path) -> None:
    script.coaching = script.coaching.model_copy(
        update={
            "mondaiten": f"ゆうこさん、{CANARY}と思ううちに、卵が固まっていました。",
            "praise": f"「{CANARY}」という気づきがよかったです。",
        }
    )
    script.answer = f"{CANARY}のは、よく火が通ったからです。"
    secret_file = tmp_path / f"{CANARY}.pdf"
    secret_file.write_bytes(b"%PDF-1.7\n")
    learner = system.learner()
    sent: list[SentMessage] = []
    with log_lines() as lines:
        pick(learner)
        send_video(learner, clip)
        sent.append(learner.text(MEMO))
        card_of(learner)
        session_once(system, learner, lambda session: session.status == SessionStatus.COMPLETED)
        sent.append(learner.text(QUESTION))
        learner.wait_for(
            lambda t: [b for b in t.from_bot if b.quoted_id == sent[1].message_id], WAIT, what="the answer"
        )
        sent.append(learner.file(secret_file))
        sent.append(learner.location(35.6, 139.7, title=CANARY))
        wait_for_words(learner, phrasebook.LOCATION_RECEIVED)
        assert len(places_with_canary(system)) >= 4  # it is there to be found
        for message in sent:
            learner.unsend(message.message_id or "")
        learner.wait_for(lambda _: not places_with_canary(system), WAIT, what="the words to be gone")
        assert CANARY not in lines.text
