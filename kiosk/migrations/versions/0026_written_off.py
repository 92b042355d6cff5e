"""What was written off by a case is gone since that case: a lost copy for which nobody answers,
and one of which no other day is known. Days are those of China.

On the way back a lost copy has no such row again; the days that were found stay.

Revision: 0026
After: 0025
"""

from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ZONE = timedelta(hours=8)
# How a copy stands, what befell it, and how that was settled.
WRITTEN_OFF = {("lost", "lost", "pardoned")} | {
    ("withdrawn", kind, end)
    for kind in ("lost", "damaged", "missing", "worn_out")
    for end in ("replaced", "withdrawn")
}
ITEM = sa.table("item", sa.column("id", sa.Uuid()), sa.column("status"))
CASE = sa.table(
    "item_case",
    sa.column("item_id", sa.Uuid()),
    sa.column("kind"),
    sa.column("opened_at", sa.DateTime()),
    sa.column("ended_at", sa.DateTime()),
    sa.column("ended_as"),
    sa.column("ended_by_id", sa.Uuid()),
)
GONE = sa.table(
    "item_withdrawal",
    sa.column("id", sa.Uuid()),
    sa.column("item_id", sa.Uuid()),
    sa.column("withdrawn_on", sa.Date()),
    sa.column("withdrawn_by_id", sa.Uuid()),
    sa.column("back_on", sa.Date()),
)


def upgrade():
    bind = op.get_bind()
    status = dict(bind.execute(sa.select(ITEM.c.id, ITEM.c.status)).all())
    day_of = dict(
        bind.execute(
            sa.select(GONE.c.item_id, GONE.c.withdrawn_on).where(GONE.c.back_on.is_(None))
        ).all()
    )
    for case in _last_cases(bind):
        item_id, is_dated = case.item_id, day_of.get(case.item_id) is not None
        if is_dated or (status.get(item_id), case.kind, case.ended_as) not in WRITTEN_OFF:
            continue
        day = {
            "withdrawn_on": (case.ended_at + ZONE).date(),
            "withdrawn_by_id": case.ended_by_id,
        }
        if item_id in day_of:
            its = (GONE.c.item_id == item_id, GONE.c.back_on.is_(None))
            bind.execute(sa.update(GONE).where(*its).values(**day))
        else:
            bind.execute(sa.insert(GONE).values(id=uuid4(), item_id=item_id, **day))


def _last_cases(bind):
    """Return the last case of each copy, if it is settled."""
    last = {}
    for case in bind.execute(sa.select(CASE).order_by(CASE.c.opened_at)):
        last[case.item_id] = case
    return [case for case in last.values() if case.ended_at is not None]


def downgrade():
    lost = sa.select(ITEM.c.id).where(ITEM.c.status == "lost")
    op.get_bind().execute(sa.delete(GONE).where(GONE.c.back_on.is_(None), GONE.c.item_id.in_(lost)))
