"""What coaches say of what the AI found."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "session_id", sa.Integer(), sa.ForeignKey("session.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("coach_id", sa.Integer(), sa.ForeignKey("coach.id", ondelete="SET NULL")),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("true_fault", sa.String()),
        sa.Column("second", sa.Float()),
        sa.Column("words", sa.String(500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_verdict_session_id", "verdict", ["session_id", "id"])
    op.create_index("ix_verdict_coach_id", "verdict", ["coach_id"])


def downgrade() -> None:
    op.drop_table("verdict")
