"""Tables, enums and the domain's rules. Importing this room registers every table."""

from models.chat import ChatRoom, Message, MessageType, RoomType, Sender
from models.dish import Dish, ProgressStatus, UserDishProgress
from models.inbox import EventSource, InboxEvent
from models.learner import LearnerState, LearningVelocity
from models.principle import CookingPrinciple
from models.session import CookingSession, SessionStatus, StageRun
from models.user import SubscriptionStatus, User

__all__ = [
    "ChatRoom",
    "CookingPrinciple",
    "CookingSession",
    "Dish",
    "EventSource",
    "InboxEvent",
    "LearnerState",
    "LearningVelocity",
    "Message",
    "MessageType",
    "ProgressStatus",
    "RoomType",
    "Sender",
    "SessionStatus",
    "StageRun",
    "SubscriptionStatus",
    "User",
    "UserDishProgress",
]
