"""Where the rows of each ledger come from, by the number of the ledger."""

from collections.abc import Callable, Mapping
from typing import Final

from kiosk.files.tables import Table
from kiosk.services import (
    ledger_activities,
    ledger_board,
    ledger_call_books,
    ledger_calls,
    ledger_classes,
    ledger_donations,
    ledger_duty,
    ledger_games,
    ledger_growth,
    ledger_loans,
    ledger_losses,
    ledger_months,
    ledger_openings,
    ledger_readers,
    ledger_safety,
    ledger_stock,
    ledger_visits,
)
from kiosk.services.ledger_archive import Totals

BUILDERS: Final[Mapping[str, Callable[..., Table]]] = {
    "L1": ledger_openings.build,
    "L2": ledger_duty.rota,
    "L2A": ledger_duty.log,
    "L3": ledger_visits.build,
    "L4": ledger_calls.build,
    "L5": ledger_call_books.build,
    "L6": ledger_loans.build,
    "L9": ledger_losses.losses,
    "L10": ledger_readers.build,
    "L7": ledger_stock.books,
    "L8": ledger_stock.classes,
    "L11": ledger_donations.donations,
    "L11A": ledger_donations.books,
    "L12": ledger_activities.build,
    "L15": ledger_activities.pairs,
    "L14": ledger_classes.build,
    "L17": ledger_safety.build,
    "L18": ledger_growth.build,
    "L19": ledger_losses.scrap,
    "L20": ledger_games.build,
    "L21": ledger_months.build,
    "L22": ledger_board.build,
}


# Ledgers of which any part is a choice of rows, with the foot of such a choice.
TOTALS: Final[Mapping[str, Totals]] = {
    "L1": ledger_openings.totals,
    "L3": ledger_visits.totals,
    "L4": ledger_calls.totals,
    "L5": ledger_call_books.totals,
    "L6": ledger_loans.totals,
    "L18": ledger_growth.totals,
    "L20": ledger_games.totals,
}

# Ledgers of counts that could name somebody, with what makes them fit to leave the school. L21
# tells them nowhere.
FOR_OTHERS: Final[Mapping[str, Callable[[Table], Table]]] = {
    "L10": ledger_readers.for_others,
    "L14": ledger_classes.for_others,
}
