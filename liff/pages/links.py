"""Links to what is played on a page: made anew at each reading, and the same all day, so that browsers keep what they
have loaded."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from liff.parts import Parts
from models.base import utc_now
from storage.links import MediaLinks


@dataclass(frozen=True)
class PageLinks:
    links: MediaLinks
    expires_at: datetime

    @classmethod
    def of(cls, parts: Parts) -> "PageLinks":
        today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(parts.links, today + timedelta(days=parts.settings.media_link_days + 1))

    def link(self, key: str | None) -> str:
        """ "" where nothing lies."""
        return self.links.link(key, self.expires_at) if key else ""
