"""Ingest against a real database: what the files say, no more, and nothing at all when a file is wrong."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session as DbSession
from sqlmodel import select

from knowledge_base import catalogue
from knowledge_base.catalogue import ContentError, load, load_from
from knowledge_base.ingest import Ingested, UnusableVector, ingest, seed
from models.database import transaction
from models.dish import Dish
from models.principle import EMBEDDING_DIMENSIONS, CookingPrinciple
from pipeline.providers.ports import Vector
from tests.quick_providers import Quick

SOURCE = Path(catalogue.__file__).parent
SMOKE = "principles/heat_management/smoke-is-the-limit.md"
MISO_FAULTS = "faults/dashi.yaml"

pytestmark = pytest.mark.usefixtures("database_url")  # holds the knowledge base already


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content that a test may change."""
    for name in ("dishes", "faults", "principles"):
        shutil.copytree(SOURCE / name, tmp_path / name)
    shutil.copy(SOURCE / "skills.yaml", tmp_path)
    return tmp_path


class Embedder:
    """Notes what it is given."""

    def __init__(self, make: Callable[[str], Vector] = Quick().embed_query) -> None:
        self.given: list[str] = []
        self.make = make

    def __call__(self, texts: Sequence[str]) -> list[Vector]:
        self.given += texts
        return [self.make(passage) for passage in texts]


def ingested(folder: Path, embed: Embedder | None = None, model: str = Quick.model) -> Ingested:
    with transaction() as db:
        return ingest(db, load_from(folder), embed or Embedder(), model)


def versions() -> list[tuple[object, ...]]:
    """Every row and the transaction that wrote it: any UPDATE shows."""
    with transaction() as db:
        found = db.connection().execute(
            text(
                "SELECT 'principle', principle_id, xmin::text FROM cooking_principles"
                " UNION ALL SELECT 'dish', slug, xmin::text FROM dish ORDER BY 1, 2"
            )
        )
        return [tuple(row) for row in found]


def stored(principle_id: str) -> CookingPrinciple | None:
    with transaction() as db:
        found = db.exec(select(CookingPrinciple).where(CookingPrinciple.principle_id == principle_id))
        return found.first()


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    words = path.read_text(encoding="utf-8")
    assert old in words
    path.write_text(words.replace(old, new, 1), encoding="utf-8")


def test_a_second_ingest_embeds_nothing_and_writes_nothing(folder: Path) -> None:
    before, embedder = versions(), Embedder()

    done = ingested(folder, embedder)

    assert (done.embedded, done.dropped) == (0, 0)
    assert (done.principles, done.dishes) == (len(load().principles), len(load().dishes))
    assert embedder.given == []
    assert versions() == before


def test_a_changed_file_is_embedded_again_alone(folder: Path) -> None:
    before, kept = versions(), stored("smoke-is-the-limit")
    change(folder, SMOKE, "title: 油の煙は熱しすぎの知らせ", "title: 油の煙は火を弱める合図")
    embedder = Embedder()

    done = ingested(folder, embedder)

    row = stored("smoke-is-the-limit")
    assert kept is not None
    assert row is not None
    assert done.embedded == 1
    assert [passage.partition("\n")[0] for passage in embedder.given] == ["油の煙は火を弱める合図"]
    assert (row.id, row.created_at) == (kept.id, kept.created_at)
    assert row.title in row.principle_text
    assert [name for _, name, _ in set(versions()) - set(before)] == ["smoke-is-the-limit"]


def test_learners_new_words_for_a_fault_reach_the_principles_that_mend_it(folder: Path) -> None:
    before = stored("miso-after-the-boil")
    change(folder, MISO_FAULTS, "[味噌の香りがしない,", "[ぐらぐら煮えたぎった, 味噌の香りがしない,")

    done = ingested(folder)

    after = stored("miso-after-the-boil")
    assert before is not None
    assert after is not None
    assert 1 <= done.embedded <= 3
    assert set(before.search_terms.indices()) < set(after.search_terms.indices())


def test_a_removed_file_is_dropped(folder: Path) -> None:
    (folder / "principles/aroma/citrus-at-the-table.md").unlink()

    assert ingested(folder).dropped == 1
    assert stored("citrus-at-the-table") is None
    assert stored("smoke-is-the-limit") is not None


def test_a_dish_that_is_gone_stays_for_the_sessions_that_refer_to_it(folder: Path) -> None:
    with transaction() as db:
        db.add(
            Dish(
                slug="old-dish", name_ja="昔の料理", name_en="Old", description_ja="昔の料理です。", order=99
            )
        )

    ingested(folder)

    with transaction() as db:
        assert db.exec(select(Dish).where(Dish.slug == "old-dish")).first() is not None


def test_a_wrong_file_changes_nothing(folder: Path) -> None:
    before = versions()
    change(folder, SMOKE, "title: 油の煙は熱しすぎの知らせ", "title: 油の煙は火を弱める合図")
    change(folder, "dishes/fried-rice.yaml", "order: 1", "order: first")

    with pytest.raises(ContentError, match=r"dishes/fried-rice\.yaml: order"):
        ingested(folder)

    assert versions() == before


@pytest.mark.parametrize(
    "vector", [[1.0] * 384, [0.0] * EMBEDDING_DIMENSIONS, [float("nan")] * EMBEDDING_DIMENSIONS]
)
def test_an_unusable_vector_changes_nothing(folder: Path, vector: Vector) -> None:
    before = versions()
    (folder / "principles/aroma/citrus-at-the-table.md").unlink()

    with pytest.raises(UnusableVector):
        ingested(folder, Embedder(lambda passage: vector), model="other")

    assert versions() == before


def test_another_model_embeds_all_again_and_is_stored_with_its_dimensions(folder: Path) -> None:
    done = ingested(folder, model="other-model")

    assert done.embedded == done.principles
    with transaction() as db:
        rows = db.exec(select(CookingPrinciple)).all()
    assert {(row.embedding_model, row.embedding_dimensions) for row in rows} == {
        ("other-model", EMBEDDING_DIMENSIONS)
    }


def test_vectors_are_stored_with_length_one(folder: Path) -> None:
    ingested(folder, Embedder(lambda passage: [3.0, 4.0] + [0.0] * 766), model="unscaled")

    row = stored("smoke-is-the-limit")
    assert row is not None
    assert [round(float(value), 3) for value in row.embedding[:3]] == [0.6, 0.8, 0.0]


def test_progress_counts_up_to_all(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    with transaction() as db:
        ingest(db, load(), Embedder(), "again", lambda done, total: told.append((done, total)))

    assert told == sorted(told)
    assert told[-1] == (len(load().principles), len(load().principles))


def test_seed_restores_the_dishes_alone() -> None:
    with transaction() as db:
        db.connection().execute(text("DELETE FROM cooking_principles"))
        db.connection().execute(text("DELETE FROM dish"))
    with transaction() as db:
        assert seed(db, load()) == len(load().dishes)

    assert {kind for kind, *_ in versions()} == {"dish"}
    with transaction() as db:
        rice = _dish(db, "fried-rice")
    assert rice.principles == list(load().dishes["fried-rice"].principles)


def _dish(db: DbSession, slug: str) -> Dish:
    return db.exec(select(Dish).where(Dish.slug == slug)).one()
