"""The film of a learner's first and third attempt, as the third attempt's session keeps what was asked of it."""

from datetime import datetime

from models.coaching import Strict


class FilmRequest(Strict):
    """They asked for it themselves, by this channel; the reply token carries the film while it lives."""

    channel: str = ""
    reply_token: str | None = None
    reply_until: datetime | None = None
