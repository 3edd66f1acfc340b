"""Cloud Text-to-Speech: one request a sentence, side by side, each spoken once and kept in the object store.

The voices give no time points; the length of each sentence's own recording is what the captions go by.
"""

import hashlib
import html
import io
import wave
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from google.cloud import texttospeech_v1 as tts

from models.coaching import ModelCall, Usage
from pipeline.providers import ledger
from pipeline.providers.google import prices
from pipeline.providers.google.gapic import record_call, retry
from pipeline.providers.google.gemini import PROVIDER
from pipeline.providers.ports import Pace, ProviderRefused, SpokenSentence
from pipeline.providers.readings import homographs, speakable_text
from pipeline.speech_length import morae
from settings import Settings
from storage.store import ObjectStore

SAMPLE_RATE = 24_000  # Hz
MAX_BYTES = 5_000  # of a request's text (Cloud Text-to-Speech quotas)
SPEAK_WITHIN = 30.0  # seconds, all tries of one sentence
SIDE_BY_SIDE = 4
# A voice that skips words or repeats them is heard by its pace; very short sentences vary too much.
MORAE_PER_SECOND = (3.0, 14.0)
JUDGED_FROM = 8  # morae
YOMIGANA = tts.CustomPronunciationParams.PhoneticEncoding.PHONETIC_ENCODING_JAPANESE_YOMIGANA


class GoogleNarrator:
    # Until our own narrations have been measured: Japanese read calmly, as newsreaders do.
    pace = Pace(mora=0.135, comma=0.3, sentence=0.3)

    def __init__(self, client: tts.TextToSpeechClient, settings: Settings, store: ObjectStore) -> None:
        self._client = client
        self._settings = settings
        self._store = store
        self.model = settings.tts_voice

    def speak(self, sentences: Sequence[str], into: Path) -> tuple[list[SpokenSentence], Usage]:
        """Mono, 16 bit, 24 kHz. Raises ProviderError, ProviderRefused."""
        into.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            recordings = list(pool.map(ledger.in_this_context(self._recording), sentences))
        narration = []
        for number, (text, recording) in enumerate(zip(sentences, recordings, strict=True)):
            wav = into / f"sentence-{number:02}.wav"
            wav.write_bytes(recording)
            narration.append(SpokenSentence(text, wav, _seconds(recording)))
        usage = Usage(
            provider=PROVIDER,
            model=self.model,
            characters=sum(map(len, sentences)),
            audio_seconds=sum(each.seconds for each in narration),
        )
        return narration, usage

    def forget(self, sentences: Sequence[str]) -> None:
        for key in self.kept(sentences):
            self._store.delete(key)

    def kept(self, sentences: Sequence[str]) -> Sequence[str]:
        return [self._key(speakable_text(sentence)) for sentence in sentences]

    def _recording(self, sentence: str) -> bytes:
        """Of the store, else spoken now: a retried video costs no second narration."""
        words = speakable_text(sentence)
        key = self._key(words)
        if self._store.exists(key):
            return b"".join(self._store.read(key))
        recording = self._synthesize(words)
        check_pace(words, recording)
        self._store.put(key, iter([recording]), "audio/wav")
        return recording

    def _key(self, words: str) -> str:
        parts = [self.model, str(self._settings.tts_speaking_rate), words, *map(str, homographs(words))]
        return f"speech/{hashlib.sha256('|'.join(parts).encode()).hexdigest()}.wav"

    def _synthesize(self, words: str) -> bytes:
        speech_input = self._input(words)
        size = len((speech_input.ssml or speech_input.text).encode())
        if size > MAX_BYTES:
            raise ProviderRefused([f"length: a sentence of {size} bytes cannot be spoken in one request"])
        call = ModelCall(
            purpose="synthesize",
            model=self.model,
            answered_by=self.model,
            characters=len(words),
            cost_usd=prices.voice(self.model, len(words)),
        )
        request = tts.SynthesizeSpeechRequest(
            input=speech_input,
            voice=tts.VoiceSelectionParams(language_code="ja-JP", name=self.model),
            audio_config=tts.AudioConfig(
                audio_encoding=tts.AudioEncoding.LINEAR16,
                sample_rate_hertz=SAMPLE_RATE,
                speaking_rate=self._settings.tts_speaking_rate,
            ),
        )
        answer = record_call(
            call,
            lambda: self._client.synthesize_speech(
                request=request, timeout=SPEAK_WITHIN, retry=retry(SPEAK_WITHIN)
            ),
        )
        return bytes(answer.audio_content)

    def _input(self, words: str) -> tts.SynthesisInput:
        """Chirp voices take readings beside the text, the older ones inside SSML."""
        readings = dict(homographs(words))
        if "Chirp" in self.model:
            pronunciations = [
                tts.CustomPronunciationParams(
                    phrase=spelling, phonetic_encoding=YOMIGANA, pronunciation=_hiragana(reading)
                )
                for spelling, reading in readings.items()
            ]
            if not pronunciations:
                return tts.SynthesisInput(text=words)
            return tts.SynthesisInput(
                text=words, custom_pronunciations=tts.CustomPronunciations(pronunciations=pronunciations)
            )
        return tts.SynthesisInput(ssml=f"<speak>{''.join(_with_readings(words, readings))}</speak>")


def _with_readings(words: str, readings: dict[str, str]) -> Iterator[str]:
    """The longest spelling first, so that none is replaced inside another."""
    if not readings:
        yield html.escape(words)
        return
    spelling = max(readings, key=len)
    rest = {other: reading for other, reading in readings.items() if other != spelling}
    parts = words.split(spelling)
    for number, part in enumerate(parts):
        if number:
            yield f'<sub alias="{html.escape(readings[spelling])}">{html.escape(spelling)}</sub>'
        yield from _with_readings(part, rest)


def _hiragana(reading: str) -> str:
    return "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in reading)


def _seconds(recording: bytes) -> float:
    try:
        with wave.open(io.BytesIO(recording), "rb") as speech:
            return speech.getnframes() / speech.getframerate()
    except (wave.Error, EOFError) as error:
        raise ProviderRefused([f"speech: what came is no WAV: {error}"]) from error


def check_pace(words: str, recording: bytes) -> None:
    """Raises ProviderRefused for a recording that no voice could have read these words in."""
    expected, seconds = morae(words), _seconds(recording)
    slowest, fastest = MORAE_PER_SECOND
    if expected >= JUDGED_FROM and not slowest <= expected / max(seconds, 0.01) <= fastest:
        raise ProviderRefused([f"speech: {seconds:.1f} s is no length for {expected:.0f} morae"])
