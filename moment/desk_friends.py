"""The simulator keeps nothing from run to run; our database does, and owes its learners messages."""

from contextlib import closing

from sqlmodel import col, select

from models.database import Database
from models.user import User
from settings import Settings
from simulator.line.config import Person
from simulator.line.identifiers import is_user_id


def desk_friends(settings: Settings) -> list[Person]:
    """Whom the desk's LINE must know, else it takes no message for them."""
    following = select(User.line_user_id, User.first_name).where(col(User.blocked_at).is_(None))
    with closing(Database(settings.database_url or "", pool=1)) as database, database.transaction() as db:
        found = db.exec(following.order_by(col(User.id))).all()
    return [Person(user_id=line_id, display_name=name) for line_id, name in found if is_user_id(line_id)]
