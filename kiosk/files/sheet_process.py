"""The spreadsheet parser, in a process of its own with little memory and little time.

Started by path with the most rows a sheet may have and the bytes of one file on its standard
input; answers one JSON object. A cell
at the far corner of a sheet makes the parser ask for half a terabyte and abort; then this
process dies, and not the kiosk (`security.md` section 1, row 23).
"""

import io
import json
import sys
from datetime import date, datetime, time, timedelta

MEMORY = 512 * 1024 * 1024
SECONDS = 10
MOST_ROWS = 5_000
MOST_COLUMNS = 80
MOST_SHEETS = 60

Value = int | float | str | bool | time | date | datetime | timedelta


def limit_this_process(*, memory: int = MEMORY, seconds: int = SECONDS) -> None:
    """Bound memory and processor time where the system can; elsewhere the caller's clock does."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain_value(value: Value) -> str | float:
    """Return text as it is, numbers as numbers, dates as 2014-09-01."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return value


def read(data: bytes, *, most_rows: int = MOST_ROWS) -> dict[str, object]:
    """Return `{"sheets": [...]}`, or `{"problem": name}` with the name of a `FileProblem`."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError:
        return {"problem": "encrypted"}
    sheets: list[dict[str, object]] = []
    for about in workbook.sheets_metadata[:MOST_SHEETS]:
        if about.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        row, column = sheet.end or (0, 0)
        if row >= most_rows:
            return {"problem": "too_many_rows"}
        if column >= MOST_COLUMNS:
            return {"problem": "too_many_columns"}
        cells = sheet.to_python(skip_empty_area=False)
        sheets.append(
            {
                "name": about.name,
                "hidden": about.visible is not SheetVisibleEnum.Visible,
                "rows": [[plain_value(value) for value in line] for line in cells],
                "merges": sheet.merged_cell_ranges,
            }
        )
    return {"sheets": sheets}


if __name__ == "__main__":
    limit_this_process()
    answer = read(sys.stdin.buffer.read(), most_rows=int(sys.argv[1]))
    sys.stdout.buffer.write(json.dumps(answer).encode())
