"""When an item and a return were written down, and the scan of a pile that an item came by.

Revision: 0012
After: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("item", sa.Column("added_at", sa.DateTime(), nullable=True))
    op.add_column("item", sa.Column("pile_request_id", sa.Uuid(), nullable=True))
    op.add_column("loan", sa.Column("end_noted_at", sa.DateTime(), nullable=True))


def downgrade():
    op.drop_column("loan", "end_noted_at")
    op.drop_column("item", "pile_request_id")
    op.drop_column("item", "added_at")
