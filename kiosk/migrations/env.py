"""How a migration runs: on the connection that `kiosk.services.setup` hands over.

One transaction for each revision, on SQLite too: we emit BEGIN ourselves (see `kiosk/db.py`), so a
kill in the middle leaves the last whole revision.
"""

from alembic import context
from sqlalchemy import Enum
from sqlalchemy.types import TypeDecorator

connection = context.config.attributes["connection"]
target_metadata = context.config.attributes["metadata"]


def render_item(kind, item, autogen_context):
    """Write our own types as plain SQLAlchemy, so that no old revision imports the application."""
    del autogen_context
    if kind == "type" and isinstance(item, TypeDecorator):
        return "sa.DateTime()"
    if kind == "type" and isinstance(item, Enum):
        values = ", ".join(repr(value) for value in item.enums)
        return (
            f"sa.Enum({values}, name={item.name!r}, native_enum=False, "
            f"create_constraint=True, length={item.length})"
        )
    return False


def include_object(item, name, kind, reflected, compare_to):
    """Leave out what belongs to a constraint that only PostgreSQL can say."""
    del item, reflected, compare_to
    return not (kind == "index" and name == "ex_slot_line_overlap")


context.configure(
    connection=connection,
    target_metadata=target_metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    include_object=include_object,
    transaction_per_migration=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
