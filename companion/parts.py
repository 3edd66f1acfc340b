"""What this door works with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.database import Database
from services.companion import Caps
from settings import Settings

if TYPE_CHECKING:
    from companion.ports import Live


@dataclass(frozen=True)
class Parts:
    """One a process, made by the roof. `live` makes the model's side at the first call: its libraries are large."""

    settings: Settings
    database: Database
    caps: Caps
    live: Callable[[], "Live"]
