"""Looking at a ledger as whoever inspects it does."""

from kiosk.files.tables import Table
from kiosk.services.ledger_paper import SIGNED


def empty_cells(ledger: str, table: Table) -> set[str]:
    """Return the headers below which a cell is empty that nobody signs."""
    return {
        column.label
        for row in table.body
        for column, cell in zip(table.columns, row, strict=True)
        if column.key not in SIGNED.get(ledger, ())
        and not str("" if cell is None else cell).strip()
    }
