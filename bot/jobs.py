"""The conversation's actors, by job."""

from collections.abc import Callable, Mapping

from bot.answers import answer
from bot.conversation import handle_events
from bot.delivery import deliver
from pipeline.queue import Job

JOBS: Mapping[Job, Callable[..., None]] = {
    Job.HANDLE_EVENTS: handle_events,
    Job.DELIVER: deliver,
    Job.ANSWER: answer,
}
