"""`python -m kiosk` is the `kiosk` command."""

import gc

# Nothing of what is imported is garbage; to look for some takes a tenth of the start.
gc.disable()

from kiosk.cli import main  # noqa: E402

gc.enable()

if __name__ == "__main__":
    main()
