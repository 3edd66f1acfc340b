"""What a learner has agreed to: once in force, withdrawn, and given anew."""

from sqlmodel import col, select

from models.consent import Consent, ConsentKind
from models.database import Database
from models.user import User
from services.consent import give_consent, has_consent, withdraw_consent


def test_consent_holds_from_when_it_is_given_until_it_is_withdrawn(database: Database) -> None:
    with database.transaction() as db:
        user = User(line_user_id="U" + "c" * 32, first_name="ゆうこ")
        db.add(user)
        db.flush()
        assert not has_consent(db, user.id, ConsentKind.FOOTAGE)

        give_consent(db, user.id, ConsentKind.FOOTAGE, "1")
        give_consent(db, user.id, ConsentKind.FOOTAGE, "2")
        assert has_consent(db, user.id, ConsentKind.FOOTAGE)
        assert not has_consent(db, user.id, ConsentKind.FILM)

        withdraw_consent(db, user.id, ConsentKind.FOOTAGE)
        assert not has_consent(db, user.id, ConsentKind.FOOTAGE)

        give_consent(db, user.id, ConsentKind.FOOTAGE, "2")
        assert has_consent(db, user.id, ConsentKind.FOOTAGE)
        rows = db.exec(select(Consent).order_by(col(Consent.id))).all()
    assert [(row.text_version, row.withdrawn_at is None) for row in rows] == [("1", False), ("2", True)]
