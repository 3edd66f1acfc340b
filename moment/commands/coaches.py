"""Who may sign in at the console, from an operator's side: the first admin is invited here."""

from typing import TYPE_CHECKING

from moment.commands.call import Call
from moment.commands.operation import JAPAN

if TYPE_CHECKING:
    from services.coaches import CoachRow


def coach(call: Call) -> int:
    return {"invite": invite, "list": list_all, "remove": remove}[call.options.action](call)


def invite(call: Call) -> int:
    """The link on standard output; it is told this once."""
    from console.pages.sign_in import invitation_link
    from desk.console import say
    from services import coaches

    options = call.options
    with call.resources() as resources, resources.database.transaction() as db:
        invited = coaches.invite(
            db, options.name, by=None, is_admin=options.admin, is_limited=options.limited
        )
    print(invitation_link(call.settings, invited.token))  # noqa: T201 - the command's data
    say(
        f"for coach {invited.coach.id}, {invited.coach.name}: once, within {coaches.INVITATION_LIFE.days} days"
    )
    return 0


def list_all(call: Call) -> int:
    from services.coaches import coaches

    with call.resources() as resources, resources.database.transaction() as db:
        lines = [coach_line(row) for row in coaches(db)]
    print("id", "name", "role", "sees", "state", sep="\t")  # noqa: T201 - the command's data
    for line in lines:
        print(line)  # noqa: T201
    return 0


def coach_line(row: "CoachRow") -> str:
    coach = row.coach
    sees = f"{row.assigned} learners" if coach.is_limited else "all learners"
    return "\t".join([str(coach.id), coach.name, coach.role, sees, _state(row)])


def _state(row: "CoachRow") -> str:
    if row.seen_at is not None:
        return f"seen {row.seen_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    if row.coach.line_user_id is not None:
        return "signed out"
    if row.invited_until is not None:
        return f"invited until {row.invited_until.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    return "invitation over"


def remove(call: Call) -> int:
    from desk.console import say
    from services import coaches

    with call.resources() as resources, resources.database.transaction() as db:
        removed = coaches.remove(db, coaches.coach_named(db, call.options.name).id, by=None)
    say(f"coach {removed.id}, {removed.name}, is signed out and may not come back")
    return 0
