"""Who is responsible for a room, and the telephone, as the board at its door has them.

Revision: 0023
After: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "wall_board",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("manager", sa.String(length=20), nullable=False),
        sa.Column("telephone", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "manager <> '' OR telephone <> ''", name=op.f("ck_wall_board_says_something")
        ),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_wall_board_home_id_home")),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_wall_board")),
    )


def downgrade():
    op.drop_table("wall_board")
