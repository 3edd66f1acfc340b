"""The OpenAPI document: the names of operations, and what FastAPI does not say by itself."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from liff.problems import Problem


def operation_id(route: APIRoute) -> str:
    """The function's name, which is the one that programs made from the document call."""
    return route.name


def complete(app: FastAPI) -> None:
    """Adds the schema of problem details, which every refusal has."""
    make = app.openapi

    def document() -> dict[str, Any]:
        made = make()
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        if Problem.__name__ not in schemas:
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {}) | {Problem.__name__: schema}
        return made

    app.openapi = document  # type: ignore[method-assign]
