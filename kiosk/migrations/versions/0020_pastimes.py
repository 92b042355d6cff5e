"""What a child came for, as it said at the door.

Revision: 0020
After: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PASTIMES = ("reading", "homework", "games", "call")


def upgrade():
    op.create_table(
        "visit_pastime",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "pastime",
            sa.Enum(
                *PASTIMES, name="pastime", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_visit_pastime_visit_id_visit")
        ),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit_pastime")),
    )


def downgrade():
    op.drop_table("visit_pastime")
