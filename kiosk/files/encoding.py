"""Which encoding Chinese text came in: UTF-8 or GB18030, strictly, or neither."""

import re

from kiosk.files.text import HAN

_HAN_SIGN = re.compile(f"[{HAN}]")


def encoding_of(data: bytes) -> str | None:
    """Return `utf-8` or `gb18030`, or None.

    UTF-8 with a few broken signs is None: GB18030 accepts nearly everything and would make
    nonsense of it without complaint.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if encoding == "gb18030" and _is_broken_utf8(data) else encoding
    return None


def _is_broken_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    return len(_HAN_SIGN.findall(text)) > 4 * text.count("\ufffd")
