"""How the APIs read a request before they look at its meaning."""

from typing import Any

from starlette.requests import Request

from simulator.google.errors import invalid
from simulator.google.faults import Subject
from simulator.google.log import Crossing
from simulator.google.state import Google

BODY = "google.body"  # in the ASGI scope: the JSON the border has read
SUBJECT = "google.subject"
CROSSING = "google.crossing"

# Below these, names are the caller's own.
_OWN_NAMES = frozenset({"metadata", "labels", "args", "responseJsonSchema"})


def camel_case(value: Any) -> Any:
    """The body with every field under its JSON name: proto JSON also takes the proto's own ("mime_type")."""
    if isinstance(value, list):
        return [camel_case(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    fields = {_camel(name): entry for name, entry in value.items()}
    return {name: _below(name, entry) for name, entry in fields.items()}


def _below(name: str, entry: Any) -> Any:
    if name in _OWN_NAMES:
        return entry
    if name == "properties" and isinstance(entry, dict):
        return {own: camel_case(child) for own, child in entry.items()}
    return camel_case(entry)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest) if head else name


def google_of(request: Request) -> Google:
    google: Google = request.app.state.google
    return google


def json_body(request: Request) -> dict[str, Any]:
    """Raises GoogleError 400 for anything but a JSON object."""
    body = request.scope.get(BODY)
    if not isinstance(body, dict):
        raise invalid("Invalid JSON payload received. Expected an object.")
    return body


def subject_of(request: Request) -> Subject:
    subject: Subject = request.scope[SUBJECT]
    return subject


def crossing_of(request: Request) -> Crossing:
    crossing: Crossing = request.scope[CROSSING]
    return crossing


def part(owner: dict[str, Any], name: str) -> dict[str, Any]:
    """A message-typed field, {} when absent. Raises GoogleError 400 when it is something else."""
    value = owner.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(f"Invalid value at '{name}': expected an object")
    return value


def entries(owner: dict[str, Any], name: str) -> list[Any]:
    """A repeated field, [] when absent. Raises GoogleError 400 when it is something else."""
    value = owner.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(f"Invalid value at '{name}': expected a list")
    return value
