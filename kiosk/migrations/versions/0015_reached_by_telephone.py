"""A contact is rung by telephone unless something else is said, on every database.

An older kiosk that still writes to this database knows nothing of these columns. On the way back,
no call stands any more for one of those that the step before takes away.

Revision: 0015
After: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == "postgresql":  # SQLite never lost them
        op.execute("ALTER TABLE contact ALTER COLUMN can_phone SET DEFAULT true")
        op.execute("ALTER TABLE contact ALTER COLUMN can_video SET DEFAULT false")


def downgrade():
    op.execute(
        "UPDATE booking SET replaces_id = NULL WHERE replaces_id IN "
        "(SELECT id FROM booking WHERE companion_of_id IS NOT NULL)"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE contact ALTER COLUMN can_phone DROP DEFAULT")
        op.execute("ALTER TABLE contact ALTER COLUMN can_video DROP DEFAULT")
