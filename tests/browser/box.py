"""A box of 100 books as the teacher works through it; what hands and scanner do is counted.

    python -m tests.browser.box FOLDER [--size 1366x768]

Pictures and the printed labels go into FOLDER, and the table of the README (What the work costs)
is printed: touches, scans and keys by step. A touch is a press of a mouse or of a finger, a key one
stroke; a title is typed as the letters of its pinyin where the offline list has it, and with an
input method where it has not. Seconds are the machine's own and hold nobody's thinking.
"""

import argparse
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import box_care, box_in, box_out
from tests.browser.box_walk import Walk
from tests.browser.pictures import visitors
from tests.browser.room import PATIENCE


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1366x768")
    chosen = parser.parse_args()
    width, height = map(int, chosen.size.split("x"))
    chosen.folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with visitors(chosen.folder, {"width": width, "height": height}) as people:
        walk = Walk(room=people.room, pocket=people.pocket, folder=chosen.folder)
        for part in (box_in.run, box_out.run, box_care.run):
            part(walk)
    print("| Step | Books or times | Touches | Scans | Keys | Each | Seconds of the machine |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for step in walk.steps:
        print(step.line())


if __name__ == "__main__":
    main()
