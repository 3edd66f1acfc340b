"""A database's schema, and over what of it the release before would stumble."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from tests.models.release_before import ReleaseBefore

_COLUMNS = """
    SELECT relation.relname, attname, format_type(atttypid, atttypmod), attnotnull, atthasdef OR attidentity <> ''
      FROM pg_attribute JOIN pg_class AS relation ON relation.oid = attrelid
     WHERE relation.relkind = 'r' AND relation.relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
"""
_RULES = """
    SELECT relation.relname, contype, pg_get_constraintdef(rule.oid), target.relname, confdeltype
      FROM pg_constraint AS rule JOIN pg_class AS relation ON relation.oid = conrelid
      LEFT JOIN pg_class AS target ON target.oid = confrelid
     WHERE rule.connamespace = 'public'::regnamespace AND contype IN ('c', 'f')
"""
# Of a unique constraint too; what it is called says nothing.
_UNIQUE = """
    SELECT tablename, regexp_replace(indexdef, '^CREATE UNIQUE INDEX \\S+ ', '') FROM pg_indexes
     WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%'
"""
_VARYING = re.compile(r"character varying(?:\((\d+)\))?$")
_LABEL = re.compile(r"'([^']*)'")
_SPELLING = re.compile(
    r"'[^']*'|::[\w ]+(?:\[\])?|[(),\s]"
)  # with which Postgres writes the same list in several ways


@dataclass(frozen=True)
class Column:
    type: str
    required: bool
    has_default: bool


@dataclass(frozen=True)
class Key:
    """A foreign key. `lets_go`: its row goes, or forgets, with the one it names."""

    definition: str
    target: str
    lets_go: bool

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(self.definition.partition("(")[2].partition(")")[0].split(", "))


@dataclass(frozen=True)
class Schema:
    """Each by table; rules by their definitions."""

    columns: Mapping[tuple[str, str], Column]
    checks: frozenset[tuple[str, str]]
    unique: frozenset[tuple[str, str]]
    keys: frozenset[tuple[str, Key]]


def read_schema(connection: Connection) -> Schema:
    columns = {(row[0], row[1]): Column(*row[2:]) for row in connection.execute(text(_COLUMNS))}
    rules = connection.execute(text(_RULES)).all()
    return Schema(
        columns,
        frozenset((table, definition) for table, kind, definition, *_ in rules if kind == "c"),
        frozenset((row[0], row[1]) for row in connection.execute(text(_UNIQUE))),
        frozenset(
            (table, Key(definition, target, delete in "cnd"))
            for table, kind, definition, target, delete in rules
            if kind == "f"
        ),
    )


def stumbling_blocks(release: ReleaseBefore, before: Schema, after: Schema) -> list[str]:
    """What that release, made for the schema `before`, may fail at with `after`."""
    return sorted([*_of_columns(release, before, after), *_of_rules(release, before, after)])


def _of_columns(release: ReleaseBefore, before: Schema, after: Schema) -> Iterator[str]:
    for table, known in release.tables.items():
        for name, use in known.items():
            old, new = before.columns[table, name], after.columns.get((table, name))
            if new is None:
                yield f"{table}.{name} is gone, and is still selected"
                continue
            if not _holds(new.type, old.type):
                yield f"{table}.{name} was {old.type}, and is {new.type}"
            if new.required and not old.required and use["optional"]:
                yield f"{table}.{name} must have a value, and none may be written"
            if new.required and use["left_out"] and not new.has_default:
                yield f"{table}.{name} has no default any more, and is left out"
    for (table, name), column in after.columns.items():
        is_new = table in release.tables and name not in release.tables[table]
        if is_new and column.required and not column.has_default:
            yield f"{table}.{name} must have a value, and is not known"


def _holds(new: str, old: str) -> bool:
    """Whether whatever the old type held can be written and read with the new."""
    if new == old:
        return True
    was, now = _VARYING.match(old), _VARYING.match(new)
    return was is not None and now is not None and (now[1] is None or int(now[1]) >= int(was[1] or 1 << 30))


def _of_rules(release: ReleaseBefore, before: Schema, after: Schema) -> Iterator[str]:
    for table, definition in after.checks - before.checks:
        wider = any(_only_adds_labels(old, definition) for name, old in before.checks if name == table)
        if table in release.tables and not wider:
            yield f"{table} has a new check: {definition}"
    for table, definition in after.unique - before.unique:
        if table in release.tables:
            yield f"{table} has a new unique index: {definition}"
    for table, key in after.keys - before.keys:
        if key.columns & release.tables.get(table, {}).keys():
            yield f"{table} has a new foreign key: {key.definition}"
        if key.target in release.tables and not key.lets_go:
            yield f"{key.target} can't be deleted from: {table} {key.definition}"


def _only_adds_labels(old: str, new: str) -> bool:
    """Of a list of what is allowed: a list of what is not would be tightened by it."""
    if "= ANY" not in new or "<>" in new:
        return False
    same = _SPELLING.sub("", old) == _SPELLING.sub("", new)
    return same and set(_LABEL.findall(old)) <= set(_LABEL.findall(new))
