"""What a caller writes to the file that `python -m simulator.line --config FILE` reads."""

from pathlib import Path
from typing import Annotated, Literal

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


LiffScope = Literal["profile", "openid", "email", "chat_message.write"]
LiffSize = Literal["full", "tall", "compact"]


class LiffApp(BaseModel):
    """One LIFF app of the login channel (LINE docs: Adding a LIFF app to your channel)."""

    liff_id: str = Field(pattern=r"^\d+-\w+$")
    name: str = "LIFF"
    # LINE takes https only, and no fragment either.
    endpoint_url: str = Field(pattern=r"^https?://[^\s#]+$")
    size: LiffSize = "full"
    scopes: list[LiffScope] = ["profile", "openid", "chat_message.write"]

    @property
    def can_be_minimized(self) -> bool:
        """LINE docs: Minimizing LIFF browser, Conditions of use."""
        return self.size == "full" and "chat_message.write" not in self.scopes


class Person(BaseModel):
    """Has LINE."""

    user_id: UserId
    display_name: str


class LineConfig(BaseModel):
    """All channels belong to one provider, so a learner has the same userId in each (LINE docs: Get user IDs)."""

    channels: list[ChannelConfig] = Field(min_length=1, max_length=2)
    login_channel_id: str
    login_channel_secret: str
    login_callback_urls: list[str] = []  # where LINE Login on the web may send a browser back
    login_people: list[Person] = []
    friends: list[
        Person
    ] = []  # learners who follow every channel already, as a run before this has left them
    liff_apps: list[LiffApp] = Field(
        default=[], max_length=30
    )  # LINE docs: Adding a LIFF app to your channel
    media_dir: Path
    # LINE discloses neither the count nor the intervals of redelivery; these suit a desk.
    redelivery_delays_seconds: list[float] = [1, 2, 4, 8, 16, 30]

    @model_validator(mode="after")
    def _channels_differ(self) -> "LineConfig":
        for field in ("name", "channel_id", "access_token", "bot_user_id"):
            if len({getattr(channel, field) for channel in self.channels}) != len(self.channels):
                raise ValueError(f"two channels share the same {field}")
        return self

    @model_validator(mode="after")
    def _liff_apps_are_of_the_login_channel(self) -> "LineConfig":
        ids = [app.liff_id for app in self.liff_apps]
        if len(set(ids)) != len(ids):
            raise ValueError("two LIFF apps share the same liff_id")
        for liff_id in ids:
            if not liff_id.startswith(f"{self.login_channel_id}-"):
                raise ValueError(
                    f"the LIFF app {liff_id} is not of the login channel {self.login_channel_id}"
                )
        return self
