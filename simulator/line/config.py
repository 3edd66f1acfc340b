"""What a caller writes to the file that `python -m simulator.line --config FILE` reads."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

UserId = Annotated[str, Field(pattern=r"^U[0-9a-f]{32}$")]


class ChannelConfig(BaseModel):
    """One Messaging API channel, as its page in the LINE Developers Console would show it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    display_name: str
    channel_id: str
    channel_secret: str
    access_token: str
    bot_user_id: UserId
    webhook_url: str


class LineConfig(BaseModel):
    """All channels belong to one provider, so a learner has the same userId in each (LINE docs: Get user IDs)."""

    channels: list[ChannelConfig] = Field(min_length=1, max_length=2)
    login_channel_id: str
    liff_id: str
    media_dir: Path
    liff_endpoint_url: str | None = None
    # LINE discloses neither the count nor the intervals of redelivery; these suit a desk.
    redelivery_delays_seconds: list[float] = [1, 2, 4, 8, 16, 30]

    @model_validator(mode="after")
    def _channels_differ(self) -> "LineConfig":
        for field in ("name", "channel_id", "access_token", "bot_user_id"):
            if len({getattr(channel, field) for channel in self.channels}) != len(self.channels):
                raise ValueError(f"two channels share the same {field}")
        return self
