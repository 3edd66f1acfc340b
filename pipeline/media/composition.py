"""Makes the coaching video: one plan, one ffmpeg pass, one look at what came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import av

from models.coaching import CoachingCut
from pipeline.media import music, storyboard
from pipeline.media.captions import Mark, ass_script, captions_of
from pipeline.media.command import Files, build_command
from pipeline.media.ffmpeg import UnreadableInput, run, time_limit
from pipeline.media.loudness import gain_to_target
from pipeline.media.narration import FPS, NarrationTrack, join
from pipeline.media.probe import ClipFile, ClipProblem, UnusableClip
from pipeline.media.storyboard import Storyboard
from pipeline.media.verify import verify
from pipeline.providers.ports import SpokenSentence
from storage.workspace import workspace

PREVIEW_QUALITY = 85  # some 100 kB at this size; LINE allows 1 MB

_FONT_FILE = "NotoSansCJKjp-Bold.otf"  # its family is captions.FONT
_KEY_MARK = "ここがポイント"
_REPLAY_MARK = "スローでもう一度"
_OUTRO_WORDS = "おつかれさまでした"
_REPLAY_MARK_SECONDS = 3.0


@dataclass(frozen=True)
class CoachingVideo:
    path: Path
    preview: Path  # JPEG of the key moment, of the video's own size
    seconds: float
    bytes: int
    width: int
    height: int
    cut: CoachingCut


@dataclass(frozen=True)
class Render:
    """One ffmpeg pass, ready to run."""

    board: Storyboard
    output: Path
    command: list[str]


def compose(
    clips: Sequence[ClipFile],
    part1: Sequence[SpokenSentence],
    part2: Sequence[SpokenSentence],
    key_moment_seconds: int,
    into: Path,
    *,
    timeout_seconds: float | None = None,
) -> CoachingVideo:
    """Writes `coaching_video.mp4` and `preview.jpg` into the folder `into`, or nothing at all. The clips of the cook are one
    after another, and the key moment is a second of the whole.

    The last sentence of `part1` is the pivot to the key moment. Raises UnusableClip where the clip
    is to blame, SpeechMismatch, FfmpegFailure, FfmpegTimeout, Unmeasurable, BadRender.
    """
    with workspace(into) as folder:
        render = prepare(clips, part1, part2, key_moment_seconds, folder)
        try:
            run(render.command, timeout_seconds=timeout_seconds or _time_limit(clips, render.board))
        except UnreadableInput as failure:
            raise UnusableClip(ClipProblem.TRUNCATED) from failure
        verify(render.output, render.board)
        preview = still_of(render.output, render.board.key_moment, folder / "preview.jpg")
        return CoachingVideo(
            path=render.output.replace(into / "coaching_video.mp4"),
            preview=preview.replace(into / "preview.jpg"),
            seconds=render.board.seconds,
            bytes=(into / "coaching_video.mp4").stat().st_size,
            width=render.board.width,
            height=render.board.height,
            cut=_cut(render.board),
        )


def prepare(
    clips: Sequence[ClipFile],
    part1: Sequence[SpokenSentence],
    part2: Sequence[SpokenSentence],
    key_moment_seconds: int,
    folder: Path,
) -> Render:
    """Writes all that the one pass reads into `folder`. Raises SpeechMismatch, FfmpegFailure, Unmeasurable."""
    track = join(part1, part2, folder / "narration.wav")
    outro_seconds = music.write_music(folder / "music.wav")
    board = storyboard.plan(
        [clip.facts for clip in clips],
        part1_frames=track.part1_frames,
        part2_frames=track.part2_frames,
        outro_frames=round(outro_seconds * FPS),
        key_moment_seconds=key_moment_seconds,
    )
    files = _files(clips, track, board, folder)
    command = build_command(board, files, narration_gain_db=gain_to_target(track.wav))
    return Render(board, files.output, command)


def _time_limit(clips: Sequence[ClipFile], board: Storyboard) -> float:
    """The clips are gone through once, and all that is shown is drawn."""
    shown = board.width * board.height * FPS * board.seconds
    seconds = sum(clip.facts.end_seconds for clip in clips)
    return time_limit(seconds + board.seconds, sum(clip.facts.pixels for clip in clips) + shown)


def _files(clips: Sequence[ClipFile], track: NarrationTrack, board: Storyboard, folder: Path) -> Files:
    script = folder / "captions.ass"
    captions = [caption for sentence in track.sentences for caption in captions_of(sentence)]
    script.write_text(ass_script(captions, _marks(board), size=(board.width, board.height)), "utf-8")
    return Files(
        clips=clips,
        narration=track.wav,
        music=folder / "music.wav",
        captions=script,
        fonts=font_folder(folder),
        output=folder / "coaching_video.mp4",
    )


def font_folder(folder: Path) -> Path:
    """Of one file: libass would try to load all that lies beside the packaged font."""
    fonts = folder / "fonts"
    fonts.mkdir()
    (fonts / _FONT_FILE).symlink_to(str(resources.files("noto_cjk_sans_jp_bold") / _FONT_FILE))
    return fonts


def _cut(board: Storyboard) -> CoachingCut:
    return CoachingCut(
        seconds=board.seconds, intro_seconds=board.part1_seconds, intro_stretch=board.intro.stretch
    )


def _marks(board: Storyboard) -> list[Mark]:
    key = board.part1_seconds
    replay = key + board.key.seconds
    outro = key + board.part2_seconds
    return [
        Mark(key, replay, _KEY_MARK),
        Mark(replay, min(replay + _REPLAY_MARK_SECONDS, outro), _REPLAY_MARK),
        Mark(outro + 0.3, outro + board.outro_seconds - 0.8, _OUTRO_WORDS, style="Card"),
    ]


def still_of(video: Path, seconds: float, jpeg: Path) -> Path:
    """The picture at `seconds` of a video of ours, as a preview for LINE."""
    with av.open(f"file:{video}") as container:
        stream = container.streams.video[0]
        container.seek(int(seconds * av.time_base))
        frame = next(f for f in container.decode(stream) if (f.time or 0) >= seconds - 1 / FPS)
        frame.to_image().save(jpeg, quality=PREVIEW_QUALITY)  # type: ignore[no-untyped-call]
    return jpeg
