"""The lending desk: policies, the calendar, holds, reading in the room, what befell items, late entries.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "lending_policy",
        sa.Column("grade", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "book",
                "periodical",
                "game",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("self_lending", sa.Boolean(), nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 366", name=op.f("ck_lending_policy_days")),
        sa.CheckConstraint(
            "grace_days BETWEEN 0 AND 366", name=op.f("ck_lending_policy_grace_days")
        ),
        sa.CheckConstraint("grade BETWEEN 0 AND 9", name=op.f("ck_lending_policy_grade")),
        sa.CheckConstraint("most BETWEEN 1 AND 99", name=op.f("ck_lending_policy_most")),
        sa.CheckConstraint("renewals BETWEEN 0 AND 99", name=op.f("ck_lending_policy_renewals")),
        sa.PrimaryKeyConstraint("grade", "kind", name=op.f("pk_lending_policy")),
    )
    op.create_table(
        "library_setting",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("holiday_most", sa.Integer(), nullable=False),
        sa.Column("hold_days", sa.Integer(), nullable=False),
        sa.Column("holds_most", sa.Integer(), nullable=False),
        sa.Column("spread_days", sa.Integer(), nullable=False),
        sa.Column("forgets_readers", sa.Boolean(), nullable=False),
        sa.CheckConstraint("hold_days BETWEEN 1 AND 30", name=op.f("ck_library_setting_hold_days")),
        sa.CheckConstraint(
            "holds_most BETWEEN 0 AND 10", name=op.f("ck_library_setting_holds_most")
        ),
        sa.CheckConstraint(
            "holiday_most BETWEEN 0 AND 99", name=op.f("ck_library_setting_holiday_most")
        ),
        sa.CheckConstraint(
            "spread_days BETWEEN 1 AND 10", name=op.f("ck_library_setting_spread_days")
        ),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_library_setting_home_id_home")
        ),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_library_setting")),
    )
    op.create_table(
        "term",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("first_day < last_day", name=op.f("ck_term_span")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_term_name_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("name", name=op.f("uq_term_name")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "closed",
                "made_up",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("as_weekday", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'made_up') = (as_weekday IS NOT NULL)",
            name=op.f("ck_calendar_day_made_up_follows"),
        ),
        sa.CheckConstraint("as_weekday BETWEEN 1 AND 7", name=op.f("ck_calendar_day_as_weekday")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_calendar_day_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["staff.id"], name=op.f("fk_calendar_day_decided_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("on_date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("placed_at", sa.DateTime(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("ready_at", sa.DateTime(), nullable=True),
        sa.Column("pick_up_by", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "lent",
                "cancelled",
                "expired",
                name="ended_as",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_hold_ended_has_a_way")
        ),
        sa.CheckConstraint(
            "(item_id IS NULL) = (ready_at IS NULL) AND (item_id IS NULL) = (pick_up_by IS NULL)",
            name=op.f("ck_hold_ready_is_whole"),
        ),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_hold_child_id_child")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_hold_item_id_item")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_hold_title_id_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("request_id", name=op.f("uq_hold_request_id")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_title_placed_at", ["title_id", "placed_at"], unique=False)
        batch_op.create_index(
            "uq_hold_open_child_title",
            ["child_id", "title_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_hold_ready_item",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND item_id IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NULL AND item_id IS NOT NULL"),
        )
    op.create_table(
        "room_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_room_reading_item_id_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_reading")),
        sa.UniqueConstraint("request_id", name=op.f("uq_room_reading_request_id")),
    )
    with op.batch_alter_table("room_reading", schema=None) as batch_op:
        batch_op.create_index("ix_room_reading_local_day", ["local_day"], unique=False)
    op.create_table(
        "item_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "lost",
                "damaged",
                "missing",
                "worn_out",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("photo", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "found",
                "repaired",
                "replaced",
                "pardoned",
                "withdrawn",
                name="ended_as",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "ended_as NOT IN ('replaced', 'pardoned', 'withdrawn') OR length(end_reason) > 0",
            name=op.f("ck_item_case_end_has_a_reason"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_item_case_ended_has_a_way")
        ),
        sa.CheckConstraint(
            "length(photo) BETWEEN 1 AND 61440", name=op.f("ck_item_case_photo_size")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["staff.id"], name=op.f("fk_item_case_approved_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["staff.id"], name=op.f("fk_item_case_ended_by_id_staff")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_case_item_id_item")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_item_case_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["staff.id"], name=op.f("fk_item_case_opened_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_case")),
    )
    with op.batch_alter_table("item_case", schema=None) as batch_op:
        batch_op.create_index("ix_item_case_local_day", ["local_day"], unique=False)
        batch_op.create_index(
            "uq_item_case_open_item",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "late_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "lend",
                "return",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "asked",
                "dismissed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("loan_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'asked') = (settled_at IS NULL)",
            name=op.f("ck_late_entry_settled_has_a_time"),
        ),
        sa.CheckConstraint(
            "action <> 'lend' OR child_id IS NOT NULL", name=op.f("ck_late_entry_lend_has_a_reader")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_late_entry_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["staff.id"], name=op.f("fk_late_entry_entered_by_id_staff")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_late_entry_item_id_item")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_late_entry_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["staff.id"], name=op.f("fk_late_entry_settled_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_entry")),
        sa.UniqueConstraint("request_id", name=op.f("uq_late_entry_request_id")),
    )
    with op.batch_alter_table("late_entry", schema=None) as batch_op:
        batch_op.create_index("ix_late_entry_item_at", ["item_id", "happened_at"], unique=False)


def downgrade():
    for table in (
        "late_entry",
        "item_case",
        "room_reading",
        "hold",
        "calendar_day",
        "term",
        "library_setting",
        "lending_policy",
    ):
        op.drop_table(table)
