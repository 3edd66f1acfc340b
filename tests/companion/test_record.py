"""What a page holds as sound is there, says the present words, and decodes."""

import json

import av
import pytest

from companion.record import HASHES, path_of, words_hash
from companion.recordings import Recording
from knowledge_base.companion_talk import recording_text
from pipeline.providers.sentences import sentences


def test_each_was_spoken_with_the_present_words() -> None:
    present = {recording.value: words_hash(recording) for recording in Recording}

    assert json.loads(HASHES.read_text(encoding="utf-8")) == present, "run `python -m companion.record`"


@pytest.mark.parametrize("recording", Recording)
def test_it_is_a_small_mono_file_as_long_as_its_words(recording: Recording) -> None:
    path = path_of(recording)
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        seconds = sum(frame.samples for frame in file.decode(stream)) / stream.rate
        assert stream.channels == 1

    signs = len(recording_text(recording.value))
    assert 0.08 * signs < seconds < 0.3 * signs + 1
    assert path.stat().st_size < 6_500 * seconds + 2_000


def test_no_other_name_is_a_recording() -> None:
    with pytest.raises(ValueError, match="greeting"):
        recording_text("greeting")


@pytest.mark.parametrize("recording", Recording)
def test_it_is_at_most_two_sentences(recording: Recording) -> None:
    assert 1 <= len(sentences(recording_text(recording.value))) <= 2
