"""Adults whom children may ask for, and who has asked. What was asked goes with the way back.

Revision: 0022
After: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CLOTHS = ("persimmon", "wheat", "sprout", "lake", "indigo", "taro")
OPEN = "talked_on IS NULL"


def upgrade():
    op.create_table(
        "talk_offer",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "cloth",
            sa.Enum(*CLOTHS, name="cloth", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_talk_offer_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_talk_offer")),
        sa.UniqueConstraint("cloth", name=op.f("uq_talk_offer_cloth")),
    )
    op.create_table(
        "talk_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("talked_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "talked_on >= asked_on", name=op.f("ck_talk_request_talks_after_asking")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_talk_request_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_talk_request_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_request")),
    )
    op.create_index(
        "uq_talk_request_open",
        "talk_request",
        ["child_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_index("ix_talk_request_staff_id", "talk_request", ["staff_id"])


def downgrade():
    op.drop_table("talk_request")
    op.drop_table("talk_offer")
