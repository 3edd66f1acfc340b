"""`moment coach`: the first admin comes in by it."""

from pathlib import Path

import pytest
from sqlmodel import select

from models.coach import AuditEntry, Coach, CoachRole
from models.database import Database
from moment.cli import main
from services import coach_sign_in, coaches
from settings import variable


@pytest.fixture(autouse=True)
def own_parts(database_url: str, broker_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv(variable("broker_url"), broker_url)
    monkeypatch.setenv(variable("data_dir"), str(tmp_path))


def invited(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The link's token."""
    assert main(["coach", "invite", *arguments]) == 0
    out = capsys.readouterr().out
    assert out.startswith("http://127.0.0.1:8000/console/invitations/")
    return out.strip().rsplit("/", 1)[1]


def test_a_coach_is_invited_listed_and_removed(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    token = invited(capsys, "佐藤", "--admin")
    assert main(["coach", "list"]) == 0
    assert "佐藤\tadmin\tall learners\tinvited until " in capsys.readouterr().out

    with database.transaction() as db:
        coach = coaches.accept(db, token, "U" + "1" * 32)
        assert coach.role is CoachRole.ADMIN
        session = coach_sign_in.sign_in(db, coach)
    assert main(["coach", "list"]) == 0
    assert "\tseen " in capsys.readouterr().out
    assert main(["coach", "invite", "佐藤"]) == 1
    assert "'佐藤' is coach" in capsys.readouterr().err

    assert main(["coach", "remove", "佐藤"]) == 0
    with database.transaction() as db, pytest.raises(coach_sign_in.CoachNotSignedIn):
        coach_sign_in.signed_in(db, session)
    assert main(["coach", "remove", "佐藤"]) == 1
    assert "no coach is called '佐藤'" in capsys.readouterr().err
    with database.transaction() as db:
        acts = [(entry.coach_id, entry.act) for entry in db.exec(select(AuditEntry))]
    mine = coach.id
    assert acts == [
        (None, "coach.invite"),
        (mine, "invitation.accept"),
        (mine, "sign_in"),
        (None, "coach.remove"),
    ]


def test_a_limited_coach_is_invited_anew(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    older = invited(capsys, "鈴木", "--limited")
    invited(capsys, "鈴木", "--limited")
    with database.transaction() as db:
        assert db.exec(select(Coach.is_limited)).one()
        with pytest.raises(coaches.InvitationOver):
            coaches.invited_coach(db, older)
    assert main(["coach", "list"]) == 0
    assert "\t0 learners\t" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", "あ" * 17, "LINE太郎", "二\n行"])
def test_a_name_that_line_would_not_show_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coach", "invite", name]) == 1
    assert "1 to 16 characters" in capsys.readouterr().err
