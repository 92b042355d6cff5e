"""A route that learns to write its address when it is first asked for one.

Werkzeug compiles two functions for each route, which was most of the kiosk's start; a day at the
door asks a tenth of the routes for their address.
"""

from collections.abc import Callable

from werkzeug.routing import Rule


class Route(Rule):
    """Where Werkzeug has no such method any more, this is a plain route, only slower to make."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - as the one it replaces
        made: list[Callable[..., tuple[str, str]]] = []

        def build(of: Rule, /, **values: object) -> tuple[str, str]:
            if not made:
                made.append(Rule._compile_builder(self, append_unknown))  # noqa: SLF001 - the one it replaces
            return made[0](of, **values)

        return build
