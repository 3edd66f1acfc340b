"""What is said of the film, what is written in it, and which words ask for it."""

import re

import pytest

from knowledge_base import film_talk, phrasebook
from knowledge_base.catalogue import load
from knowledge_base.content import Fault
from knowledge_base.intents.film import asks_for_film, stops_films
from line.limits import MAX_LABEL
from pipeline.checks.amounts import measurements
from pipeline.media.captions import LINE_WIDTH, width
from simulator.line.checks import graphemes, utf16_units

SENTENCES = {
    name: getattr(film_talk, name)
    for name in (
        "OFFER",
        "REFUSED",
        "COMES_WITH_VIDEO",
        "NOTE",
        "NOT_YET",
        "STOPPED",
        "STOPPED_ALREADY",
    )
} | dict(film_talk.PHRASES)
FAULTS = load().faults


@pytest.mark.parametrize("name", SENTENCES)
def test_it_is_polite_short_and_without_measurement(name: str) -> None:
    words = SENTENCES[name]
    assert re.search("(です|ます|ません|ください|くださいね|いますね|た)。$", words), words[-12:]
    assert utf16_units(words) <= 500
    assert measurements(words) == []
    assert not re.search(r"[０-９Ａ-Ｚａ-ｚ{}<>`]", words)


def test_labels_fit_on_their_buttons_and_failures_have_their_words() -> None:
    assert all(graphemes(label) <= MAX_LABEL for label in (film_talk.YES_LABEL, film_talk.NO_LABEL))
    assert all(phrasebook.phrase(key) == words for key, words in film_talk.PHRASES.items())


def test_who_is_asked_is_told_what_is_in_it_and_how_to_stop_it() -> None:
    for word in ("1回目", "3回目", "映像", "人の姿", "音や声", "あなたのトークにだけ", "次の料理から"):
        assert word in film_talk.OFFER
    stop = re.findall("「([^」]+)」と送って", film_talk.OFFER)
    assert [stops_films(words) for words in stop] == [True]
    again = re.findall("「([^」]+)」と送って", film_talk.REFUSED)
    assert [asks_for_film(words) for words in again] == [True]


def written(sentence: str) -> list[str]:
    whole = sentence.replace("\n", "")
    return [whole] if width(whole) <= LINE_WIDTH else sentence.split("\n")


@pytest.mark.parametrize("code", [None, *FAULTS])
def test_what_is_written_stands_on_two_lines_and_blames_nobody(code: str | None) -> None:
    fault = FAULTS[code] if code else None
    sentences = [film_talk.first_sentence(fault)]
    for now in (None, fault):
        sentences += [film_talk.third_sentence(fault, now, is_sure=sure) for sure in (True, False)]
    for sentence in sentences:
        lines = written(sentence)
        assert len(lines) <= 2
        assert all(width(line) <= LINE_WIDTH for line in lines), lines
        assert measurements(sentence) == []
        assert "失敗" not in sentence


def one(**values: object) -> Fault:
    return FAULTS["oil_smoking"].model_copy(update=values)


def test_nothing_is_said_to_be_gone_that_was_not_looked_at_well_or_that_no_film_shows() -> None:
    smoke, raw = one(), one(skill="food_safety")
    gone = "映っていません"
    assert gone in film_talk.third_sentence(smoke, None, is_sure=True)
    assert gone not in film_talk.third_sentence(smoke, None, is_sure=False)
    assert gone not in film_talk.third_sentence(smoke, smoke, is_sure=True)
    assert gone not in film_talk.third_sentence(smoke, one(code="other"), is_sure=True)
    assert gone not in film_talk.third_sentence(raw, None, is_sure=True)
    assert raw.name_ja not in film_talk.first_sentence(raw)
    assert gone not in film_talk.third_sentence(None, smoke, is_sure=True)


@pytest.mark.parametrize(
    "text",
    [
        "くらべる動画",
        "くらべる動画を作ってください",
        "くらべる動画を作って",
        "くらべる動画をもう一度見たいです",
        "比べる動画ほしいです！",
        "ビフォーアフター",
        "ビフォー・アフターの動画お願いします",
        "1回目と3回目の動画を見せて",
        "１回目と３回目を並べた動画を作って",
    ],
)
def test_words_that_ask_for_it(text: str) -> None:
    assert asks_for_film(text)
    assert not stops_films(text)


@pytest.mark.parametrize(
    "text",
    [
        "くらべる動画はもう作らないで",
        "くらべる動画はもう作らないでください",
        "くらべる動画はいりません",
        "もう比べる動画を作るのはやめて",
        "ビフォーアフターの動画は消してください",
    ],
)
def test_words_that_stop_it(text: str) -> None:
    assert stops_films(text)
    assert not asks_for_film(text)


@pytest.mark.parametrize(
    "text",
    [
        "1回目と3回目の違いは何ですか",
        "前回と比べるとどうですか",
        "比較",
        "動画を作って",
        "くらべる動画って何ですか",
        "動画はもういりません",
        "くらべる動画を見ながら火傷しました",
        "1回目と比べて焦げました",
    ],
)
def test_words_that_do_neither(text: str) -> None:
    assert not asks_for_film(text)
    assert not stops_films(text)
