"""How webhooks are to come, beside the plain way."""

from dataclasses import dataclass
from typing import Literal

Order = Literal["fifo", "reverse", "batch"]


@dataclass
class WebhookBehaviour:
    """Redelivery as the console's switch, duplicates as networks make them, and holding back for reordering."""

    redelivery: bool = False
    duplicates: int = 0
    hold: bool = False
