"""Two scanners at one PC are one keyboard: what their keys mix is nobody else's card."""

import random
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from kiosk.rules.codes import ALPHABET, CodeKind, compose, is_whole
from tests.browser.room import Pocket, Room, visits
from tests.browser.stub import Stub

pytestmark = pytest.mark.browser

CASES = 200
# Each case is one string of keys; what the page takes for scans, for each case.
_READ = """(cases) => {
  const read = [];
  document.addEventListener("kiosk:scan", ({ detail }) => read.push(detail));
  const strike = (key) => {
    const digit = /[0-9]/.test(key);
    const code = key === "\\r" ? "Enter" : digit ? `Digit${key}` : `Key${key}`;
    const event = { code, key: key === "\\r" ? "Enter" : key, bubbles: true, cancelable: true };
    document.dispatchEvent(new KeyboardEvent("keydown", event));
  };
  return cases.map((keys) => {
    read.length = 0;
    [...keys].forEach(strike);
    return [...read];
  });
}"""


def _card(chance: random.Random) -> str:
    return compose(CodeKind.CHILD, "".join(chance.choices(ALPHABET, k=10)))


def _mixed(one: str, two: str, chance: random.Random) -> str:
    """Return the keys of both guns, each in its own order, between one another by chance."""
    turns = [0] * len(one) + [1] * len(two)
    while turns == sorted(turns) or turns == sorted(turns, reverse=True):
        chance.shuffle(turns)
    keys = (iter(one), iter(two))
    return "".join(next(keys[turn]) for turn in turns)


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    stub.scripts = ["js/scanner.js"]
    yield stub
    stub.stop()


def test_keys_of_two_guns_in_any_order_never_make_another_child_s_card(
    chromium: Browser, stub: Stub
) -> None:
    chance = random.Random(20361)  # noqa: S311  # the same cases each time
    pairs = [(_card(chance), _card(chance)) for _ in range(CASES)]
    everybody = {code for pair in pairs for code in pair}
    cases = []
    for at, (one, two) in enumerate(pairs):
        if at % 2:  # guns that send nothing after a code: both are one burst
            cases.append(_mixed(one, two, chance) + "\r")
        else:
            cases.append(_mixed(f"{one}\r", f"{two}\r", chance))
    page = chromium.new_page()
    page.goto(stub.url)

    answers: list[list[str]] = page.evaluate(_READ, cases)
    page.close()

    shaped = [code for read in answers for code in read if re.fullmatch("[CBSX].{11}", code)]
    whole = {code for code in shaped if is_whole(code)}
    print(f"{CASES} cases, {len(shaped)} shaped like a code, {len(whole)} with its check symbol")
    assert all(answers)  # whatever was mixed is sent, so that both are asked again
    assert not whole & everybody
    # Without a check symbol, each of these would be somebody's card.
    assert len(shaped) > 10
    assert len(whole) <= len(shaped) / 10


@pytest.mark.parametrize("seed", range(3))
def test_two_children_at_once_are_both_asked_again(room: Room, pocket: Pocket, seed: int) -> None:
    one, two = pocket.child(), pocket.child()
    mixed = _mixed(f"{one.code}\r", f"{two.code}\r", random.Random(seed))  # noqa: S311
    room.open()

    room.gun.scan(mixed, "")

    expect(room.notice).to_contain_text("再来一次")
    assert visits(room.kiosk, one) == visits(room.kiosk, two) == []
    room.sign_in(one)
    room.sign_in(two)
    assert len(visits(room.kiosk, one)) == len(visits(room.kiosk, two)) == 1
