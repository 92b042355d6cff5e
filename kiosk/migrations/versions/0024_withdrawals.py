"""Since when a copy is withdrawn, and when one came back. It goes with the way back.

What was withdrawn before is told by the audit, in which each step of a copy stands with its day;
where the audit has no such step, the copy is withdrawn since a day that nobody knows. Days are
those of China.

Revision: 0024
After: 0023
"""

from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ZONE = timedelta(hours=8)
GONE = ("withdrawn", "replaced")
# What is said of a copy that the house has, whether it is well or not.
HAD = (
    "available",
    "in_room_only",
    "damaged",
    "repair",
    "lost",
    "missing",
    "worn_out",
    "found",
    "repaired",
    "pardoned",
)


def upgrade():
    made = op.create_table(
        "item_withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("back_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "back_on >= withdrawn_on", name=op.f("ck_item_withdrawal_back_after_withdrawal")
        ),
        sa.CheckConstraint(
            "back_on IS NULL OR withdrawn_on IS NOT NULL",
            name=op.f("ck_item_withdrawal_back_has_a_day"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_withdrawal_item_id_item")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["staff.id"], name=op.f("fk_item_withdrawal_withdrawn_by_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_withdrawal")),
    )
    op.create_index(
        "uq_item_withdrawal_gone",
        "item_withdrawal",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("back_on IS NULL"),
        postgresql_where=sa.text("back_on IS NULL"),
    )
    op.create_index("ix_item_withdrawal_item_id", "item_withdrawal", ["item_id"])
    if rows := _known():
        op.bulk_insert(made, rows)


def _known():
    bind = op.get_bind()
    item = sa.table("item", sa.column("id", sa.Uuid()), sa.column("status"))
    gone = {
        row.id for row in bind.execute(sa.select(item.c.id).where(item.c.status == "withdrawn"))
    }
    staff = set(
        bind.execute(sa.select(sa.table("staff", sa.column("id", sa.Uuid())).c.id)).scalars()
    )
    kept = []
    for item_id, times in _told(bind).items():
        is_gone = times != [] and times[-1]["back_on"] is None
        # Where the audit does not tell the last step, what it tells of the others stands.
        is_right = is_gone == (item_id in gone)
        kept += [one for one in times if is_right or one["back_on"] is not None]
    known = {one["item_id"] for one in kept if one["back_on"] is None}
    kept += [_withdrawal(item_id, None, None) for item_id in gone - known]
    for one in kept:
        if one["withdrawn_by_id"] not in staff:
            one["withdrawn_by_id"] = None
    return kept


def _told(bind):
    """Return each withdrawal of the copies that are still there, by the audit."""
    audit = sa.table(
        "audit",
        sa.column("n"),
        sa.column("at", sa.DateTime()),
        sa.column("actor_id", sa.Uuid()),
        sa.column("subject"),
        sa.column("fields"),
        sa.column("purpose"),
    )
    steps = bind.execute(
        sa.select(audit.c.at, audit.c.actor_id, audit.c.subject, audit.c.fields)
        .where(
            audit.c.purpose == "catalogue",
            audit.c.subject.like("item:%"),
            audit.c.fields.in_(GONE + HAD),
        )
        .order_by(audit.c.n)
    ).all()
    there = set(
        bind.execute(sa.select(sa.table("item", sa.column("id", sa.Uuid())).c.id)).scalars()
    )
    told = {}
    for step in steps:
        item_id = UUID(step.subject.removeprefix("item:"))
        if item_id not in there:
            continue
        times, on = told.setdefault(item_id, []), (step.at + ZONE).date()
        is_gone = bool(times) and times[-1]["back_on"] is None
        if step.fields in GONE and not is_gone:
            times.append(_withdrawal(item_id, on, step.actor_id))
        elif step.fields in HAD and is_gone:
            times[-1]["back_on"] = max(on, times[-1]["withdrawn_on"])
    return told


def _withdrawal(item_id, on, by_id):
    return {
        "id": uuid4(),
        "item_id": item_id,
        "withdrawn_on": on,
        "withdrawn_by_id": by_id,
        "back_on": None,
    }


def downgrade():
    op.drop_table("item_withdrawal")
