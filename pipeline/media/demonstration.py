"""Makes the film of what a coach shows on a learner's footage: their voice, the pictures where they stopped and went, what
they drew, captions. One plan, one ffmpeg pass, one look at what came out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from models.demonstration import Ink, Move, Point, Recording, SpokenLine, Stroke
from pipeline.media.captions import Caption, ass_event, ass_header, captions_of
from pipeline.media.command import encoding, open_shot, picture_of, stereo
from pipeline.media.composition import font_folder, still_of
from pipeline.media.encoding import SAMPLE_RATE, Stream, tag_colours
from pipeline.media.ffmpeg import QUIET, UnreadableInput, binary, run, time_limit
from pipeline.media.loudness import LIMITER, gain_to_target
from pipeline.media.narration import FPS, NarrationSentence
from pipeline.media.probe import ClipFile, ClipProblem, UnusableClip, VideoFacts
from pipeline.media.storyboard import WIDTH, Shot, canvas_height
from pipeline.media.verify import verify
from storage.workspace import workspace

# While one scrubs, a player shows some pictures a second: more would each open the clip once more.
FEWEST_FRAMES = 5
MOST_SHOTS = 150
SLOWEST = 20.0  # of a quarter's speed and slower
STILL_SECONDS = 0.2  # of the clip, from which a still is taken
_GROWTH_SECONDS = 0.1  # between two looks of a line that grows
_LINE_SHARE = 1 / 90  # of the picture's width
_COLOURS = {Ink.YELLOW: "&H0033D6FF&", Ink.RED: "&H003A3AF2&", Ink.BLUE: "&H00F2A53A&"}  # blue, green, red
# Who whispers, or leaves long pauses, is not made as loud as a narrator: that would make the room loud, too.
SOFTEST_LUFS = -40.0
_SOUND_VOLUME = 0.5  # the pan's, where it is played as it was
_DUCKING = {"threshold": 0.05, "ratio": 8, "attack": 20, "release": 400}


@dataclass(frozen=True)
class Plan:
    width: int
    height: int
    shots: Sequence[Shot]

    @property
    def frames(self) -> int:
        return sum(shot.frames for shot in self.shots)

    @property
    def seconds(self) -> float:
        return self.frames / FPS


@dataclass(frozen=True)
class DemonstrationVideo:
    path: Path
    preview: Path  # JPEG
    seconds: float


def make_demonstration(
    clip: ClipFile, voice: Path, shown: Recording, lines: Sequence[SpokenLine], into: Path
) -> DemonstrationVideo:
    """Writes `demonstration.mp4` and `preview.jpg` into the folder `into`, or nothing at all. Raises UnusableClip where
    the clip is to blame, FfmpegFailure, FfmpegTimeout, Unmeasurable, BadRender."""
    plan = plan_of(shown, clip.facts)
    with workspace(into) as folder:
        script, output = folder / "drawn.ass", folder / "demonstration.mp4"
        script.write_text(script_of(shown, lines, plan, clip.facts), "utf-8")
        command = _command(clip, voice, plan, script, font_folder(folder), output)
        pixels = clip.facts.pixels_a_second * sum(shot.length for shot in plan.shots)
        try:
            run(
                command,
                timeout_seconds=time_limit(plan.seconds, pixels + plan.width * plan.height * plan.frames),
            )
        except UnreadableInput as failure:
            raise UnusableClip(ClipProblem.TRUNCATED) from failure
        verify(output, plan, least_lufs=SOFTEST_LUFS)
        preview = still_of(output, _best_moment(shown, plan), folder / "preview.jpg")
        return DemonstrationVideo(
            output.replace(into / "demonstration.mp4"), preview.replace(into / "preview.jpg"), plan.seconds
        )


def plan_of(shown: Recording, facts: VideoFacts) -> Plan:
    """The pictures' shape is the clip's. What would go on past its end stands still there."""
    moves = list(_thin(_within(shown.moves, shown.seconds, facts.end_seconds)))
    ends = [move.at for move in moves[1:]] + [shown.seconds]
    frames = round(shown.seconds * FPS)
    shots, before = [], 0
    for move, end in zip(moves, ends, strict=True):
        until = min(round(end * FPS), frames)
        if until > before:
            shots.append(_shot(move, until - before, facts))
            before = until
    return Plan(WIDTH, canvas_height(facts), shots)


def script_of(shown: Recording, lines: Sequence[SpokenLine], plan: Plan, facts: VideoFacts) -> str:
    """Captions and strokes as one ASS document."""
    captions: list[Caption] = []
    for line in lines:
        captions += captions_of(NarrationSentence(line.text, line.start, line.seconds))
    events = [ass_event("Caption", each.start, each.end, r"\N".join(each.lines)) for each in captions]
    for stroke in shown.strokes:
        events += _drawn(stroke, plan, facts)
    return ass_header((plan.width, plan.height)) + "".join(events)


def _within(moves: Sequence[Move], seconds: float, end: float) -> Iterator[Move]:
    last = max(0.0, end - STILL_SECONDS)
    ends = [move.at for move in moves[1:]] + [seconds]
    for move, until in zip(moves, ends, strict=True):
        at = min(move.clip_at, last)
        left = (last - at) / move.rate if move.rate else 0.0
        if move.rate and move.at + left < until:
            if left > 0:
                yield move.model_copy(update={"clip_at": at})
            yield Move(at=move.at + left, clip_at=last, rate=0)
        else:
            yield move.model_copy(update={"clip_at": at})


def _thin(moves: Iterator[Move]) -> Iterator[Move]:
    """Of many jumps within a moment the last one counts; of more than can be shown, each shows for longer."""
    kept = list(moves)
    frames = FEWEST_FRAMES
    while True:
        thinned: list[Move] = []
        for move in kept:
            if thinned and (move.at - thinned[-1].at) * FPS < frames:
                thinned[-1] = move.model_copy(
                    update={"at": thinned[-1].at, "clip_at": _back(move, thinned[-1])}
                )
            else:
                thinned.append(move)
        if len(thinned) <= MOST_SHOTS:
            return iter(thinned)
        frames *= 2


def _back(move: Move, begun: Move) -> float:
    """Where it would have been at the moment that it takes over."""
    return max(0.0, move.clip_at - (move.at - begun.at) * move.rate)


def _shot(move: Move, frames: int, facts: VideoFacts) -> Shot:
    length = frames / FPS * move.rate if move.rate else min(STILL_SECONDS, facts.end_seconds)
    return Shot(round(move.clip_at, 3), round(length, 4), 1, frames, slowest=SLOWEST, is_still=not move.rate)


def _drawn(stroke: Stroke, plan: Plan, facts: VideoFacts) -> Iterator[str]:
    """A line that grows: each look of it stands until the next."""
    points = stroke.points
    looks = [0]
    for number, point in enumerate(points):
        if point.at - points[looks[-1]].at >= _GROWTH_SECONDS or number == len(points) - 1:
            looks.append(number)
    for look, next_look in zip(looks, [*looks[1:], None], strict=True):
        end = points[next_look].at if next_look is not None else stroke.until
        start = points[look].at
        if end > start:
            yield ass_event("Caption", start, end, _line(points[: look + 1], stroke.ink, plan, facts))


def _line(points: Sequence[Point], ink: Ink, plan: Plan, facts: VideoFacts) -> str:
    """There and back: libass closes every contour, and has an outline of it but no line."""
    there = [_on_canvas(point, plan, facts) for point in points]
    back = there[-2::-1] or [(there[0][0] + 1, there[0][1])]
    first, *others = [f"{x} {y}" for x, y in [*there, *back]]
    width = plan.width * _LINE_SHARE / 2
    tags = rf"\an7\pos(0,0)\p1\bord{width:.1f}\shad0\1a&HFF&\3c{_COLOURS[ink]}"
    return f"{{{tags}}}m {first} l {' '.join(others)}"


def _on_canvas(point: Point, plan: Plan, facts: VideoFacts) -> tuple[int, int]:
    scale = min(plan.width / facts.width, plan.height / facts.height)
    across, down = facts.width * scale, facts.height * scale
    left, top = (plan.width - across) / 2, (plan.height - down) / 2
    return round(left + point.x * across), round(top + point.y * down)


def _best_moment(shown: Recording, plan: Plan) -> float:
    """Where the first thing drawn is whole, else the middle."""
    drawn = min((stroke.points[-1].at for stroke in shown.strokes), default=plan.seconds / 2)
    return min(drawn + 1 / FPS, plan.seconds - 2 / FPS)


def _command(clip: ClipFile, voice: Path, plan: Plan, script: Path, fonts: Path, output: Path) -> list[str]:
    sources = [
        open_shot(clip.path, shot, number=number, with_sound=_has_sound(shot, clip.facts))
        for number, shot in enumerate(plan.shots)
    ]
    pictures = [
        picture_of(source, shot, plan, clip.facts) for source, shot in zip(sources, plan.shots, strict=True)
    ]
    picture = ffmpeg.concat(*pictures, v=1, a=0).filter("ass", filename=str(script), fontsdir=str(fonts))
    sound = _sound(sources, clip.facts, voice, plan)
    result = ffmpeg.output(tag_colours(picture), sound, f"file:{output}", **encoding(plan.seconds))
    command: list[str] = ffmpeg.compile(
        result.global_args(*QUIET, "-loglevel", "warning"), cmd=binary(), overwrite_output=True
    )
    return command


def _has_sound(shot: Shot, facts: VideoFacts) -> bool:
    """Where it runs as it was."""
    return facts.has_audio and not shot.is_still and abs(shot.stretch - 1) < 0.01


def _sound(sources: Sequence[Stream], facts: VideoFacts, voice: Path, plan: Plan) -> Stream:
    """The coach's voice, as long as the picture, over what the pan sounds like."""
    spoken = stereo(ffmpeg.input(f"file:{voice}")["a:0"]).filter("volume", f"{gain_to_target(voice):.2f}dB")
    spoken = spoken.filter("apad").filter("atrim", duration=f"{plan.seconds:.4f}")
    if not any(_has_sound(shot, facts) for shot in plan.shots):
        return spoken.filter("alimiter", **LIMITER)
    parts = [
        _part(source, shot, facts) if _has_sound(shot, facts) else _silence(shot.seconds, number)
        for number, (source, shot) in enumerate(zip(sources, plan.shots, strict=True))
    ]
    voices = spoken.asplit()
    kitchen = ffmpeg.concat(*parts, v=0, a=1).filter("volume", _SOUND_VOLUME)
    quiet = ffmpeg.filter([kitchen, voices[1]], "sidechaincompress", **_DUCKING)
    both = ffmpeg.filter([voices[0], quiet], "amix", inputs=2, normalize=0, duration="first")
    return both.filter("alimiter", **LIMITER)


def _part(source: Stream, shot: Shot, facts: VideoFacts) -> Stream:
    sound = stereo(source[f"a:{facts.audio_track}"].filter("aresample", **{"async": 1, "first_pts": 0}))
    return sound.filter("apad").filter("atrim", duration=f"{shot.seconds:.4f}")


def _silence(seconds: float, number: int) -> Stream:
    """ffmpeg-python takes two inputs with the same options for one: the number tells them apart."""
    options = {"format": "lavfi", "t": f"{seconds:.4f}", "thread_queue_size": 8 + number}
    source = ffmpeg.input(f"anullsrc=r={SAMPLE_RATE}:cl=stereo", **options)
    return stereo(source["a:0"])
