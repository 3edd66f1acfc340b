"""Rich menus: what an account has of them, and which of them a learner sees (LINE docs: Rich menu)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from linebot.v3.messaging import (
    CreateRichMenuAliasRequest,
    MessagingApi,
    MessagingApiBlob,
    RichMenuRequest,
    UpdateRichMenuAliasRequest,
)

from line.client import TIMEOUT, LineClient, LineObject, Refused

UPLOAD_TIMEOUT = (3.0, 30.0)  # seconds to connect, to read
ALREADY_SET = "already been uploaded"  # LINE's words for a second image of one menu
NOT_FOUND = 404

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class RichMenu:
    id: str
    name: str


@dataclass(frozen=True)
class RichMenus:
    """Those of one channel, by its client. Each call raises NotSent, Unavailable, RateLimited, Refused."""

    client: LineClient

    def all(self) -> Sequence[RichMenu]:
        """Made through the API; those of the Official Account Manager are not told."""
        answer = self._ask(lambda api: api.get_rich_menu_list(_request_timeout=TIMEOUT))
        return [RichMenu(menu.rich_menu_id, menu.name) for menu in answer.richmenus]

    def create(self, definition: LineObject) -> str:
        """Its id. 100 an hour."""
        request = RichMenuRequest.from_dict(definition)
        answer = self._ask(lambda api: api.create_rich_menu(request, _request_timeout=TIMEOUT))
        menu_id: str = answer.rich_menu_id
        return menu_id

    def delete(self, menu_id: str) -> None:
        """Whoever it was shown to sees everybody's. 100 an hour; one that is gone already is no error."""
        self._unless_missing(lambda api: api.delete_rich_menu(menu_id, _request_timeout=TIMEOUT))

    def has_image(self, menu_id: str) -> bool:
        """Without one it can't be shown."""
        asked = self._unless_missing(
            lambda api: MessagingApiBlob(api.api_client).get_rich_menu_image(
                menu_id, _request_timeout=UPLOAD_TIMEOUT
            )
        )
        return asked is not None

    def set_image(self, menu_id: str, png: bytes) -> None:
        """Once: an image can't be replaced. Set by an earlier try it is no error."""
        try:
            self._ask(
                lambda api: MessagingApiBlob(api.api_client).set_rich_menu_image(
                    menu_id,
                    body=png,
                    _headers={"Content-Type": "image/png"},
                    _request_timeout=UPLOAD_TIMEOUT,
                )
            )
        except Refused as refusal:
            if ALREADY_SET not in refusal.reason:
                raise

    def aliases(self) -> Mapping[str, str]:
        """The ids of menus, which may be gone, by their aliases."""
        answer = self._ask(lambda api: api.get_rich_menu_alias_list(_request_timeout=TIMEOUT))
        return {each.rich_menu_alias_id: each.rich_menu_id for each in answer.aliases}

    def id_of(self, alias: str) -> str | None:
        """None where there is no such alias."""
        answer = self._unless_missing(lambda api: api.get_rich_menu_alias(alias, _request_timeout=TIMEOUT))
        return answer.rich_menu_id if answer is not None else None

    def create_alias(self, alias: str, menu_id: str) -> None:
        request = CreateRichMenuAliasRequest(richMenuAliasId=alias, richMenuId=menu_id)
        self._ask(lambda api: api.create_rich_menu_alias(request, _request_timeout=TIMEOUT))

    def move_alias(self, alias: str, menu_id: str) -> None:
        request = UpdateRichMenuAliasRequest(richMenuId=menu_id)
        self._ask(lambda api: api.update_rich_menu_alias(alias, request, _request_timeout=TIMEOUT))

    def everybodys(self) -> str | None:
        """The id of the menu that is seen by whom no other is shown to; None where none was chosen."""
        answer = self._unless_missing(lambda api: api.get_default_rich_menu_id(_request_timeout=TIMEOUT))
        return answer.rich_menu_id if answer is not None else None

    def show_everybody(self, menu_id: str) -> None:
        self._ask(lambda api: api.set_default_rich_menu(menu_id, _request_timeout=TIMEOUT))

    def show(self, user_id: str, menu_id: str) -> None:
        """At once. Of who is no friend LINE takes it too, and shows nothing."""
        self._ask(lambda api: api.link_rich_menu_id_to_user(user_id, menu_id, _request_timeout=TIMEOUT))

    def hide(self, user_id: str) -> None:
        """They see everybody's again."""
        self._ask(lambda api: api.unlink_rich_menu_id_from_user(user_id, _request_timeout=TIMEOUT))

    def _ask(self, call: Callable[[MessagingApi], Answer]) -> Answer:
        return self.client.ask(call)

    def _unless_missing(self, call: Callable[[MessagingApi], Answer]) -> Answer | None:
        try:
            return self._ask(call)
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise
