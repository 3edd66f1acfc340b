"""Which words ask for the page of long videos, and that without a page none do."""

from dataclasses import replace

import pytest

from bot.handlers.uploads import asks_for_long_video
from line.liff import LiffApps
from tests.bot.test_router import context

APPS = LiffApps(None, "2000000098-Upload", None, None)


@pytest.mark.parametrize(
    "text",
    [
        "動画が長くて送れません",
        "30分の動画はどうやって送りますか",
        "大きい動画を送りたいです",
        "動画の容量が大きすぎて送信できないです",
        "2時間の動画も送れますか？",
        "動画が送れません",
        "動画をアップロードしたいです",
    ],
)
def test_who_asks_how_to_send_a_long_video_is_led_to_the_page(text: str) -> None:
    assert asks_for_long_video(replace(context(text=text), apps=APPS))
    assert not asks_for_long_video(context(text=text))


@pytest.mark.parametrize(
    "text",
    [
        "動画はどう撮ればいいですか",
        "動画を見て、火加減が強すぎたと思いました",
        "動画が少し長くなってしまいました。味は薄かったです",
        "コーチング動画はいつ届きますか",
        "お肉が大きすぎて焼けません。どうすればいいですか",
        "動画を送りました",
        "10分煮込みました",
    ],
)
def test_other_words_are_not_for_it(text: str) -> None:
    assert not asks_for_long_video(replace(context(text=text), apps=APPS))


def test_the_upload_page_has_an_app_of_its_own_or_is_among_the_others() -> None:
    assert APPS.upload_page() == "https://liff.line.me/2000000098-Upload"
    assert (
        LiffApps("2000000098-Pages", None, None, None).upload_page()
        == "https://liff.line.me/2000000098-Pages/upload"
    )
    assert LiffApps(None, None, None, None).upload_page() is None
