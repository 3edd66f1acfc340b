"""What one process works with, all of it made from its settings.

Each is made at its first use and imports its libraries then: a process loads only what its own jobs need. The main
thread asks for all of them before it serves, so that no two threads make the same one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from jobs.breaker import Breakers
from jobs.leases import Leases
from jobs.queue import Job, JobQueue, Queue
from jobs.reconciler import Reconciler
from models.database import Database
from settings import ConfigurationError, ProviderChoice, Settings, variable
from storage.google_credentials import GoogleCredentials
from storage.links import MediaLinks
from storage.store import ObjectStore

if TYPE_CHECKING:
    from bot.delivery import Delivery
    from bot.menu_links import MenuLinks
    from bot.push_quotas import PushQuotas
    from companion.ports import Live
    from jobs.inbox import Inbox
    from line.accounts import LineAccounts
    from line.friend import FriendLink
    from line.liff import LiffApps
    from line.login import LineLogin
    from payments.port import Payments
    from pipeline.answers import Answers
    from pipeline.demonstrations import Demonstrations
    from pipeline.intake import Intake
    from pipeline.providers.registry import Build, ProviderRegistry
    from pipeline.runner import Runner
    from pipeline.scheduler import Scheduler
    from services.absences import Absences
    from services.companion import Caps, LostCalls
    from services.erasure import Erasure
    from services.export.work import Exports
    from services.footage import FootageTerms
    from services.invariants import InvariantWatch
    from services.plan.checkout import PlanPages
    from services.plan.links import PlanLinks
    from services.plan.missed import MissedEvents
    from services.plan.shop import PlanShop
    from services.retention import Retention
    from services.uploads import Uploads


class Resources:
    """One a process. `settings` name database and broker; `build` makes other providers than those they choose."""

    def __init__(self, settings: Settings, build: "Build | None" = None) -> None:
        self.settings = settings
        self._build = build

    def jobs_of(self, queue: Queue) -> Mapping[Job, Callable[..., None]]:
        """What a worker of this queue runs."""
        match queue:
            case Queue.CONVERSATION:
                return {
                    Job.HANDLE_EVENTS: self.inbox.handle,
                    Job.DELIVER: self.delivery.deliver,
                    Job.SCHEDULE: self.scheduler.run,
                    Job.SHOW_MENU: self.menu_links.show,
                }
            case Queue.ANSWERS:
                return {Job.ANSWER: self.answers.answer}
            case Queue.MEDIA:
                return {
                    Job.FETCH_MEDIA: self.intake.work,
                    Job.PURGE_MEDIA: self.intake.work,
                    Job.SETTLE_UPLOAD: self.uploads.settle,
                    Job.DELETE_LEARNER: self.erasure.work,
                    Job.EXPORT: self.exports.work,
                }
            case Queue.PREPARATION:
                return {Job.PREPARE: self.runner.run}
            case Queue.MODELS:
                return {Job.RUN_STAGE: self.runner.run, Job.HEAR: self.demonstrations.work}
            case Queue.VIDEO:
                return {Job.RENDER: self.runner.run, Job.SHOW: self.demonstrations.work}

    def close(self) -> None:
        """Stops threads and lets go of connections; those of resources that were never made are not."""
        for name in ("live", "leases", "line", "queue", "database"):
            if name in self.__dict__:
                getattr(self, name).close()

    @property
    def database_url(self) -> str:
        return _require(self.settings, "database_url")

    @cached_property
    def database(self) -> Database:
        return Database(self.database_url, self.settings.database_pool)

    @cached_property
    def queue(self) -> JobQueue:
        queue = JobQueue(_require(self.settings, "broker_url"))
        queue.send_after_commits_of(self.database)
        return queue

    @cached_property
    def leases(self) -> Leases:
        return Leases(self.database, self.settings.lease)

    @cached_property
    def reconciler(self) -> Reconciler:
        return Reconciler(self.database, self.queue, self.settings.reconcile_every)

    @cached_property
    def links(self) -> MediaLinks:
        return MediaLinks(self.settings.public_url, self.settings.link_secrets)

    @cached_property
    def credentials(self) -> GoogleCredentials:
        return GoogleCredentials(self.settings.google_key_file)

    @cached_property
    def store(self) -> ObjectStore:
        """Raises ConfigurationError when a bucket is named and there are no credentials for it."""
        if self.settings.gcs_bucket:
            from storage.cloud import open_cloud_store

            return open_cloud_store(self.settings, self.credentials)
        from storage.local import LocalStore

        return LocalStore(self.settings.objects_dir, self.links)

    @cached_property
    def guarded_store(self) -> ObjectStore:
        """For work that comes again when the store is down; who serves a learner now asks it all the same."""
        from pipeline.providers.guarded import guarded_store

        return guarded_store(self.store, self.breakers)

    @cached_property
    def breakers(self) -> Breakers:
        return Breakers(self.database)

    @cached_property
    def uploads(self) -> "Uploads":
        from models.media import MediaKind
        from services.uploads import Uploads

        settings = self.settings
        most_bytes = {MediaKind.VIDEO: settings.max_upload_bytes, MediaKind.MEMO: settings.max_memo_bytes}
        return Uploads(self.database, self.leases, self.store, settings.public_url, most_bytes)

    @cached_property
    def liff_apps(self) -> "LiffApps":
        from line.liff import LiffApps

        return LiffApps.of(self.settings)

    @cached_property
    def friend_link(self) -> "FriendLink":
        from line.friend import FriendLink

        return FriendLink(
            lambda: self.line.client(self.line.channel_for("coaching")).basic_id(), self.settings.line_api_url
        )

    @cached_property
    def login(self) -> "LineLogin":
        from line.login import LineKeys, LineLogin

        return LineLogin(LineKeys(self.settings.line_api_url), self.liff_apps.channel_ids)

    @cached_property
    def line(self) -> "LineAccounts":
        from line.accounts import LineAccounts

        settings = self.settings
        return LineAccounts(settings.line_channels, settings.line_api_url)

    @cached_property
    def providers(self) -> "ProviderRegistry":
        from pipeline.providers.registry import ProviderRegistry, build_providers

        build = self._build or build_providers
        if not self.settings.database_url:
            return ProviderRegistry(self.settings, self.store, self.credentials, None, build)
        return ProviderRegistry(self.settings, self.guarded_store, self.credentials, self.breakers, build)

    @cached_property
    def caps(self) -> "Caps":
        from services.companion import Caps

        return Caps.of(self.settings)

    @cached_property
    def lost_calls(self) -> "LostCalls":
        from services.companion import LostCalls

        return LostCalls(self.database)

    @cached_property
    def live(self) -> "Live":
        """The model's side of calls."""
        if self.settings.providers is ProviderChoice.GOOGLE:
            from companion.google import GeminiLive

            return GeminiLive(self.settings, self.credentials)
        from companion.offline.live import OfflineLive
        from pipeline.providers.offline.narrator import OpenJTalkNarrator
        from pipeline.providers.offline.transcriber import WhisperTranscriber
        from pipeline.search import PrincipleSearch

        transcriber = WhisperTranscriber(self.settings.cache_dir.expanduser())
        search = PrincipleSearch(self.database, self.providers.get().embedder)
        return OfflineLive(
            transcriber, OpenJTalkNarrator(), lambda question: search.nearest(search.prepare(question))
        )

    @cached_property
    def scheduler(self) -> "Scheduler":
        from pipeline.scheduler import Scheduler

        return Scheduler(self.database, self.settings.memo_grace)

    @cached_property
    def runner(self) -> "Runner":
        from pipeline.runner import Runner

        return Runner(
            database=self.database,
            leases=self.leases,
            scheduler=self.scheduler,
            store=self.guarded_store,
            providers=self.providers,
            max_attempts=self.settings.max_attempts,
            retry_backoff=self.settings.retry_backoff,
        )

    @cached_property
    def intake(self) -> "Intake":
        from pipeline.intake import Intake

        return Intake(
            database=self.database,
            leases=self.leases,
            scheduler=self.scheduler,
            store=self.guarded_store,
            line=self.line,
            breakers=self.breakers,
            max_video_bytes=self.settings.max_video_bytes,
            max_video_seconds=self.settings.max_video_length.total_seconds(),
            max_recording_bytes=self.settings.max_memo_bytes,
            max_attempts=self.settings.max_attempts,
            retry_backoff=self.settings.retry_backoff,
        )

    @cached_property
    def answers(self) -> "Answers":
        from pipeline.answers import Answers

        return Answers(self.database, self.leases, self.guarded_store, self.providers)

    @cached_property
    def delivery(self) -> "Delivery":
        from bot.delivery import Delivery
        from bot.rendering import Renderer

        return Delivery(
            self.database,
            self.leases,
            self.line,
            Renderer(self.links, self.liff_apps, self.plan_shop, self.footage_terms),
        )

    @cached_property
    def menu_links(self) -> "MenuLinks":
        from bot.menu_links import MenuLinks

        return MenuLinks(self.database, self.leases, self.line)

    @cached_property
    def push_quotas(self) -> "PushQuotas":
        from bot.push_quotas import PushQuotas

        return PushQuotas(self.database, self.line)

    @cached_property
    def payments(self) -> "Payments | None":
        """None where the plan is not for sale."""
        if self.settings.stripe_key is None:
            return None
        from payments.stripe import StripePayments

        return StripePayments.of(self.settings)

    @cached_property
    def plan_pages(self) -> "PlanPages":
        from services.plan.checkout import PlanPages

        return PlanPages(self.database, self.queue, self.payments, self.settings.public_url)

    @cached_property
    def plan_links(self) -> "PlanLinks":
        from services.plan.links import PlanLinks

        return PlanLinks(self.settings.public_url, self.settings.link_secrets)

    @cached_property
    def plan_shop(self) -> "PlanShop":
        from services.plan.shop import PlanShop

        is_open = self.settings.stripe_key is not None
        return PlanShop(self.plan_links, self.settings.plan_yen, is_open)

    @cached_property
    def footage_terms(self) -> "FootageTerms":
        from services.footage import FootageTerms

        return FootageTerms(self.settings.footage_kept, f"{self.settings.public_url}/plan/privacy")

    @cached_property
    def missed_events(self) -> "MissedEvents | None":
        """None where the plan is not for sale."""
        if self.payments is None:
            return None
        from services.plan.missed import MissedEvents

        return MissedEvents(self.database, self.queue, self.payments)

    @cached_property
    def absences(self) -> "Absences":
        from services.absences import Absences

        _ = self.queue  # what they owe is woken when it is committed
        return Absences(self.database)

    @cached_property
    def invariants(self) -> "InvariantWatch":
        from services.invariants import InvariantWatch

        return InvariantWatch(self.database)

    @cached_property
    def retention(self) -> "Retention":
        from services.retention import Retention

        kept = self.settings
        return Retention(self.database, self.store, kept.footage_kept, kept.inbox_kept, kept.speech_kept)

    @cached_property
    def demonstrations(self) -> "Demonstrations":
        from pipeline.demonstrations import Demonstrations

        return Demonstrations(
            self.database, self.leases, self.store, self.providers, self.settings.max_attempts
        )

    @cached_property
    def exports(self) -> "Exports":
        from services.export.work import Exports

        return Exports(self.database, self.leases, self.store, self.links, self.settings.max_attempts)

    @cached_property
    def erasure(self) -> "Erasure":
        from bot.farewell import Farewell
        from liff.limits import forget_counts
        from services.erasure import Erasure

        _ = self.providers  # made by the main thread, as all is
        return Erasure(
            self.database,
            self.leases,
            self.store,
            self.payments,
            kept_speech=self._kept_speech,
            forget_counts=partial(forget_counts, self.settings.broker_url or ""),
            hide_menus=self.menu_links.hide,
            say_goodbye=Farewell(self.line, self.delivery.renderer).say,
        )

    def _kept_speech(self, script: Mapping[str, Any]) -> Sequence[str]:
        from models.coaching import NarrationScript
        from pipeline.stages.video_production import spoken_sentences

        spoken = spoken_sentences(NarrationScript.model_validate(script))
        return self.providers.get().narrator.kept(spoken)

    @cached_property
    def inbox(self) -> "Inbox":
        from bot.conversation import Conversation
        from jobs.inbox import EventHandler, Inbox
        from models.inbox import EventSource
        from services.pictures import ProgressPictures
        from services.plan.events import PlanEvents

        conversation = Conversation(
            self.database,
            self.line,
            self.delivery.renderer,
            self.delivery,
            self.settings.text_promise,
            self.liff_apps,
            self.plan_shop,
            ProgressPictures(self.database, self.store),
            self.caps,
        )
        plan = PlanEvents(self.database, self.queue, self.payments)
        handlers: dict[EventSource, EventHandler] = {EventSource.LINE: conversation, EventSource.STRIPE: plan}
        return Inbox(self.database, self.queue, self.leases, handlers)


def _require(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if not value:
        raise ConfigurationError(f"{variable(name)} is not set")
    return str(value)


@contextmanager
def open_resources(settings: Settings, build: "Build | None" = None) -> Iterator[Resources]:
    """A process's resources, closed with the block."""
    resources = Resources(settings, build)
    try:
        yield resources
    finally:
        resources.close()
