"""Speech to text: Cloud Speech v2 (Chirp), or Gemini listening itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.cloud import speech_v2
from google.genai import types

from models.coaching import ModelCall, Usage
from pipeline.media.probe import audio_facts
from pipeline.media.sound import to_flac
from pipeline.providers.google import prices, prompts, schemas
from pipeline.providers.google.gapic import record_call, retry
from pipeline.providers.google.gemini import PROVIDER, Gemini, Question
from pipeline.providers.ports import Heard, ProviderError, Transcript
from settings import Settings, variable
from storage.workspace import workspace

# Cloud Speech v2 quotas: what is longer or larger can only be had in a batch, from a bucket.
SYNC_SECONDS = 60.0
SYNC_BYTES = 10 * 1024 * 1024
RECOGNIZE_WITHIN = 60.0  # seconds
BATCH_WITHIN = 150.0
PHRASE_CHARACTERS = 100
BOOST = 10.0  # of 20


class ChirpTranscriber:
    def __init__(self, client: speech_v2.SpeechClient, project: str, settings: Settings) -> None:
        self._client = client
        self._project = project
        self._settings = settings

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        """LINE's m4a is decoded by the service itself. No result is silence, not an error.

        Raises UnreadableAudio, ProviderError.
        """
        facts = audio_facts(audio)
        config = self._config(phrases)
        call = ModelCall(
            purpose="recognize",
            model=self._settings.speech_model,
            answered_by=self._settings.speech_model,
            audio_seconds=facts.duration_seconds,
            cost_usd=prices.speech(facts.duration_seconds),
        )
        if facts.duration_seconds < SYNC_SECONDS and facts.bytes < SYNC_BYTES:
            results = record_call(call, lambda: self._recognize(audio, config))
        elif uri is not None:
            batch = call.model_copy(update={"purpose": "batchRecognize"})
            results = record_call(batch, lambda: self._batch(uri, config))
        else:
            raise ProviderError(
                f"Cloud Speech hears a memo of a minute or more only from a bucket: set {variable('gcs_bucket')}"
            )
        usage = Usage(
            provider=PROVIDER, model=self._settings.speech_model, audio_seconds=facts.duration_seconds
        )
        return Transcript(_text(results), usage, _pieces(results))

    @property
    def _recognizer(self) -> str:
        return f"projects/{self._project}/locations/{self._settings.speech_location}/recognizers/_"

    def _config(self, phrases: Sequence[str]) -> speech_v2.RecognitionConfig:
        hints = [
            speech_v2.PhraseSet.Phrase(value=phrase, boost=BOOST)
            for phrase in dict.fromkeys(phrases)
            if 0 < len(phrase) <= PHRASE_CHARACTERS
        ]
        inline = speech_v2.SpeechAdaptation.AdaptationPhraseSet(
            inline_phrase_set=speech_v2.PhraseSet(phrases=hints)
        )
        return speech_v2.RecognitionConfig(
            auto_decoding_config=speech_v2.AutoDetectDecodingConfig(),
            model=self._settings.speech_model,
            language_codes=["ja-JP"],
            features=speech_v2.RecognitionFeatures(enable_automatic_punctuation=True),
            adaptation=speech_v2.SpeechAdaptation(phrase_sets=[inline]) if hints else None,
        )

    def _recognize(self, audio: Path, config: speech_v2.RecognitionConfig) -> Sequence[Any]:
        request = speech_v2.RecognizeRequest(
            recognizer=self._recognizer, config=config, content=audio.read_bytes()
        )
        answer = self._client.recognize(
            request=request, timeout=RECOGNIZE_WITHIN, retry=retry(RECOGNIZE_WITHIN)
        )
        return list(answer.results)

    def _batch(self, uri: str, config: speech_v2.RecognitionConfig) -> Sequence[Any]:
        request = speech_v2.BatchRecognizeRequest(
            recognizer=self._recognizer,
            config=config,
            files=[speech_v2.BatchRecognizeFileMetadata(uri=uri)],
            recognition_output_config=speech_v2.RecognitionOutputConfig(
                inline_response_config=speech_v2.InlineOutputConfig()
            ),
        )
        operation = self._client.batch_recognize(
            request=request, timeout=RECOGNIZE_WITHIN, retry=retry(RECOGNIZE_WITHIN)
        )
        result = operation.result(timeout=BATCH_WITHIN).results[uri]
        if result.error.code:
            raise ProviderError(f"Cloud Speech: {result.error.code} {result.error.message[:300]}")
        return list(result.inline_result.transcript.results)


class GeminiTranscriber:
    """Instead of Cloud Speech: cheaper, and without a minute's limit."""

    def __init__(self, gemini: Gemini) -> None:
        self._gemini = gemini

    @property
    def service(self) -> str:
        """Each model is overloaded by itself."""
        return self._gemini.model

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        """Raises UnreadableAudio, ProviderError, ProviderRefused."""
        facts = audio_facts(audio)
        prompt = prompts.transcription(phrases)
        with workspace() as folder:
            # Which of AAC's names the API takes is not documented for every version; FLAC's is certain.
            data = to_flac(audio, folder / "memo.flac", facts.duration_seconds).read_bytes()
        answer = self._gemini.ask(
            Question(
                purpose=prompt.label,
                system=prompts.system(),
                parts=[
                    types.Part.from_bytes(data=data, mime_type="audio/flac"),
                    types.Part(text=prompt.text),
                ],
                schema=schemas.Transcription,
            )
        )
        usage = self._gemini.usage.model_copy(update={"audio_seconds": facts.duration_seconds})
        return Transcript(answer.transcript.strip(), usage)


def _pieces(results: Sequence[Any]) -> list[Heard]:
    """Each result from where the one before ended: chirp tells no times of words."""
    pieces, start = [], 0.0
    for result in results:
        end = result.result_end_offset.total_seconds()
        if result.alternatives and end > start:
            pieces.append(Heard(result.alternatives[0].transcript, start, end))
        start = max(start, end)
    return pieces


def _text(results: Sequence[Any]) -> str:
    texts = (result.alternatives[0].transcript.strip() for result in results if result.alternatives)
    return " ".join(text for text in texts if text)
