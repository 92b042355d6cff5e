"""A list of holidays that changes is asked again; a term may begin with an even week.

Who may be on duty: until when a clean record has been checked, and the days on which somebody
cannot come. What the list no longer has, and who was checked, goes with the way back.

Revision: 0021
After: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WAS = ("was_answered_at", "was_answered_by_id", "was_answer", "was_kind")
REASONS = ("ill", "leave", "lesson", "meeting", "family", "other")


def upgrade():
    op.execute(
        "ALTER TABLE term ADD COLUMN first_letter VARCHAR(24) NOT NULL DEFAULT 'a' "
        "CONSTRAINT ck_term_first_letter CHECK (first_letter IN ('a', 'b'))"
    )
    _add_to_public_day()
    op.create_table(
        "duty_vetting",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("valid_until >= checked_on", name=op.f("ck_duty_vetting_validity")),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["staff.id"], name=op.f("fk_duty_vetting_noted_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_duty_vetting_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_duty_vetting")),
    )
    op.create_table(
        "duty_absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(*REASONS, name="reason", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_duty_absence_span")),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["staff.id"], name=op.f("fk_duty_absence_noted_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_duty_absence_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_absence")),
        # It finds the days of somebody as well.
        sa.UniqueConstraint(
            "staff_id",
            "first_day",
            "last_day",
            name=op.f("uq_duty_absence_staff_id_first_day_last_day"),
        ),
    )


def _add_to_public_day():
    for column in (
        "is_withdrawn BOOLEAN NOT NULL DEFAULT FALSE",
        "was_kind VARCHAR(24) CONSTRAINT ck_public_day_was_kind "
        "CHECK (was_kind IN ('closed', 'made_up'))",
        "was_answer VARCHAR(24) CONSTRAINT ck_public_day_was_answer "
        "CHECK (was_answer IN ('taken', 'declined'))",
        f"was_answered_by_id {_uuid()} "
        "CONSTRAINT fk_public_day_was_answered_by_id_staff REFERENCES staff (id)",
        # The last of them: its check names the others.
        f"was_answered_at {_instant()} CONSTRAINT ck_public_day_was_answered_by_somebody CHECK ("
        "(was_answer IS NULL) = (was_answered_at IS NULL) "
        "AND (was_answer IS NULL) = (was_answered_by_id IS NULL) "
        "AND (was_answer IS NULL OR was_kind IS NOT NULL))",
    ):
        op.execute(f"ALTER TABLE public_day ADD COLUMN {column}")


def _is_postgres():
    return op.get_bind().dialect.name == "postgresql"


def _uuid():
    return "UUID" if _is_postgres() else "CHAR(32)"


def _instant():
    return "TIMESTAMP" if _is_postgres() else "DATETIME"


def downgrade():
    op.drop_table("duty_absence")
    op.drop_table("duty_vetting")
    op.execute("DELETE FROM public_day WHERE is_withdrawn")
    _drop_from_public_day()
    op.execute("ALTER TABLE term DROP COLUMN first_letter")


def _drop_from_public_day():
    if _is_postgres():
        for column in (*WAS, "is_withdrawn"):
            op.execute(f"ALTER TABLE public_day DROP COLUMN {column}")
        return
    # SQLite drops no column that refers to another table.
    with op.batch_alter_table("public_day") as batch:
        batch.drop_constraint(op.f("ck_public_day_was_answered_by_somebody"), type_="check")
        batch.drop_constraint(op.f("ck_public_day_was_kind"), type_="check")
        batch.drop_constraint(op.f("ck_public_day_was_answer"), type_="check")
        for column in (*WAS, "is_withdrawn"):
            batch.drop_column(column)
