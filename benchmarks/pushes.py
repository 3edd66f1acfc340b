"""What LINE bills for a session: pushes, counted at its border. Replies are free.

Learners cook as they do: a memo before the video, after it, written, skipped or never, ratings, questions before and
after the text, and to each of them something fails once. The models take their usual seconds, a learner's thumb a part
of one.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Lock

import httpx
from sqlmodel import col, select

from benchmarks import fixed_latency
from benchmarks.bench import DISH, Bench, BenchmarkFailed, learner_before_video
from benchmarks.footage import clip, memo, still_clip, still_memo
from benchmarks.measurement import Measurement, at_most
from benchmarks.runner import Report
from desk.stack import Stack
from jobs.queue import Queue
from knowledge_base import phrasebook
from models.chat import Message, MessageType
from models.coaching import CannotTell, Unclear, Usage
from models.database import Database
from models.user import SubscriptionStatus, User
from pipeline.providers.ports import (
    AnalysisBrief,
    Footage,
    Look,
    Providers,
    Repair,
    SpokenSentence,
    Transcript,
)
from pipeline.providers.registry import ProviderSets
from settings import Settings
from simulator.line.client import Learner, SentMessage, Thread
from storage.google_credentials import GoogleCredentials
from storage.store import ObjectStore

LEARNERS = 30
SESSIONS = 3
AT_ONCE = 8
GOAL = 2.0  # of a session: the text and the video
WAIT_SECONDS = 240.0
THUMB_SECONDS = 0.4
QUESTION, LATE_QUESTION = "卵はいつ入れますか", "油はどれくらい使いますか"
MEMO_WORDS = "味はよかったです。次はもっとパラパラにしたいです。"
# Of what is still or silent, which the models here tell by its size.
STILL_VIEW_BYTES, SILENT_BYTES = 20_000, 6_000
SENTENCE_SECONDS = 1.2  # the render is not the point, but a video needs so much


class Sighted(fixed_latency.FixedLatency):
    """Sees that a still picture is no cook, and hears that silence is no memo."""

    def analyze(
        self, footage: Footage, brief: AnalysisBrief, repair: Repair | None = None
    ) -> tuple[Look, Usage]:
        if footage.view.stat().st_size < STILL_VIEW_BYTES:
            time.sleep(fixed_latency.ANALYZE)
            return CannotTell(reason=Unclear.NOT_COOKING, provider=self.model), Usage(provider=self.model)
        return super().analyze(footage, brief, repair)

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        heard = super().transcribe(audio, phrases=phrases, uri=uri)
        return replace(heard, text="") if audio.stat().st_size < SILENT_BYTES else heard

    def speak(self, sentences: Sequence[str], into: Path) -> tuple[list[SpokenSentence], Usage]:
        time.sleep(fixed_latency.SPEAK)
        return fixed_latency.tones(sentences, into, SENTENCE_SECONDS), Usage(provider=self.model)


def build(_settings: Settings, _store: ObjectStore, _credentials: GoogleCredentials) -> ProviderSets:
    one = Sighted()
    providers = Providers(transcriber=one, analyst=one, embedder=one, coach=one, narrator=one)
    return ProviderSets(usual=providers, fallback=providers)


@dataclass(frozen=True)
class Files:
    clip: Path
    memo: Path
    broken: Path  # a clip that ends in its middle
    still: Path
    silence: Path


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    files = _files(folder)
    # The models only sleep: as many at once as there are learners.
    settings = bench.settings.change(model_threads=AT_ONCE, video_threads=2, memo_grace=timedelta(seconds=8))
    bench = replace(bench, settings=settings)
    database = Database(bench.settings.database_url or "")
    with closing(database), bench.stack(folder, tuple(Queue)) as (stack, _):
        _cook_all(stack, database, files, report)
        billed = _billed(stack)
        by_kind = _pushes(database)
    if sum(by_kind.values()) != billed:
        raise BenchmarkFailed(f"LINE counts {billed} pushes, our rows {sum(by_kind.values())}")
    sessions = LEARNERS * SESSIONS
    kinds = [
        Measurement(f"  {kind}, a session", count / sessions, GOAL, "pushes", at_most(GOAL))
        for kind, count in by_kind.most_common()
    ]
    return [
        Measurement("billed messages a session", billed / sessions, GOAL, "pushes", at_most(GOAL)),
        *kinds,
    ]


def _cook_all(stack: Stack, database: Database, files: Files, report: Report) -> None:
    done, lock = Counter[str](), Lock()

    def live(number: int) -> None:
        cook = Cook(learner_before_video(stack), stack, files)
        for session in range(SESSIONS):
            if session == 1:  # the first is the free one
                _subscribe(database, cook.learner)
            if session:
                cook.choose_dish()
            order = ORDERS[(number + session) % len(ORDERS)]
            order(cook, FAILURES[number % len(FAILURES)] if number % SESSIONS == session else None)
            with lock:
                done["sessions"] += 1
                report(f"session {done['sessions']} of {LEARNERS * SESSIONS}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(live, range(LEARNERS)))


@dataclass
class Cook:
    """One learner at the stove. Each step waits for what they see, then for their thumb."""

    learner: Learner
    stack: Stack
    files: Files
    sent: SentMessage = field(init=False)  # the clip that is coached

    def choose_dish(self) -> None:
        self.answered(lambda: self.learner.postback(f"action=dish&slug={DISH}"))

    def video(self, failure: str | None) -> None:
        useless = {"broken clip": self.files.broken, "no cook in the clip": self.files.still}
        if failure in useless:  # they go on, until they read of it
            self.sent = self.answered(lambda: self.learner.video(useless[failure]))
            return
        if failure == "clip taken back":
            sent = self.answered(lambda: self.learner.video(self.files.clip))
            self.learner.unsend(sent.message_id or "")
            time.sleep(THUMB_SECONDS)
        elif failure == "LINE fails":
            self.stack.desk.fault("push", status=500, times=1, user_id=self.learner.user_id)
        self.sent = self.answered(lambda: self.learner.video(self.files.clip))

    def again(self, failure: str | None, before: int) -> None:
        """Whoever reads that their clip is of no use sends another."""
        if failure not in ("broken clip", "no cook in the clip"):
            return
        words = "回数には数えていない"
        self.see(lambda t: any(words in (b.text or "") for b in t.from_bot[before:]), "why it is of no use")
        self.sent = self.answered(lambda: self.learner.video(self.files.clip))

    def memo(self, failure: str | None) -> None:
        if failure == "silent memo":
            self.answered(lambda: self.learner.audio(self.files.silence))
        self.answered(lambda: self.learner.audio(self.files.memo))

    def rate(self) -> None:
        for _ in range(4):
            self.answered(lambda: self.learner.text("4"))

    def ask(self, words: str) -> None:
        self.answered(lambda: self.learner.text(words))

    def finish(self, failure: str | None, before: tuple[int, int, int]) -> None:
        bubbles, texts, videos = before
        self.again(failure, bubbles)
        self.see(lambda t: _cards(t) > texts, "the coaching text")
        if failure == "clip taken back after the text":
            self.learner.unsend(self.sent.message_id or "")
            time.sleep(THUMB_SECONDS)
            self.ask(LATE_QUESTION)
            return
        self.ask(LATE_QUESTION)
        self.see(lambda t: len(_videos(t)) > videos, "the coaching video")

    def answered(self, act: Callable[[], SentMessage]) -> SentMessage:
        before = len(self._replies())
        sent = act()
        self.see(lambda _: len(self._replies()) > before, "an answer")
        time.sleep(THUMB_SECONDS)
        return sent

    def see(self, predicate: Callable[[Thread], bool], what: str) -> None:
        self.learner.wait_for(predicate, WAIT_SECONDS, what=what)

    def seen(self) -> tuple[int, int, int]:
        thread = self.learner.thread()
        return len(thread.from_bot), _cards(thread), len(_videos(thread))

    def _replies(self) -> Sequence[object]:
        return [bubble for bubble in self.learner.thread().from_bot if bubble.via == "reply"]


def _cards(thread: Thread) -> int:
    return sum(phrasebook.CARD_PROBLEM in bubble.text for bubble in thread.of_type("flex"))


def _videos(thread: Thread) -> Sequence[object]:
    return [bubble for bubble in thread.of_type("video") if bubble.author == "bot"]


def _memo_after_video(cook: Cook, failure: str | None) -> None:
    before = cook.seen()
    cook.video(failure)
    cook.memo(failure)
    cook.rate()
    cook.finish(failure, before)


def _memo_before_video(cook: Cook, failure: str | None) -> None:
    before = cook.seen()
    cook.memo(failure)
    cook.video(failure)
    cook.rate()
    cook.ask(QUESTION)
    cook.finish(failure, before)


def _memo_after_ratings(cook: Cook, failure: str | None) -> None:
    before = cook.seen()
    cook.video(failure)
    cook.rate()
    cook.memo(failure)
    cook.finish(failure, before)


def _written_memo(cook: Cook, failure: str | None) -> None:
    before = cook.seen()
    cook.video(failure)
    cook.ask(QUESTION)
    if failure == "silent memo":
        cook.answered(lambda: cook.learner.audio(cook.files.silence))
    cook.answered(lambda: cook.learner.text(MEMO_WORDS))
    cook.rate()
    cook.finish(failure, before)


def _no_memo(cook: Cook, failure: str | None) -> None:
    before = cook.seen()
    cook.video(failure)
    if failure == "silent memo":
        cook.answered(lambda: cook.learner.audio(cook.files.silence))
    cook.finish(failure, before)


def _skipped_memo(cook: Cook, failure: str | None) -> None:
    before = cook.seen()
    cook.video(failure)
    if failure == "silent memo":
        cook.answered(lambda: cook.learner.audio(cook.files.silence))
    cook.answered(lambda: cook.learner.text(phrasebook.MEMO_SKIP_LABEL))
    cook.rate()
    cook.finish(failure, before)


ORDERS = (_memo_after_video, _memo_before_video, _memo_after_ratings, _written_memo, _no_memo, _skipped_memo)
FAILURES = (
    "broken clip",
    "silent memo",
    "clip taken back",
    "no cook in the clip",
    "clip taken back after the text",
    "LINE fails",
)


def _files(folder: Path) -> Files:
    good = clip(folder / "clip.mp4", seconds=6, size="180x320")
    broken = folder / "broken.mp4"
    broken.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    return Files(
        clip=good,
        memo=memo(folder / "memo.m4a"),
        broken=broken,
        still=still_clip(folder / "still.mp4", seconds=6, size="180x320"),
        silence=still_memo(folder / "silence.m4a"),
    )


def _subscribe(database: Database, learner: Learner) -> None:
    with database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        user.subscription_status = SubscriptionStatus.ACTIVE
        db.add(user)


def _billed(stack: Stack) -> int:
    """What LINE has counted of the month's messages."""
    channel = stack.settings.line_channels[0]
    assert channel.access_token is not None
    token = channel.access_token.get_secret_value()
    with httpx.Client(base_url=stack.line_url, trust_env=False) as http:
        answer = http.get(
            "/v2/bot/message/quota/consumption", headers={"authorization": f"Bearer {token}"}
        ).raise_for_status()
    return int(answer.json()["totalUsage"])


def _pushes(database: Database) -> Counter[str]:
    """By what was said; of notices, with their first words."""
    kinds: Counter[str] = Counter()
    with database.transaction() as db:
        pushed = select(Message).where(Message.delivered_by == "push", col(Message.delivered_at).is_not(None))
        for message in db.exec(pushed):
            words = f": {message.text[:14]}" if message.kind == MessageType.NOTICE else ""
            kinds[f"{message.kind}{words}"] += 1
    return kinds
