"""How often a harmed card is still read: `.venv/bin/python scripts/bench/read_rates.py [trials]`.

Prints, for each harm, the share of trials in which the side with one code was read, the side with
two, and the card, of which a child turns the other side up; beside them what was measured before
the card was drawn (`visits-and-lending.md` 3.4: one code, two codes on the same area).
"""

import argparse
import secrets
import sys
from pathlib import Path
from random import Random

sys.path[:0] = [str(place) for place in Path(__file__).resolve().parents[1:3]]

import card_harms  # noqa: E402
from kiosk.printing.cards import CardFace  # noqa: E402
from kiosk.rules import codes  # noqa: E402
from kiosk.rules.codes import ALPHABET, CodeKind  # noqa: E402

BEFORE = {
    "nothing": "100 / 100",
    "glare on 10 %": "78 / 100",
    "crack of 0.5 mm": "84 / 98",
    "crack of 1 mm": "80 / 96",
    "crack of 2 mm": "68 / 87",
    "three scratches": "54 / 74",
}


def face(chance: Random) -> CardFace:
    """Return a card with a code of its own; the codes differ from trial to trial as cards do."""
    code = codes.compose(CodeKind.CHILD, "".join(chance.choices(ALPHABET, k=10)))
    return CardFace(
        name="小满",
        line="三年级1班",
        pictures=("cloth-lake", "animal-fox"),
        found=("捡到这张卡", "交给老师吧"),
        code=code,
        short_code=codes.short_code(code),
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("trials", type=int, nargs="?", default=200, help="for each harm (200)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    given = parser.parse_args()
    chance, wrong = Random(given.seed), 0  # noqa: S311 - it harms pictures
    cards = [(one.code, card_harms.sides(one)) for one in (face(chance) for _ in range(20))]
    print(f"{given.trials} trials each, seed {given.seed}; shares in %")
    print(f"{'':24}{'one code':>10}{'two codes':>11}{'the card':>10}{'3.4: one / two':>17}")
    for name, harm in card_harms.HARMS.items():
        read = [0, 0, 0]
        for trial in range(given.trials):
            code, sides = cards[trial % len(cards)]
            seen = [card_harms.read(harm(side, chance)) for side in sides]
            wrong += len((seen[0] | seen[1]) - {code})
            hits = [code in side for side in seen]
            read = [read[0] + hits[0], read[1] + hits[1], read[2] + any(hits)]
        shares = [f"{100 * count / given.trials:.0f}" for count in read]
        print(f"{name:24}{shares[0]:>10}{shares[1]:>11}{shares[2]:>10}{BEFORE.get(name, '-'):>17}")
    print(f"read as another code: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
