"""Whatever a learner writes to us, nothing but their own words and the answer changes: no right, no state, nobody else."""

from collections.abc import Mapping

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, col, select

from jobs.inbox import store_events
from models.chat import Message, MessageType, Sender, rooms_of
from models.media import Media
from models.session import CookingSession
from models.user import User
from moment.resources import Resources
from pipeline.checks.answer import check_answer
from pipeline.providers.google import prompts
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.ports import QuestionBrief
from services import cooking, footage, questions
from services.names import first_name_of
from services.profile import take_in
from tests.injections import INJECTIONS
from tests.liff.cooks import add_cook
from tests.pipeline.google.kitchen import question
from tests.quick_providers import new_script, script
from webhooks.line import line_row

# What is said, and that it came; how much work was done.
WORDS = frozenset({"message", "sent_bubble", "inbox_event", "inbox_subject", "coach_flag", "chatroom"})


def rows(resources: Resources) -> Mapping[str, list[str]]:
    """All that is kept but what is said."""
    with resources.database.transaction() as db:
        return {
            table.name: sorted(str(tuple(row)) for row in db.execute(select(text("*")).select_from(table)))
            for table in SQLModel.metadata.sorted_tables
            if table.name not in WORDS
        }


@pytest.fixture
def writer(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> int:
    """With a cook behind them; so has another, whose words nobody else may see."""
    monkeypatch.setattr("services.questions.QUESTIONS_WITHOUT_PLAN", len(INJECTIONS) + 1)
    new_script()
    with resources.database.transaction() as db:
        for name in ("はなこ", "ゆうこ"):
            user = take_in(db, f"U-{name}", name)
            footage.agree(db, user)
        user_id, others_id = user.id, db.exec(select(User.id).where(User.first_name == "はなこ")).one()
    add_cook(resources.database, others_id, note="はなこのひみつ")
    add_cook(resources.database, user_id)
    return user_id


def ask(resources: Resources, user_id: int, words: str) -> None:
    with resources.database.transaction() as db:
        question = questions.ask(db, db.get_one(User, user_id), None, words)
    resources.answers.answer(question.id)


def answers_to(resources: Resources, user_id: int) -> list[str]:
    with resources.database.transaction() as db:
        mine = col(Message.chat_room_id).in_(rooms_of(user_id)), Message.kind == MessageType.ANSWER
        return list(db.exec(select(Message.text).where(*mine).order_by(col(Message.id))))


def test_a_question_changes_nothing_but_the_answer(resources: Resources, writer: int) -> None:
    ask(resources, writer, "卵はいつ入れますか。")  # what the first answer makes is there
    before, briefs = rows(resources), len(script.briefs)
    for words in INJECTIONS:
        ask(resources, writer, words)
    assert rows(resources) == before
    for brief in script.briefs[briefs:]:
        assert isinstance(brief, QuestionBrief)
        assert "はなこ" not in prompts.answer(brief).text.replace(brief.question, "").replace(_HERS, "")
    assert all("ひみつ" not in answer for answer in answers_to(resources, writer))


_HERS = next(words for words in INJECTIONS if "はなこ" in words)


def test_a_memo_changes_only_its_own_cook(resources: Resources, writer: int) -> None:
    with resources.database.transaction() as db:
        session = CookingSession(user_id=writer, dish_id=2, session_number=1)
        db.add(session)
        db.flush()
        session_id = session.id
    for words in INJECTIONS:
        before = rows(resources)
        with resources.database.transaction() as db:
            session = db.get_one(CookingSession, session_id)
            cooking.write_memo(db, db.get_one(User, writer), session, words)
        after = rows(resources)
        changed = {name for name in after if after[name] != before[name]}
        assert changed <= {"session", "stage_run"}, words
        assert len(set(after["session"]) - set(before["session"])) <= 1


def test_the_name_of_a_file_is_read_by_nobody(resources: Resources, writer: int) -> None:
    for number, words in enumerate(INJECTIONS):
        event = {
            "type": "message", "mode": "active", "timestamp": 1_790_000_000_000 + number, "replyToken": f"t{number}",
            "source": {"type": "user", "userId": "U-ゆうこ"}, "webhookEventId": f"e{number}",
            "deliveryContext": {"isRedelivery": False},
            "message": {"type": "file", "id": f"f{number}", "fileName": f"{words}.mp4", "fileSize": 9},
        }  # fmt: skip
        (subject_id,) = store_events(resources.database, [line_row("moment", event)])
        resources.inbox.handle(subject_id)
    with resources.database.transaction() as db:
        files = db.exec(select(Media).where(Media.line_message_id.like("f%"))).all()  # type: ignore[union-attr]
        said = db.exec(select(Message.text).where(Message.sender == Sender.USER)).all()
    assert len(files) == len(INJECTIONS)
    kept = "\n".join([*said, *(str(file.model_dump()) for file in files)])
    assert [words for words in INJECTIONS if words in kept] == []


def test_the_offline_coach_answers_as_ever() -> None:
    coach = OfflineCoach()
    for words in INJECTIONS:
        brief = question(words, first_name=first_name_of(words))
        answer, _ = coach.answer(brief)
        check_answer(answer, brief)
        told = answer.replace(brief.first_name, "")  # what they call themselves is theirs
        assert not [sign for sign in ("HACKED", "PWNED", "http", "⟦", "⟧", "180度") if sign in told], answer
