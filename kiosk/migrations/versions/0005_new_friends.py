"""Room for new friends: a class of grade 0, number 0, for cards that are nobody's yet.

SQLite cannot change a check: there the table is made anew, with its rows and its triggers.

Revision: 0005
After: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WITH_FRIENDS = {
    "grade": "grade BETWEEN 0 AND 9",
    "number": "number BETWEEN 0 AND 40",
    "friends_apart": "(grade = 0) = (number = 0)",
}
WITHOUT = {"grade": "grade BETWEEN 1 AND 9", "number": "number BETWEEN 1 AND 40"}

# As 0002 made them.
TRIGGERS = (
    """CREATE TRIGGER sync_school_class_insert AFTER INSERT ON school_class
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'school_class', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_school_class_update AFTER UPDATE OF grade ON school_class
WHEN (SELECT muted FROM sync_control) IS NOT true AND (OLD.grade IS NOT NEW.grade)
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'school_class', NEW.id, 'U')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
    """CREATE TRIGGER sync_school_class_delete AFTER DELETE ON school_class
WHEN (SELECT muted FROM sync_control) IS NOT true
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), 'school_class', OLD.id, 'D')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END""",
)

COLUMNS = "id CHAR(32) NOT NULL, grade INTEGER NOT NULL, number INTEGER NOT NULL"
KEYS = (
    "CONSTRAINT pk_school_class PRIMARY KEY (id), "
    "CONSTRAINT uq_school_class_grade_number UNIQUE (grade, number)"
)


def _make_anew(checks):
    named = "".join(
        f", CONSTRAINT ck_school_class_{name} CHECK ({said})" for name, said in checks.items()
    )
    (muted,) = op.get_bind().exec_driver_sql("SELECT muted FROM sync_control").one()
    for statement in (
        # Children refer to their class: the references are counted at the end, when all is back.
        "PRAGMA defer_foreign_keys = ON",
        "UPDATE sync_control SET muted = true",
        "CREATE TEMPORARY TABLE class_kept AS SELECT id, grade, number FROM school_class",
        "DROP TABLE school_class",
        f"CREATE TABLE school_class ({COLUMNS}{named}, {KEYS})",
        "INSERT INTO school_class (id, grade, number) SELECT id, grade, number FROM class_kept",
        "DROP TABLE class_kept",
        *TRIGGERS,
    ):
        op.get_bind().exec_driver_sql(statement)
    op.get_bind().exec_driver_sql("UPDATE sync_control SET muted = ?", (muted,))


def _change(before, after):
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(after)
        return
    for name in before:
        op.execute(f"ALTER TABLE school_class DROP CONSTRAINT ck_school_class_{name}")
    for name, said in after.items():
        op.execute(f"ALTER TABLE school_class ADD CONSTRAINT ck_school_class_{name} CHECK ({said})")


def upgrade():
    _change(WITHOUT, WITH_FRIENDS)


def downgrade():
    """Go back; a class of new friends fails the old check, and then nothing is changed."""
    _change(WITH_FRIENDS, WITHOUT)
