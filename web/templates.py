"""The pages of a door: its own templates, and those that it shares with others."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

SHARED = Path(__file__).parent / "shared"


def page_templates(own: Path) -> Environment:
    """A word or a value that is missing is an error here, never an empty place on a page."""
    return Environment(
        loader=FileSystemLoader([own, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
