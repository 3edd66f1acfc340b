"""What coaches say of diagnoses becomes a golden set's lines, and nothing of anybody's goes along."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session as DbSession

from models.database import Database
from models.media import Media, MediaKind, MediaSource, MediaState
from models.rules.findings import NO_FAULT
from models.session import CookingSession
from moment.cli import main
from moment.eval.from_coaches import judged_cooks, write_labels
from moment.eval.golden import LABELS, read_set
from services.verdicts import Denial, confirm, deny
from settings import variable
from tests.consents import consent_of
from tests.liff.kitchen import ANALYSIS
from tests.services.threads.conftest import Desk


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with database.sessions() as db:
        yield Desk(db)


def cook_of(desk: Desk, clips: int = 1, **values: Any) -> CookingSession:
    cook = desk.cook(
        desk.learner("よしこ"), 2, video_analysis=ANALYSIS.model_dump(), voice_transcript="うまくいきました"
    )
    for number in range(clips):
        clip = Media(
            user_id=cook.user_id, kind=MediaKind.VIDEO, source=MediaSource.LINE, state=MediaState.STORED,
            object_key=f"videos/{cook.id}-{number}.mov", consent_id=consent_of(desk.db, cook.user_id),
        )  # fmt: skip
        cook.media.append(clip.sqlmodel_update(values))
    desk.db.flush()
    return cook


def deny_fault(db: DbSession, cook: CookingSession, coach_id: int, **denial: Any) -> None:
    deny(db, cook, coach_id, "fault", Denial(**denial))


def test_each_cook_on_which_all_agree_becomes_a_line(desk: Desk, tmp_path: Path) -> None:
    one, other = desk.coach("佐藤").coach_id, desk.coach("山本").coach_id
    confirmed, corrected, clean = (cook_of(desk) for _ in range(3))
    confirm(desk.db, confirmed, one, "fault")
    deny_fault(desk.db, corrected, one, true_fault=NO_FAULT)  # who has thought again since
    deny_fault(desk.db, corrected, one, true_fault="oil_smoking", second=1.0, words="佐藤の言葉")
    deny_fault(desk.db, corrected, other, true_fault="oil_smoking", second=9.0)
    deny_fault(desk.db, clean, other, true_fault=NO_FAULT)

    judged = judged_cooks(desk.db)
    assert judged.left_out == 0
    path = write_labels(judged.cooks, tmp_path / "set")
    for cook in judged.cooks:
        (path.parent / str(cook.item.video)).write_bytes(b"a clip")
    first, second, third = read_set(path.parent)
    assert [(first.faults[0].code, first.key_moment, first.session_number)] == [
        ("egg_set_early", (3.0, 7.0), 2)
    ]
    assert (second.faults[0].code, second.faults[0].window) == ("oil_smoking", (0.0, 11.0))
    assert (third.clean, third.faults, third.key_moment) == (True, (), None)
    assert [cook.object_key for cook in judged.cooks] == [
        each.videos[0].object_key for each in (confirmed, corrected, clean)
    ]
    written = path.read_text(encoding="utf-8")
    assert [word for word in ("よしこ", "佐藤", "うまく", "videos/") if word in written] == []


def test_what_makes_no_label_is_left_out(desk: Desk) -> None:
    one, other = desk.coach("佐藤").coach_id, desk.coach("山本").coach_id
    differ, in_words, nowhere = cook_of(desk), cook_of(desk), cook_of(desk)
    confirm(desk.db, differ, one, "fault")
    deny_fault(desk.db, differ, other, true_fault=NO_FAULT)
    deny_fault(desk.db, in_words, one, second=3.0, words="火が弱い")
    deny_fault(desk.db, nowhere, one, true_fault="oil_smoking")
    for cook in (cook_of(desk, 2), cook_of(desk, 0), cook_of(desk, consent_id=None)):
        confirm(desk.db, cook, one, "fault")
    confirm(desk.db, cook_of(desk, state=MediaState.PURGED), one, "fault")
    judged = judged_cooks(desk.db)
    assert (judged.cooks, judged.left_out) == ([], 7)


def test_the_command_writes_the_labels_and_names_the_clips(
    database: Database,
    database_url: str,
    broker_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv(variable("broker_url"), broker_url)
    monkeypatch.setenv(variable("data_dir"), str(tmp_path))
    with database.transaction() as db:
        desk = Desk(db)
        cook = cook_of(desk)
        confirm(db, cook, desk.coach().coach_id, "fault")
        session_id = cook.id
    assert main(["eval", "from-coaches", str(tmp_path / "set")]) == 0
    out, said = capsys.readouterr()
    assert out == f"fried-rice-coached-1.mov\t{session_id}\tvideos/{session_id}-0.mov\n"
    assert "1 cooks, 0 left out" in said
    assert (tmp_path / "set" / LABELS).read_text().startswith('{"id":"fried-rice-coached-1"')
