"""What LINE tells that asks nothing of us: known by name, so that only what is new to us stands out."""

from bot.router import Context, Router

router = Router()


def switches_menu(context: Context) -> bool:
    return context.event.switches_menu


@router.on("postback", where=[switches_menu])
def menu_switch() -> None:
    """LINE has changed the rich menu already (LINE docs: Rich menu switch action)."""


@router.on(
    "accountLink",
    "activated",
    "beacon",
    "botResumed",
    "botSuspended",
    "deactivated",
    "membership",
    "messageEdited",
    "module",
    "things",
)
def no_concern() -> None:
    """Features of LINE that we do not use."""
