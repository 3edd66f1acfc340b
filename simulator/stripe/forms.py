"""Form bodies with nested brackets: `items[0][price]=price_1` (docs.stripe.com/api, "form-encoded request bodies")."""

import re
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BeforeValidator

Form = dict[str, Any]
Item = TypeVar("Item")
_KEYS = re.compile(r"\[([^\]]*)\]")


def parse_form(text: str) -> Form:
    """A tree of dictionaries; a list is a dictionary by number until a parameter is known to be one."""
    form: Form = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, *keys = [name.split("[", 1)[0], *_KEYS.findall(name)]
        branch, last = form, head
        for key in keys:
            branch = _branch(branch, last)
            last = key or str(len(branch))  # `expand[]` counts by itself
        branch[last] = value
    return form


def _branch(form: Form, name: str) -> Form:
    branch = form.setdefault(name, {})
    if not isinstance(branch, dict):
        branch = form[name] = {}
    return branch


def _as_list(value: Any) -> Any:
    if isinstance(value, dict) and all(name.isdigit() for name in value):
        return [value[name] for name in sorted(value, key=int)]
    return value


Entries = Annotated[list[Item], BeforeValidator(_as_list)]
