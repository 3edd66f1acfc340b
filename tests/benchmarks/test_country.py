"""The arithmetic of a country on paper: nothing is lost in it, and it says of twice as many what it must."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.country import (
    COOK,
    COSTS,
    HABITS,
    Country,
    Day,
    busiest_minutes,
    country,
    page,
    play,
    processes_for,
    sunday,
)
from jobs.queue import Queue

LEARNERS = 12_000
ONE_OF_EACH = dict.fromkeys(Queue, 1)


@pytest.fixture(scope="module")
def arrivals() -> list[float]:
    return list(sunday(LEARNERS, HABITS, np.random.default_rng(1)))


@pytest.fixture(scope="module")
def busy_day(arrivals: list[float]) -> Day:
    """With too few processes: all wait."""
    return play(arrivals, ONE_OF_EACH, np.random.default_rng(2))


@pytest.fixture(scope="module")
def both() -> tuple[Country, Country]:
    return country(LEARNERS), country(2 * LEARNERS)


def test_a_sundays_cooks_are_as_many_as_are_assumed_and_most_come_at_dinner(arrivals: list[float]) -> None:
    assert len(arrivals) == pytest.approx(LEARNERS * HABITS.cooks_a_week * 1.8 / 8.6, rel=0.1)
    hours = np.array(arrivals) / 3600
    assert 0.5 < np.mean((hours >= 18) & (hours < 21)) < 0.75
    assert arrivals == sorted(arrivals)


def test_nothing_is_lost(arrivals: list[float], busy_day: Day) -> None:
    for station in busy_day.stations.values():
        assert (station.inside, station.busy, len(station.waiting)) == (0, 0, 0)
    works = len(arrivals) * sum(work.share == 1 for work in COOK)
    done = sum(len(station.waits) for station in busy_day.stations.values())
    assert works < done <= len(arrivals) * len(COOK)
    for work in COOK:
        for before in work.after:
            ends = zip(busy_day.ends[work.name], busy_day.ends[before], strict=True)
            assert all(end >= earlier + work.later - 1e-6 for end, earlier in ends)


def test_as_many_are_inside_as_come_in_the_time_that_one_stays(busy_day: Day) -> None:
    """Little's law, counted in two ways."""
    for station in busy_day.stations.values():
        assert station.inside_seconds == pytest.approx(station.stays, rel=1e-6)


def test_no_thread_does_two_things_at_once(arrivals: list[float]) -> None:
    """One renders at a time: the last film is ready no sooner than all renders take."""
    day = play(arrivals, ONE_OF_EACH, np.random.default_rng(2))
    station = day.stations[Queue.VIDEO]
    at_work = station.stays - sum(station.waits)
    last = max(arrival + end for arrival, end in zip(arrivals, day.ends["render"], strict=True))
    assert last - arrivals[0] >= at_work


def test_with_more_processes_nobody_waits_longer(arrivals: list[float], busy_day: Day) -> None:
    more = play(arrivals, dict.fromkeys(Queue, 3), np.random.default_rng(2))
    assert more.p95("text") < busy_day.p95("text")
    assert more.p95("film") < busy_day.p95("film")
    for queue in Queue:
        assert sum(more.stations[queue].waits) <= sum(busy_day.stations[queue].waits)


def test_the_processes_it_names_keep_the_promises_and_half_of_them_do_not(arrivals: list[float]) -> None:
    needed, day = processes_for(arrivals, seed=2)
    assert day.keeps_promises
    fewer = {queue: max(1, count // 2) for queue, count in needed.items()}
    assert not play(arrivals, fewer, np.random.default_rng(2)).keeps_promises


def test_of_twice_as_many_it_says_twice_as_much(both: tuple[Country, Country]) -> None:
    now, doubled = both
    assert doubled.rows_a_year == pytest.approx(2 * now.rows_a_year)
    assert doubled.gigabytes_a_year == pytest.approx(2 * now.gigabytes_a_year)
    assert doubled.pushes_a_month == pytest.approx(2 * now.pushes_a_month)
    assert doubled.terabytes_kept == pytest.approx(2 * now.terabytes_kept)
    assert doubled.busiest_hour == pytest.approx(2 * now.busiest_hour, rel=0.2)
    assert all(doubled.processes[queue] >= now.processes[queue] for queue in Queue)
    assert doubled.connections > now.connections


def test_statements_go_with_the_busiest_minute(arrivals: list[float], both: tuple[Country, Country]) -> None:
    now, _ = both
    assert now.statements_a_second == pytest.approx(now.busiest_minute / 60 * COSTS.statements)
    half = replace(now, costs=replace(COSTS, statements=COSTS.statements / 2))
    assert half.statements_a_second == pytest.approx(now.statements_a_second / 2)
    assert busiest_minutes([0.0, 30.0, 59.0, 61.0, 500.0], 1) == 3


def test_what_ends_first_is_told_first(both: tuple[Country, Country]) -> None:
    now, doubled = both
    reached = [limit.learners(now.learners) for limit in now.limits]
    assert reached == sorted(reached)
    text = page(now, doubled)
    assert f"{LEARNERS:,} learners | {2 * LEARNERS:,} learners" in text
    assert text.index(now.limits[0].name) < text.rindex(now.limits[-1].name)
