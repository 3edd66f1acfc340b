"""What a desk of Google's APIs is started with."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

TRANSCRIPT = (
    "味はおいしかったです。でも、煙が出てしまって、少し焦げた匂いがしました。温度はどうすればわかりますか。"
)


class CorsRule(BaseModel):
    """As it stands in a bucket (Cloud Storage docs: Buckets, `cors[]`)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    origin: list[str]
    method: list[str]
    response_header: list[str] = Field(default_factory=list)
    max_age_seconds: int = 3600


class GoogleConfig(BaseModel):
    """One project with one bucket, one API key and one service account.

    `service_account_file` is written when the server is made, for GOOGLE_APPLICATION_CREDENTIALS to name.
    """

    model_config = ConfigDict(extra="forbid")

    project: str = "moment-desk"
    bucket: str = "moment-desk-media"
    api_key: str = "desk-api-key"
    service_account_file: Path
    data_dir: Path  # objects and uploaded files, kept over restarts
    cors: list[CorsRule] = Field(default_factory=list)
    transcript: str = TRANSCRIPT  # what is heard in any audio that isn't silent
    file_polls: int = Field(1, ge=0)  # looks at an uploaded file that still find it PROCESSING
    operation_polls: int = Field(0, ge=0)  # looks at a batch recognition that still find it running
    voice: Literal["openjtalk", "tone"] = (
        "openjtalk"  # the tone also stands in where Open JTalk isn't installed
    )

    @property
    def live_ca_file(self) -> Path:
        """Written when Live listens: the authority of its certificate."""
        return self.data_dir / "live_ca.pem"
