"""Nuanwu: the touchscreen kiosk of a school's children's home."""
