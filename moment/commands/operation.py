"""What an operator does."""

from moment.commands.call import Call


def retry(call: Call) -> int:
    from desk.console import say
    from services.operations import redeliver, retry_session

    session_id = call.options.session
    with call.resources() as resources:
        _ = resources.queue  # what the two below enqueue is sent when their transaction commits
        with resources.database.transaction() as db:
            work = retry_session(db, session_id)
            messages = redeliver(db, session_id)
    say(f"session {session_id}: {', '.join(work) or 'no stage'} and {messages} message(s) tried again")
    return 0
