"""A coach speaks, scrubs and draws on a learner's footage; the learner gets a film with captions, as the person's message."""

from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from knowledge_base import console_talk, phrasebook
from models.demonstration import Demonstration, Recording
from tests.browser.cooking import clip, cook
from tests.browser.test_console_threads import PATIENCE, console, looks_well, open_thread, system
from tests.chromium import once, open_browser
from tests.flows.steps import card_of, wait_for_words
from tests.quick_providers import script
from tests.system import WAIT, System

__all__ = ["clip", "system"]
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SAID = "ここを見てください。卵のふちが固まっています。"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Whose microphone beeps."""
    with open_browser(*MICROPHONE) as browser:
        yield browser


def draw_across(page: Page) -> None:
    box = page.locator("#drawing").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.48, box["y"] + box["height"] * 0.45)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.52, box["y"] + box["height"] * 0.55, steps=8)
    page.mouse.up()


def test_a_coach_shows_with_voice_and_hand(
    browser: Browser, system: System, clip: Path, tmp_path: Path
) -> None:
    script.transcript = SAID
    learner = system.learner("そら")
    cook(learner, clip)
    card_of(learner)
    wait_for_words(learner, phrasebook.COACHING_VIDEO_NOTE)
    with console(browser, system, "花子") as page:
        open_thread(page, system, learner)
        page.get_by_role("link", name="声と手で教える").first.click()
        once(page, "document.getElementById('clip').readyState >= 2")
        page.get_by_role("button", name="録音を始める").click()
        once(page, "document.getElementById('clock').textContent >= '0:01'")
        page.get_by_role("button", name="動画を再生").click()
        once(page, "document.getElementById('clip').currentTime > 1")
        page.get_by_role("button", name="動画を止める").click()
        page.locator("#place").fill("3")
        page.locator("#place").evaluate("bar => { bar.value = 0.5; bar.dispatchEvent(new Event('input')); }")
        once(page, "Math.abs(document.getElementById('clip').currentTime - 3) < 0.3")
        draw_across(page)
        once(page, "document.getElementById('clock').textContent >= '0:04'")
        looks_well(page, "console-hand-record")
        page.get_by_role("button", name="録音を終える").click()
        expect(page.locator("#said")).to_contain_text("録音しました", timeout=PATIENCE)
        page.get_by_role("button", name="この収録を確かめる").click()
        expect(page.locator("#state")).to_have_attribute("data-state", "heard", timeout=PATIENCE)
        first = page.locator("[name=text]").first
        expect(first).to_have_value("ここを見てください。")
        first.fill("この卵のふちを見てください。")
        looks_well(page, "console-hand-captions")
        page.get_by_role("button", name="動画にして送る").click()
        expect(page.locator("#state")).to_have_attribute("data-state", "made", timeout=PATIENCE)
        open_thread(page, system, learner)
        film = page.locator(".entry.coach video")
        expect(film).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#owner")).to_contain_text("花子さんが対応中")
    bubble = wait_for_words(learner, console_talk.SHOWN)
    assert bubble.sender_name == "コーチ 花子"
    wait_for_words(learner, console_talk.taken_by("花子"))
    shown = learner.thread().of_type("video")[-1]
    film_file = tmp_path / "film.mp4"
    film_file.write_bytes(httpx.get(shown.message["originalContentUrl"]).content)
    check_film(system, film_file)


def check_film(system: System, film: Path) -> None:
    """As long as it was spoken, and the line is in it where it was drawn."""
    with system.database.transaction() as db:
        row = db.exec(select(Demonstration)).one()
        recording = Recording.model_validate(row.recording)
        assert row.lines[0]["text"] == "この卵のふちを見てください。"
    (stroke,) = recording.strokes
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        seconds = float((stream.duration or 0) * (stream.time_base or 0))
        assert abs(seconds - recording.seconds) < 0.2
        frames = [
            frame.to_ndarray(format="rgb24")
            for frame in container.decode(stream)
            if (frame.time or 0) > stroke.points[-1].at
        ]
    height, width, _ = frames[0].shape
    assert 0.2 < stroke.points[0].x < 0.5 < stroke.points[-1].x < 0.8, "where it was drawn in the picture"
    middle = stroke.points[len(stroke.points) // 2]
    x, y = int(middle.x * width), int(middle.y * height)
    near = frames[2][y - 6 : y + 6, x - 6 : x + 6].reshape(-1, 3).astype(int)
    assert any(red > 200 and green > 160 and blue < 120 for red, green, blue in near), "a yellow line"


def test_a_coach_sends_a_picture_a_voice_and_a_video(
    browser: Browser, system: System, clip: Path, tmp_path: Path
) -> None:
    learner = system.learner("うみ")
    picture = tmp_path / "手本.png"
    Image.new("RGB", (320, 240), "orange").save(picture)
    with console(browser, system, "光") as page:
        open_thread(page, system, learner)
        page.locator("#attachments [type=file]").set_input_files(picture)
        page.get_by_role("button", name="この写真を送る").click()
        expect(page.locator(".entry.coach img")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#attaching")).to_contain_text("送りました", timeout=PATIENCE)
        page.get_by_role("button", name="声を録る").click()
        expect(page.locator("#attaching")).to_contain_text("録っています", timeout=PATIENCE)
        page.get_by_role("button", name="録り終える").click()
        expect(page.locator("#spoken")).to_be_visible(timeout=PATIENCE)
        looks_well(page, "console-attachments")
        page.get_by_role("button", name="この声を送る").click()
        expect(page.locator(".entry.coach audio")).to_be_visible(timeout=PATIENCE)
        page.locator("#attachments [type=file]").set_input_files(clip)
        page.get_by_role("button", name="この動画を送る").click()
        expect(page.locator(".entry.coach video")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#attaching")).to_contain_text("送りました", timeout=PATIENCE)
    wait_for_words(learner, console_talk.taken_by("光"))
    learner.wait_for(lambda thread: thread.of_type("audio"), WAIT, what="the voice")
    learner.wait_for(lambda thread: thread.of_type("video"), WAIT, what="the video")
    thread = learner.thread()
    (shown,), (heard,) = thread.of_type("image"), thread.of_type("audio")
    assert (shown.sender_name, heard.sender_name) == ("コーチ 光", "コーチ 光")
    file = tmp_path / "shown.jpg"
    file.write_bytes(httpx.get(shown.message["originalContentUrl"]).content)
    with Image.open(file) as kept:
        assert kept.size == (320, 240)
    assert heard.message["duration"] > 0
