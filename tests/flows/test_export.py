"""A learner gets their data in the chat: by a link that is free, good for a week, and of no use once something is taken back."""

import io
import zipfile
from pathlib import Path

import httpx

from knowledge_base import export_talk, phrasebook
from simulator.line.client import Bubble, Learner
from tests.flows.steps import answers, card_of, send_video, session_once, tap, wait_for_words, words
from tests.system import WAIT, System, pick


def link_in(bubble: Bubble) -> str:
    return str(bubble.message["contents"]["footer"]["contents"][0]["action"]["uri"])


def data_card(learner: Learner, words_of_wish: str = "データを受け取る") -> Bubble:
    (card,) = answers(learner, lambda: learner.text(words_of_wish))
    assert card.via == "reply"
    assert export_talk.TITLE in words([card])
    return card


def test_their_data_come_by_a_link_in_the_reply(system: System, clip: Path) -> None:
    other = system.learner("はなこ")
    other.text("はなこだけの質問です。なぜですか")
    learner = system.learner()
    pick(learner)
    video = send_video(learner, clip)
    tap(learner, "今回はスキップ")
    card_of(learner)
    session_once(system, learner, lambda s: s.coaching_video_gcs_path)
    learner.wait_for(lambda t: t.of_type("video"), WAIT)
    pushes = len(system.desk.log(path="/v2/bot/message/push"))

    link = link_in(data_card(learner))
    assert link.endswith("?openExternalBrowser=1")
    got = httpx.get(link, trust_env=False)
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        names = archive.namelist()
        texts = "".join(archive.read(name).decode() for name in names if name.endswith((".txt", ".json")))
        (film,) = [name for name in names if "/video-" in name]
        assert archive.read(film) == clip.read_bytes()
    assert any(name.endswith("/coaching-video.mp4") for name in names)
    assert "卵のふちが固まりはじめたら" in texts
    assert "はなこ" not in texts
    assert link_in(data_card(learner, "自分のデータをダウンロードしたいです")) == link
    assert len(system.desk.log(path="/v2/bot/message/push")) == pushes

    learner.unsend(video.message_id or "")
    wait_for_words(learner, phrasebook.COACHING_VIDEO_UNSENT)
    learner.wait_for(
        lambda _: httpx.get(link, trust_env=False).status_code == 404, WAIT, what="the link to end"
    )
    fresh = link_in(data_card(learner))
    with zipfile.ZipFile(io.BytesIO(httpx.get(fresh, trust_env=False).content)) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".mp4")]
