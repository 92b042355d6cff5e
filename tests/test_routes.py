"""Printed cards and other screens lead to these addresses, and somebody answers for each."""

from pathlib import Path

from flask import Flask

from kiosk.web import guards

KNOWN = Path(__file__).with_name("routes.txt")


def _routes(app: Flask) -> list[str]:
    return sorted(
        f"{','.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))} {rule.rule} {rule.endpoint}"
        f" {guards.access_of(app, rule.endpoint)}"
        for rule in app.url_map.iter_rules()
        if rule.methods is not None
    )


def test_the_addresses_are_the_known_ones(site: Flask) -> None:
    routes = _routes(site)

    known = KNOWN.read_text(encoding="ascii").splitlines()

    assert routes == known, "a changed address is written into tests/routes.txt on purpose"


def test_every_route_says_who_may_open_it(site: Flask) -> None:
    roles = {name: guards.access_of(site, name) for name in site.view_functions}

    assert [name for name, role in roles.items() if role is None] == []


def test_what_changes_something_is_never_a_get(site: Flask) -> None:
    both = [
        rule.rule
        for rule in site.url_map.iter_rules()
        if rule.methods is not None and {"GET", "POST"} <= rule.methods
    ]

    assert both == []
