"""The schema and the knowledge base, brought up to date in the database."""

from collections.abc import Callable

from knowledge_base.catalogue import load
from knowledge_base.ingest import IngestCounts, ingest, seed
from migrations.migrate import upgrade
from models.database import Database
from moment.resources import Resources, open_resources
from pipeline.providers.registry import Build
from settings import Settings


def prepare_database(settings: Settings, build: Build) -> None:
    """All that a stack needs there before it starts. Raises ContentError, ConfigurationError."""
    with open_resources(settings, build) as resources:
        migrate(resources.database)
        ingest_all(resources)


def migrate(database: Database) -> None:
    with database.engine.connect() as connection:
        upgrade(connection)


def ingest_all(
    resources: Resources, progress: Callable[[int, int], None] = lambda done, total: None
) -> IngestCounts:
    """Raises ContentError for a wrong file; then nothing has changed."""
    catalogue = load()
    embedder = resources.providers.get().embedder
    return ingest(resources.database, catalogue, embedder.embed_documents, embedder.model, progress)


def seed_dishes(database: Database) -> int:
    """The dishes alone; returns how many. Raises ContentError."""
    catalogue = load()
    with database.transaction() as db:
        return seed(db, catalogue)
