"""What an operator does."""

from moment.commands.call import Call


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
