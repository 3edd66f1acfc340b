"""Of a third attempt that is done: the film of it beside the first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session as DbSession

from knowledge_base import film_talk
from knowledge_base.catalogue import load
from knowledge_base.content import Fault
from knowledge_base.phrasebook import attempt_label
from models.coaching import VideoAnalysis
from models.media import Media
from models.rules.same_moment import Ground, SameMoment, same_moment, windows
from models.session import CookingSession
from pipeline.briefs import timeline_of
from pipeline.media.film.captions import FilmWords
from pipeline.media.film.composition import Part, compose
from pipeline.media.probe import VideoFacts
from pipeline.stage import StageContext, StageResult
from services.films import hand_over
from storage.keys import film_key, film_preview_key
from storage.store import chunks_of, local_file

MARKS = {
    Ground.EVENT: film_talk.SAME_EVENT,
    Ground.KEY_MOMENT: film_talk.KEY_MOMENTS,
    Ground.PLACE: film_talk.SAME_PLACE,
}


@dataclass(frozen=True)
class Scene:
    """Where a cook's moment is to be seen: one of its clips, and that clip's own second."""

    clip: Media
    facts: VideoFacts
    second: float


def run(context: StageContext) -> StageResult:
    first, third = _attempts(context)
    analyses = [VideoAnalysis.model_validate(cook.video_analysis) for cook in (first, third)]
    moment = same_moment(analyses[0], analyses[1], timeline_of(first).seconds, timeline_of(third).seconds)
    scenes = scene_at(first, moment.first), scene_at(third, moment.third)
    one, other = scenes
    parts = windows(
        replace(moment, first=one.second, third=other.second), one.facts.end_seconds, other.facts.end_seconds
    )
    with (
        local_file(context.store, one.clip.object_key) as its_file,
        local_file(context.store, other.clip.object_key) as other_file,
    ):
        facts = [scene.facts for scene in scenes]
        film = compose(
            [Part(*each) for each in zip((its_file, other_file), facts, parts, strict=True)],
            words_of(context, analyses, moment),
            context.folder,
        )
    key, key_of_preview = (name(context.session.id, context.run_id) for name in (film_key, film_preview_key))
    context.store.put(key, chunks_of(film.path), "video/mp4")
    context.store.put(key_of_preview, chunks_of(film.preview), "image/jpeg")

    def store(db: DbSession, session: CookingSession) -> None:
        session.film_gcs_path = key
        session.film_preview_gcs_path = key_of_preview
        hand_over(db, session)

    return StageResult(store)


def scene_at(cook: CookingSession, second: float) -> Scene:
    """`second` as the analysis of this cook counts it: through all of its clips."""
    number, own_second = timeline_of(cook).at(second)
    clip = cook.videos[number]
    return Scene(clip, VideoFacts.model_validate(clip.facts), own_second)


def words_of(context: StageContext, analyses: Sequence[VideoAnalysis], moment: SameMoment) -> FilmWords:
    """What is written in the film. Of what went wrong only its name: the texts quote the learner, and the film is shown
    to others."""
    before, now = (_fault(analysis) for analysis in analyses)
    third = analyses[1]
    is_sure = third.confidence != "low" and not third.not_visible
    return FilmWords(
        title=film_talk.title(context.guide.name_ja),
        labels=[attempt_label(number) for number in (1, context.session.session_number)],
        sentences=[
            film_talk.first_sentence(before),
            film_talk.third_sentence(before, now, is_sure=is_sure),
        ],
        mark=MARKS[moment.ground],
        closing=film_talk.closing(context.guide.name_ja),
    )


def _attempts(context: StageContext) -> tuple[CookingSession, CookingSession]:
    assert context.first_attempt is not None  # noqa: S101 - what the graph needs
    return context.first_attempt, context.session


def _fault(analysis: VideoAnalysis) -> Fault | None:
    return load().faults.get(analysis.fault) if analysis.fault else None
