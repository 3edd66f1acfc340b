"""Stage 2: the diagnosis weighed with what the learner has said by now, and the principles that explain it."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlmodel import Session as DbSession

from knowledge_base.catalogue import load
from models.coaching import RetrievedPrinciple, VideoAnalysis
from models.database import transaction
from models.session import CookingSession
from pipeline.briefs import analysis_brief
from pipeline.guards import check_analysis
from pipeline.search import nearest, prepared
from pipeline.work import Work, Yielded

QUESTIONS = 3  # of the memo; a longer list gets no better answers


def run(work: Work) -> Yielded:
    brief = analysis_brief(work)
    first = VideoAnalysis.model_validate(work.session.video_analysis)
    analysis = work.providers.analyst.reconsider(first, brief)
    check_analysis(analysis, brief.duration_seconds, work.guide)
    skills = load().skills
    named = "、".join(skills.get(skill, skill) for skill in work.guide.principles)
    # What the learner asked in the memo is answered from principles of its own, after the diagnosis's.
    texts = [f"{analysis.diagnosis} {named}"]
    texts += [f"{question} {work.guide.name_ja}" for question in brief.structured_input.questions[:QUESTIONS]]
    with ThreadPoolExecutor(len(texts)) as pool:  # each is a call of its own to the embedder
        queries = list(pool.map(partial(prepared, work.providers.embedder), texts))
    found: dict[str, RetrievedPrinciple] = {}
    with transaction() as db:
        for query in queries:
            for principle in nearest(db, query):
                found.setdefault(principle.principle_id, principle)

    def keep(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()
        session.retrieved_principles = [principle.model_dump() for principle in found.values()]

    return Yielded(keep)
