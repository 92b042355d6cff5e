"""What of a batch was not taken in, and why.

Revision: 0011
After: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "batch_not_taken",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "too_old",
                "unsuitable",
                "torn",
                "too_many",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["intake_batch.id"],
            name=op.f("fk_batch_not_taken_batch_id_intake_batch"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_not_taken")),
    )
    op.create_index("ix_batch_not_taken_batch_id", "batch_not_taken", ["batch_id"])


def downgrade():
    op.drop_table("batch_not_taken")
