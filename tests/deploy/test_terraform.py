"""The Terraform module: what must hold of it, and that each check finds what it is for."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from benchmarks import month
from jobs.queue import Queue
from tests.deploy import module_checks as checks
from tests.deploy.module_checks import CHECKS, Check
from tests.deploy.terraform import MODULE, Module, read
from tests.runbook import ALERTS


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    return read(MODULE, tmp_path_factory.mktemp("terraform"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_what_must_hold_of_the_module(module: Module, check: Check) -> None:
    assert list(check(module)) == []


@dataclass(frozen=True)
class Broken:
    """The module with one text of a file replaced, and a word of what the check then says."""

    check: Check
    file: str
    old: str
    new: str
    says: str


BROKEN = (
    Broken(
        checks.every_queue_has_a_pool,
        "variables.tf",
        "    answers      = { cpu",
        "    other = { cpu",
        "answers",
    ),
    Broken(checks.every_queue_has_a_pool, "pools.tf", '"--queue", each.key', '"--queue", "video"', "runs"),
    Broken(
        checks.sizes_are_sold,
        "variables.tf",
        '{ cpu = "2", memory = "4Gi"',
        '{ cpu = "3", memory = "4Gi"',
        "3 CPUs",
    ),
    Broken(
        checks.sizes_are_sold,
        "variables.tf",
        '{ cpu = "2", memory = "4Gi"',
        '{ cpu = "6", memory = "2Gi"',
        "2048 MiB",
    ),
    Broken(
        checks.sizes_are_sold,
        "variables.tf",
        '{ cpu = "1", memory = "2Gi"',
        '{ cpu = "1", memory = "8Gi"',
        "8192 MiB",
    ),
    Broken(
        checks.secrets_are_never_plain,
        "settings.tf",
        'MOMENT_PROVIDERS      = "google"',
        'MOMENT_STRIPE_KEY = "sk_live_1"',
        "MOMENT_STRIPE_KEY is plain",
    ),
    Broken(
        checks.secrets_are_never_plain, "secrets.tf", "tostring(version)", '"latest"', "changes by itself"
    ),
    Broken(checks.secrets_are_never_plain, "database.tf", "password_wo ", "password ", "in the state"),
    Broken(
        checks.every_secret_has_its_readers,
        "secrets.tf",
        'MOMENT_LINE_LOGIN_SECRET      = ["web", "command"]',
        'MOMENT_LINE_LOGIN_SECRET      = ["web", "command", "worker"]',
        "worker may read",
    ),
    Broken(
        checks.every_secret_has_its_readers,
        "secrets.tf",
        "MOMENT_GEMINI_API_KEY ",
        "MOMENT_GEMINI_KEY ",
        "differ",
    ),
    Broken(checks.settings_exist, "settings.tf", "MOMENT_DATABASE_POOL ", "MOMENT_DB_POOL ", "no setting"),
    Broken(checks.settings_exist, "settings.tf", "MOMENT_PROVIDERS  ", "DATABASE_URL", "twice"),
    Broken(checks.production_starts, "settings.tf", '"production"', '"development"', "in production"),
    Broken(
        checks.production_starts,
        "settings.tf",
        "    MOMENT_BROKER_URL     = local.broker_url\n",
        "",
        "BROKER_URL",
    ),
    Broken(
        checks.production_starts,
        "secrets.tf",
        'MOMENT_STRIPE_WEBHOOK_SECRETS = ["web", "worker", "reconciler", "command"]',
        'MOMENT_STRIPE_WEBHOOK_SECRETS = ["web", "worker", "command"]',
        "reconciler: MOMENT_STRIPE_WEBHOOK_SECRETS is not set",
    ),
    Broken(
        checks.each_process_is_its_account,
        "pools.tf",
        'process["reconciler"]',
        'process["web"]',
        "runs as web",
    ),
    Broken(
        checks.rights_are_the_least,
        "accounts.tf",
        "roles/storage.objectUser",
        "roles/storage.admin",
        "storage.admin",
    ),
    Broken(
        checks.rights_are_the_least,
        "accounts.tf",
        '["roles/monitoring.metricWriter"]',
        '["roles/editor"]',
        "editor",
    ),
    Broken(checks.rights_are_the_least, "accounts.tf", '"media" {', '"other" {', "no table"),
    Broken(checks.rights_are_the_least, "web.tf", "roles/run.invoker", "roles/run.admin", "run.admin"),
    Broken(checks.nothing_is_public_but_web, "bucket.tf", '"enforced"', '"inherited"', "may become public"),
    Broken(
        checks.nothing_is_public_but_web,
        "accounts.tf",
        "google_service_account.process[each.key].member",
        '"allUsers"',
        "grants to everybody",
    ),
    Broken(
        checks.nothing_is_public_but_web,
        "database.tf",
        "ipv4_enabled    = false",
        "ipv4_enabled    = true",
        "outside",
    ),
    Broken(
        checks.what_holds_work_is_protected,
        "pools.tf",
        "deletion_protection = true",
        "deletion_protection = false",
        "slip",
    ),
    Broken(checks.what_holds_work_is_protected, "broker.tf", "enabled = true", "enabled = false", "broker"),
    Broken(
        checks.what_holds_work_is_protected,
        "database.tf",
        "recovery_enabled = true",
        "recovery_enabled = false",
        "minute",
    ),
    Broken(
        checks.connections_suffice, "database.tf", "pool.instances]) + 1", "pool.instances])", "are counted"
    ),
    Broken(checks.connections_suffice, "variables.tf", "default     = 400", "default     = 200", "fewer"),
    Broken(
        checks.processes_answer_where_they_are_asked,
        "settings.tf",
        "models       = 9406",
        "models = 9409",
        "9409",
    ),
    Broken(
        checks.processes_answer_where_they_are_asked,
        "pools.tf",
        "MOMENT_WATCH_HOST",
        "MOMENT_WATCH",
        "no probe",
    ),
    Broken(checks.processes_answer_where_they_are_asked, "pools.tf", '"/livez"', '"/healthz"', "wrong place"),
    Broken(checks.pages_may_upload, "bucket.tf", '"Content-Range", ', "", "response_header"),
    Broken(
        checks.alerts_are_told_and_explained,
        "alerts.tf",
        "moment_parked_rows",
        "moment_lost_rows",
        "nobody tells",
    ),
    Broken(
        checks.alerts_are_told_and_explained, "alerts.tf", "by (channel)", "by (account)", "label account"
    ),
    Broken(
        checks.alerts_are_told_and_explained,
        "alerts.tf",
        "    rows-parked = {",
        "    rows-stuck = {",
        "no table",
    ),
    Broken(
        checks.alerts_are_told_and_explained,
        "alerts.tf",
        "${local.runbook}${each.key}",
        "the runbook",
        "leads nowhere",
    ),
    Broken(
        checks.variables_are_used_and_described,
        "broker.tf",
        "var.broker_zone",
        '"asia-northeast1-b"',
        "used nowhere",
    ),
    Broken(checks.variables_are_used_and_described, "example.tfvars", "250000", "0.5", "whole number"),
    Broken(
        checks.references_lead_somewhere,
        "web.tf",
        "var.web_instances_most",
        "var.instances_most",
        "var.instances_most",
    ),
    Broken(checks.references_lead_somewhere, "web.tf", "local.settings", "local.setting", "local.setting"),
    Broken(
        checks.references_lead_somewhere, "outputs.tf", "service.web.uri", "service.site.uri", "service.site"
    ),
    Broken(checks.arguments_are_the_providers, "web.tf", "cpu_idle  ", "cpu_idling", "cpu_idling"),
    Broken(checks.arguments_are_the_providers, "images.tf", "_repository", "_registry", "has no"),
)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.check.__name__}: {broken.says}")
def test_each_check_finds_what_it_is_for(broken: Broken, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(MODULE, folder)
    file = folder / broken.file
    text = file.read_text(encoding="utf-8")
    assert broken.old in text
    file.write_text(text.replace(broken.old, broken.new), encoding="utf-8")
    problems = list(broken.check(read(folder, tmp_path)))
    assert any(broken.says in problem for problem in problems), problems


def test_no_check_is_without_a_module_that_breaks_it() -> None:
    assert {broken.check for broken in BROKEN} == set(CHECKS)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("billing_account", '"ABC"'),
        ("operator_email", '"nobody"'),
        ("runbook_url", '"http://example.jp/runbook.md"'),
        ("github_repository", '"moment"'),
        ("image", '"asia-northeast1-docker.pkg.dev/p/moment/moment:latest"'),
        ("image", '"asia-northeast1-docker.pkg.dev/p/moment/moment"'),
        ("public_url", '"http://moment.example"'),
        ("public_url", '"https://moment.example/"'),
        ("secret_versions", "{ MOMENT_LINK_SECRETS = 1 }"),
        ("secret_versions", "{ MOMENT_LINK_SECRETS = 1, MOMENT_LINE_CHANNELS = 0 }"),
        ("secret_versions", "{ MOMENT_LINK_SECRETS = 1, MOMENT_LINE_CHANNELS = 1, DATABASE_URL = 1 }"),
        ("settings", '{ MOMENT_STRIPE_KEY = "sk_live_1" }'),
        ("settings", '{ PATH = "/" }'),
        ("web_instances_most", "0"),
        ("database_version", '"POSTGRES_16"'),
        ("database_tier", '"db-f1-micro"'),
        ("database_availability", '"BOTH"'),
        ("database_pool", "1"),
        ("broker_zone", '"us-central1-a"'),
        ("worker_pools", '{ models = { cpu = "1", memory = "1Gi", instances = 1, metrics = true } }'),
    ],
)
def test_a_wrong_value_is_refused(variable: str, value: str, tmp_path: Path) -> None:
    module = read(MODULE, tmp_path, f"{variable} = {value}\n")
    conditions = [
        rule.value("condition") for rule in module.resource("variable", variable).blocks("validation")
    ]
    assert False in conditions


def test_the_collector_is_given_a_configuration_that_it_can_read(module: Module) -> None:
    text = (MODULE / "collector.yaml").read_text(encoding="utf-8")
    for name, value in {"job": "models", "port": "9406", "region": "asia-northeast1"}.items():
        text = text.replace(f"${{{name}}}", value)
    assert "$" not in text
    configuration = yaml.safe_load(text)
    (job,) = configuration["receivers"]["prometheus"]["config"]["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["127.0.0.1:9406"]}]
    pipeline = configuration["service"]["pipelines"]["metrics"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) == configuration[kind].keys()
    # Who tells what an alert asks for has one beside it.
    assert {container.process for container in checks.collected(module)} == {
        "reconciler",
        "conversation",
        "models",
    }


def test_the_costs_are_counted_for_the_same_machines(module: Module) -> None:
    pools = module.resource("variable", "worker_pools").value("default")
    for queue in Queue:
        counted, made = month.POOLS[queue], pools[queue]
        assert (str(counted.cpus), f"{counted.memory_gib}Gi", 1) == (
            made["cpu"],
            made["memory"],
            made["instances"],
        )
        assert (queue in month.COLLECTED) == made["metrics"]
    web = next(container for container in module.processes if container.process == "web")
    assert (web.cpu, web.memory_mib) == ("1", month.WEB_GIB * 1024)
    assert module.local("connections") == month.connections(100)
    assert len(ALERTS) == month.ALERTS
