"""What staff set up for the PC of a room, how a given name is read, which books are new.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _one_of(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade():
    op.create_table(
        "device",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("px_per_metre", sa.Integer(), nullable=True),
        sa.Column("pinyin_grades", sa.Integer(), nullable=False),
        sa.Column("is_sound_on", sa.Boolean(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column(
            "voice",
            _one_of("voice", "best", "recorded", "computer", "machine", "nobody"),
            nullable=False,
        ),
        sa.Column("is_camera_on", sa.Boolean(), nullable=False),
        sa.Column("print_right", sa.Integer(), nullable=False),
        sa.Column("print_down", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "px_per_metre BETWEEN 1500 AND 15000", name=op.f("ck_device_px_per_metre")
        ),
        sa.CheckConstraint("pinyin_grades BETWEEN 0 AND 511", name=op.f("ck_device_pinyin_grades")),
        sa.CheckConstraint("volume BETWEEN 0 AND 100", name=op.f("ck_device_volume")),
        sa.CheckConstraint("print_right BETWEEN -100 AND 100", name=op.f("ck_device_print_right")),
        sa.CheckConstraint("print_down BETWEEN -100 AND 100", name=op.f("ck_device_print_down")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_device_home_id_home")),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_device")),
    )
    op.create_table(
        "scanner",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column(
            "terminator",
            _one_of("terminator", "enter", "tab", "line_feed", "enter_line_feed", "nothing"),
            nullable=False,
        ),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("letter_case", _one_of("letter_case", "upper", "lower"), nullable=False),
        sa.Column("isbn", _one_of("isbn", "as_printed", "ten_digits", "not_read"), nullable=False),
        sa.Column("drops_characters", sa.Boolean(), nullable=False),
        sa.Column("has_input_method", sa.Boolean(), nullable=False),
        sa.Column("learned_at", sa.DateTime(), nullable=False),
        sa.Column(
            "change",
            _one_of(
                "change",
                "terminator",
                "prefix",
                "letter_case",
                "dropped_characters",
                "input_method",
            ),
            nullable=True,
        ),
        sa.Column("changed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(change IS NULL) = (changed_at IS NULL)", name=op.f("ck_scanner_change_has_a_time")
        ),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_scanner_home_id_home")),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_scanner")),
    )
    op.create_index("ix_item_added_on_title_id_status", "item", ["added_on", "title_id", "status"])
    # Not by a table made anew: the triggers of 0002 stand on this one.
    op.execute(
        "ALTER TABLE child ADD COLUMN given_name_pinyin VARCHAR(80)"
        " CONSTRAINT ck_child_given_name_pinyin_not_empty CHECK (length(given_name_pinyin) > 0)"
    )


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE child DROP CONSTRAINT ck_child_given_name_pinyin_not_empty")
    op.execute("ALTER TABLE child DROP COLUMN given_name_pinyin")
    op.drop_index("ix_item_added_on_title_id_status", table_name="item")
    op.drop_table("scanner")
    op.drop_table("device")
