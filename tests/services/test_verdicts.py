"""A coach says of what the AI found whether it is so; the newest of each coach counts, and goes with the footage."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.coach import AuditEntry
from models.coaching import (
    FollowUp,
    FollowUpVerdict,
    RecurringMistake,
    SeenSignal,
    SessionSummary,
    VideoAnalysis,
)
from models.database import Database
from models.dish import Dish
from models.rules.findings import NO_FAULT, findings_of
from models.rules.history import attempts_before
from models.session import CookingSession
from models.user import User
from models.verdict import Verdict
from services.coaches import Asker
from services.media import look_anew
from services.profile import learner_state
from services.verdicts import Denial, FindingGone, VerdictUnfit, confirm, deny, faults_of, verdicts_of
from tests.liff.cooks import COACHING
from tests.liff.kitchen import ANALYSIS
from tests.services.threads.conftest import Desk

WHOLE = ANALYSIS.model_copy(
    update={
        "signals": [
            SeenSignal(signal="smoke", strength=0.4, second=2),
            SeenSignal(signal="smoke", strength=0.9, second=7.5),
            SeenSignal(signal="steam", strength=0.5, second=3),
        ],
        "follow_up": FollowUp(verdict=FollowUpVerdict.NOT_YET, second=4, evidence="まだ強火です。"),
    }
)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with database.sessions() as db:
        yield Desk(db)


@pytest.fixture
def cook(desk: Desk) -> CookingSession:
    return desk.cook(desk.learner(), video_analysis=WHOLE.model_dump())


@pytest.fixture
def coach(desk: Desk) -> Asker:
    return desk.coach()


def kept(db: DbSession) -> list[Verdict]:
    return list(db.exec(select(Verdict).order_by(col(Verdict.id))))


def test_what_was_found_is_told_one_by_one() -> None:
    found = [(each.key, each.found, each.second) for each in findings_of(WHOLE)]
    assert found == [
        ("fault", "egg_set_early", 5.0),
        ("signal.smoke", "smoke", 7.5),
        ("signal.steam", "steam", 3.0),
        ("follow_up", "not_yet", 4.0),
    ]
    clean = VideoAnalysis.model_validate(ANALYSIS.model_dump() | {"fault": None})
    assert [each.found for each in findings_of(clean)] == [NO_FAULT]


def test_what_is_confirmed_is_the_true_fault_where_it_was_seen(
    desk: Desk, cook: CookingSession, coach: Asker
) -> None:
    confirm(desk.db, cook, coach.coach_id, "fault")
    confirm(desk.db, cook, coach.coach_id, "signal.smoke")
    fault, smoke = kept(desk.db)
    assert (fault.true_fault, fault.second, fault.is_confirmed) == ("egg_set_early", 5.0, True)
    assert (smoke.true_fault, smoke.second) == (None, 7.5)
    acts = desk.db.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    assert [(each.act, each.user_id, each.coach_id) for each in acts] == [
        ("verdict", cook.user_id, coach.coach_id)
    ] * 2


def test_what_is_denied_says_what_is_so(desk: Desk, cook: CookingSession, coach: Asker) -> None:
    denial = Denial("oil_smoking", 8.5, " 煙が先に立っています。 ")
    verdict = deny(desk.db, cook, coach.coach_id, "fault", denial)
    assert (verdict.true_fault, verdict.second, verdict.words) == (
        "oil_smoking",
        8.5,
        "煙が先に立っています。",
    )
    (entry,) = desk.db.exec(select(AuditEntry)).all()
    assert "煙" not in str(entry.facts)
    deny(desk.db, cook, coach.coach_id, "fault", Denial(words="火が弱いだけ"))
    deny(desk.db, cook, coach.coach_id, "fault", Denial(NO_FAULT))
    deny(desk.db, cook, coach.coach_id, "signal.steam", Denial())


@pytest.mark.parametrize(
    "denial",
    [
        Denial(),
        Denial(words="  "),
        Denial("egg_set_early"),  # what the AI says
        Denial("pasta_overcooked"),  # another dish's
        Denial("no_such"),
        Denial(NO_FAULT, words="長" * 501),
    ],
)
def test_an_empty_or_impossible_denial_is_refused(
    desk: Desk, cook: CookingSession, coach: Asker, denial: Denial
) -> None:
    with pytest.raises(VerdictUnfit):
        deny(desk.db, cook, coach.coach_id, "fault", denial)


def test_the_newest_of_each_coach_counts(desk: Desk, cook: CookingSession, coach: Asker) -> None:
    other = desk.coach("山本")
    confirm(desk.db, cook, coach.coach_id, "fault")
    confirm(desk.db, cook, other.coach_id, "fault")
    deny(desk.db, cook, coach.coach_id, "fault", Denial(NO_FAULT))
    given = verdicts_of(desk.db, cook)["fault"]
    assert [(each.by, each.verdict.is_confirmed) for each in given] == [("山本", True), ("佐藤", False)]


def test_progress_follows_the_coachs_word(desk: Desk, cook: CookingSession, coach: Asker) -> None:
    slug = desk.db.get_one(Dish, cook.dish_id).slug
    cook.coaching_text = COACHING
    state = learner_state(desk.db, cook.user_id)
    summary = SessionSummary(
        dish=slug, session=cook.session_number, key_issue="卵です。", key_progress="", fault="egg_set_early"
    )
    state.session_summaries = [summary.model_dump()]
    state.recurring_mistakes = [RecurringMistake(mistake="egg_set_early", seen_count=1).model_dump()]
    following = CookingSession(
        user_id=cook.user_id, dish_id=cook.dish_id, session_number=cook.session_number + 1
    )

    def recorded() -> tuple[str | None, list[str], str | None]:
        (kept,) = state.session_summaries
        (attempt,) = attempts_before(desk.db, following)
        return kept["fault"], [each["mistake"] for each in state.recurring_mistakes], attempt.analysis.fault

    other = next(each for each in faults_of(desk.db.get_one(Dish, cook.dish_id)) if each != "egg_set_early")
    deny(desk.db, cook, coach.coach_id, "fault", Denial(words="よくわかりません"))
    assert recorded() == ("egg_set_early", ["egg_set_early"], "egg_set_early"), "only words name no other"
    deny(desk.db, cook, coach.coach_id, "fault", Denial(other))
    assert recorded() == (other, [other], other)
    deny(desk.db, cook, coach.coach_id, "fault", Denial(NO_FAULT))
    assert recorded() == (None, [], None)
    confirm(desk.db, cook, coach.coach_id, "fault")
    assert recorded() == ("egg_set_early", ["egg_set_early"], "egg_set_early")


def test_what_the_ai_says_no_more_can_be_judged_no_more(
    desk: Desk, cook: CookingSession, coach: Asker
) -> None:
    confirm(desk.db, cook, coach.coach_id, "fault")
    cook.video_analysis = WHOLE.model_copy(update={"fault": "oil_smoking", "signals": []}).model_dump()
    assert verdicts_of(desk.db, cook) == {}
    with pytest.raises(FindingGone):
        confirm(desk.db, cook, coach.coach_id, "signal.smoke")
    cook.video_analysis = {}
    with pytest.raises(FindingGone):
        confirm(desk.db, cook, coach.coach_id, "fault")


def test_with_the_footage_and_with_the_learner_it_goes(
    desk: Desk, cook: CookingSession, coach: Asker
) -> None:
    confirm(desk.db, cook, coach.coach_id, "fault")
    look_anew(desk.db, cook)
    assert kept(desk.db) == []
    cook.video_analysis = WHOLE.model_dump()
    confirm(desk.db, cook, coach.coach_id, "fault")
    user = cook.user_id
    desk.db.flush()
    desk.db.expunge_all()
    desk.db.exec(delete(User).where(col(User.id) == user))
    assert kept(desk.db) == []
