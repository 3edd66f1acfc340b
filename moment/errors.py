"""What a command may end with, besides the errors of the rooms it calls."""

from errors import MomentError


class UsageError(MomentError):
    """The options can't be met; the message says which and why."""


class CommandFailed(MomentError):
    """The command could not do its work; the message says why and what to do."""
