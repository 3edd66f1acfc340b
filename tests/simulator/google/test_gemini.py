"""generateContent and its kin through google-genai, both backends."""

import asyncio
import json
from pathlib import Path
from typing import Any, Literal

import pytest
from google import genai
from google.cloud.storage import Bucket
from google.genai import errors, types
from pydantic import BaseModel, Field

from simulator.google.client import GoogleDesk
from tests import media_files

MODEL = "gemini-3.8-flash"


class Note(BaseModel):
    title: str
    count: int = Field(ge=2)
    tags: list[Literal["a", "b"]] = Field(min_length=1)
    maybe: str | None
    sure: bool
    share: float


def ask(
    client: genai.Client, *contents: Any, model: str = MODEL, **config: Any
) -> types.GenerateContentResponse:
    return client.models.generate_content(
        model=model, contents=list(contents) or "やあ", config=types.GenerateContentConfig(**config)
    )


def video(clip: Path, **metadata: Any) -> types.Part:
    part = types.Part.from_bytes(data=clip.read_bytes(), mime_type="video/mp4")
    part.video_metadata = types.VideoMetadata(**metadata) if metadata else None
    return part


def tokens(answer: types.GenerateContentResponse) -> dict[str, int]:
    usage = answer.usage_metadata
    assert usage is not None
    details = usage.prompt_tokens_details or []
    return {entry.modality.name: entry.token_count or 0 for entry in details if entry.modality}


def test_an_answer_says_who_gave_it_and_what_it_took(gemini: genai.Client) -> None:
    answer = ask(gemini)
    assert answer.text
    assert answer.model_version == MODEL
    assert answer.response_id
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    usage = answer.usage_metadata
    assert usage is not None
    parts = (usage.prompt_token_count, usage.candidates_token_count, usage.thoughts_token_count)
    assert all(parts)
    assert usage.total_token_count == sum(part or 0 for part in parts)


def test_an_unknown_schema_is_filled_by_type(gemini: genai.Client) -> None:
    answer = ask(gemini, response_mime_type="application/json", response_schema=Note)
    assert isinstance(answer.parsed, Note)
    assert answer.parsed.count == 2
    assert answer.parsed.tags == ["a"]


def test_a_json_schema_with_definitions_is_filled_too(gemini: genai.Client) -> None:
    class Page(BaseModel):
        notes: list[Note] = Field(min_length=1)

    schema = Page.model_json_schema()
    answer = ask(gemini, response_mime_type="application/json", response_json_schema=schema)
    assert Page.model_validate_json(answer.text or "").notes[0].tags == ["a"]


def test_streaming_brings_the_same_answer_in_pieces(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.answer("あ" * 40)
    chunks = list(gemini.models.generate_content_stream(model=MODEL, contents="やあ"))
    assert len(chunks) == 4
    assert "".join(chunk.text or "" for chunk in chunks) == "あ" * 40
    assert [chunk.usage_metadata is None for chunk in chunks] == [True, True, True, False]
    assert chunks[-1].candidates is not None
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP


async def _count(client: genai.Client) -> int | None:
    async with client.aio as own:
        return (await own.models.count_tokens(model=MODEL, contents="卵とご飯")).total_tokens


def test_the_async_client_counts_tokens(gemini: genai.Client) -> None:
    assert asyncio.run(_count(gemini)) == 3


@pytest.mark.parametrize(
    ("metadata", "settings", "tokens_by_modality"),
    [
        ({}, {}, {"VIDEO": 660, "AUDIO": 250}),
        ({"fps": 2}, {}, {"VIDEO": 1320, "AUDIO": 250}),
        ({}, {"media_resolution": "MEDIA_RESOLUTION_HIGH"}, {"VIDEO": 2640, "AUDIO": 250}),
        ({"start_offset": "2s", "end_offset": "6.0s"}, {}, {"VIDEO": 264, "AUDIO": 100}),
    ],
)
def test_video_is_counted_by_its_real_length(
    gemini: genai.Client,
    clip: Path,
    metadata: dict[str, Any],
    settings: dict[str, Any],
    tokens_by_modality: dict[str, int],
) -> None:
    counts = tokens(ask(gemini, video(clip, **metadata), "何が起きましたか", **settings))
    assert counts["TEXT"] > 0
    for modality, count in tokens_by_modality.items():
        assert counts[modality] == pytest.approx(count, abs=264 * 0.5)


def test_sound_alone_has_no_video_tokens(gemini: genai.Client, memo: Path) -> None:
    part = types.Part.from_bytes(data=memo.read_bytes(), mime_type="audio/mp4")
    assert set(tokens(ask(gemini, part, "書き起こして"))) == {"TEXT", "AUDIO"}


def test_vertex_reads_the_bucket_and_names_the_traffic(
    vertex: genai.Client, bucket: Bucket, clip: Path
) -> None:
    bucket.blob("clips/one.mp4").upload_from_filename(str(clip), timeout=10)
    uri = f"gs://{bucket.name}/clips/one.mp4"
    answer = ask(vertex, types.Part.from_uri(file_uri=uri, mime_type="video/mp4"), "?")
    assert tokens(answer)["VIDEO"] >= 660
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.traffic_type == types.TrafficType.ON_DEMAND
    missing = types.Part.from_uri(file_uri=uri + "x", mime_type="video/mp4")
    with pytest.raises(errors.ClientError, match="404"):
        ask(vertex, missing, "?")


def test_models_can_be_looked_up(gemini: genai.Client, vertex: genai.Client) -> None:
    assert gemini.models.get(model=MODEL).output_token_limit == 65_536
    assert (vertex.models.get(model=MODEL).name or "").endswith(MODEL)


def test_retired_models_are_answered_by_their_successor(gemini: genai.Client) -> None:
    assert ask(gemini, model="gemini-3.7-flash").model_version == MODEL


def test_thoughts_count_against_the_limit(gemini: genai.Client, desk: GoogleDesk) -> None:
    desk.answer("あ" * 700)
    low = types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW)
    short = ask(gemini, max_output_tokens=190, thinking_config=low)
    assert short.candidates is not None
    assert short.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert 0 < len(short.text or "") < 700
    nothing = ask(gemini, max_output_tokens=50)
    assert nothing.text is None
    assert nothing.usage_metadata is not None
    assert nothing.usage_metadata.thoughts_token_count == 50


def test_answers_can_be_scripted_by_property_and_purpose(gemini: genai.Client, desk: GoogleDesk) -> None:
    class Reply(BaseModel):
        answer: str

    def reply() -> str:
        answer = ask(gemini, response_mime_type="application/json", response_schema=Reply)
        return str(json.loads(answer.text or "")["answer"])

    desk.answer({"answer": "一度だけ"}, match="answer", times=1)
    desk.answer({"answer": "別の話"}, match="part1")
    assert reply() == "一度だけ"
    assert reply() != "別の話"


def test_heard_words_come_from_the_script(
    gemini: genai.Client, desk: GoogleDesk, memo: Path, tmp_path: Path
) -> None:
    class Memo(BaseModel):
        transcript: str

    def transcript_of(path: Path) -> str:
        part = types.Part.from_bytes(data=path.read_bytes(), mime_type="audio/mp4")
        answer = ask(gemini, part, "?", response_mime_type="application/json", response_schema=Memo)
        return str(json.loads(answer.text or "")["transcript"])

    desk.transcript("火が強すぎました。", times=1)
    assert transcript_of(memo) == "火が強すぎました。"
    assert "煙が出てしまって" in transcript_of(memo)
    assert transcript_of(media_files.silence(tmp_path / "silence.m4a", seconds=1)) == ""
