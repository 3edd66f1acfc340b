"""Links to what is looked at and listened to in a thread: made anew at each reading, the same all day, and soon over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.parts import Parts
from models.base import utc_now
from storage.links import MediaLinks

LIFE = timedelta(days=2)


@dataclass(frozen=True)
class ThreadMedia:
    links: MediaLinks
    expires_at: datetime

    @classmethod
    def of(cls, parts: Parts) -> "ThreadMedia":
        today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(parts.links, today + LIFE)

    def link(self, key: str) -> str:
        return self.links.link(key, self.expires_at)
