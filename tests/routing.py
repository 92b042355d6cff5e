"""Routes that are taken to pieces once in a process: they know nothing of the kiosk they are in."""

from typing import Final

from kiosk.web.routes import Route

_first: Final[dict[tuple[object, ...], Route]] = {}


class KnownRoute(Route):
    """A route that is taken to pieces as the same route was in an earlier kiosk."""

    def compile(self) -> None:
        key = (self.rule, self.subdomain, str(self.defaults), self.merge_slashes)
        first = _first.get(key)
        if first is None:
            super().compile()
            _first[key] = self
            return
        for name in ("_parts", "_trace", "_converters", "_build", "_build_unknown"):
            setattr(self, name, getattr(first, name))
        self.arguments |= first.arguments
