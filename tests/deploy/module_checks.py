"""What must hold of the Terraform module: each a function that names what does not."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import get_args
from unittest import mock

import yaml
from prometheus_client import Counter, Gauge, Histogram
from pydantic import BaseModel, SecretStr

from bot.push_quotas import MOST, USED
from jobs.queue import Queue
from moment.watch.durations import Durations
from moment.watch.flags import RecentFlags
from moment.watch.outages import Outages
from moment.watch.owed import OwedWork
from moment.watch.ports import PLACES, port_of
from services.invariants import VIOLATIONS
from services.plan.incidents import INCIDENTS
from settings import DATABASE_URL, FALLBACKS, Settings, variable
from storage.cloud import page_rule
from tests.deploy.terraform import Container, Module
from tests.moment.children import ROOT
from tests.runbook import ALERTS, RUNBOOK

Check = Callable[[Module], Iterator[str]]

ARGUMENTS = ROOT / "tests" / "deploy" / "provider_arguments.yaml"

# Cloud Run's and the uptime check's own.
METRICS_OF_GOOGLE = {
    "run_googleapis_com:request_count": {
        "monitored_resource",
        "service_name",
        "response_code_class",
    },
}
# Memory that a container of so many CPUs must and may have, in MiB (Cloud Run: worker pools, CPU limits).
MEMORY = {
    "1": (512, 4096),
    "2": (512, 8192),
    "4": (2048, 16384),
    "6": (4096, 24576),
    "8": (4096, 32768),
}

WITH_MODELS = {"roles/aiplatform.user"}
RIGHTS = {
    "web": {
        "project": WITH_MODELS,
        "bucket": {"roles/storage.objectUser"},
        "itself": {"roles/iam.serviceAccountTokenCreator"},
    },
    "worker": {
        "project": WITH_MODELS | {"roles/monitoring.metricWriter", "roles/speech.client"},
        "bucket": {"roles/storage.objectUser"},
    },
    "reconciler": {"project": {"roles/monitoring.metricWriter"}, "bucket": {"roles/storage.objectUser"}},
    "migrate": {"project": WITH_MODELS},
    "command": {
        "project": WITH_MODELS | {"roles/speech.client"},
        "bucket": {"roles/storage.objectUser"},
        "itself": {"roles/iam.serviceAccountTokenCreator"},
    },
    "deployer": {
        "project": {
            "roles/logging.logWriter",
            "roles/logging.viewer",
            "roles/ondemandscanning.admin",
            "roles/run.viewer",
        },
        "images": {"roles/artifactregistry.writer"},
        "web": {"roles/run.developer"},
        "pools": {"roles/run.developer"},
        "jobs": {"roles/run.developer"},
        "accounts": {"roles/iam.serviceAccountUser"},
    },
}
EVERYWHERE = {"DATABASE_URL", "MOMENT_LINK_SECRETS", "MOMENT_LINE_CHANNELS"}
STRIPE = {"MOMENT_STRIPE_KEY", "MOMENT_STRIPE_WEBHOOK_SECRETS"}
SECRETS_OF = {
    "web": EVERYWHERE | STRIPE | {"MOMENT_LINE_LOGIN_SECRET", "MOMENT_GEMINI_API_KEY"},
    "worker": EVERYWHERE | STRIPE | {"MOMENT_GEMINI_API_KEY"},
    "reconciler": EVERYWHERE | STRIPE,
    "migrate": EVERYWHERE | {"MOMENT_GEMINI_API_KEY"},
    "command": EVERYWHERE | STRIPE | {"MOMENT_LINE_LOGIN_SECRET", "MOMENT_GEMINI_API_KEY"},
}
# A kind of grant, what is granted by it, and under which name `RIGHTS` has it. {account} is in its key.
GRANTS = {
    ("google_project_iam_member", "role"): "project",
    ("google_storage_bucket_iam_member", "media"): "bucket",
    ("google_service_account_iam_member", "signs_links"): "itself",
    ("google_artifact_registry_repository_iam_member", "deployer"): "images",
    ("google_cloud_run_v2_service_iam_member", "deployer"): "web",
    ("google_cloud_run_v2_worker_pool_iam_member", "deployer"): "pools",
    ("google_cloud_run_v2_job_iam_member", "deployer"): "jobs",
    ("google_service_account_iam_member", "deployer"): "accounts",
}
# Who they are for is no account of ours: everybody, and GitHub's workflow as the deployer.
GRANTS_TO_OTHERS = {
    ("google_cloud_run_v2_service_iam_member", "everybody"): "roles/run.invoker",
    ("google_service_account_iam_member", "github"): "roles/iam.workloadIdentityUser",
}

# A secret's form, for those that are read as JSON.
MADE_UP = {
    "MOMENT_LINK_SECRETS": '["thirty-two characters or some more"]',
    "MOMENT_LINE_CHANNELS": '[{"name": "moment", "channel_id": "1", "channel_secret": "secret"}]',
    "MOMENT_STRIPE_WEBHOOK_SECRETS": '["whsec_secret"]',
    "DATABASE_URL": "postgresql://moment:secret@10.20.0.2/moment",
}


def every_queue_has_a_pool(module: Module) -> Iterator[str]:
    pools = {pool.key: pool for pool in module.resources("google_cloud_run_v2_worker_pool") if pool.key}
    if missing := set(Queue) - pools.keys():
        yield f"nobody works on {sorted(missing)}"
    for container in module.processes:
        if container.process in pools and container.args != ["worker", "--queue", container.process]:
            yield f"the pool {container.process} runs {container.args}"


def sizes_are_sold(module: Module) -> Iterator[str]:
    for container in module.containers:
        least, most = MEMORY.get(container.cpu, (0, 0))
        if not most:
            yield f"{container.process}: no pool has {container.cpu} CPUs"
        elif not least <= container.memory_mib <= most:
            yield f"{container.process}: {container.memory_mib} MiB with {container.cpu} CPUs"


def secrets_are_never_plain(module: Module) -> Iterator[str]:
    for container in module.containers:
        for one in container.variables:
            if one.name in secret_settings() and one.text is not None:
                yield f"{container.process}: {one.name} is plain"
            if one.version is not None and not re.fullmatch(r"[1-9]\d*", one.version):
                yield f"{container.process}: {one.name} has the version {one.version}, which changes by itself"
    if "secret_data " in module.text or "password " in module.text:
        yield "a secret's value is kept in the state"


def every_secret_has_its_readers(module: Module) -> Iterator[str]:
    readers: Mapping[str, list[str]] = module.local("secret_readers")
    if odd := secret_settings() ^ readers.keys():
        yield f"secrets of the settings and secrets made differ in {sorted(odd)}"
    names: dict[str, set[str]] = defaultdict(set)
    for grant in module.resources("google_secret_manager_secret_iam_member"):
        name, _, account = grant.key.partition("/")
        names[account].add(name)
    for account in SECRETS_OF.keys() | names.keys():
        if odd := SECRETS_OF.get(account, set()) ^ names[account]:
            yield f"{account} may read, or not, {sorted(odd)}"


def settings_exist(module: Module) -> Iterator[str]:
    known = {variable(name) for name in Settings.model_fields}
    for container in module.processes:
        names = [one.name for one in container.variables]
        for name in set(names) - known:
            yield f"{container.process}: {name} is no setting"
        if len(names) != len(set(names)):
            yield f"{container.process}: a variable is set twice"


def production_starts(module: Module) -> Iterator[str]:
    """Every process reads all that production refuses to start without."""
    if not module.processes:
        yield "no process at all"
    for container in module.processes:
        names = {one.name for one in container.variables}
        for name in FALLBACKS:
            if variable(name) not in names and not (name == "store_dir" and "MOMENT_GCS_BUCKET" in names):
                yield f"{container.process}: {variable(name)} is not set"
        environment = {
            one.name: str(one.text or MADE_UP.get(one.name, "secret")) for one in container.variables
        }
        with mock.patch.dict(os.environ, environment, clear=True):
            settings = Settings(_env_file=None)
            for problem in settings.start_problems():
                yield f"{container.process}: {problem}"
            if settings.env != "production":
                yield f"{container.process} does not run in production"


def each_process_is_its_account(module: Module) -> Iterator[str]:
    for container in module.containers:
        if container.account != ("worker" if container.process in set(Queue) else container.process):
            yield f"{container.process} runs as {container.account}"


def rights_are_the_least(module: Module) -> Iterator[str]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for kind in module.kinds():
        if not kind.endswith("_iam_member") or kind == "google_secret_manager_secret_iam_member":
            continue
        for grant in module.resources(kind):
            name, role = grant.address.partition("[")[0], grant.value("role")
            if (kind, name) in GRANTS_TO_OTHERS:
                if role != GRANTS_TO_OTHERS[kind, name]:
                    yield f"{kind}.{name} grants {role}"
                continue
            if (kind, name) not in GRANTS:
                yield f"{kind}.{name} grants {role}, which stands in no table"
                continue
            who = grant.key.partition("/")[0] if name in {"role", "media", "signs_links"} else "deployer"
            found[who][GRANTS[kind, name]].add(role)
    for who in RIGHTS.keys() | found.keys():
        if dict(found[who]) != RIGHTS.get(who, {}):
            yield f"{who} has {dict(found[who])}, and needs {RIGHTS.get(who, {})}"


def nothing_is_public_but_web(module: Module) -> Iterator[str]:
    everybody = re.findall(r"\ball(?:Authenticated)?Users\b", module.text)
    if len(everybody) > 1:
        yield f"{len(everybody)} grants to everybody"
    for bucket in module.resources("google_storage_bucket"):
        if bucket.value("public_access_prevention") != "enforced":
            yield f"the bucket {bucket.address} may become public"
        if not bucket.value("uniform_bucket_level_access"):
            yield f"objects of the bucket {bucket.address} have rights of their own"
    for database in module.resources("google_sql_database_instance"):
        address = database.block("settings", "ip_configuration")
        if address.value("ipv4_enabled") or address.value("ssl_mode") != "ENCRYPTED_ONLY":
            yield "the database is reached from outside, or unencrypted"
    for kind in ("google_cloud_run_v2_service", "google_cloud_run_v2_worker_pool"):
        for process in module.resources(kind):
            if not process.block("template").blocks("vpc_access"):
                yield f"{process.address} does not reach the network of the database"


def what_holds_work_is_protected(module: Module) -> Iterator[str]:
    kinds = [
        *("google_cloud_run_v2_service", "google_cloud_run_v2_worker_pool", "google_cloud_run_v2_job"),
        *("google_sql_database_instance", "google_secret_manager_secret"),
    ]
    for kind in kinds:
        for resource in module.resources(kind):
            if resource.value("deletion_protection") is not True:
                yield f"{kind}.{resource.address} can be deleted by a slip"
    for broker in module.resources("google_memorystore_instance"):
        if not broker.value("deletion_protection_enabled"):
            yield "the broker can be deleted by a slip"
    for database in module.resources("google_sql_database_instance"):
        if not database.block("settings").value("deletion_protection_enabled"):
            yield "the database can be deleted in the console"
        backup = database.block("settings", "backup_configuration")
        if not (backup.value("enabled") and backup.value("point_in_time_recovery_enabled")):
            yield "the database can't be set back to a minute"


def connections_suffice(module: Module) -> Iterator[str]:
    """Twice every process, for a release, each with its pool."""
    pools = sum(
        pool.block("scaling").value("manual_instance_count")
        for pool in module.resources("google_cloud_run_v2_worker_pool")
    )
    web = module.resource("google_cloud_run_v2_service", "web").block("template", "scaling")
    most = web.value("max_instance_count")
    pool = int(module.local("settings")["MOMENT_DATABASE_POOL"])
    needed = 2 * ((pools + most) * pool + most)
    if module.local("connections") != needed:
        yield f"{needed} connections may be opened, {module.local('connections')} are counted"
    database = module.resource("google_sql_database_instance", "moment")
    if database.block("lifecycle", "precondition").value("condition") is not True:
        yield f"the database allows fewer than {needed} connections and a few"


def processes_answer_where_they_are_asked(module: Module) -> Iterator[str]:
    settings = Settings.without_environment(watch_port=9400)
    ports: Mapping[str, int] = module.local("watch_ports")
    if ports != {place: port_of(settings, place) for place in PLACES}:
        yield f"processes do not answer at {ports}"
    for container in module.processes:
        if container.process in {"migrate", "command", "web"}:
            continue
        host = next((one.text for one in container.variables if one.name == "MOMENT_WATCH_HOST"), None)
        if host != "0.0.0.0":  # noqa: S104 - compared
            yield f"{container.process} answers no probe"
        for probe in ("startup_probe", "liveness_probe"):
            asked = container.block.block(probe, "http_get")
            if (asked.value("path"), asked.value("port")) != ("/livez", ports[container.process]):
                yield f"{container.process} is asked at the wrong place"


def pages_may_upload(module: Module) -> Iterator[str]:
    bucket = module.resource("google_storage_bucket", "media")
    rule = page_rule(module.local("settings")["MOMENT_PUBLIC_URL"])
    rules = {
        "origin": rule["origin"],
        "method": rule["method"],
        "response_header": rule["responseHeader"],
        "max_age_seconds": rule["maxAgeSeconds"],
    }
    for name, value in rules.items():
        if bucket.block("cors").value(name) != value:
            yield f"the bucket's CORS rule has another {name} than the page needs"


def alerts_are_told_and_explained(module: Module) -> Iterator[str]:
    told = _metrics()
    for policy in module.resources("google_monitoring_alert_policy"):
        slug = str(policy.value("display_name")).removeprefix("Moment: ")
        if slug not in ALERTS:
            yield f"{slug} stands in no table"
        if not str(policy.block("documentation").value("content")).endswith(f"runbook.md#{slug}"):
            yield f"{slug} leads nowhere"
        if f"\n## {slug}\n" not in RUNBOOK:
            yield f"docs/runbook.md has no section {slug}"
        if not policy.value("notification_channels"):
            yield f"{slug} tells nobody"
        for asked in policy.block("conditions").blocks("condition_prometheus_query_language"):
            yield from (f"{slug}: {problem}" for problem in _unknown(asked.value("query"), told))
    found = {str(one.value("display_name")) for one in module.resources("google_monitoring_alert_policy")}
    if missing := ALERTS - {name.removeprefix("Moment: ") for name in found}:
        yield f"nothing pages for {sorted(missing)}"


def _unknown(query: str, told: Mapping[str, set[str]]) -> Iterator[str]:
    names = re.findall(r"\b(?:moment_\w+|\w+_googleapis_com:[\w]+)", query)
    if not names:
        yield "asks for no metric"
    labels = set()
    for name in names:
        if name not in told:
            yield f"nobody tells {name}"
        labels |= told.get(name, set())
    asked = re.findall(r"(\w+)=\"", query)
    asked += [label for group in re.findall(r"by \(([\w, ]+)\)", query) for label in group.split(", ")]
    for label in set(asked) - labels:
        yield f"no metric has the label {label}"


def _metrics() -> dict[str, set[str]]:
    """The series that an alert may ask for, with their labels."""
    told = {name: set(labels) for name, labels in METRICS_OF_GOOGLE.items()}
    told |= {
        "moment_rows_readable": set(), "moment_service_down": {"service"}, "moment_recent_flags": {"kind"}
    }  # fmt: skip
    assert [one.name for part in (Outages(), RecentFlags()) for one in part.collect()] == [
        "moment_service_down", "moment_recent_flags"
    ]  # fmt: skip
    durations, owed = Durations(), OwedWork()
    rows = durations.coaching, durations.stages, owed.due, owed.age, owed.parked
    for collector in (*rows, INCIDENTS, MOST, USED, VIOLATIONS):
        told |= {name: {*collector._labelnames, *more} for name, more in _series(collector)}
    return told


def _series(collector: Counter | Gauge | Histogram) -> Iterator[tuple[str, set[str]]]:
    (metric,) = collector.describe()
    match metric.type:
        case "counter":
            yield f"{metric.name}_total", set()
        case "histogram":
            yield f"{metric.name}_bucket", {"le"}
        case _:
            yield metric.name, set()


def variables_are_used_and_described(module: Module) -> Iterator[str]:
    elsewhere = re.sub(r'(?s)\nvariable "\w+" \{.*?\n\}', "", module.text)
    for each in module.resources("variable"):
        name = each.address
        if not each.value("description") or not each.value("type"):
            yield f"{name} has no type or says not what it is"
        if not re.search(rf"\bvar\.{name}\b", elsewhere):
            yield f"{name} is used nowhere"
        for rule in each.blocks("validation"):
            if rule.value("condition") is not True:
                yield f"{name}: {rule.value('error_message')}"
    for each in module.resources("output"):
        if not each.value("description"):
            yield f"the output {each.address} says not what it is"


def references_lead_somewhere(module: Module) -> Iterator[str]:
    text = module.text
    known = {f"var.{name}" for name in re.findall(r'(?m)^variable "(\w+)"', text)}
    known |= {f"{kind}.{name}" for kind, name in re.findall(r'(?m)^resource "(\w+)" "(\w+)"', text)}
    known |= {f"data.{kind}.{name}" for kind, name in re.findall(r'(?m)^data "(\w+)" "(\w+)"', text)}
    known |= {
        f"ephemeral.{kind}.{name}" for kind, name in re.findall(r'(?m)^ephemeral "(\w+)" "(\w+)"', text)
    }
    known |= {f"local.{name}" for block in module.resources("locals") for name in block.attributes}
    reference = r"(?<![\w.])((?:var|local)\.\w+|(?:data\.|ephemeral\.)?(?:google|random)_\w+\.\w+)"
    for name in sorted(set(re.findall(reference, text)) - known):
        yield f"{name} does not exist"


def arguments_are_the_providers(module: Module) -> Iterator[str]:
    """Names were looked up once in the provider's schema; `terraform validate` in CI knows all of it."""
    known: Mapping[str, list[str]] = yaml.safe_load(ARGUMENTS.read_text(encoding="utf-8"))
    for kind in module.kinds():
        used = {name for resource in module.resources(kind) for name in resource.names()}
        for name in sorted(used - set(known.get(kind, []))):
            yield f"{kind} has no {name}, or it was not looked up"


def secret_settings() -> set[str]:
    """The variables of the settings that hold a secret."""
    names = {name for name, field in Settings.model_fields.items() if _holds_secret(field.annotation)}
    return {variable(name) for name in names} | {DATABASE_URL}


def _holds_secret(annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(_holds_secret(field.annotation) for field in annotation.model_fields.values())
    return annotation is SecretStr or any(map(_holds_secret, get_args(annotation)))


def collected(module: Module) -> list[Container]:
    return [container for container in module.containers if container.name == "collector"]


CHECKS: tuple[Check, ...] = (
    every_queue_has_a_pool,
    sizes_are_sold,
    secrets_are_never_plain,
    every_secret_has_its_readers,
    settings_exist,
    production_starts,
    each_process_is_its_account,
    rights_are_the_least,
    nothing_is_public_but_web,
    what_holds_work_is_protected,
    connections_suffice,
    processes_answer_where_they_are_asked,
    pages_may_upload,
    alerts_are_told_and_explained,
    variables_are_used_and_described,
    references_lead_somewhere,
    arguments_are_the_providers,
)
