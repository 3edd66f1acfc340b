"""The schema and the knowledge base."""

from collections.abc import Iterator
from contextlib import contextmanager

from moment.commands.call import Call


def migrate(call: Call) -> int:
    from desk.console import say
    from moment import knowledge

    with call.resources() as resources:
        knowledge.migrate(resources.database)
    say("the schema is up to date")
    return 0


def ingest(call: Call) -> int:
    from rich.console import Console
    from rich.progress import Progress

    from desk.console import say
    from moment.knowledge import ingest_all, migrate

    with call.resources() as resources, Progress(console=Console(stderr=True)) as progress:
        migrate(resources.database)
        task = progress.add_task("embedding", total=None)
        with _name_unchanged_database():
            counts = ingest_all(
                resources, lambda count, total: progress.update(task, completed=count, total=total)
            )
    say(
        f"{counts.dishes} dishes, {counts.principles} principles "
        f"({counts.embedded} embedded, {counts.dropped} dropped)"
    )
    return 0


def seed(call: Call) -> int:
    from desk.console import say
    from moment.knowledge import migrate, seed_dishes

    with call.resources() as resources:
        migrate(resources.database)
        with _name_unchanged_database():
            dishes = seed_dishes(resources.database)
    say(f"{dishes} dishes")
    return 0


@contextmanager
def _name_unchanged_database() -> Iterator[None]:
    from knowledge_base.catalogue import ContentError
    from moment.errors import CommandFailed

    try:
        yield
    except ContentError as error:
        raise CommandFailed(f"{error}; the database is as it was") from error
