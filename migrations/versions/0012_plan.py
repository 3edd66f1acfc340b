"""The plan: Stripe's customer and subscription, what is paid for, and a status for a pause."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATUSES = ("free", "active", "past_due", "cancelled")
MESSAGES = (
    "cooking_video",
    "coaching_ready",
    "coaching_video",
    "coaching_failed",
    "notice",
    "still_working",
    "answer",
    "text",
    "question",
    "video",
    "audio",
    "other",
)
# Whoever paid so far keeps the dishes that their months had opened.
MONTHS = """
UPDATE "user"
   SET months_paid = 1 + 12 * date_part('year', age(created_at))::int + date_part('month', age(created_at))::int
 WHERE subscription_status IN ('active', 'past_due')
"""


def upgrade() -> None:
    _choices("user", "subscription_status", "subscriptionstatus", (*STATUSES, "paused"))
    _choices("message", "kind", "messagetype", (*MESSAGES, "plan_news"))
    op.add_column("user", sa.Column("months_paid", sa.Integer(), server_default="0", nullable=False))
    op.execute(MONTHS)
    op.create_table(
        "plan",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(255), nullable=False),
        sa.Column("subscription_id", sa.String(255), nullable=True),
        _time("period_end", nullable=True),
        _time("ends_on", nullable=True),
        sa.Column("due_invoice_id", sa.String(255), nullable=True),
        sa.Column("due_invoice_url", sa.String(), server_default="", nullable=False),
        sa.Column("needs_bank", sa.Boolean(), server_default="false", nullable=False),
        _time("unread_since", nullable=True),
        _time("read_at", nullable=True),
        _of_a_user("plan", "CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_plan")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_plan_customer_id")),
    )
    op.create_table(
        "paid_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        *(
            sa.Column(name, sa.String(255), nullable=False)
            for name in ("invoice_id", "customer_id", "subscription_id")
        ),
        sa.Column("amount_yen", sa.Integer(), nullable=False),
        *(_time(name) for name in ("starts_at", "ends_at", "paid_at")),
        sa.Column("receipt_url", sa.String(), server_default="", nullable=False),
        _of_a_user("paid_period", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paid_period")),
        sa.UniqueConstraint("invoice_id", name=op.f("uq_paid_period_invoice_id")),
    )
    op.create_index("ix_paid_period_user_id", "paid_period", ["user_id"])
    _create_checkout()
    op.create_table(
        "payment_incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _incident_kind(), nullable=False),
        sa.Column("stripe_id", sa.String(255), nullable=False),
        sa.Column("customer_id", sa.String(255), server_default="", nullable=False),
        _time("created_at", default="now()"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_incident")),
    )
    op.create_index("uq_payment_incident", "payment_incident", ["kind", "stripe_id"], unique=True)


def downgrade() -> None:
    for table in ("payment_incident", "checkout", "paid_period", "plan"):
        op.drop_table(table)
    op.drop_column("user", "months_paid")
    op.execute("UPDATE \"user\" SET subscription_status = 'cancelled' WHERE subscription_status = 'paused'")
    op.execute("UPDATE message SET kind = 'notice' WHERE kind = 'plan_news'")
    _choices("user", "subscription_status", "subscriptionstatus", STATUSES)
    _choices("message", "kind", "messagetype", MESSAGES)


def _create_checkout() -> None:
    op.create_table(
        "checkout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        _time("opened_at", default="now()"),
        _time("expires_at"),
        sa.Column("session_id", sa.String(255), nullable=True),
        sa.Column("url", sa.String(), server_default="", nullable=False),
        _time("closed_at", nullable=True),
        _of_a_user("checkout", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout")),
        sa.UniqueConstraint("key", name=op.f("uq_checkout_key")),
        sa.UniqueConstraint("session_id", name=op.f("uq_checkout_session_id")),
    )
    op.create_index("ix_checkout_user_id", "checkout", ["user_id"])
    op.create_index(
        "uq_checkout_open",
        "checkout",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _choices(table: str, column: str, kind: str, values: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{kind}_choices")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(repr(value) for value in values)})")


def _incident_kind() -> sa.Enum:
    kinds = "second_plan", "refund", "dispute", "plan_of_nobody", "late_payment", "not_tidied"
    return sa.Enum(*kinds, name="incidentkind_choices", native_enum=False, create_constraint=True, length=32)


def _time(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[object]:
    server_default = sa.text(default) if default else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default)


def _of_a_user(table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["user.id"], name=op.f(f"fk_{table}_user_id_user"), ondelete=ondelete
    )
