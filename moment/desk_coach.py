"""Who watches over the threads on a desk: an admin whom the simulator knows, signed in by one link."""

from sqlmodel import select

from console.identity import PATH
from desk.simulated_line import COACH_ID, COACH_NAME
from models.coach import Coach, CoachRole
from models.database import Database
from services.coaches import new_invitation
from settings import Settings


def desk_coach_link(settings: Settings, database: Database) -> str:
    """Good for once; the one before it is over."""
    with database.transaction() as db:
        coach = db.exec(select(Coach).where(Coach.line_user_id == COACH_ID)).first()
        if coach is None:
            coach = Coach(name=COACH_NAME, role=CoachRole.ADMIN, line_user_id=COACH_ID)
            db.add(coach)
            db.flush()
        return f"{settings.public_url}{PATH}/desk/{new_invitation(db, coach.id, by=None)}"
