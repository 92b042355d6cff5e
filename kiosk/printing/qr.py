"""QR codes of cards and labels, drawn as one path: sharp on every printer, no file between."""

from typing import Final

# Twelve capitals and digits fit the smallest square with a quarter of it damaged (`domain.md` 4.9
# rule 42).
MODULES: Final = 21


def path(code: str, *, x: float, y: float, size: float) -> str:
    """Return the SVG path of a code in a square of `size` with its corner at x, y; no quiet zone.

    Raises:
        ValueError: the code is longer than the smallest square holds.
    """
    module = size / MODULES
    drawn = "".join(
        f"M{x + start * module:.3f} {y + row * module:.3f}h{length * module:.3f}v{module:.3f}"
        f"h{-length * module:.3f}z"
        for row, start, length in runs(code)
    )
    return f'<path fill="#000" d="{drawn}"/>'


def runs(code: str) -> list[tuple[int, int, int]]:
    """Return row, start and length of each run of dark modules.

    Raises:
        ValueError: the code is longer than the smallest square holds.
    """
    import qrcode
    from qrcode.constants import ERROR_CORRECT_Q

    drawn = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    drawn.add_data(code)
    drawn.make(fit=True)
    rows = drawn.get_matrix()
    if len(rows) != MODULES:
        raise ValueError("a code has at most sixteen capitals and digits")
    return [(at, *run) for at, row in enumerate(rows) for run in _runs(row)]


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Return start and length of each run of dark modules."""
    found: list[tuple[int, int]] = []
    for at, is_dark in enumerate(row):
        if not is_dark:
            continue
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((at, 1))
    return found
