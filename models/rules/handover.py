"""What waits while a coach has the thread: pure functions of the message that is owed."""

from models.chat import Message, MessageType, Topic

# What the AI says of its own. What answers a tap, or tells of the plan, goes on.
_OF_THE_AI = frozenset(
    {
        MessageType.ANSWER,
        MessageType.COACHING_READY,
        MessageType.COACHING_VIDEO,
        MessageType.COACHING_FAILED,
        MessageType.FILM,
    }
)


def waits_for_coach(message: Message) -> bool:
    """Unless a coach has let it go, or it is of a danger: that is said at once, whoever has the thread."""
    return (
        message.kind in _OF_THE_AI and message.coach_id is None and message.meta.get("topic") != Topic.DANGER
    )
