"""The landing page: open to everybody, with the way to become a friend."""

import httpx
import segno

from errors import MomentError
from knowledge_base.pages import page_words
from liff.pages.landing import qr_code
from line.accounts import LineAccounts
from line.friend import ADD_FRIEND, FriendLink
from tests.liff.conftest import Site

WORDS = page_words("landing")


def test_anybody_sees_it_and_gets_no_cookie(site: Site) -> None:
    answer = httpx.get(f"{site.url}/", trust_env=False)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    for words in (WORDS["heading"], WORDS["price_text"], "チャーハン"):
        assert words in answer.text
    assert f'<meta name="description" content="{WORDS["description"]}">' in answer.text
    assert 'property="og:image"' in answer.text
    assert httpx.head(f"{site.url}/", trust_env=False).status_code == 200


def test_all_that_it_shows_is_there(site: Site) -> None:
    html = httpx.get(f"{site.url}/", trust_env=False).text
    paths = [part.split('"')[0] for key in ('src="', 'href="', 'poster="') for part in html.split(key)[1:]]
    ours = [path for path in paths if path.startswith("/")]
    assert len(ours) >= 5
    for path in ours:
        assert httpx.get(f"{site.url}{path}", trust_env=False).status_code == 200, path
    part = httpx.get(
        f"{site.url}/liff/static/sample/coaching_video.mp4", headers={"Range": "bytes=0-99"}, trust_env=False
    )
    assert (part.status_code, part.headers["content-type"]) == (206, "video/mp4"), "as phones ask for it"


def test_the_code_leads_where_the_link_leads() -> None:
    url = f"{ADD_FRIEND}@123abcde"
    code = qr_code(url)
    assert code == segno.make(url, error="m").svg_inline(
        omitsize=True, border=0, svgclass="code", lineclass=None
    )
    assert "style=" not in code, "the pages' policy forbids it"


def test_line_tells_the_accounts_id(site: Site) -> None:
    accounts = LineAccounts(site.settings.line_channels, site.settings.line_api_url)
    assert FriendLink(accounts.client("moment").basic_id).url() == f"{ADD_FRIEND}@00000000"


def test_line_is_asked_once_and_while_it_is_away_not_at_every_visit() -> None:
    asked: list[str] = []

    def away() -> str:
        asked.append("away")
        raise MomentError("no answer")

    link = FriendLink(away)
    assert [link.url(), link.url()] == [None, None]
    assert asked == ["away"]

    def here() -> str:
        asked.append("here")
        return "@1"

    link = FriendLink(here)
    assert {link.url(), link.url()} == {f"{ADD_FRIEND}@1"}
    assert asked == ["away", "here"]


def test_on_a_desk_it_leads_to_the_simulators_chats() -> None:
    assert FriendLink(lambda: "", "http://127.0.0.1:8080").url() == "http://127.0.0.1:8080/"
