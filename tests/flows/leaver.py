"""What is everywhere before a learner comes, and what of it all is there once they have left."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import redis
from sqlalchemy import select, text
from sqlmodel import SQLModel, col
from sqlmodel import select as find

from models.chat import Message, rooms_of
from models.deletion import Deletion
from models.inbox import InboxSubject
from models.user import User
from services.privacy import delete_learner
from simulator.http.client import wait_until
from simulator.line.client import Learner
from tests.flows.steps import command, object_names
from tests.log_lines import LogLines, log_lines
from tests.system import WAIT, System

# What was paid, by law; that events came; and the deletion itself, until no late object can come.
STAYS = frozenset({"paid_period", "payment_incident", "inbox_event", "deletion"})

Rows = Mapping[str, Counter[str]]


def all_rows(system: System) -> Rows:
    with system.database.transaction() as db:
        return {
            table.name: Counter(str(tuple(row)) for row in db.execute(select(text("*")).select_from(table)))
            for table in SQLModel.metadata.sorted_tables
        }


def subjects_at_work(system: System) -> list[int]:
    with system.database.transaction() as db:
        return list(db.exec(find(InboxSubject.id).where(col(InboxSubject.due_at).is_not(None))))


def going_objects(system: System) -> frozenset[str]:
    """Of whoever left before: a render of theirs may still put its video, which goes then."""
    with system.database.transaction() as db:
        return frozenset(key for keys in db.exec(find(Deletion.keys)) for key in keys)


def broker_text(system: System) -> str:
    """Every key, and what it holds as the broker would carry it elsewhere."""
    with closing(redis.Redis.from_url(system.settings.broker_url or "")) as client:
        keys = list(client.scan_iter())
        held = [(client.dump(key) or b"").decode("utf-8", "ignore") for key in keys]
    return "\n".join([*map(str, keys), *held])


@dataclass
class Leaver:
    """A learner who will be gone at the end of the block; `words` are those that nobody else has."""

    system: System
    learner: Learner
    before: Rows
    objects: set[str]
    going: frozenset[str]
    words: list[str]
    lines: LogLines
    pushes: int = field(default=0)

    def row(self) -> User | None:
        with self.system.database.transaction() as db:
            return db.exec(find(User).where(User.line_user_id == self.learner.user_id)).first()

    def is_being_told(self) -> bool:
        """A message of theirs, nobody else's, is on its way."""
        user = self.row()
        if user is None:
            return False
        with self.system.database.transaction() as db:
            tried = col(Message.delivered_by) == "push", col(Message.delivered_at).is_(None)
            theirs = find(Message.id).where(col(Message.chat_room_id).in_(rooms_of(user.id)), *tried)
            return db.exec(theirs).first() is not None

    def ask(self) -> None:
        """As an operator does."""
        with command(self.system) as db:
            delete_learner(db, db.exec(find(User).where(User.line_user_id == self.learner.user_id)).one())

    def leave(self) -> None:
        self.ask()
        self.wait(lambda: self.row() is None, "the rows to go")
        self.pushes = self.count_sent()

    def once_at(self, call: str) -> Callable[[str], None]:
        """For the providers' script: they leave in the middle of this call."""
        done: list[str] = []

        def before(name: str) -> None:
            if name == call and not done:
                done.append(name)
                self.leave()

        return before

    def wait(self, is_so: Callable[[], object], what: str) -> None:
        self.learner.wait_for(lambda _: is_so(), WAIT, what=what)

    def count_sent(self) -> int:
        """What LINE was asked to show them."""
        return len(
            [
                crossing
                for crossing in self.system.desk.log(path="/v2/bot/message/push")
                if crossing.request["to"] == self.learner.user_id
            ]
        )

    def traces(self) -> list[str]:
        """Where something of theirs is; and what of others' is not as it was."""
        after = all_rows(self.system)
        found = [
            f"changed: {name}"
            for name, rows in self.before.items()
            if rows - after[name] and name != "deletion"
        ]
        found += [
            f"left: {name}" for name, rows in after.items() if rows - self.before[name] and name not in STAYS
        ]
        objects = set(object_names(self.system)) - self.going
        if objects != self.objects:
            found.append(f"objects: {objects ^ self.objects}")
        everything = {"broker": broker_text(self.system), "log": self.lines.text} | {
            name: "".join(rows) for name, rows in after.items()
        }
        found += [
            f"{word} in {place}" for place, held in everything.items() for word in self.words if word in held
        ]
        return found

    def check(self) -> None:
        self.wait(lambda: not self.traces(), "every trace to go")
        wrong = [
            line for line in self.lines.lines if line["level"] in ("error", "critical") or "exception" in line
        ]
        assert wrong == []


@contextmanager
def leaver(system: System, name: str, *words: str, paying: bool = False) -> Iterator[Leaver]:
    """All others are at rest meanwhile. At the end of the block nothing is left of the learner, and nothing was said."""
    # Whoever was answered just now is seen to be so before the event's subject is let go.
    wait_until(
        lambda: subjects_at_work(system), lambda busy: not busy, WAIT, lambda busy: f"subjects {busy} to rest"
    )
    before, going = all_rows(system), going_objects(system)
    objects = {name for name in object_names(system) if not name.startswith(".unfinished")} - going
    with log_lines() as lines:
        learner = system.learner(name, paying=paying)
        one = Leaver(system, learner, before, objects, going, [learner.user_id, name, *words], lines)
        yield one
        try:
            one.check()
        except Exception as error:
            raise AssertionError(one.traces(), one.lines.text[-6000:]) from error
