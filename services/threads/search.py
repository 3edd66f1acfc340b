"""Words looked for in names, dishes and what was said: full and half width, large and small letters are one."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlmodel import Session as DbSession
from sqlmodel import col

from models.chat import FOLDED, ChatRoom, Message
from models.dish import Dish
from models.session import CookingSession
from models.user import FOLDED_NAMES, User
from services.coaches import Asker, sees
from services.threads.filters import ThreadFilter, fits, is_shown
from services.threads.rows import ThreadRow, rows_of

LONGEST = 100  # characters of what is looked for
MOST = 50  # threads
MOST_MESSAGES = 300
# One or two letters are in no index: they are looked for in as many of the newest messages.
SHORT, AMONG = 3, 20_000
AROUND = 24  # characters shown at either side of a hit
# A letter and what NFKC joins to it: the marks of half-width kana, accents.
_CLUSTER = re.compile("(?s).[゙-゜ﾞﾟ\u0300-\u036f]*")

Wanted = tuple[
    ColumnElement[bool], ColumnElement[bool]
]  # of learners: in the asker's sight, and of the filter


@dataclass(frozen=True)
class Piece:
    text: str
    is_hit: bool


@dataclass(frozen=True)
class Found:
    """`said` is empty where it is the name or the dish that fits."""

    row: ThreadRow
    message_id: int | None
    said: Sequence[Piece]


def search(
    db: DbSession, asker: Asker, words: str, chosen: ThreadFilter = ThreadFilter.ALL
) -> Sequence[Found]:
    """Threads of the filter in which something fits, the newest first: of names and dishes, then of messages."""
    looked_for = fold(words.strip()[:LONGEST])
    if not looked_for:
        return []
    wanted = sees(asker), fits(chosen, asker)
    said = _messages(db, wanted, looked_for)
    named = [user_id for user_id in _learners(db, wanted, looked_for) if user_id not in said]
    user_ids = [*named, *said][:MOST]
    return [
        Found(row, *_excerpt(said[row.user_id], looked_for) if row.user_id in said else (None, ()))
        for row in rows_of(db, asker, user_ids)
    ]


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def pieces(text: str, folded_words: str) -> Sequence[Piece]:
    """The text in pieces, as it was written, with its hits told apart."""
    clusters = _CLUSTER.findall(text)
    folded = [fold(cluster) for cluster in clusters]
    starts = [0]
    for each in folded:
        starts.append(starts[-1] + len(each))
    whole, hit = "".join(folded), [False] * len(clusters)
    at = whole.find(folded_words) if folded_words else -1
    while at >= 0:
        end = at + len(folded_words)
        for index in range(len(clusters)):
            hit[index] |= starts[index] < end and starts[index + 1] > at
        at = whole.find(folded_words, end)
    found: list[Piece] = []
    for cluster, is_hit in zip(clusters, hit, strict=True):
        if found and found[-1].is_hit == is_hit:
            found[-1] = Piece(found[-1].text + cluster, is_hit)
        else:
            found.append(Piece(cluster, is_hit))
    return found


def _messages(db: DbSession, wanted: Wanted, looked_for: str) -> dict[int, Message]:
    """The newest hit of each thread, newest first."""
    statement = (
        select(col(ChatRoom.user_id), Message)
        .join(ChatRoom, col(ChatRoom.id) == col(Message.chat_room_id))
        .join(User, col(User.id) == col(ChatRoom.user_id))
        .where(_has(literal_column(FOLDED), looked_for))
        .where(is_shown(), col(Message.unsent_at).is_(None), *wanted)
        .order_by(col(Message.id).desc())
        .limit(MOST_MESSAGES)
    )
    if len(looked_for) < SHORT:
        newest = select(col(Message.id)).order_by(col(Message.id).desc()).offset(AMONG).limit(1)
        statement = statement.where(col(Message.id) > func.coalesce(newest.scalar_subquery(), 0))
    found: dict[int, Message] = {}
    for user_id, message in db.execute(statement):
        found.setdefault(user_id, message)
    return found


def _learners(db: DbSession, wanted: Wanted, looked_for: str) -> Sequence[int]:
    """Those who are called so, then those who have cooked it; of each the last who were heard of first."""
    cooked = (
        select(col(CookingSession.user_id))
        .join(Dish, col(Dish.id) == col(CookingSession.dish_id))
        .where(_has(func.lower(func.normalize(col(Dish.name_ja), literal_column("NFKC"))), looked_for))
    )
    found: list[int] = []
    for fits_words in (_has(literal_column(FOLDED_NAMES), looked_for), col(User.id).in_(cooked)):
        statement = select(col(User.id)).where(fits_words, *wanted)
        newest_first = col(User.heard_at).desc().nulls_last()
        found += db.execute(statement.order_by(newest_first).limit(MOST)).scalars()
    return list(dict.fromkeys(found))[:MOST]


def _has(folded: ColumnElement[str], looked_for: str) -> ColumnElement[bool]:
    escaped = re.sub(r"([\\%_])", r"\\\1", looked_for)
    return folded.like(f"%{escaped}%", escape="\\")


def _excerpt(message: Message, looked_for: str) -> tuple[int, Sequence[Piece]]:
    every = pieces(message.text, looked_for)
    first = next((index for index, piece in enumerate(every) if piece.is_hit), 0)
    before = "".join(piece.text for piece in every[:first])
    lead = Piece(f"…{before[-AROUND:]}" if len(before) > AROUND else before, is_hit=False)
    tail = every[first + 1 :]
    cut = [
        Piece(piece.text if piece.is_hit else piece.text[: 2 * AROUND], piece.is_hit) for piece in tail[:3]
    ]
    return message.id, [lead, *every[first : first + 1], *cut]
