"""What the runbook says is what there is: its commands, statements, metrics and parts."""

import re
import shlex
from collections.abc import Iterator
from importlib import import_module

import prometheus_client
import pytest
from prometheus_client.registry import Collector
from sqlalchemy import Connection, text

from models.database import Database
from moment.cli import parser
from moment.commands import COMMANDS
from moment.resources import Resources
from moment.watch.rows import RowMetrics
from services.invariants import INVARIANTS
from settings import Settings, variable
from tests.runbook import ALERTS, ROOT, RUNBOOK, blocks, part

# What processes import as they need it, and with it their metrics.
METRICS_OF = (
    "bot.push_quotas",
    "pipeline.providers.call_metrics",
    "services.plan.incidents",
    "services.plan.missed",
    "webhooks.delivery",
)
PLACES = {"SESSION": "1", "NAME": "けい", "LINE_USER_ID": "U" + "0" * 32}


def headings(level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} (.+)$", RUNBOOK, re.MULTILINE)


def test_each_alert_has_its_part() -> None:
    assert set(headings(2)) >= ALERTS
    for alert in ALERTS:
        words = part(f"## {alert}")
        if alert != "invariant-violated":
            for what in ("*Look", "*Mend*", "*Mended*", "*Not*"):
                assert what in words, (alert, what)


def test_each_invariant_has_its_part() -> None:
    below = re.findall(r"^### (.+)$", part("## invariant-violated"), re.MULTILINE)
    assert below == list(INVARIANTS)
    for name in INVARIANTS:
        words = part(f"### {name}")
        assert all(what in words for what in ("*Learners*", "*Mend*", "*Not*"))


def named(pattern: str) -> list[str]:
    return sorted(set(re.findall(pattern, RUNBOOK)))


@pytest.mark.parametrize("command", named(r"`moment ([a-z][^`]*)`"))
def test_each_command_can_be_given(command: str) -> None:
    """One that is named alone needs only be there."""
    words = [PLACES.get(word, word) for word in shlex.split(command)]
    if len(words) == 1 and words[0] in COMMANDS:
        return
    assert parser().parse_args(words).command == words[0]


def test_the_cloud_runs_a_command_that_can_be_given() -> None:
    (arguments,) = named(r"--args=([\w,-]+)")
    assert parser().parse_args(arguments.split(",")).all_failed


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        yield connection


@pytest.mark.parametrize(
    "statement", [each for block in blocks(RUNBOOK, "sql") for each in block.split(";\n") if each.strip()]
)
def test_each_statement_runs(connection: Connection, statement: str) -> None:
    """And is taken back."""
    owner = connection.scalar(text("SELECT current_user"))
    for name in ("moment_a", "moment_b"):
        if f"ROLE {name} LOGIN" not in statement:
            connection.execute(text(f"CREATE ROLE {name}"))
    connection.exec_driver_sql(statement.replace("IN ROLE moment;", f"IN ROLE {owner};").replace("%", "%%"))
    connection.rollback()


def test_each_metric_is_told(resources: Resources) -> None:
    for module in METRICS_OF:
        import_module(module)
    told = {*_names(prometheus_client.REGISTRY), *_names(RowMetrics(resources.database))}
    assert set(named(r"`(moment_[a-z_]+)`")) <= told


def _names(source: Collector) -> set[str]:
    """As Prometheus shows them: a counter's end with `_total`."""
    return {
        f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in source.collect()
    }


def test_each_setting_is_one() -> None:
    assert set(named(r"`(MOMENT_[A-Z_]+|DATABASE_[A-Z_]*URL)`")) <= set(map(variable, Settings.model_fields))


def test_each_file_is_there() -> None:
    for path in named(r"`((?:tests|models)/[\w/.]+)`"):
        assert (ROOT / path).exists(), path
