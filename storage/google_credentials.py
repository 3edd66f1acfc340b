"""Google's credentials: of the bucket here, and of the models above."""

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from settings import ConfigurationError, variable

if TYPE_CHECKING:  # who names no Google has no use for its libraries
    from google.auth.credentials import Credentials

SCOPE = "https://www.googleapis.com/auth/cloud-platform"


@dataclass
class GoogleCredentials:
    """Looked for at first use; one a process. Thread-safe."""

    key_file: Path | None = None  # of a service account; None: the application default credentials
    _refreshing: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def value(self) -> "Credentials":
        """Raises ConfigurationError with the fix when there are none."""
        from google.auth.exceptions import GoogleAuthError

        try:
            return self._from_file(self.key_file) if self.key_file is not None else self._default()
        except (GoogleAuthError, OSError, ValueError) as error:
            raise ConfigurationError(
                f"no Google credentials ({type(error).__name__}): set {variable('google_key_file')} to a service "
                "account's key file, or run with a service account attached "
                "(`gcloud auth application-default login` on a desk)"
            ) from error

    def fresh_token(self) -> str:
        """An access token with some minutes left."""
        from google.auth.transport.requests import Request

        with self._refreshing:
            if not self.value.valid:
                self.value.refresh(Request())
        return str(self.value.token)

    @staticmethod
    def _from_file(path: Path) -> "Credentials":
        from google.oauth2.service_account import Credentials

        credentials: Credentials = Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
            str(path.expanduser()), scopes=[SCOPE]
        )
        return credentials

    @staticmethod
    def _default() -> "Credentials":
        import google.auth

        credentials, _ = google.auth.default(scopes=[SCOPE])
        return credentials
