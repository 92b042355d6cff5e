"""A term that is being forgotten, and why a price was corrected.

Revision: 0013
After: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("term", sa.Column("forgets_up_to", sa.BigInteger(), nullable=True))
    op.add_column("item", sa.Column("price_reason", sa.String(length=200), nullable=True))


def downgrade():
    op.drop_column("item", "price_reason")
    op.drop_column("term", "forgets_up_to")
