"""Rich menus: definition, image, default, per learner, aliases (LINE docs: Rich menu)."""

import io
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulator.http.headers import media_type
from simulator.line import identifiers
from simulator.line.actions import ALIAS, Place, check_action
from simulator.line.checks import Checks, graphemes
from simulator.line.errors import LineError, Problem, body_error, invalid_property, not_found
from simulator.line.identifiers import is_user_id
from simulator.line.requests import Body, Caller, PlatformOf
from simulator.line.state import Channel, Json, Platform, RichMenu, Thread

MENUS_PER_CHANNEL = 1000
IMAGE_LIMIT_BYTES = 1024 * 1024
AREAS = 20
BULK_USERS = 500
MIN_ASPECT = 1.45

router = APIRouter(prefix="/v2/bot")


@router.post("/richmenu")
async def create(channel: Caller, body: Body) -> Json:
    _check_menu(body)
    if len(channel.rich_menus) >= MENUS_PER_CHANNEL:
        raise LineError(400, "The maximum number of rich menus has been reached")
    menu = RichMenu(identifiers.rich_menu_id(), body)
    channel.rich_menus[menu.id] = menu
    return {"richMenuId": menu.id}


@router.post("/richmenu/validate")
async def validate_menu(channel: Caller, body: Body) -> Json:
    _check_menu(body)
    return {}


@router.get("/richmenu/list")
async def list_menus(channel: Caller) -> Json:
    return {"richmenus": [_view(menu) for menu in channel.rich_menus.values()]}


@router.post("/richmenu/alias")
async def create_alias(channel: Caller, body: Body) -> Json:
    alias = body.get("richMenuAliasId")
    if not isinstance(alias, str) or not ALIAS.fullmatch(alias):
        raise body_error([Problem("invalid value", "richMenuAliasId")])
    if alias in channel.rich_menu_aliases:
        raise LineError(400, "conflict richmenu alias id")
    channel.rich_menu_aliases[alias] = _menu_id_in(channel, body)
    return {}


@router.get("/richmenu/alias/list")
async def list_aliases(channel: Caller) -> Json:
    return {
        "aliases": [{"richMenuAliasId": a, "richMenuId": m} for a, m in channel.rich_menu_aliases.items()]
    }


@router.get("/richmenu/alias/{alias}")
async def get_alias(alias: str, channel: Caller) -> Json:
    return {"richMenuAliasId": alias, "richMenuId": _menu_id_of_alias(channel, alias)}


@router.post("/richmenu/alias/{alias}")
async def update_alias(alias: str, channel: Caller, body: Body) -> Json:
    _menu_id_of_alias(channel, alias)
    channel.rich_menu_aliases[alias] = _menu_id_in(channel, body)
    return {}


@router.delete("/richmenu/alias/{alias}")
async def delete_alias(alias: str, channel: Caller) -> Json:
    _menu_id_of_alias(channel, alias)
    del channel.rich_menu_aliases[alias]
    return {}


@router.post("/richmenu/bulk/link", status_code=202)
async def bulk_link(platform: PlatformOf, channel: Caller, body: Body) -> Json:
    users = _bulk_users(body)
    menu_id = body.get("richMenuId")
    if not isinstance(menu_id, str) or not menu_id:
        raise body_error([Problem("invalid richMenuId", "richMenuId")])
    if menu_id not in channel.rich_menus:
        raise LineError(404, "richmenu not found")
    _require_image(channel.rich_menus[menu_id])
    for user_id in users:
        _link(platform, channel, user_id, menu_id)
    return {}


@router.post("/richmenu/bulk/unlink", status_code=202)
async def bulk_unlink(platform: PlatformOf, channel: Caller, body: Body) -> Json:
    for user_id in _bulk_users(body):
        _link(platform, channel, user_id, None)
    return {}


@router.get("/richmenu/{menu_id}")
async def get_menu(menu_id: str, channel: Caller) -> Json:
    return _view(_menu(channel, menu_id))


@router.delete("/richmenu/{menu_id}")
async def delete_menu(menu_id: str, platform: PlatformOf, channel: Caller) -> Json:
    del channel.rich_menus[_menu(channel, menu_id).id]
    if channel.default_rich_menu_id == menu_id:
        channel.default_rich_menu_id = None
    for thread in channel.threads.values():
        if thread.rich_menu_id == menu_id:
            thread.rich_menu_id = None
    _announce(platform, channel)
    return {}


@router.post("/richmenu/{menu_id}/content")
async def upload_image(menu_id: str, request: Request, channel: Caller) -> Json:
    """An image can be set once; another needs another menu."""
    menu = _menu(channel, menu_id)
    content_type = media_type(request.headers.get("content-type"))
    if content_type not in ("image/jpeg", "image/png"):
        raise LineError(415, f"The content type, {content_type or 'none'}, is not supported")
    if menu.image is not None:
        raise LineError(400, "An image has already been uploaded to the richmenu")
    image = await request.body()
    _check_image(image, content_type, menu)
    menu.image, menu.image_type = image, content_type
    return {}


@router.get("/richmenu/{menu_id}/content")
async def download_image(menu_id: str, channel: Caller) -> Response:
    menu = _menu(channel, menu_id)
    if menu.image is None:
        raise not_found()
    return Response(menu.image, media_type=menu.image_type)


@router.post("/user/all/richmenu/{menu_id}")
async def set_default(menu_id: str, platform: PlatformOf, channel: Caller) -> Json:
    menu = _menu(channel, menu_id)
    _require_image(menu)
    channel.default_rich_menu_id = menu.id
    _announce(platform, channel)
    return {}


@router.get("/user/all/richmenu")
async def get_default(channel: Caller) -> Json:
    if channel.default_rich_menu_id is None:
        raise LineError(404, "no default richmenu")
    return {"richMenuId": channel.default_rich_menu_id}


@router.delete("/user/all/richmenu")
async def clear_default(platform: PlatformOf, channel: Caller) -> Json:
    channel.default_rich_menu_id = None
    _announce(platform, channel)
    return {}


@router.post("/user/{user_id}/richmenu/{menu_id}")
async def link(user_id: str, menu_id: str, platform: PlatformOf, channel: Caller) -> Json:
    """200 also for who isn't a friend, then without effect."""
    _check_user_parameter(user_id)
    menu = _menu(channel, menu_id)
    _require_image(menu)
    _link(platform, channel, user_id, menu.id)
    return {}


@router.get("/user/{user_id}/richmenu")
async def get_link(user_id: str, channel: Caller) -> Json:
    _check_user_parameter(user_id)
    thread = channel.threads.get(user_id)
    if thread is None or thread.rich_menu_id is None:
        raise LineError(404, "the user has no richmenu")
    return {"richMenuId": thread.rich_menu_id}


@router.delete("/user/{user_id}/richmenu")
async def unlink(user_id: str, platform: PlatformOf, channel: Caller) -> Json:
    _check_user_parameter(user_id)
    _link(platform, channel, user_id, None)
    return {}


def menu_of(channel: Channel, thread: Thread) -> RichMenu | None:
    """The menu a learner sees: the one linked to them, else the channel's default."""
    if not thread.friend or thread.blocks_account:
        return None
    menu_id = thread.rich_menu_id or channel.default_rich_menu_id
    return channel.rich_menus.get(menu_id) if menu_id else None


def switch(platform: Platform, channel: Channel, thread: Thread, alias: str) -> str:
    """A tap on a richmenuswitch action; returns the `status` its postback carries (LINE docs: Postback event)."""
    menu_id = channel.rich_menu_aliases.get(alias)
    if menu_id is None:
        return "RICHMENU_ALIAS_ID_NOTFOUND"
    if menu_id not in channel.rich_menus:
        return "RICHMENU_NOTFOUND"
    _link(platform, channel, thread.chat_id, menu_id)
    return "SUCCESS"


def _view(menu: RichMenu) -> Json:
    return {"richMenuId": menu.id, **menu.definition}


def _menu(channel: Channel, menu_id: str) -> RichMenu:
    if menu_id not in channel.rich_menus:
        raise not_found()
    return channel.rich_menus[menu_id]


def _menu_id_of_alias(channel: Channel, alias: str) -> str:
    if alias not in channel.rich_menu_aliases:
        raise LineError(404, "richmenu alias not found")
    return channel.rich_menu_aliases[alias]


def _menu_id_in(channel: Channel, body: Json) -> str:
    menu = channel.rich_menus.get(str(body.get("richMenuId")))
    if menu is None:
        raise LineError(400, "richmenu not found")
    _require_image(menu)
    return menu.id


def _require_image(menu: RichMenu) -> None:
    if menu.image is None:
        raise LineError(400, "must upload richmenu image before applying it to user")


def _check_user_parameter(user_id: str) -> None:
    if not is_user_id(user_id):
        raise LineError(400, "The value for the 'userId' parameter is invalid")


def _bulk_users(body: Json) -> list[str]:
    users = body.get("userIds")
    if not isinstance(users, list) or not 1 <= len(users) <= BULK_USERS:
        raise body_error([Problem(f"Size must be between 1 and {BULK_USERS}", "userIds")])
    for index, user_id in enumerate(users):
        if not is_user_id(user_id):
            raise invalid_property(f"userIds[{index}]")
    return users


def _link(platform: Platform, channel: Channel, user_id: str, menu_id: str | None) -> None:
    thread = channel.threads.get(user_id)
    if thread is not None and thread.friend and not thread.blocks_account:
        thread.rich_menu_id = menu_id
        platform.changes.publish(thread, "rich_menu")


def _announce(platform: Platform, channel: Channel) -> None:
    for thread in channel.threads.values():
        platform.changes.publish(thread, "rich_menu")


def _check_menu(menu: Json) -> None:
    """Raises LineError 400 that names every problem of a rich menu object."""
    checks = Checks()
    size = checks.object_at(menu.get("size"), "size")
    if size is not None:
        checks.number(size, "width", "size", 800, 2500)
        checks.number(size, "height", "size", 250)
        if not checks.problems and size["width"] / size["height"] < MIN_ASPECT:
            checks.report("size", f"width / height must be {MIN_ASPECT} or more")
    if not isinstance(menu.get("selected"), bool):
        checks.report("selected", "must be specified")
    for key, limit in (("name", 300), ("chatBarText", 14)):
        if menu.get(key) is None:
            checks.report(key, "must be specified")
        else:
            checks.text(menu, key, "", limit, measure=graphemes)
    for path, area in checks.items(menu, "areas", "", 0, AREAS):
        owner = checks.object_at(area, path)
        if owner is not None:
            _check_area(checks, owner, path, size or {})
    if checks.problems:
        raise body_error(checks.problems)


def _check_area(checks: Checks, area: dict[str, Any], path: str, size: dict[str, Any]) -> None:
    where = checks.at(path, "bounds")
    bounds = checks.object_at(area.get("bounds"), where)
    if bounds is not None:
        before = len(checks.problems)
        for key in ("x", "y"):
            checks.number(bounds, key, where, 0)
        for key in ("width", "height"):
            checks.number(bounds, key, where, 1)
        for start, extent in (("x", "width"), ("y", "height")):
            whole = size.get(extent)
            if (
                len(checks.problems) == before
                and isinstance(whole, int)
                and bounds[start] + bounds[extent] > whole
            ):
                checks.report(where, "must be inside the rich menu")
    check_action(checks, area.get("action"), checks.at(path, "action"), Place.RICH_MENU)


def _check_image(image: bytes, content_type: str, menu: RichMenu) -> None:
    if len(image) > IMAGE_LIMIT_BYTES:
        raise LineError(413, "Payload Too Large")
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(image)) as picture:
            width, height = picture.size
            kind = f"image/{(picture.format or '').lower()}"
    except (UnidentifiedImageError, OSError) as error:
        raise LineError(400, "The image can't be read") from error
    size = menu.definition["size"]
    fits = 800 <= width <= 2500 and height >= 250 and width / height >= MIN_ASPECT
    if kind != content_type or not fits or (width, height) != (size["width"], size["height"]):
        raise LineError(400, "The image size is not allowed for richmenu")
