"""The week's plan of family calls, and what it is made from.

A call may belong to brothers and sisters, to a plan, and stand in the place of another.

Revision: 0014
After: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OLD_COLUMNS = """
    id CHAR(32) NOT NULL,
    slot_id CHAR(32) NOT NULL,
    on_date DATE NOT NULL,
    week_key VARCHAR(8) NOT NULL,
    start_min INTEGER NOT NULL,
    child_id CHAR(32) NOT NULL,
    contact_id CHAR(32) NOT NULL,
    phone_digest BLOB NOT NULL,
    kind VARCHAR(24) NOT NULL,
    state VARCHAR(24) NOT NULL,
    state_since DATETIME NOT NULL,
    is_owed BOOLEAN NOT NULL,
    started_at DATETIME,
    ended_at DATETIME,
    booked_at DATETIME NOT NULL,
    request_id CHAR(32) NOT NULL,
    version INTEGER NOT NULL"""
NEW_COLUMNS = """,
    companion_of_id CHAR(32),
    plan_id CHAR(32),
    replaces_id CHAR(32)"""
OLD_CONSTRAINTS = """,
    CONSTRAINT pk_booking PRIMARY KEY (id),
    CONSTRAINT ck_booking_ends_after_starting CHECK (ended_at >= started_at),
    CONSTRAINT ck_booking_version CHECK (version >= 1),
    CONSTRAINT fk_booking_child_id_child FOREIGN KEY(child_id) REFERENCES child (id),
    CONSTRAINT fk_booking_own_contact FOREIGN KEY(contact_id, child_id)
    REFERENCES contact (id, child_id),
    CONSTRAINT fk_booking_slot FOREIGN KEY(slot_id, week_key, on_date, start_min)
    REFERENCES slot (id, week_key, on_date, start_min),
    CONSTRAINT uq_booking_request_id UNIQUE (request_id),
    CONSTRAINT ck_booking_kind CHECK (kind IN ('weekly', 'standby', 'parent', 'urgent')),
    CONSTRAINT ck_booking_state CHECK (state IN ('booked', 'waiting', 'calling', 'done', 'cut',
    'no_answer', 'no_show', 'excused', 'cancelled', 'released', 'unclear'))"""
NEW_CONSTRAINTS = """,
    CONSTRAINT uq_booking_id_slot_id UNIQUE (id, slot_id),
    CONSTRAINT ck_booking_companion_of_another CHECK (companion_of_id <> id),
    CONSTRAINT ck_booking_replaces_another CHECK (replaces_id <> id),
    CONSTRAINT fk_booking_companion FOREIGN KEY(companion_of_id, slot_id)
    REFERENCES booking (id, slot_id),
    CONSTRAINT fk_booking_plan_id_week_plan FOREIGN KEY(plan_id) REFERENCES week_plan (id),
    CONSTRAINT fk_booking_replaces_id_booking FOREIGN KEY(replaces_id) REFERENCES booking (id)"""
KEPT = (
    "id, slot_id, on_date, week_key, start_min, child_id, contact_id, phone_digest, kind, state, "
    "state_since, is_owed, started_at, ended_at, booked_at, request_id, version"
)

HOLDING = "state IN ('booked', 'calling', 'cut', 'done', 'unclear', 'waiting')"
ALONE = f"companion_of_id IS NULL AND {HOLDING}"
CHANGED_INDEXES = (
    ("ux_slot", "slot_id"),
    ("ux_contact", "phone_digest, on_date, start_min"),
)
SAME_INDEXES = (
    "CREATE INDEX ix_booking_child_date ON booking (child_id, on_date)",
    "CREATE INDEX ix_booking_date ON booking (on_date, start_min)",
    "CREATE INDEX ix_booking_unfinished ON booking (on_date) "
    "WHERE state IN ('booked', 'calling', 'waiting')",
    f"CREATE UNIQUE INDEX ux_child ON booking (child_id, on_date, start_min) WHERE {HOLDING}",
    "CREATE UNIQUE INDEX ux_week ON booking (child_id, week_key) WHERE kind = 'weekly' "
    "AND state IN ('booked', 'calling', 'done', 'unclear', 'waiting')",
)
COMPANION_INDEX = (
    "CREATE INDEX ix_booking_companion ON booking (companion_of_id) "
    "WHERE companion_of_id IS NOT NULL"
)

# As 0002 made them.
NOTED = (
    *("slot_id", "child_id", "on_date", "week_key", "start_min", "state", "state_since"),
    *("started_at", "ended_at", "booked_at"),
)
TRIGGER = """CREATE TRIGGER sync_booking_{verb} AFTER {event} ON booking
WHEN (SELECT muted FROM sync_control) IS NOT true{changed}
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'booking', {row}.id, '{op}')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END"""

CONTACT = (
    "ALTER TABLE contact ADD COLUMN shift VARCHAR(24) CONSTRAINT ck_contact_shift "
    "CHECK (shift IN ('day', 'night', 'alternating', 'flexible'))",
    "ALTER TABLE contact ADD COLUMN can_phone BOOLEAN NOT NULL DEFAULT true",
    "ALTER TABLE contact ADD COLUMN can_video BOOLEAN NOT NULL DEFAULT false "
    "CONSTRAINT ck_contact_reached_somehow CHECK (can_phone OR can_video)",
    "ALTER TABLE contact ADD COLUMN hours_confirmed_on DATE",
)
POSTGRES = (
    *CONTACT,
    "ALTER TABLE contact ALTER COLUMN can_phone DROP DEFAULT",
    "ALTER TABLE contact ALTER COLUMN can_video DROP DEFAULT",
    "ALTER TABLE booking ADD COLUMN companion_of_id UUID, ADD COLUMN plan_id UUID, "
    "ADD COLUMN replaces_id UUID",
    "ALTER TABLE booking ADD CONSTRAINT uq_booking_id_slot_id UNIQUE (id, slot_id)",
    COMPANION_INDEX,
    "ALTER TABLE booking ADD CONSTRAINT ck_booking_companion_of_another "
    "CHECK (companion_of_id <> id)",
    "ALTER TABLE booking ADD CONSTRAINT ck_booking_replaces_another CHECK (replaces_id <> id)",
    "ALTER TABLE booking ADD CONSTRAINT fk_booking_companion "
    "FOREIGN KEY (companion_of_id, slot_id) REFERENCES booking (id, slot_id)",
    "ALTER TABLE booking ADD CONSTRAINT fk_booking_plan_id_week_plan "
    "FOREIGN KEY (plan_id) REFERENCES week_plan (id)",
    "ALTER TABLE booking ADD CONSTRAINT fk_booking_replaces_id_booking "
    "FOREIGN KEY (replaces_id) REFERENCES booking (id)",
)
POSTGRES_BACK = (
    "DROP INDEX ix_booking_companion",
    "ALTER TABLE booking DROP COLUMN companion_of_id, DROP COLUMN plan_id, DROP COLUMN replaces_id",
    "ALTER TABLE booking DROP CONSTRAINT uq_booking_id_slot_id",
)


def _run(*statements):
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _unique(where):
    for name, columns in CHANGED_INDEXES:
        yield f"CREATE UNIQUE INDEX {name} ON booking ({columns}) WHERE {where}"


def _triggers():
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in NOTED)
    yield TRIGGER.format(verb="insert", event="INSERT", row="NEW", op="U", changed="")
    yield TRIGGER.format(
        verb="update",
        event=f"UPDATE OF {', '.join(NOTED)}",
        row="NEW",
        op="U",
        changed=f" AND ({changed})",
    )
    yield TRIGGER.format(verb="delete", event="DELETE", row="OLD", op="D", changed="")


def _make_anew(columns, indexes):
    (muted,) = op.get_bind().exec_driver_sql("SELECT muted FROM sync_control").one()
    # Rows refer to one another: the references are counted at the end, when all is back.
    _run(
        "PRAGMA defer_foreign_keys = ON",
        "UPDATE sync_control SET muted = true",
        "CREATE TEMPORARY TABLE kept AS SELECT * FROM booking",
        "DROP TABLE booking",
        f"CREATE TABLE booking ({columns}\n)",
        f"INSERT INTO booking ({KEPT}) SELECT {KEPT} FROM kept",
        "DROP TABLE kept",
        *SAME_INDEXES,
        *indexes,
        *_triggers(),
    )
    op.get_bind().exec_driver_sql("UPDATE sync_control SET muted = ?", (muted,))


def upgrade():
    op.create_table(
        "call_setting",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("drafts_on", sa.Integer(), nullable=False),
        sa.Column("drafts_from_min", sa.Integer(), nullable=False),
        sa.Column("urgent_cap", sa.Integer(), nullable=False),
        sa.Column("lot_secret", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("length(lot_secret) = 32", name=op.f("ck_call_setting_lot_secret")),
        sa.CheckConstraint(
            "drafts_from_min BETWEEN 0 AND 1439", name=op.f("ck_call_setting_drafts_from")
        ),
        sa.CheckConstraint("drafts_on BETWEEN 1 AND 7", name=op.f("ck_call_setting_drafts_on")),
        sa.CheckConstraint("urgent_cap BETWEEN 0 AND 20", name=op.f("ck_call_setting_urgent_cap")),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_call_setting_home_id_home")
        ),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_call_setting")),
    )
    op.create_table(
        "week_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("week_key", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "replaced",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL)",
            name=op.f("ck_week_plan_published_has_a_time"),
        ),
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_by_id IS NULL)",
            name=op.f("ck_week_plan_published_by_somebody"),
        ),
        sa.CheckConstraint("length(input_digest) = 64", name=op.f("ck_week_plan_input_digest")),
        sa.CheckConstraint("length(seed) = 64", name=op.f("ck_week_plan_seed")),
        sa.CheckConstraint("rule_version >= 1", name=op.f("ck_week_plan_rule_version")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_week_plan_home_id_home")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["staff.id"], name=op.f("fk_week_plan_published_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_plan")),
    )
    op.create_index(
        "uq_week_plan_now",
        "week_plan",
        ["home_id", "week_key", "state"],
        unique=True,
        sqlite_where=sa.text("state <> 'replaced'"),
        postgresql_where=sa.text("state <> 'replaced'"),
    )

    op.create_table(
        "child_lesson",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lesson",
                "club",
                "meal",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "0 <= from_min AND from_min < to_min AND to_min <= 1440",
            name=op.f("ck_child_lesson_span"),
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_child_lesson_weekday")),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_child_lesson_child_id_child")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_lesson")),
        sa.UniqueConstraint(
            "child_id",
            "weekday",
            "from_min",
            name=op.f("uq_child_lesson_child_id_weekday_from_min"),
        ),
    )
    op.create_table(
        "line_outage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "broken",
                "no_network",
                "no_power",
                "in_use",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("told_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "ended_at >= began_at", name=op.f("ck_line_outage_ends_after_beginning")
        ),
        sa.CheckConstraint(
            "ended_at IS NOT NULL OR ended_by_id IS NULL",
            name=op.f("ck_line_outage_ended_by_needs_end"),
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["staff.id"], name=op.f("fk_line_outage_ended_by_id_staff")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_line_outage_line_id_line")),
        sa.ForeignKeyConstraint(
            ["told_by_id"], ["staff.id"], name=op.f("fk_line_outage_told_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_outage")),
        sa.UniqueConstraint("request_id", name=op.f("uq_line_outage_request_id")),
    )
    op.create_index(
        "uq_line_outage_now",
        "line_outage",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "contact_doubt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "doubt",
            sa.Enum(
                "no_answer",
                "wrong_number",
                "old_hours",
                name="doubt",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)",
            name=op.f("ck_contact_doubt_settled_by_somebody"),
        ),
        sa.CheckConstraint(
            "settled_at >= raised_at", name=op.f("ck_contact_doubt_settled_after_raising")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_doubt_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["staff.id"], name=op.f("fk_contact_doubt_settled_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_doubt")),
    )
    op.create_index(
        "uq_contact_doubt_open",
        "contact_doubt",
        ["contact_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )

    op.create_table(
        "contact_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.Column(
            "pattern",
            sa.Enum(
                "always",
                "A",
                "B",
                name="pattern",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("a_week_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(pattern = 'always') = (a_week_on IS NULL)",
            name=op.f("ck_contact_hours_every_other_counts"),
        ),
        sa.CheckConstraint(
            "from_min BETWEEN 0 AND 1439 AND from_min < to_min AND to_min - from_min <= 1440",
            name=op.f("ck_contact_hours_span"),
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_contact_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_hours_contact_id_contact")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_hours")),
        sa.UniqueConstraint(
            "contact_id",
            "weekday",
            "from_min",
            "pattern",
            name=op.f("uq_contact_hours_contact_id_weekday_from_min_pattern"),
        ),
    )
    op.create_table(
        "plan_seat",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("waited_days", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("with_child_id", sa.Uuid(), nullable=True),
        sa.Column(
            "seat_reason",
            sa.Enum(
                "waited-longest",
                "first-call",
                "owed",
                "drawn",
                "with-sibling",
                "one-try",
                name="seat_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "time_reason",
            sa.Enum(
                "soonest",
                "on-the-day",
                "before",
                "after",
                name="time_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "unseated_reason",
            sa.Enum(
                "no-contact",
                "no-places",
                "no-line",
                "family-never-free",
                "child-away",
                "child-busy",
                "family-time-full",
                "all-full",
                name="unseated_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(slot_id IS NULL) = (contact_id IS NULL)", name=op.f("ck_plan_seat_place_has_a_person")
        ),
        sa.CheckConstraint(
            "(slot_id IS NULL) = (seat_reason IS NULL)",
            name=op.f("ck_plan_seat_seated_has_a_reason"),
        ),
        sa.CheckConstraint(
            "(slot_id IS NULL) = (time_reason IS NULL)", name=op.f("ck_plan_seat_time_has_a_reason")
        ),
        sa.CheckConstraint(
            "(slot_id IS NULL) = (unseated_reason IS NOT NULL)",
            name=op.f("ck_plan_seat_unseated_has_a_reason"),
        ),
        sa.CheckConstraint("turn >= 1 AND waited_days >= 0", name=op.f("ck_plan_seat_turn")),
        sa.CheckConstraint(
            "with_child_id IS NULL OR (slot_id IS NOT NULL AND with_child_id <> child_id)",
            name=op.f("ck_plan_seat_rings_with_another"),
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_plan_seat_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id", "child_id"],
            ["contact.id", "contact.child_id"],
            name="fk_plan_seat_own_contact",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "with_child_id"],
            ["plan_seat.plan_id", "plan_seat.child_id"],
            name="fk_plan_seat_with_child",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["week_plan.id"], name=op.f("fk_plan_seat_plan_id_week_plan")
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_plan_seat_slot_id_slot")),
        sa.PrimaryKeyConstraint("plan_id", "child_id", name=op.f("pk_plan_seat")),
        sa.UniqueConstraint("plan_id", "turn", name=op.f("uq_plan_seat_plan_id_turn")),
    )
    op.create_index(
        "uq_plan_seat_slot",
        "plan_seat",
        ["plan_id", "slot_id"],
        unique=True,
        sqlite_where=sa.text("slot_id IS NOT NULL AND with_child_id IS NULL"),
        postgresql_where=sa.text("slot_id IS NOT NULL AND with_child_id IS NULL"),
    )

    op.create_table(
        "call_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "weekly",
                "parent",
                "urgent",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "asked_by",
            sa.Enum(
                "child",
                "parent",
                "teacher",
                name="asked_by",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("week_key", sa.String(length=8), nullable=False),
        sa.Column(
            "urgent_reason",
            sa.Enum(
                "illness",
                "death",
                "birthday",
                "trouble",
                "other",
                name="urgent_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("urgent_no", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "planned",
                "unmet",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(asked_by = 'child') = (staff_id IS NULL)", name=op.f("ck_call_wish_written_down_by")
        ),
        sa.CheckConstraint(
            "(kind = 'urgent') = (urgent_no IS NOT NULL)",
            name=op.f("ck_call_wish_urgent_is_numbered"),
        ),
        sa.CheckConstraint(
            "(kind = 'urgent') = (urgent_reason IS NOT NULL)",
            name=op.f("ck_call_wish_urgent_says_why"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)", name=op.f("ck_call_wish_settled_has_a_time")
        ),
        sa.CheckConstraint(
            "(state = 'planned') = (booking_id IS NOT NULL)",
            name=op.f("ck_call_wish_planned_has_a_call"),
        ),
        sa.CheckConstraint("urgent_no >= 1", name=op.f("ck_call_wish_urgent_no")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_call_wish_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_call_wish_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id", "child_id"],
            ["contact.id", "contact.child_id"],
            name="fk_call_wish_own_contact",
        ),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_call_wish_home_id_home")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_call_wish_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_wish")),
        sa.UniqueConstraint(
            "home_id", "week_key", "urgent_no", name=op.f("uq_call_wish_home_id_week_key_urgent_no")
        ),
        sa.UniqueConstraint("request_id", name=op.f("uq_call_wish_request_id")),
    )
    op.create_index("ix_call_wish_week", "call_wish", ["home_id", "week_key"], unique=False)

    op.create_table(
        "wish_time",
        sa.Column("wish_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= from_min AND from_min < to_min AND to_min <= 1440", name=op.f("ck_wish_time_span")
        ),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["call_wish.id"], name=op.f("fk_wish_time_wish_id_call_wish")
        ),
        sa.PrimaryKeyConstraint("wish_id", "on_date", "from_min", name=op.f("pk_wish_time")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _run(*POSTGRES, "DROP INDEX ux_slot", "DROP INDEX ux_contact", *_unique(ALONE))
        return
    _run(*CONTACT)
    _make_anew(
        OLD_COLUMNS + NEW_COLUMNS + OLD_CONSTRAINTS + NEW_CONSTRAINTS,
        (COMPANION_INDEX, *_unique(ALONE)),
    )


def downgrade():
    # Two that rang together had one place; as it was before, a place has one call.
    _run(
        "DELETE FROM booking_event WHERE booking_id IN "
        "(SELECT id FROM booking WHERE companion_of_id IS NOT NULL)",
        "DELETE FROM wish_time",
        "DELETE FROM call_wish",
        "DELETE FROM booking WHERE companion_of_id IS NOT NULL",
    )
    if op.get_bind().dialect.name == "postgresql":
        _run("DROP INDEX ux_slot", "DROP INDEX ux_contact", *POSTGRES_BACK, *_unique(HOLDING))
    else:
        _make_anew(OLD_COLUMNS + OLD_CONSTRAINTS, tuple(_unique(HOLDING)))
    for column in ("hours_confirmed_on", "can_video", "can_phone", "shift"):
        op.execute(f"ALTER TABLE contact DROP COLUMN {column}")
    for table in (
        "wish_time",
        "call_wish",
        "plan_seat",
        "contact_hours",
        "contact_doubt",
        "line_outage",
        "child_lesson",
        "week_plan",
        "call_setting",
    ):
        op.drop_table(table)
