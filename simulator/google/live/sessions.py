"""Sessions, which outlive their connections by a handle, and the tokens by which a stranger may begin one."""

import secrets
from dataclasses import dataclass, field

from simulator.google.live.messages import INVALID, Refusal, Setup

HANDLE_HOURS = 2  # docs: Session management
# Gemini Live, as reported: python-genai issues, forum threads of October 2026.
CUT_SECONDS = 58 * 60
AUDIO_SECONDS, VIDEO_SECONDS = 15 * 60, 2 * 60  # without compression of the context window
CONNECTION_SECONDS, WARNED_SECONDS = 10 * 60, 60
HOUR_MS = 3_600_000


@dataclass
class Session:
    """`tokens` are those of its context, by modality: each turn takes them all in."""

    began_ms: int
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    tokens: dict[str, int] = field(default_factory=dict)
    has_video: bool = False

    def add(self, modality: str, count: int) -> None:
        self.tokens[modality] = self.tokens.get(modality, 0) + count

    def longest_seconds(self, setup: Setup) -> int:
        if setup.context_window_compression is not None:
            return CUT_SECONDS
        return VIDEO_SECONDS if self.has_video else AUDIO_SECONDS


@dataclass
class Token:
    uses: int
    expires_ms: int


@dataclass
class Sessions:
    _by_handle: dict[str, tuple[Session, int]] = field(default_factory=dict)
    _tokens: dict[str, Token] = field(default_factory=dict)

    def begin(self, handle: str | None, now_ms: int) -> Session:
        """The one that the handle leads to, or a new one. Raises Refusal."""
        if handle is None:
            return Session(now_ms)
        session, expires_ms = self._by_handle.get(handle, (None, 0))
        if session is None or expires_ms < now_ms:
            raise Refusal(INVALID, "BidiGenerateContent session not found or expired.")
        if now_ms - session.began_ms >= CUT_SECONDS * 1000:
            session.began_ms = now_ms
        return session

    def handle_for(self, session: Session, now_ms: int) -> str:
        handle = secrets.token_urlsafe(24)
        self._by_handle[handle] = (session, now_ms + HANDLE_HOURS * HOUR_MS)
        return handle

    def new_token(self, uses: int, expires_ms: int) -> str:
        name = f"auth_tokens/{secrets.token_hex(20)}"
        self._tokens[name] = Token(uses, expires_ms)
        return name

    def use_token(self, name: str, now_ms: int) -> bool:
        """Whether it was good; it is for one use less then."""
        token = self._tokens.get(name)
        if token is None or token.uses < 1 or token.expires_ms < now_ms:
            return False
        token.uses -= 1
        return True
