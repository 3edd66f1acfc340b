"""A transcriber without the stock phrases that recognisers invent where nobody speaks. The sound there tells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from logs.logger import get_logger
from pipeline.media.ffmpeg import FfmpegError
from pipeline.media.loudness import Unmeasurable, mean_level
from pipeline.providers.ports import Heard, Providers, Transcriber, Transcript
from pipeline.stock_phrases import StockPhrase, is_only_stock, stock_phrases, without

SILENCE = -50.0  # dB below full scale: a voice near a phone is above -35, a quiet kitchen below -50
BELOW_VOICE = 15.0  # dB below the whole recording: softer than the softest goodbye
FASTEST = 14.0  # signs a second that a mouth can say

log = get_logger(__name__)

Place = tuple[float, float]  # from, to (seconds)


@dataclass(frozen=True)
class CarefulTranscriber:
    """What `transcriber` hears, without what it invents."""

    transcriber: Transcriber

    @property
    def service(self) -> str:
        return getattr(self.transcriber, "service", "transcriber")

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        """Raises UnreadableAudio, ProviderError."""
        transcript = self.transcriber.transcribe(audio, phrases=phrases, uri=uri)
        found = list(stock_phrases(transcript.text))
        if not found:
            return transcript
        invented = [each for each in found if is_invented(each, transcript, Sound(audio))]
        return replace(transcript, text=without(transcript.text, invented))


def carefully(providers: Providers) -> Providers:
    return replace(providers, transcriber=CarefulTranscriber(providers.transcriber))


@dataclass(frozen=True)
class Sound:
    recording: Path

    def is_quiet(self, place: Place) -> bool:
        """Nobody speaks there: near silence, or far below the rest."""
        level = self._level(*place)
        return level is not None and (level < SILENCE or level < (self._level() or 0.0) - BELOW_VOICE)

    def is_silent(self) -> bool:
        level = self._level()
        return level is not None and level < SILENCE

    def _level(self, start: float = 0.0, end: float | None = None) -> float | None:
        try:
            return mean_level(self.recording, start, end)
        except (FfmpegError, Unmeasurable) as error:  # the words stay: they may have been said
            log.warning("level not measured", error=type(error).__name__)
            return None


def is_invented(phrase: StockPhrase, transcript: Transcript, sound: Sound) -> bool:
    """A viewer's phrase by itself always is, and at an edge unless it is heard; courtesy only where nothing is heard."""
    if phrase.is_viewers and phrase.is_whole:
        return True
    place = place_of(phrase, transcript)
    if place is not None:
        return sound.is_quiet(place) or (phrase.is_viewers and is_too_fast(phrase, place))
    if is_only_stock(transcript.text):
        return sound.is_silent()
    return phrase.is_viewers and phrase.is_at_edge


def is_too_fast(phrase: StockPhrase, place: Place) -> bool:
    """Courtesy is not judged by it: Whisper tells too short times of what was really said."""
    start, end = place
    return phrase.end - phrase.start > FASTEST * (end - start)


def place_of(phrase: StockPhrase, transcript: Transcript) -> Place | None:
    """Where it was heard; None unless the pieces begin and end as it does."""
    inside = [
        (start, end, piece)
        for start, end, piece in spans(transcript.text, transcript.pieces)
        if start < phrase.end and phrase.start < end
    ]
    if not inside or inside[0][0] < phrase.start or inside[-1][1] > phrase.end:
        return None
    return inside[0][2].start, inside[-1][2].end


def spans(text: str, pieces: Sequence[Heard]) -> list[tuple[int, int, Heard]]:
    """Where in the text the pieces stand."""
    found, last = [], 0
    for piece in pieces:
        bare = piece.text.strip()
        start = text.find(bare, last) if bare else -1
        if start >= 0:
            last = start + len(bare)
            found.append((start, last, piece))
    return found
