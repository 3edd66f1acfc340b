"""What an operator does."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from moment.commands.call import Call

if TYPE_CHECKING:
    from models.database import Database
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


def retention(call: Call) -> int:
    """Deletes what is kept no longer, now, and says what it did."""
    from desk.console import say

    with call.resources() as resources:
        _ = resources.queue  # what is to be purged is woken
        swept = resources.retention.sweep()
    kept = call.settings
    say(f"films and voices older than {kept.footage_kept.days} days: {swept.footage} deleted")
    say(f"bodies of events older than {kept.inbox_kept.days} days: {swept.events} deleted")
    say(f"speech older than {kept.speech_kept.days} days: {swept.speech} deleted")
    return 0


def forget(call: Call) -> int:
    """Owes the deletion and begins with it here; what has to wait, the workers go on with."""
    from desk.console import say
    from moment.errors import CommandFailed
    from services.privacy import delete_learner
    from services.profile import find_learner

    line_user_id: str = call.options.learner
    with call.resources() as resources:
        with resources.database.transaction() as db:
            user = find_learner(db, line_user_id)
        if user is None:
            raise CommandFailed("no learner has this LINE user id")
        if not call.options.yes and not _is_sure(user.id):
            say("nothing was done")
            return 1
        with resources.database.transaction() as db:
            deletion = delete_learner(db, db.merge(user))
        resources.erasure.work(deletion.id)
        say(_how_far(resources.database, deletion.id))
    return 0


def _is_sure(user_id: int) -> bool:
    import sys

    sys.stderr.write(
        f"This cancels the plan of learner {user_id}, if there is one, without a refund, and deletes all that is kept "
        'of them. It can\'t be undone. Type "yes" to go on: '
    )
    return sys.stdin.readline().strip() == "yes"


def _how_far(database: "Database", deletion_id: int) -> str:
    from models.deletion import Deletion

    with database.transaction() as db:
        deletion = db.get(Deletion, deletion_id)
    if deletion is None or deletion.user_id is None:
        return "deleted; what work under way may still put into the store is looked for by the workers"
    reason = f" ({deletion.error})" if deletion.error else ""
    return f"owed: the workers delete it as soon as that can be done{reason}"


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
