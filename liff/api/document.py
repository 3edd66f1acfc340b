"""The OpenAPI document: the names of operations, and what FastAPI does not say by itself."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from liff.problems import Problem, problem, words_of


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


def answer_wrong_methods(app: FastAPI) -> None:
    """With all that an address takes (RFC 9110, 10.2.1): the framework names what the first of its routes does."""

    @app.exception_handler(405)
    def wrong_method(request: Request, _error: HTTPException) -> JSONResponse:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        taken = [methods for template, methods in app.openapi()["paths"].items() if _is_of(template, path)]
        answer = problem(405, words_of(405))
        answer.headers["Allow"] = ", ".join(sorted({name.upper() for methods in taken for name in methods}))
        return answer


def _is_of(template: str, path: str) -> bool:
    return compile_path(template)[0].match(path) is not None
