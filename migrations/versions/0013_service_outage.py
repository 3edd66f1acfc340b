"""What is known of services that fail, shared by all processes; who writes to an account without having added it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_outage",
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_work", sa.String(length=64), server_default="", nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("service", name="pk_service_outage"),
    )
    for name in ("contact_at", "asked_at"):
        op.add_column("friendship", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("asked_at", "contact_at"):
        op.drop_column("friendship", name)
    op.drop_table("service_outage")
