"""What an operator reads of a sync."""

import pytest

from line.client import LineError, NotSent, RateLimited, Refused
from moment.commands.menus import report
from moment.menus import Synced


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RateLimited("too many"), "run `moment richmenu sync` again in an hour"),
        (Refused(400, "areas[0]: invalid"), "LINE refuses it: 400 areas[0]: invalid"),
        (NotSent("NewConnectionError"), "or see `moment doctor`"),
    ],
)
def test_a_sync_that_ended_early_says_what_was_done_and_what_to_do(error: LineError, says: str) -> None:
    done, advice = report(Synced("moment", ["moment-menu-new-1: made"], error=error))
    assert done == "moment-menu-new-1: made"
    assert says in advice


def test_a_whole_one_says_what_is_left() -> None:
    assert report(Synced("moment", [])) == ["nothing to change"]
    told = report(Synced("moment", ["x: made"], owed=3, kept=1))
    assert told[1].startswith("3 learners see another menu")
    assert told[2].startswith("1 old menus stay")
