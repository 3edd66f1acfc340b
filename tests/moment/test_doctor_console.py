"""The console as the doctor sees it: our own page and the simulator's token endpoint, over sockets."""

from pydantic import SecretStr

from models.coach import CoachRole
from moment.doctor import console
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from settings import Settings
from tests.console.conftest import new_coach
from tests.liff.conftest import Site, site

__all__ = ["site"]


def look(settings: Settings, **changes: object) -> dict[str, Check]:
    return {check.name: check for check in console.checks(Ground(settings.change(**changes)))}


def test_a_console_that_waits_for_its_admin_and_then_has_one(site: Site) -> None:
    checks = look(site.settings)
    assert [checks[name].status for name in ("console", "console.page")] == [Status.OK] * 2
    assert checks["console.callback"].fix == "", "the simulator has no console"
    assert checks["console.coaches"].status is Status.WARNING
    assert "moment coach invite" in checks["console.coaches"].fix
    with site.database.transaction() as db:
        new_coach(db, role=CoachRole.ADMIN)
    assert look(site.settings)["console.coaches"] == Check("console.coaches", Status.OK, "1 may sign in")


def test_a_wrong_secret_fails(site: Site) -> None:
    check = look(site.settings, line_login_secret=SecretStr("x" * 32))["console"]
    assert (check.status, "400" in check.detail) == (Status.FAILED, True)


def test_lines_absence_fails_and_ours_is_looked_at_elsewhere(site: Site) -> None:
    checks = look(site.settings, line_api_url="http://127.0.0.1:9", public_url="http://127.0.0.1:9")
    assert checks["console"].status is Status.FAILED
    assert checks["console.page"].status is Status.SKIPPED


def test_where_the_callback_belongs_is_told(site: Site) -> None:
    check = console.callback(Ground(site.settings.change(line_api_url=None)))
    assert f"{site.url}/console/callback" in check.fix


def test_without_a_secret_production_is_warned(site: Site) -> None:
    assert look(site.settings, line_login_secret=None)["console"].status is Status.SKIPPED
    warned = look(site.settings, line_login_secret=None, env="production")["console"]
    assert warned.status is Status.WARNING
