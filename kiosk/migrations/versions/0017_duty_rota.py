"""The duty rota: agreements, planned duties with their steps, and visitors of the room.

Revision: 0017
After: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "duty_setting",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("min_adults", sa.Integer(), nullable=False),
        sa.Column("late_after_min", sa.Integer(), nullable=False),
        sa.Column("tasks", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "late_after_min BETWEEN 0 AND 60", name=op.f("ck_duty_setting_late_after_min")
        ),
        sa.CheckConstraint("length(tasks) > 0", name=op.f("ck_duty_setting_tasks_not_empty")),
        sa.CheckConstraint("min_adults BETWEEN 1 AND 5", name=op.f("ck_duty_setting_min_adults")),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_duty_setting_home_id_home")
        ),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_duty_setting")),
    )
    op.create_table(
        "duty_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "0 <= from_min AND from_min < to_min AND to_min <= 1440",
            name=op.f("ck_duty_template_span"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_duty_template_validity")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_duty_template_weekday")),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_duty_template_home_id_home")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_duty_template_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_template")),
    )
    with op.batch_alter_table("duty_template", schema=None) as batch_op:
        batch_op.create_index(
            "uq_duty_template_goes_on",
            ["home_id", "weekday", "from_min", "staff_id"],
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )

    op.create_table(
        "planned_duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "confirmed",
                "seeking",
                "present",
                "late",
                "excused",
                "absent",
                "replaced",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "ill",
                "leave",
                "lesson",
                "meeting",
                "family",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state <> 'excused' OR reason IS NOT NULL",
            name=op.f("ck_planned_duty_excused_for_a_reason"),
        ),
        sa.CheckConstraint("replaces_id <> id", name=op.f("ck_planned_duty_replaces_another")),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_planned_duty_opening_id_opening")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id", "opening_id"],
            ["planned_duty.id", "planned_duty.opening_id"],
            name="fk_planned_duty_replaces_in_opening",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_planned_duty_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_duty")),
        sa.UniqueConstraint("id", "opening_id", name=op.f("uq_planned_duty_id_opening_id")),
    )
    with op.batch_alter_table("planned_duty", schema=None) as batch_op:
        batch_op.create_index("ix_planned_duty_staff_id", ["staff_id"], unique=False)
        batch_op.create_index(
            "uq_planned_duty_person",
            ["opening_id", "staff_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'replaced'"),
            postgresql_where=sa.text("state <> 'replaced'"),
        )
        batch_op.create_index(
            "uq_planned_duty_replaces",
            ["replaces_id"],
            unique=True,
            sqlite_where=sa.text("replaces_id IS NOT NULL"),
            postgresql_where=sa.text("replaces_id IS NOT NULL"),
        )

    op.create_table(
        "visitor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=60), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "reading",
                "homework",
                "games",
                "crafts",
                "talking",
                "donation",
                "looking",
                "other",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("came_at", sa.DateTime(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("left_at >= came_at", name=op.f("ck_visitor_leaves_after_coming")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_visitor_name_not_empty")),
        sa.CheckConstraint(
            "length(organisation) > 0", name=op.f("ck_visitor_organisation_not_empty")
        ),
        sa.CheckConstraint("people BETWEEN 1 AND 99", name=op.f("ck_visitor_people")),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["staff.id"], name=op.f("fk_visitor_noted_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_visitor_opening_id_opening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor")),
        sa.UniqueConstraint("request_id", name=op.f("uq_visitor_request_id")),
    )
    with op.batch_alter_table("visitor", schema=None) as batch_op:
        batch_op.create_index("ix_visitor_opening_id", ["opening_id"], unique=False)

    op.create_table(
        "duty_event",
        sa.Column("planned_duty_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "confirmed",
                "seeking",
                "present",
                "late",
                "excused",
                "absent",
                "replaced",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "ill",
                "leave",
                "lesson",
                "meeting",
                "family",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_duty_event_seq")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_duty_event_by_id_staff")),
        sa.ForeignKeyConstraint(
            ["planned_duty_id"],
            ["planned_duty.id"],
            name=op.f("fk_duty_event_planned_duty_id_planned_duty"),
        ),
        sa.PrimaryKeyConstraint("planned_duty_id", "seq", name=op.f("pk_duty_event")),
    )


def downgrade():
    for table in ("duty_event", "visitor", "planned_duty", "duty_template", "duty_setting"):
        op.drop_table(table)
