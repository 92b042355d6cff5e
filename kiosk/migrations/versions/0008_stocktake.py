"""Counting the shelves, and the ledgers of a term kept as they were.

Revision: 0008
After: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "stocktake",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("began_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ended_at >= began_at", name=op.f("ck_stocktake_ends_after_beginning")),
        sa.ForeignKeyConstraint(
            ["began_by_id"], ["staff.id"], name=op.f("fk_stocktake_began_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["staff.id"], name=op.f("fk_stocktake_ended_by_id_staff")
        ),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_stocktake_home_id_home")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
    )
    with op.batch_alter_table("stocktake", schema=None) as batch_op:
        batch_op.create_index(
            "uq_stocktake_open_home",
            ["home_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "stocktake_shelf",
        sa.Column("stocktake_id", sa.Uuid(), nullable=False),
        sa.Column("shelf_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("done_at >= begun_at", name=op.f("ck_stocktake_shelf_done_after_begun")),
        sa.ForeignKeyConstraint(
            ["shelf_id"], ["shelf.id"], name=op.f("fk_stocktake_shelf_shelf_id_shelf")
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"],
            ["stocktake.id"],
            name=op.f("fk_stocktake_shelf_stocktake_id_stocktake"),
        ),
        sa.PrimaryKeyConstraint("stocktake_id", "shelf_id", name=op.f("pk_stocktake_shelf")),
    )
    op.create_table(
        "stocktake_sight",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stocktake_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("shelf_id", sa.Uuid(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "right",
                "wrong_shelf",
                "on_loan",
                "healed",
                "withdrawn",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_stocktake_sight_item_id_item")
        ),
        sa.ForeignKeyConstraint(
            ["shelf_id"], ["shelf.id"], name=op.f("fk_stocktake_sight_shelf_id_shelf")
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"],
            ["stocktake.id"],
            name=op.f("fk_stocktake_sight_stocktake_id_stocktake"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_sight")),
        sa.UniqueConstraint("request_id", name=op.f("uq_stocktake_sight_request_id")),
        sa.UniqueConstraint(
            "stocktake_id", "item_id", name=op.f("uq_stocktake_sight_stocktake_id_item_id")
        ),
    )
    op.create_table(
        "ledger_archive",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("ledger", sa.String(length=8), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(), nullable=False),
        sa.Column("frozen_by_id", sa.Uuid(), nullable=True),
        sa.Column("content_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["frozen_by_id"], ["staff.id"], name=op.f("fk_ledger_archive_frozen_by_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["term_id"], ["term.id"], name=op.f("fk_ledger_archive_term_id_term")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_archive")),
        sa.UniqueConstraint("term_id", "ledger", name=op.f("uq_ledger_archive_term_id_ledger")),
    )


def downgrade():
    for table in (
        "ledger_archive",
        "stocktake_sight",
        "stocktake_shelf",
        "stocktake",
    ):
        op.drop_table(table)
