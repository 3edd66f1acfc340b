import pytest
from pydantic import ValidationError

from simulator.http.book import Book, Entry


class Note(Entry):
    words: str


def test_the_oldest_entry_that_fits_is_used_as_often_as_it_says() -> None:
    book: Book[Note] = Book()
    numbers = [book.add(Note(words=words, times=times)) for words, times in (("a", 2), ("b", 1), ("a", None))]
    assert numbers == [1, 2, 3]

    def take(words: str) -> Note | None:
        return book.take(lambda note: note.words == words)

    assert [take("b"), take("b")] == [Note.model_construct(words="b", times=0), None]
    first = [take("a"), take("a")]
    last = [take("a"), take("a")]
    assert first[0] is first[1]
    assert last[0] is last[1]
    assert first[0] is not last[0]


def test_a_book_can_be_emptied_and_counts_on() -> None:
    book: Book[Note] = Book()
    book.add(Note(words="a"))
    book.clear()
    assert book.take(lambda _: True) is None
    assert book.add(Note(words="b")) == 2


def test_an_entry_is_used_at_least_once() -> None:
    with pytest.raises(ValidationError):
        Note(words="a", times=0)
