"""Which rich menu LINE shows a learner in one of our accounts, where it is another than everybody's."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.lease import LeaseColumns, due_index, parked_index


class MenuLink(LeaseColumns, table=True):
    """The work it owes: to have LINE show the menu that `models.rules.menu` says."""

    __tablename__ = "menu_link"
    __table_args__ = (
        UniqueConstraint("user_id", "channel"),
        due_index("menu_link"),
        parked_index("menu_link"),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id", ondelete="CASCADE")
    channel: str = Field(max_length=64)
    # Counts what may have changed the answer: one that changes while somebody is at it is not lost.
    changes: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    # LINE's id of the menu that LINE has taken; "": everybody's, or nothing is known.
    rich_menu_id: str = Field(default="", max_length=128, sa_column_kwargs={"server_default": ""})
