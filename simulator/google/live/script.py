"""What the live model says and does in a test."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.http.book import Entry

HEARD = "これでいいですか。"

Trigger = Literal["speech", "text", "tool"]


class Call(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    args: dict[str, Any] = Field(default_factory=dict)


class LiveTurn(Entry):
    """One turn of the model. `match` is what sets it off (speech, text, tool) or a part of a text; None fits any.

    `cancels` takes the calls back at once, as after words that follow on the heels of others.
    """

    match: str | None = None
    heard: str = HEARD
    says: str = ""
    calls: list[Call] = Field(default_factory=list)
    cancels: bool = False

    def fits(self, trigger: Trigger, text: str) -> bool:
        return self.match is None or self.match == trigger or self.match in text
