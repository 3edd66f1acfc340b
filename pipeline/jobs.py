"""The pipeline's actors, by job."""

from collections.abc import Callable, Mapping

from pipeline import objects, running
from pipeline.queue import Job

JOBS: Mapping[Job, Callable[..., None]] = {
    Job.FETCH: running.run_stages,
    Job.RUN_STAGE: running.run_stages,
    Job.RENDER: running.run_stages,
    Job.KEEP_MEDIA: objects.keep_media,
    Job.PURGE: objects.purge,
}
