"""Who asks by voice is answered by voice too, beside the text: their hands may be in the dough."""

from models.media import Media
from pipeline.media.narration import join_sentences
from pipeline.media.sound import to_m4a
from pipeline.providers.ports import Narrator
from pipeline.providers.sentences import sentences
from storage.keys import spoken_answer_key
from storage.store import ObjectStore, chunks_of
from storage.workspace import workspace


def speak_answer(words: str, recording: Media, narrator: Narrator, store: ObjectStore) -> int:
    """Puts the speech into the store beside the recording that asked, with which it goes. Returns its milliseconds.

    Raises ProviderError, SpeechMismatch, FfmpegError, StoreError.
    """
    said = sentences(words)
    with workspace() as folder:
        speech, _ = narrator.speak(said, folder)
        wav = folder / "answer.wav"
        seconds = join_sentences(speech, wav)
        m4a = to_m4a(wav, folder / "answer.m4a", seconds)
        store.put(spoken_answer_key(recording.object_key), chunks_of(m4a), "audio/mp4")
    narrator.forget(said)
    return round(seconds * 1000)
