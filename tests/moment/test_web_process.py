"""The web process answers LINE, shows pages and hands out media; what it does not need it does not load."""

from tests.moment.children import run_script

MAKE_APP = """
import sys
from moment.app import make_app
from moment.resources import Resources
from settings import Settings
make_app(Resources(Settings()))
print(*sys.modules)
"""
SERVERS = {
    "DATABASE_URL": "postgresql://moment@127.0.0.1:1/moment",  # neither is reached before the first request
    "MOMENT_BROKER_URL": "redis://127.0.0.1:1/0",
}
HEAVY = ("google", "linebot", "pipeline", "bot", "desk", "numpy", "av", "stripe")


def modules_of_web(**variables: str) -> set[str]:
    return set(run_script(MAKE_APP, **SERVERS, **variables).split())


def packages(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_without_a_bucket_it_loads_no_google_no_line_sdk_and_no_pipeline() -> None:
    modules = modules_of_web()
    assert "fastapi" in packages(modules)
    assert packages(modules).isdisjoint(HEAVY), packages(modules) & set(HEAVY)


def test_choosing_google_for_the_coaching_changes_nothing_for_web() -> None:
    assert packages(modules_of_web(MOMENT_PROVIDERS="google")).isdisjoint(HEAVY)
