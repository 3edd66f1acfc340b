"""Drives LIFF from a test: pages opened from a chat, what the learner grants, and ID tokens of any kind."""

import time
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from simulator.line.bubbles import Json
from simulator.line.client_phone import Phone, SentMessage
from simulator.line.id_tokens import ID_TOKEN_LIFE_SECONDS

FOREIGN_CHANNEL = "1000000001"


@dataclass(frozen=True)
class LiffSession:
    """`expires_in` in seconds. Without the scope openid there is no ID token, and it is ""."""

    id_token: str
    access_token: str
    expires_in: int


@dataclass(frozen=True)
class LiffPage:
    """What LINE opens for a LIFF URL: the primary URL, whose fragment holds the tokens."""

    url: str
    liff_id: str
    size: Literal["full", "tall", "compact"]
    can_be_minimized: bool


class _Caller(Protocol):
    def call(self, method: str, path: str, **arguments: Any) -> Any: ...


class LiffDesk:
    """The login channel's side of the desk."""

    def rotate_login_key(self: _Caller, *, keep_old: bool = True) -> str:
        """ID tokens are signed with a new key from now on. Returns its `kid`; the old ones are served on, or not."""
        return str(self.call("POST", "/liff/keys", json={"keep_old": keep_old})["key_id"])

    def fail_auto_logins(self: _Caller, times: int = 1) -> None:
        """So many browsers that come to LINE Login next, and let it sign them in by itself, are sent back with a code and
        a state that are nobody's."""
        self.call("POST", "/web-login/auto-login-failures", json={"times": times})


@dataclass
class LiffPhone(Phone):
    """A phone on which LIFF pages are opened. Without a LIFF id the configuration's first app is meant."""

    def liff_open(self, address: str, *, from_chat: bool = True) -> LiffPage:
        """Taps a LIFF URL in this chat, or elsewhere in LINE."""
        body = {"address": address, "place": "chat" if from_chat else "none"}
        answer = self.desk.call("POST", f"{self.path}/liff-open", json=body, params=self.chat)
        return LiffPage(answer["url"], answer["liff_id"], answer["size"], answer["can_be_minimized"])

    def liff_session(
        self, liff_id: str | None = None, *, place: Literal["chat", "none", "external"] = "chat"
    ) -> LiffSession:
        """The tokens of a page that was opened there."""
        body = {"liff_id": liff_id, "place": place}
        answer = self.desk.call("POST", f"{self.path}/liff-session", json=body, params=self.chat)
        return LiffSession(answer["id_token"] or "", answer["access_token"], answer["expires_in"])

    def liff_messages(self, messages: list[Json], session: LiffSession | None = None) -> list[SentMessage]:
        """liff.sendMessages: LINE message objects in the learner's name, by a session or a new one from this chat."""
        token = (session or self.liff_session()).access_token
        headers = {"authorization": f"Bearer {token}"}
        answers = self.desk.call("POST", "/liff/messages", json={"messages": messages}, headers=headers)
        return [SentMessage.of(answer) for answer in answers]

    def liff_consent(self) -> list[str]:
        """The scopes that are granted now; none before the first opening, and after a deauthorization."""
        scopes: list[str] = self.desk.call("GET", f"{self.path}/liff-consent")["scopes"]
        return scopes

    def deny_liff(self, *scopes: str) -> None:
        """These are not granted from the next opening on; without any, all are."""
        self.desk.call("POST", f"{self.path}/liff-denials", json={"scopes": scopes})

    def spoil_next_liff_session(self, trouble: Literal["expired", "revoked"]) -> None:
        """The next page opened or signed in to gets an ID token that is over, or tokens that LINE has revoked."""
        self.desk.call("POST", f"{self.path}/next-liff-session", json={"trouble": trouble})

    def revoke_liff_tokens(self) -> None:
        """Those that pages hold now. An ID token's signature and times stay good: only LINE's verification tells."""
        self.desk.call("POST", f"{self.path}/liff-revocation")

    def id_token(
        self,
        *,
        algorithm: Literal["ES256", "HS256", "none"] = "ES256",
        claims: Json | None = None,
        key_id: str | None = None,
        by_stranger: bool = False,
    ) -> str:
        """`claims` are put over LINE's own, and None takes one away. `key_id` is the `kid` that the header names; a
        stranger's key is one that LINE never serves.
        """
        body = {
            "algorithm": algorithm,
            "claims": claims or {},
            "key_id": key_id,
            "by_stranger": by_stranger,
        }
        return str(self.desk.call("POST", f"{self.path}/id-token", json=body)["id_token"])

    def expired_id_token(self, *, ago_seconds: int = 600) -> str:
        now = int(time.time())
        issued_at = now - ago_seconds - ID_TOKEN_LIFE_SECONDS
        return self.id_token(claims={"iat": issued_at, "exp": now - ago_seconds})

    def future_id_token(self, *, ahead_seconds: int = 600) -> str:
        """Issued by a clock that is so far ahead."""
        issued_at = int(time.time()) + ahead_seconds
        return self.id_token(claims={"iat": issued_at, "exp": issued_at + ID_TOKEN_LIFE_SECONDS})

    def foreign_id_token(self) -> str:
        """LINE's own, for another login channel."""
        return self.id_token(claims={"aud": FOREIGN_CHANNEL})

    def web_login_id_token(self, *, nonce: str | None = None) -> str:
        """As LINE Login on the web signs it: HS256 with the channel's secret (LINE docs: Verify ID token)."""
        return self.id_token(algorithm="HS256", claims={"nonce": nonce})

    def unsigned_id_token(self) -> str:
        return self.id_token(algorithm="none")

    def forged_id_token(self, *, key_id: str | None = None) -> str:
        """Signed by a stranger, under the name of LINE's key or another."""
        return self.id_token(by_stranger=True, key_id=key_id)
