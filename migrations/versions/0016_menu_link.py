"""Which rich menu LINE shows a learner."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _time(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    """Rows come with the next `moment richmenu sync`: only then is there a menu to be shown."""
    op.create_table(
        "menu_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("changes", sa.Integer(), server_default="1", nullable=False),
        sa.Column("rich_menu_id", sa.String(128), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        _time("due_at"),
        _time("nudge_at"),
        _time("away_since"),
        _time("parked_at"),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_menu_link_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_link")),
        sa.UniqueConstraint("user_id", "channel", name=op.f("uq_menu_link_user_id_channel")),
    )
    for name, column in (("due", "nudge_at"), ("parked", "parked_at")):
        which = sa.text(f"{column} IS NOT NULL")
        indexed = "nudge_at" if name == "due" else "id"
        op.create_index(f"ix_menu_link_{name}", "menu_link", [indexed], postgresql_where=which)


def downgrade() -> None:
    op.drop_table("menu_link")
