"""What people say of an opening: its times afterwards, its telephones before, how it was left.

Revision: 0018
After: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SOURCES = ("button", "duty", "scan", "power", "person")


def source(name):
    return sa.Column(
        name,
        sa.Enum(*SOURCES, name=name, native_enum=False, create_constraint=True, length=24),
        nullable=True,
    )


def upgrade():
    op.create_table(
        "opening_times",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        source("opened_from"),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        source("closed_from"),
        sa.Column("reason", sa.String(length=140), nullable=True),
        sa.Column("said_by_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_opening_times_counted")),
        sa.CheckConstraint(
            "closed_at >= opened_at", name=op.f("ck_opening_times_closes_after_opening")
        ),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (opened_from IS NULL)",
            name=op.f("ck_opening_times_opened_is_known_how"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_from IS NULL)",
            name=op.f("ck_opening_times_closed_is_known_how"),
        ),
        sa.CheckConstraint(
            "(seq = 0) = (said_by_id IS NULL)", name=op.f("ck_opening_times_somebody_said_it")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_opening_times_reason_has_words")),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_opening_times_opening_id_opening")
        ),
        sa.ForeignKeyConstraint(
            ["said_by_id"], ["staff.id"], name=op.f("fk_opening_times_said_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_times")),
        sa.UniqueConstraint("opening_id", "seq", name=op.f("uq_opening_times_opening_id_seq")),
    )
    op.create_table(
        "line_test",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("tested_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_line_test_line_id_line")),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_line_test_opening_id_opening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_test")),
        sa.UniqueConstraint("opening_id", "line_id", name=op.f("uq_line_test_opening_id_line_id")),
    )
    op.create_table(
        "closing_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("children_left", sa.Integer(), nullable=False),
        sa.Column("books_out", sa.Integer(), nullable=False),
        sa.Column("games_out", sa.Integer(), nullable=False),
        sa.Column("games_expected", sa.Integer(), nullable=False),
        sa.Column("games_counted", sa.Integer(), nullable=True),
        sa.Column("is_clean", sa.Boolean(), nullable=False),
        sa.Column("is_safe", sa.Boolean(), nullable=False),
        sa.Column("line", sa.String(length=140), nullable=True),
        sa.Column("signed_by_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "children_left >= 0 AND books_out >= 0 AND games_out >= 0 AND games_expected >= 0",
            name=op.f("ck_closing_note_counts"),
        ),
        sa.CheckConstraint("games_counted >= 0", name=op.f("ck_closing_note_games_counted")),
        sa.CheckConstraint("length(line) > 0", name=op.f("ck_closing_note_line_has_words")),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_closing_note_opening_id_opening")
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["staff.id"], name=op.f("fk_closing_note_signed_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_note")),
        sa.UniqueConstraint("opening_id", name=op.f("uq_closing_note_opening_id")),
    )


def downgrade():
    op.drop_table("closing_note")
    op.drop_table("line_test")
    op.drop_table("opening_times")
