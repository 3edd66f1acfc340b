"""What an operator does."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from moment.commands.call import Call

if TYPE_CHECKING:
    from models.flag import CoachFlag

JAPAN = ZoneInfo("Asia/Tokyo")


def retry(call: Call) -> int:
    from desk.console import say
    from services.operations import redeliver, retry_all, retry_session

    session_id = call.options.session
    with call.resources() as resources:
        _ = resources.queue  # what these enqueue is sent when their transaction commits
        with resources.database.transaction() as db:
            if call.options.all_failed:
                sessions, messages = retry_all(db)
                say(f"{sessions} session(s) and {messages} message(s) tried again")
                return 0
            work = retry_session(db, session_id)
            messages = redeliver(db, session_id)
    say(f"session {session_id}: {', '.join(work) or 'no stage'} and {messages} message(s) tried again")
    return 0


def flags(call: Call) -> int:
    """What a person should see of what learners wrote: where it is, and not one word of it."""
    from services.flags import newest_flags

    with call.resources() as resources, resources.database.transaction() as db:
        lines = [flag_line(flag) for flag in newest_flags(db, call.options.count)]
    print("time in Japan", "kind", "user", "session", "message", sep="\t")  # noqa: T201 - the command's data
    for line in lines:
        print(line)  # noqa: T201
    return 0


def flag_line(flag: "CoachFlag") -> str:
    ids = (flag.user_id, flag.session_id, flag.message_id)
    time = f"{flag.created_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    return "\t".join([time, flag.kind, *("-" if each is None else str(each) for each in ids)])
