"""The models on this desk: those public on 2026-11-22, and who answers for the retired ones.

Gemini API docs: Deprecations; changelog of 2026-10-08 for the routing; generativelanguage v1 has no preview models.
"""

import re
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request

from simulator.google.errors import GoogleError
from simulator.google.identity import check_bearer
from simulator.google.requests import google_of

Backend = Literal["developer", "vertex"]
LOW_TO_HIGH = frozenset({"LOW", "MEDIUM", "HIGH"})
WITH_MINIMAL = LOW_TO_HIGH | {"MINIMAL"}


@dataclass(frozen=True)
class Model:
    """`answers_as` is who really answers; `thinking` the levels it knows, none where only a budget is known."""

    id: str
    kind: Literal["generate", "embed"] = "generate"
    thinking: frozenset[str] = WITH_MINIMAL
    answers_as: str | None = None
    beta_only: bool = False
    input_limit: int = 1_048_576
    output_limit: int = 65_536

    @property
    def version(self) -> str:
        return self.answers_as or self.id


_ALL = (
    Model("gemini-3.8-flash", thinking=LOW_TO_HIGH),
    Model("gemini-3.7-flash", thinking=LOW_TO_HIGH, answers_as="gemini-3.8-flash"),
    Model("gemini-3.6-flash"),
    Model("gemini-3.5-flash", answers_as="gemini-3.6-flash"),
    Model("gemini-3.5-flash-lite"),
    Model("gemini-3-flash-preview", beta_only=True),
    Model("gemini-2.5-flash", thinking=frozenset()),
    Model("gemini-4-argon", thinking=LOW_TO_HIGH),
    Model("gemini-embedding-001", kind="embed", input_limit=2048, output_limit=1),
    Model("gemini-embedding-2", kind="embed", input_limit=8192, output_limit=1),
)
MODELS = {model.id: model for model in _ALL}


@dataclass(frozen=True)
class Call:
    """Who is asked, and through which door."""

    model: Model
    backend: Backend
    version: str


def call_of(request: Request, kind: Literal["generate", "embed"] | None = None) -> Call:
    """Raises GoogleError for a caller without credentials, and 404 for a model that isn't there."""
    backend: Backend = "vertex" if "publishers" in request.scope["path"].split("/") else "developer"
    check_caller(request, backend)
    version, name = request.path_params["version"], request.path_params["model"]
    if not re.fullmatch(r"v1(alpha|beta1?)?", version):
        raise GoogleError(404, f"Not found: {version}")
    model = MODELS.get(name)
    needs_beta = model is not None and model.beta_only and backend == "developer" and version == "v1"
    if model is None or needs_beta or (kind is not None and model.kind != kind):
        raise _no_such_model(request, backend, version, name)
    return Call(model, backend, version)


def check_caller(request: Request, backend: Backend) -> None:
    google = google_of(request)
    key = request.headers.get("x-goog-api-key") or request.query_params.get("key")
    if backend == "vertex" or key is None:
        if key is None and "authorization" not in request.headers and backend == "developer":
            raise GoogleError(403, "Method doesn't allow unregistered callers.")
        check_bearer(request, google.account, google.clock.now_ms())
        project = request.path_params.get("project", google.config.project)
        if project != google.config.project:
            raise GoogleError(403, f"Permission denied on resource project {project}.")
    elif key != google.config.api_key:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        raise GoogleError(400, "API key not valid. Please pass a valid API key.", details=[info])


def _no_such_model(request: Request, backend: Backend, version: str, name: str) -> GoogleError:
    if backend == "vertex":
        path = request.scope["path"].removeprefix(f"/{version}/").split(":")[0]
        return GoogleError(
            404, f"Publisher Model `{path}` was not found or your project does not have access to it."
        )
    return GoogleError(
        404,
        f"models/{name} is not found for API version {version}, or is not supported for this method. "
        "Call ListModels to see the list of available models and their supported methods.",
    )
