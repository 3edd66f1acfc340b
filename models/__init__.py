"""Tables, enums and the domain's rules. Importing this room registers every table."""

from models.chat import ChatRoom, Message, MessageType, RoomType, Sender, SentBubble, WaitReason
from models.coach import AuditEntry, Coach, CoachAssignment, CoachInvitation, CoachRole, ConsoleSession
from models.companion import CompanionCall
from models.consent import Consent, ConsentKind
from models.deletion import Deletion
from models.demonstration import Demonstration
from models.dish import Dish, ProgressStatus, UserDishProgress
from models.export import Export
from models.flag import CoachFlag
from models.handover import CoachNote, Handover, Resume, SavedFilter, ThreadMark, ThreadPresence, ThreadRead
from models.inbox import EventSource, InboxEvent, InboxSubject
from models.learner import LearnerState, LearningVelocity
from models.media import Media, MediaKind, MediaSource, MediaState
from models.menu import MenuLink
from models.outage import ServiceOutage
from models.picture import ProgressPicture
from models.plan import Checkout, IncidentKind, PaidPeriod, PaymentIncident, Plan
from models.principle import CookingPrinciple
from models.quota import PushQuota
from models.reminder import ReminderPause
from models.review import Correction, ReviewPause
from models.session import CookingSession, SessionStatus, StageName, StageRun
from models.upload import Upload
from models.user import SubscriptionStatus, User
from models.verdict import Verdict
from models.web import IdempotencyKey, SignInCode, WebSession

__all__ = [
    "AuditEntry",
    "ChatRoom",
    "Checkout",
    "Coach",
    "CoachAssignment",
    "CoachFlag",
    "CoachInvitation",
    "CoachNote",
    "CoachRole",
    "CompanionCall",
    "Consent",
    "ConsentKind",
    "ConsoleSession",
    "CookingPrinciple",
    "CookingSession",
    "Correction",
    "Deletion",
    "Demonstration",
    "Dish",
    "EventSource",
    "Export",
    "Handover",
    "IdempotencyKey",
    "InboxEvent",
    "InboxSubject",
    "IncidentKind",
    "LearnerState",
    "LearningVelocity",
    "Media",
    "MediaKind",
    "MediaSource",
    "MediaState",
    "MenuLink",
    "Message",
    "MessageType",
    "PaidPeriod",
    "PaymentIncident",
    "Plan",
    "ProgressPicture",
    "ProgressStatus",
    "PushQuota",
    "ReminderPause",
    "Resume",
    "ReviewPause",
    "RoomType",
    "SavedFilter",
    "Sender",
    "SentBubble",
    "ServiceOutage",
    "SessionStatus",
    "SignInCode",
    "StageName",
    "StageRun",
    "SubscriptionStatus",
    "ThreadMark",
    "ThreadPresence",
    "ThreadRead",
    "Upload",
    "User",
    "UserDishProgress",
    "Verdict",
    "WaitReason",
    "WebSession",
]
