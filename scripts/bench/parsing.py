"""The floor of an import: pymarc reads every record of a file, cut at its ends, and keeps none.

Usage: parsing.py FILE. Prints seconds and the number of records as JSON.
"""

import json
import logging
import sys
import time
from pathlib import Path


def main() -> None:
    from pymarc import Record

    logging.getLogger("pymarc").setLevel(logging.CRITICAL)
    began = time.perf_counter()
    records = 0
    for raw in Path(sys.argv[1]).read_bytes().split(b"\x1d"):
        if raw:
            Record(data=raw + b"\x1d", force_utf8=True)
            records += 1
    print(json.dumps({"seconds": time.perf_counter() - began, "records": records}))


if __name__ == "__main__":
    main()
