"""LIFF: where our apps are, and what their pages need of LINE (LINE docs: Developing a LIFF app)."""

from dataclasses import dataclass

from settings import Settings

LIFF_HOST = "https://liff.line.me"
SDK_URL = "https://static.line-scdn.net/liff/edge/2/sdk.js"


@dataclass(frozen=True)
class LiffApps:
    """The pages' app, that of uploads, whose browser can be minimised, and that of calls, which take the whole screen. None:
    the settings name none."""

    pages: str | None
    upload: str | None
    companion: str | None
    api_url: str | None  # of the simulator, which has an SDK of its own

    @classmethod
    def of(cls, settings: Settings) -> "LiffApps":
        return cls(
            settings.liff_id, settings.liff_upload_id, settings.liff_companion_id, settings.line_api_url
        )

    @property
    def channel_ids(self) -> list[str]:
        """The LINE Login channels they belong to, which are the audience of their ID tokens."""
        apps = (self.pages, self.upload, self.companion)
        return sorted({liff_id.split("-")[0] for liff_id in apps if liff_id})

    @property
    def sdk_url(self) -> str:
        return f"{self.api_url}/desk/liff/sdk.js" if self.api_url else SDK_URL

    def page(self, path: str) -> str | None:
        """The address that opens a page in LINE; `path` is below the endpoint, such as "/quiz"."""
        return f"{LIFF_HOST}/{self.pages}{path}" if self.pages else None

    def upload_page(self, path: str = "") -> str | None:
        """Of the uploads' own app, else among the others."""
        return f"{LIFF_HOST}/{self.upload}{path}" if self.upload else self.page(f"/upload{path}")

    def companion_page(self, path: str = "") -> str | None:
        """Of the calls' own app, else among the others."""
        return f"{LIFF_HOST}/{self.companion}{path}" if self.companion else self.page(f"/companion{path}")
