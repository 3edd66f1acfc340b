"""LIFF apps in the learners' hands: what they consented to, and the tokens that the pages got.

Tokens live by the wall clock, as ID tokens do.
"""

import base64
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from simulator.http.errors import DeskError
from simulator.line import identifiers
from simulator.line.config import LiffApp, LiffScope
from simulator.line.id_tokens import ID_TOKEN_LIFE_SECONDS, IdTokens

ACCESS_TOKEN_LIFE_SECONDS = 12 * 3600  # LINE docs: liff.getAccessToken
ContextType = Literal["utou", "group", "room", "external", "none"]
Trouble = Literal["expired", "revoked"]
# What LINE shows of an ordinary LIFF app (LINE docs: liff.getContext, availability), as far as pages ask for it.
AVAILABILITY = {
    "shareTargetPicker": {"permission": False, "minVer": "10.3.0"},
    "multipleLiffTransition": {"permission": True, "minVer": "10.18.0"},
    "subwindowOpen": {"permission": True, "minVer": "11.7.0"},
    "scanCode": {"permission": False, "minVer": "9.4.0", "unsupportedFromVer": "9.19.0"},
    "scanCodeV2": {"permission": False, "minVer": "11.7.0", "minOsVer": "14.3.0"},
    "skipChannelVerificationScreen": {"permission": False, "minVer": "11.14.0"},
    "addToHomeV2": {"permission": False, "minVer": "13.20.0"},
}


@dataclass(frozen=True)
class User:
    user_id: str
    display_name: str


@dataclass(frozen=True)
class Place:
    """Where a page was opened. A chat is a channel's, or a group's of that id."""

    type: ContextType = "external"
    channel: str | None = None
    group_id: str | None = None

    @property
    def is_chat(self) -> bool:
        return self.type in ("utou", "group", "room")


OUTSIDE = Place()
NO_CHAT = Place("none")


@dataclass(frozen=True)
class Opening:
    """Who opened which app where."""

    user: User
    app: LiffApp
    place: Place


@dataclass(frozen=True)
class LiffSession:
    """What a page holds. Without the scope `openid` it has no ID token."""

    opening: Opening
    scopes: tuple[LiffScope, ...]
    access_token: str
    id_token: str | None
    expires_at: float

    @property
    def expires_in(self) -> int:
        """Seconds."""
        return int(self.expires_at - time.time())

    @property
    def can_send_messages(self) -> bool:
        """LINE docs: LIFF v2 API reference, liff.sendMessages."""
        return self.opening.place.is_chat and "chat_message.write" in self.scopes


@dataclass
class Liff:
    """All of it of one login channel."""

    apps: dict[str, LiffApp]
    id_tokens: IdTokens
    _consents: dict[str, set[LiffScope]] = field(default_factory=dict)
    _denials: dict[str, set[LiffScope]] = field(default_factory=dict)
    _troubles: dict[str, Trouble] = field(default_factory=dict)
    _users: dict[str, User] = field(default_factory=dict)  # of LINE's app, by feature token
    _codes: dict[str, Opening] = field(default_factory=dict)
    _sessions: dict[str, LiffSession] = field(default_factory=dict)  # by access token

    def app(self, liff_id: str) -> LiffApp:
        """Raises DeskError 404."""
        if liff_id not in self.apps:
            raise DeskError(404, f"no LIFF app {liff_id}")
        return self.apps[liff_id]

    def deny(self, user_id: str, scopes: set[LiffScope]) -> None:
        """The user does not grant these on the consent screen, from the next opening on; all others are granted."""
        self._denials[user_id] = scopes

    def consent(self, user_id: str) -> set[LiffScope]:
        """What the user has granted to the channel's apps; empty before the first opening and once it was withdrawn."""
        return self._consents.get(user_id, set())

    def spoil_next_session(self, user_id: str, trouble: Trouble) -> None:
        """Expired: the ID token is over. Revoked: both tokens are dead from the start."""
        self._troubles[user_id] = trouble

    def open(self, opening: Opening) -> tuple[LiffSession, str]:
        """In LINE's app: the session, and the feature token by which `user_of_line` knows its user again."""
        feature_token = identifiers.opaque_token()
        self._users[feature_token] = opening.user
        return self._start(opening), feature_token

    def user_of_line(self, feature_token: str) -> User | None:
        return self._users.get(feature_token)

    def new_code(self, opening: Opening) -> str:
        """For a single exchange."""
        code = identifiers.opaque_token()[:20]
        self._codes[code] = opening
        return code

    def exchange(self, code: str, liff_id: str) -> LiffSession | None:
        opening = self._codes.pop(code, None)
        return self._start(opening) if opening and opening.app.liff_id == liff_id else None

    def session(self, access_token: str | None) -> LiffSession | None:
        """None when the token is unknown, over or revoked."""
        session = self._sessions.get(access_token or "")
        return session if session and session.expires_in > 0 else None

    def revoke(self, user_id: str) -> None:
        """All tokens that the user's pages hold are dead."""
        for session in [s for s in self._sessions.values() if s.opening.user.user_id == user_id]:
            self._end(session)

    def deauthorize(self, user_id: str) -> None:
        """The consent is gone, and the tokens with it (LINE docs: Managing authorized apps)."""
        self._consents.pop(user_id, None)
        self.revoke(user_id)

    def _start(self, opening: Opening) -> LiffSession:
        user, trouble = opening.user, self._troubles.pop(opening.user.user_id, None)
        denied = set(self._denials.get(user.user_id, set()))
        if opening.place.type == "external":
            denied.add("chat_message.write")  # there the SDK never asks for it
        scopes = tuple(scope for scope in opening.app.scopes if scope not in denied)
        self._consents.setdefault(user.user_id, set()).update(scopes)
        claims: dict[str, Any] = {} if "profile" in scopes else {"name": None}
        if trouble == "expired":
            now = int(time.time())
            claims |= {"iat": now - 2 * ID_TOKEN_LIFE_SECONDS, "exp": now - ID_TOKEN_LIFE_SECONDS}
        id_token = None
        if "openid" in scopes:
            id_token = self.id_tokens.sign(user.user_id, user.display_name, claims=claims)
        access_token = identifiers.opaque_token()
        session = LiffSession(
            opening, scopes, access_token, id_token, time.time() + ACCESS_TOKEN_LIFE_SECONDS
        )
        self._sessions[access_token] = session
        if trouble == "revoked":
            self._end(session)
        return session

    def _end(self, session: LiffSession) -> None:
        self._sessions.pop(session.access_token, None)
        if session.id_token:
            self.id_tokens.revoke(session.id_token)


def context_of(app: LiffApp, session: LiffSession | None) -> dict[str, Any]:
    """`liff.getContext()` (LINE docs: LIFF v2 API reference). Without a session the page is in an external browser."""
    context: dict[str, Any] = {
        "type": session.opening.place.type if session else "external",
        "userId": session.opening.user.user_id if session else None,
        "liffId": app.liff_id,
        "endpointUrl": app.endpoint_url,
        "availability": AVAILABILITY,
        "scope": sorted(app.scopes),
        "menuColorSetting": {"adaptableColorSchemes": ["light"]},
        "miniDomainAllowed": False,
        "permanentLinkPattern": "concat",
    }
    if session:
        context["accessTokenHash"] = _half_hash(session.access_token)
        if session.opening.place.type != "external":
            context["viewType"] = app.size
    return context


def credentials(session: LiffSession, feature_token: str, context_token: str) -> str:
    """The fragment of the primary URL in the LIFF browser, with the names that the SDK takes out again."""
    facts = {
        "access_token": session.access_token,
        "context_token": context_token,
        "feature_token": feature_token,
        "id_token": session.id_token,
        "client_id": session.opening.app.liff_id.partition("-")[0],
    }
    return urlencode({name: fact for name, fact in facts.items() if fact is not None})


def _half_hash(token: str) -> str:
    """The first half of its SHA-256 (LINE docs: liff.getContext, accessTokenHash)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()
