"""Ingest against a real database: what the files say, no more, and nothing at all when a file is wrong."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, text
from sqlmodel import select

from knowledge_base import catalogue
from knowledge_base.catalogue import ContentError, load, load_from
from knowledge_base.ingest import IngestCounts, UnusableVector, ingest, seed
from models.database import Database
from models.dish import Dish
from models.principle import EMBEDDING_DIMENSIONS, CookingPrinciple
from pipeline.providers.ports import Vector
from tests.quick_providers import Quick

SOURCE = Path(catalogue.__file__).parent
SMOKE = "principles/heat_management/smoke-is-the-limit.md"
MISO_FAULTS = "faults/dashi.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content that a test may change."""
    for name in ("dishes", "faults", "principles"):
        shutil.copytree(SOURCE / name, tmp_path / name)
    shutil.copy(SOURCE / "skills.yaml", tmp_path)
    return tmp_path


class Embedder:
    """Keeps the texts it gets."""

    def __init__(self, make: Callable[[str], Vector] = Quick().embed_query) -> None:
        self.texts: list[str] = []
        self.make = make

    def __call__(self, texts: Sequence[str]) -> list[Vector]:
        self.texts += texts
        return [self.make(passage) for passage in texts]


def run_ingest(
    database: Database, folder: Path, embed: Embedder | None = None, model: str = Quick.model
) -> IngestCounts:
    """Into a database that holds the knowledge base already."""
    return ingest(database, load_from(folder), embed or Embedder(), model)


def versions(database: Database) -> list[tuple[object, ...]]:
    """Every row and the transaction that wrote it: any UPDATE shows."""
    statement = text(
        "SELECT 'principle', principle_id, xmin::text FROM cooking_principles"
        " UNION ALL SELECT 'dish', slug, xmin::text FROM dish ORDER BY 1, 2"
    )
    with database.transaction() as db:
        return [tuple(row) for row in db.connection().execute(statement)]


def row_of(database: Database, principle_id: str) -> CookingPrinciple | None:
    with database.transaction() as db:
        rows = db.exec(select(CookingPrinciple).where(CookingPrinciple.principle_id == principle_id))
        return rows.first()


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    words = path.read_text(encoding="utf-8")
    assert old in words
    path.write_text(words.replace(old, new, 1), encoding="utf-8")


def test_a_second_ingest_embeds_nothing_and_writes_nothing(database: Database, folder: Path) -> None:
    before, embedder = versions(database), Embedder()

    counts = run_ingest(database, folder, embedder)

    assert (counts.embedded, counts.dropped) == (0, 0)
    assert (counts.principles, counts.dishes) == (len(load().principles), len(load().dishes))
    assert embedder.texts == []
    assert versions(database) == before


def test_a_changed_file_is_embedded_again_alone(database: Database, folder: Path) -> None:
    before, former = versions(database), row_of(database, "smoke-is-the-limit")
    change(folder, SMOKE, "title: 油の煙は熱しすぎの知らせ", "title: 油の煙は火を弱める合図")
    embedder = Embedder()

    counts = run_ingest(database, folder, embedder)

    row = row_of(database, "smoke-is-the-limit")
    assert former is not None
    assert row is not None
    assert counts.embedded == 1
    assert [passage.partition("\n")[0] for passage in embedder.texts] == ["油の煙は火を弱める合図"]
    assert (row.id, row.created_at) == (former.id, former.created_at)
    assert row.title in row.principle_text
    assert [name for _, name, _ in set(versions(database)) - set(before)] == ["smoke-is-the-limit"]


def test_learners_new_words_for_a_fault_reach_the_principles_that_mend_it(
    database: Database, folder: Path
) -> None:
    before = row_of(database, "miso-after-the-boil")
    change(folder, MISO_FAULTS, "[味噌の香りがしない,", "[ぐらぐら煮えたぎった, 味噌の香りがしない,")

    counts = run_ingest(database, folder)

    after = row_of(database, "miso-after-the-boil")
    assert before is not None
    assert after is not None
    assert 1 <= counts.embedded <= 3
    assert set(before.search_terms.indices()) < set(after.search_terms.indices())


def test_a_removed_file_is_dropped(database: Database, folder: Path) -> None:
    (folder / "principles/aroma/citrus-at-the-table.md").unlink()

    assert run_ingest(database, folder).dropped == 1
    assert row_of(database, "citrus-at-the-table") is None
    assert row_of(database, "smoke-is-the-limit") is not None


def test_a_dish_that_is_gone_stays_for_the_sessions_that_refer_to_it(
    database: Database, folder: Path
) -> None:
    with database.transaction() as db:
        db.add(
            Dish(
                slug="old-dish", name_ja="昔の料理", name_en="Old", description_ja="昔の料理です。", order=99
            )
        )

    run_ingest(database, folder)

    with database.transaction() as db:
        assert db.exec(select(Dish).where(Dish.slug == "old-dish")).first() is not None


def test_a_wrong_file_changes_nothing(database: Database, folder: Path) -> None:
    before = versions(database)
    change(folder, SMOKE, "title: 油の煙は熱しすぎの知らせ", "title: 油の煙は火を弱める合図")
    change(folder, "dishes/fried-rice.yaml", "order: 1", "order: first")

    with pytest.raises(ContentError, match=r"dishes/fried-rice\.yaml: order"):
        run_ingest(database, folder)

    assert versions(database) == before


@pytest.mark.parametrize(
    "vector", [[1.0] * 384, [0.0] * EMBEDDING_DIMENSIONS, [float("nan")] * EMBEDDING_DIMENSIONS]
)
def test_an_unusable_vector_changes_nothing(database: Database, folder: Path, vector: Vector) -> None:
    before = versions(database)
    (folder / "principles/aroma/citrus-at-the-table.md").unlink()

    with pytest.raises(UnusableVector):
        run_ingest(database, folder, Embedder(lambda passage: vector), model="other")

    assert versions(database) == before


def test_another_model_embeds_all_again_and_is_stored_with_its_dimensions(
    database: Database, folder: Path
) -> None:
    counts = run_ingest(database, folder, model="other-model")

    assert counts.embedded == counts.principles
    with database.transaction() as db:
        rows = db.exec(select(CookingPrinciple)).all()
    assert {(row.embedding_model, row.embedding_dimensions) for row in rows} == {
        ("other-model", EMBEDDING_DIMENSIONS)
    }


def test_vectors_are_stored_with_length_one(database: Database, folder: Path) -> None:
    run_ingest(database, folder, Embedder(lambda passage: [3.0, 4.0] + [0.0] * 766), model="unscaled")

    row = row_of(database, "smoke-is-the-limit")
    assert row is not None
    assert [round(float(value), 3) for value in row.embedding[:3]] == [0.6, 0.8, 0.0]


def test_progress_counts_up_to_all(database: Database, folder: Path) -> None:
    reports: list[tuple[int, int]] = []
    ingest(database, load(), Embedder(), "again", lambda count, total: reports.append((count, total)))

    assert reports == sorted(reports)
    assert reports[-1] == (len(load().principles), len(load().principles))


def test_seed_restores_the_dishes_alone(database: Database) -> None:
    with database.transaction() as db:
        db.connection().execute(text("DELETE FROM cooking_principles"))
        db.connection().execute(text("DELETE FROM dish"))
    with database.transaction() as db:
        assert seed(db, load()) == len(load().dishes)

    assert {kind for kind, *_ in versions(database)} == {"dish"}
    with database.transaction() as db:
        rice = db.exec(select(Dish).where(Dish.slug == "fried-rice")).one()
    assert rice.principles == list(load().dishes["fried-rice"].principles)


def test_no_transaction_waits_for_the_embedder(database: Database, folder: Path) -> None:
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    connections_in_use = pool.checkedout

    def embed(passage: str) -> Vector:
        assert connections_in_use() == 0
        return Quick().embed_query(passage)

    assert run_ingest(database, folder, Embedder(embed), model="watched").embedded > 0
