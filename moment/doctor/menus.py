"""The rich menus of a LINE account: whether they are there, and of this release."""

from line.client import LineClient, LineError
from line.menu_setup import problems, survey
from line.rich_menus import RichMenus
from line.tokens import TokenSource
from moment.doctor.ground import Ground
from moment.doctor.report import Check, failure, ok, warning
from moment.menus import wanted_menus
from settings import LineChannel

FIX = "run `moment richmenu sync`"


def check(ground: Ground, channel: LineChannel) -> Check:
    """All that is in a menu can be typed as well, so that a missing one is a warning."""
    name, api_url = f"line.{channel.name}.menus", ground.settings.line_api_url
    wanted = wanted_menus()
    try:
        found = survey(RichMenus(LineClient(TokenSource(channel, api_url), api_url)), wanted)
    except LineError as error:
        return failure(name, f"LINE does not tell its menus: {error}", "try again in an hour")
    wrong = problems(found, wanted)
    if wrong:
        return warning(name, "; ".join(wrong), FIX)
    old = (
        f", and {len(found.old)} of an earlier release (the next sync deletes what nobody sees)"
        if found.old
        else ""
    )
    return ok(name, f"{len(found.ids)} menus{old}")
