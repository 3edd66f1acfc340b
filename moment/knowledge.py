"""The schema and the knowledge base, brought up to date in the database."""

from collections.abc import Callable

from knowledge_base.catalogue import load
from knowledge_base.ingest import Ingested, ingest, seed
from migrations.migrate import upgrade
from models.database import engine, transaction
from pipeline.providers.loading import providers


def migrate() -> None:
    with engine().connect() as connection:
        upgrade(connection)


def ingest_all(progress: Callable[[int, int], None] = lambda done, total: None) -> Ingested:
    """Raises ContentError for a wrong file; then nothing has changed."""
    catalogue = load()
    embedder = providers().embedder
    with transaction() as db:
        return ingest(db, catalogue, embedder.embed_documents, embedder.model, progress)


def seed_dishes() -> int:
    """The dishes alone; returns how many. Raises ContentError."""
    catalogue = load()
    with transaction() as db:
        return seed(db, catalogue)
