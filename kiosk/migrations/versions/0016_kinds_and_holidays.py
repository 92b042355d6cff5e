"""Kinds and turns of the weekly pattern; public holidays as questions to the school.

What stands in the pattern is called by its time of day; who plans otherwise ends the line and adds
another. What stands in the calendar was written by hand. An opening that is not as the pattern has
it says why.

Revision: 0016
After: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _words(name, *words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade():
    op.execute(
        "ALTER TABLE opening_rule ADD COLUMN kind VARCHAR(24) NOT NULL DEFAULT 'after_class' "
        "CONSTRAINT ck_opening_rule_kind CHECK (kind IN ('noon', 'after_class', 'evening', "
        "'sunday_return', 'weekend', 'holiday')) CONSTRAINT ck_opening_rule_kind_fits_weekday "
        "CHECK ((kind <> 'sunday_return' OR weekday = 7) AND (kind <> 'weekend' OR weekday >= 6))"
    )
    op.execute(
        "ALTER TABLE opening_rule ADD COLUMN week_letter VARCHAR(24) "
        "CONSTRAINT ck_opening_rule_week_letter CHECK (week_letter IN ('a', 'b')) "
        "CONSTRAINT ck_opening_rule_holiday_no_letter "
        "CHECK (kind <> 'holiday' OR week_letter IS NULL)"
    )
    op.execute(
        "UPDATE opening_rule SET kind = CASE WHEN weekday >= 6 THEN 'weekend' "
        "WHEN to_min <= 840 THEN 'noon' WHEN from_min >= 1080 THEN 'evening' "
        "ELSE 'after_class' END"
    )
    op.execute(
        "ALTER TABLE opening ADD COLUMN reason VARCHAR(24) "
        "CONSTRAINT ck_opening_reason CHECK (reason IN ('no_duty', 'holiday', 'exam', 'power', "
        "'network', 'weather', 'meeting', 'illness', 'other'))"
    )
    op.execute(
        "ALTER TABLE calendar_day ADD COLUMN source VARCHAR(60) "
        "CONSTRAINT ck_calendar_day_source_not_empty CHECK (length(source) > 0)"
    )
    op.create_table(
        "holiday_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("told_by_id", sa.Uuid(), nullable=True),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_holiday_year_year")),
        sa.CheckConstraint(
            "(source IS NULL) = (told_by_id IS NOT NULL)", name=op.f("ck_holiday_year_known_from")
        ),
        sa.ForeignKeyConstraint(
            ["told_by_id"], ["staff.id"], name=op.f("fk_holiday_year_told_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_holiday_year")),
    )
    op.create_table(
        "public_day",
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", _words("kind", "closed", "made_up"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("answer", _words("answer", "taken", "declined"), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_public_day_name_not_empty")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) "
            "AND (answer IS NULL) = (answered_by_id IS NULL)",
            name=op.f("ck_public_day_answered_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["staff.id"], name=op.f("fk_public_day_answered_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["year"], ["holiday_year.year"], name=op.f("fk_public_day_year_holiday_year")
        ),
        sa.PrimaryKeyConstraint("on_date", name=op.f("pk_public_day")),
    )
    op.create_table(
        "rule_set_choice",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("chosen_by_id", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_rule_set_choice_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["chosen_by_id"], ["staff.id"], name=op.f("fk_rule_set_choice_chosen_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_rule_set_choice_home_id_home")
        ),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_rule_set_choice")),
    )


def downgrade():
    for table in ("rule_set_choice", "public_day", "holiday_year"):
        op.drop_table(table)
    op.execute("ALTER TABLE opening DROP COLUMN reason")
    op.execute("ALTER TABLE calendar_day DROP COLUMN source")
    for column in ("week_letter", "kind"):  # the check of the one names the other
        op.execute(f"ALTER TABLE opening_rule DROP COLUMN {column}")
