"""LIFF as the doctor sees it: our own pages and the simulator's keys, over sockets."""

from moment.doctor import liff
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from settings import Settings
from tests.liff.conftest import Site, site

__all__ = ["site"]


def look(settings: Settings, **changes: object) -> dict[str, Check]:
    return {check.name: check for check in liff.checks(Ground(settings.change(**changes)))}


def test_a_desk_that_runs_is_as_it_should_be(site: Site) -> None:
    checks = look(site.settings)
    assert [checks[name].status for name in ("liff", "liff.keys", "liff.pages")] == [Status.OK] * 3
    assert checks["liff.console"].fix == "", "the simulator has no console"


def test_what_the_console_must_say_is_told(site: Site) -> None:
    """Of a real LINE, whose keys no test reads."""
    console = liff.console(Ground(site.settings.change(line_api_url=None)))
    assert f"{site.url}/liff/upload/, Full" in console.fix


def test_ids_of_two_channels_fail(site: Site) -> None:
    check = look(site.settings, liff_upload_id="1234567890-Upload")["liff"]
    assert (check.status, "different" in check.detail) == (Status.FAILED, True)


def test_web_with_another_id_is_found_out(site: Site) -> None:
    check = look(site.settings, liff_id="1234567890-Pages")["liff.pages"]
    assert (check.status, "another" in check.detail) == (Status.FAILED, True)


def test_keys_that_cannot_be_read_fail(site: Site) -> None:
    check = look(site.settings, line_api_url="http://127.0.0.1:9")["liff.keys"]
    assert check.status is Status.FAILED


def test_without_an_id_production_is_warned(site: Site) -> None:
    assert look(site.settings, liff_id=None)["liff"].status is Status.SKIPPED
    assert look(site.settings, liff_id=None, env="production")["liff"].status is Status.WARNING
