"""The application: the only place that knows every part."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

from kiosk import models
from kiosk.blueprints import all_blueprints
from kiosk.clock import Clock, utc_now
from kiosk.db import init_database
from kiosk.services import devices, homes, library_settings, scanners, school_calendar, sync
from kiosk.services.sync_schedule import SyncSchedule, SyncStarter
from kiosk.settings import HOST, Settings
from kiosk.web import (
    assets,
    bodies,
    context,
    cookies,
    errors,
    filters,
    guards,
    headers,
    heard,
    i18n,
    logs,
    macros,
    routes,
    same_origin,
    template_globals,
)
from kiosk.web.child_sessions import ChildSessions

__all__ = ["create_app", "models"]


class _Plain(Flask):
    """Flask without its look at every function it calls: none of ours is asynchronous."""

    url_rule_class = routes.Route

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings, *, clock: Clock = utc_now) -> Flask:
    """Return the kiosk of an instance that has been made and migrated.

    Raises:
        KioskError: the instance has no room yet.
        RuntimeError: a route has no role, or SQLite keeps a pragma to itself.
    """
    app = open_room(settings, clock=clock)
    add_pages(app)
    return app


def open_room(settings: Settings, *, clock: Clock = utc_now) -> Flask:
    """Return the kiosk of an instance without its pages: its data, its clock, what it is set to.

    Raises:
        KioskError: the instance has no room yet.
        RuntimeError: SQLite keeps a pragma to itself.
    """
    app = _flask(settings)
    init_database(app, settings.database_url)
    context.install(app, _kiosk(app, settings, clock))
    return app


def add_pages(app: Flask) -> None:
    """Give a kiosk its pages, and all that stands before them.

    Raises:
        RuntimeError: a route has no role.
    """
    cookies.install(app, app.config["SECRET_KEY"])
    i18n.install(app)
    filters.install(app.jinja_env)
    heard.install(app.jinja_env)
    template_globals.install(app)
    macros.install(app)
    errors.install(app)
    bodies.install(app)
    same_origin.install(app)
    for blueprint in all_blueprints():
        app.register_blueprint(blueprint)
    guards.install(app)
    logs.install(app)
    assets.install(app)
    headers.install(app)


def _flask(settings: Settings) -> Flask:
    app = _Plain(__name__, instance_path=str(settings.instance), static_folder=None)
    app.config.from_mapping(
        SECRET_KEY=settings.keys.session,
        TRUSTED_HOSTS=[HOST],
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def _kiosk(app: Flask, settings: Settings, clock: Clock) -> context.Kiosk:
    with app.app_context():
        home_id = homes.find(settings)
        device = devices.read(home_id)
        scanner = scanners.read(home_id)
        library = library_settings.read(home_id)
        school = school_calendar.read()
    return context.Kiosk(
        settings=settings,
        clock=clock,
        home_id=home_id,
        child_sessions=ChildSessions(),
        record=_schedule(app, settings, clock),
        device=device,
        scanner=scanner,
        library=library,
        school=school,
    )


def _schedule(app: Flask, settings: Settings, clock: Clock) -> SyncSchedule:
    def waiting() -> int:
        with app.app_context():
            return sync.waiting(settings)

    return SyncSchedule(start=SyncStarter(settings.instance), waiting=waiting, clock=clock)
