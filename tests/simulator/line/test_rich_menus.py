import io
from typing import Any

import httpx
import pytest
from PIL import Image

from simulator.line.client import Desk, Learner
from tests.simulator.line.harness import Bot, Receiver

STRANGER = "U" + "e" * 32


def menu(**more: Any) -> dict[str, Any]:
    area = {
        "bounds": {"x": 0, "y": 0, "width": 800, "height": 270},
        "action": {
            "type": "postback",
            "label": "料理を送る",
            "data": "cook",
            "displayText": "料理を送ります",
        },
    }
    return {
        "size": {"width": 800, "height": 270},
        "selected": True,
        "name": "メニュー",
        "chatBarText": "メニュー",
        "areas": [area],
        **more,
    }


def png(width: int = 800, height: int = 270) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "PNG")
    return out.getvalue()


def upload(bot: Bot, menu_id: str, image: bytes, content_type: str = "image/png") -> httpx.Response:
    path = f"/v2/bot/richmenu/{menu_id}/content"
    return bot.http.post(path, content=image, headers={"content-type": content_type})


@pytest.fixture
def menu_id(bot: Bot) -> str:
    new_id: str = bot.post("/v2/bot/richmenu", menu()).json()["richMenuId"]
    assert upload(bot, new_id, png()).json() == {}
    return new_id


def test_a_menu_is_created_read_listed_and_deleted(bot: Bot) -> None:
    menu_id = bot.post("/v2/bot/richmenu", menu()).json()["richMenuId"]
    assert bot.get(f"/v2/bot/richmenu/{menu_id}").json() == {"richMenuId": menu_id, **menu()}
    assert [m["richMenuId"] for m in bot.get("/v2/bot/richmenu/list").json()["richmenus"]] == [menu_id]
    assert bot.http.delete(f"/v2/bot/richmenu/{menu_id}").json() == {}
    answer = bot.get(f"/v2/bot/richmenu/{menu_id}")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not found"})


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": None}, "name"),
        ({"chatBarText": "あ" * 15}, "chatBarText"),
        ({"size": {"width": 700, "height": 270}, "areas": []}, "size.width"),
        ({"size": {"width": 800, "height": 800}, "areas": []}, "size"),
        ({"selected": "yes"}, "selected"),
        ({"areas": menu()["areas"] * 21}, "areas"),
        (
            {"areas": [{**menu()["areas"][0], "action": {"type": "camera", "label": "x"}}]},
            "areas[0].action.type",
        ),
        (
            {"areas": [{**menu()["areas"][0], "action": {"type": "uri", "uri": "data:x"}}]},
            "areas[0].action.uri",
        ),
        (
            {"areas": [{**menu()["areas"][0], "bounds": {"x": 1, "y": 0, "width": 800, "height": 270}}]},
            "areas[0].bounds",
        ),
    ],
)
def test_a_wrong_menu_is_refused_at_its_property(bot: Bot, change: dict[str, Any], where: str) -> None:
    for path in ("/v2/bot/richmenu", "/v2/bot/richmenu/validate"):
        answer = bot.post(path, menu(**change))
        assert answer.status_code == 400
        assert [d["property"] for d in answer.json()["details"]] == [where]


def test_the_image_is_set_once_and_within_its_limits(bot: Bot) -> None:
    menu_id = bot.post("/v2/bot/richmenu", menu()).json()["richMenuId"]
    assert bot.get(f"/v2/bot/richmenu/{menu_id}/content").status_code == 404
    assert upload(bot, menu_id, png(), "image/gif").status_code == 415
    assert upload(bot, menu_id, b"no picture").status_code == 400
    assert upload(bot, menu_id, b"x" * (1024 * 1024 + 1)).status_code == 413
    for wrong in (png(799, 270), png(800, 249), png(800, 600)):
        assert upload(bot, menu_id, wrong).json() == {"message": "The image size is not allowed for richmenu"}
    assert upload(bot, menu_id, png()).status_code == 200
    assert bot.get(f"/v2/bot/richmenu/{menu_id}/content").content == png()
    again = upload(bot, menu_id, png())
    assert again.json() == {"message": "An image has already been uploaded to the richmenu"}
    assert upload(bot, "richmenu-nothing", png()).status_code == 404


def test_a_menu_without_image_cannot_be_shown(bot: Bot, friend: Learner) -> None:
    menu_id = bot.post("/v2/bot/richmenu", menu()).json()["richMenuId"]
    for path in ("all", friend.user_id):
        answer = bot.post(f"/v2/bot/user/{path}/richmenu/{menu_id}")
        assert answer.status_code == 400
        assert answer.json() == {"message": "must upload richmenu image before applying it to user"}


def test_the_default_menu_shows_to_friends(desk: Desk, bot: Bot, friend: Learner, menu_id: str) -> None:
    assert bot.get("/v2/bot/user/all/richmenu").json() == {"message": "no default richmenu"}
    bot.post(f"/v2/bot/user/all/richmenu/{menu_id}")
    assert bot.get("/v2/bot/user/all/richmenu").json() == {"richMenuId": menu_id}
    rich_menu = friend.thread().rich_menu
    assert rich_menu is not None
    assert rich_menu["chatBarText"] == "メニュー"
    image = httpx.get(desk.base_url + rich_menu["image_url"])
    assert (image.headers["content-type"], image.content) == ("image/png", png())
    assert desk.learner().thread().rich_menu is None
    bot.http.delete("/v2/bot/user/all/richmenu")
    assert friend.thread().rich_menu is None


def test_a_linked_menu_outranks_the_default(bot: Bot, friend: Learner, menu_id: str) -> None:
    other = bot.post("/v2/bot/richmenu", menu(name="二つ目")).json()["richMenuId"]
    upload(bot, other, png())
    bot.post(f"/v2/bot/user/all/richmenu/{menu_id}")
    path = f"/v2/bot/user/{friend.user_id}/richmenu"
    assert bot.get(path).json() == {"message": "the user has no richmenu"}
    assert bot.post(f"{path}/{other}").json() == {}
    assert bot.get(path).json() == {"richMenuId": other}
    assert (friend.thread().rich_menu or {})["name"] == "二つ目"
    bot.http.delete(path)
    assert (friend.thread().rich_menu or {})["name"] == "メニュー"


def test_linking_who_is_no_friend_is_200_without_effect(desk: Desk, bot: Bot, menu_id: str) -> None:
    for user_id in (desk.learner().user_id, STRANGER):
        path = f"/v2/bot/user/{user_id}/richmenu"
        assert bot.post(f"{path}/{menu_id}").status_code == 200
        assert bot.get(path).status_code == 404
    assert bot.post(f"/v2/bot/user/hana/richmenu/{menu_id}").status_code == 400


def test_bulk_linking_is_accepted_with_202(bot: Bot, friend: Learner, menu_id: str) -> None:
    body = {"richMenuId": menu_id, "userIds": [friend.user_id, STRANGER]}
    assert bot.post("/v2/bot/richmenu/bulk/link", body).status_code == 202
    assert friend.thread().rich_menu is not None
    assert bot.post("/v2/bot/richmenu/bulk/unlink", {"userIds": [friend.user_id]}).status_code == 202
    assert friend.thread().rich_menu is None
    wrong = bot.post("/v2/bot/richmenu/bulk/link", {"richMenuId": menu_id, "userIds": ["x"]})
    assert "userIds[0]" in wrong.json()["message"]
    unknown = bot.post("/v2/bot/richmenu/bulk/link", {"richMenuId": "no", "userIds": [STRANGER]})
    assert (unknown.status_code, unknown.json()) == (404, {"message": "richmenu not found"})


def test_switching_by_alias_changes_the_menu_and_posts_back(
    bot: Bot, friend: Learner, receiver: Receiver, menu_id: str
) -> None:
    switch = {"type": "richmenuswitch", "label": "つぎへ", "data": "page=2", "richMenuAliasId": "page-2"}
    first = bot.post("/v2/bot/richmenu", menu(areas=[{**menu()["areas"][0], "action": switch}])).json()
    upload(bot, first["richMenuId"], png())
    assert (
        bot.post("/v2/bot/richmenu/alias", {"richMenuAliasId": "page-2", "richMenuId": menu_id}).json() == {}
    )
    bot.post(f"/v2/bot/user/{friend.user_id}/richmenu/{first['richMenuId']}")
    friend.tap("つぎへ")
    assert receiver.wait_for("postback")["postback"] == {
        "data": "page=2",
        "params": {"newRichMenuAliasId": "page-2", "status": "SUCCESS"},
    }
    assert (friend.thread().rich_menu or {})["richMenuId"] == menu_id


def test_aliases_are_kept_and_checked(bot: Bot, menu_id: str) -> None:
    path = "/v2/bot/richmenu/alias"
    body = {"richMenuAliasId": "main", "richMenuId": menu_id}
    assert bot.post(path, body).status_code == 200
    assert bot.post(path, body).json() == {"message": "conflict richmenu alias id"}
    assert bot.post(path, {**body, "richMenuAliasId": "Main!"}).status_code == 400
    assert bot.get(f"{path}/main").json() == body
    assert bot.get(f"{path}/list").json() == {"aliases": [body]}
    assert bot.post(f"{path}/main", {"richMenuId": "richmenu-nothing"}).status_code == 400
    assert bot.http.delete(f"{path}/main").json() == {}
    assert bot.get(f"{path}/main").status_code == 404
