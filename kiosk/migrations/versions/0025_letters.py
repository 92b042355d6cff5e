"""The days on which children wrote to their families; the way back forgets them.

Revision: 0025
After: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "letter_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["child.id"], name=op.f("fk_letter_log_child_id_child")
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["staff.id"], name=op.f("fk_letter_log_noted_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_log")),
        sa.UniqueConstraint("child_id", "on_date", name=op.f("uq_letter_log_child_id_on_date")),
    )
    op.create_index("ix_letter_log_on_date", "letter_log", ["on_date"])


def downgrade():
    op.drop_table("letter_log")
