"""The triggers that note each change of what may leave the room, as SQL for both databases.

The migrations hold their text as it was when they were written; a test compares. On SQLite a table
that a migration makes anew loses its triggers: the same test says so.
"""

from collections.abc import Iterator
from typing import Final

from kiosk.record.target import Shape
from kiosk.services.record_map import SENT

_SEED: Final = "INSERT INTO sync_control (k, muted) VALUES (1, false)"

_SQLITE: Final = """\
CREATE TRIGGER sync_{table}_{verb} AFTER {event} ON {table}
WHEN (SELECT muted FROM sync_control) IS NOT true{changed}
BEGIN
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM sync_change), '{table}', {row}.id, '{op}')
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
END"""

# The row lock on sync_control is held until commit, so numbers become visible in their order: who
# has read one never misses a lower one (`sync.md` 0.3).
_POSTGRES_FUNCTION: Final = """\
CREATE FUNCTION sync_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  key uuid;
  number bigint;
BEGIN
  IF (SELECT muted FROM sync_control) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    key := OLD.id;
  ELSE
    key := NEW.id;
  END IF;
  PERFORM 1 FROM sync_control FOR UPDATE;
  SELECT coalesce(max(seq), 0) + 1 FROM sync_change INTO number;
  INSERT INTO sync_change (seq, tbl, pk, op)
  VALUES (number, TG_TABLE_NAME, replace(key::text, '-', ''),
    CASE WHEN TG_OP = 'DELETE' THEN 'D' ELSE 'U' END)
  ON CONFLICT (tbl, pk) DO UPDATE SET seq = excluded.seq, op = excluded.op;
  RETURN NULL;
END
$$"""

_POSTGRES: Final = """\
CREATE TRIGGER sync_{table}_{verb} AFTER {event} ON {table}
FOR EACH ROW {changed}EXECUTE FUNCTION sync_note()"""


def capture_ddl(dialect: str) -> tuple[str, ...]:
    """Return the statements, in order, that begin to capture in an empty database.

    `dialect` is `sqlite` or `postgresql`.
    """
    match dialect:
        case "sqlite":
            return (_SEED, *(text for shape in SENT for text in _on_sqlite(shape)))
        case "postgresql":
            triggers = (text for shape in SENT for text in _on_postgres(shape))
            return (_SEED, _POSTGRES_FUNCTION, *triggers)
        case _:
            raise ValueError(dialect)


def drop_capture_ddl(dialect: str) -> tuple[str, ...]:
    """Return the statements that undo `capture_ddl`, but for the row."""
    on = {"sqlite": "", "postgresql": " ON {table}"}[dialect]
    drops = [
        f"DROP TRIGGER sync_{shape.name}_{verb}{on.format(table=shape.name)}"
        for shape in SENT
        for verb in ("insert", "update", "delete")
    ]
    return (*drops, *(("DROP FUNCTION sync_note()",) if on else ()))


def _on_sqlite(shape: Shape) -> Iterator[str]:
    table, names = shape.name, [column.name for column in shape.columns]
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in names)
    for verb, event, row, op, condition in (
        ("insert", "INSERT", "NEW", "U", ""),
        ("update", f"UPDATE OF {', '.join(names)}", "NEW", "U", f" AND ({changed})"),
        ("delete", "DELETE", "OLD", "D", ""),
    ):
        yield _SQLITE.format(table=table, verb=verb, event=event, row=row, op=op, changed=condition)


def _on_postgres(shape: Shape) -> Iterator[str]:
    names = [column.name for column in shape.columns]
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
    changed = f"WHEN (({old}) IS DISTINCT FROM ({new}))\n"
    for verb, event, condition in (
        ("insert", "INSERT", ""),
        ("update", f"UPDATE OF {', '.join(names)}", changed),
        ("delete", "DELETE", ""),
    ):
        yield _POSTGRES.format(table=shape.name, verb=verb, event=event, changed=condition)
