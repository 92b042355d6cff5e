"""Children without a card: their three pictures, and who waits for the teacher's touch.

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "picture_code",
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("third", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure_at", sa.DateTime(), nullable=True),
        sa.Column("blocked_until", sa.DateTime(), nullable=True),
        sa.Column("last_request_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "first BETWEEN 1 AND 9 AND second BETWEEN 1 AND 9 AND third BETWEEN 1 AND 9",
            name=op.f("ck_picture_code_known_pictures"),
        ),
        sa.CheckConstraint(
            "first <> second AND second <> third AND first <> third",
            name=op.f("ck_picture_code_all_different"),
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_picture_code_failures")),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_picture_code_child_id_child")
        ),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_picture_code")),
    )
    op.create_table(
        "waiting_arrival",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "arrived",
                "declined",
                "expired",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_waiting_arrival_settled_has_an_outcome"),
        ),
        sa.CheckConstraint(
            "(visit_id IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'arrived')",
            name=op.f("ck_waiting_arrival_arrived_has_a_visit"),
        ),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_waiting_arrival_home_id_home")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_waiting_arrival_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["staff.id"], name=op.f("fk_waiting_arrival_settled_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_waiting_arrival_visit_id_visit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_arrival")),
        sa.UniqueConstraint("request_id", name=op.f("uq_waiting_arrival_request_id")),
    )
    op.create_index(
        "uq_waiting_arrival_waiting_child",
        "waiting_arrival",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def downgrade():
    op.drop_table("waiting_arrival")
    op.drop_table("picture_code")
