"""What every template may ask for."""

from uuid import uuid4

from flask import Flask

from kiosk.services.answers import Room
from kiosk.web import context, screens, voice_plan


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        new_request_id=lambda: str(uuid4()),
        utc_offset_min=_utc_offset_min,
        device=context.device,
        scanner=context.scanner,
        is_demo=lambda: context.settings().demo,
        idle_mark=_idle_mark,
        px_per_metre=lambda: context.device().px_per_metre,
        is_spoken=voice_plan.is_spoken,
    )


def _utc_offset_min() -> int:
    """Return how far the room's wall clock is ahead of UTC, in minutes."""
    offset = context.here().local.utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def _idle_mark(room: Room) -> str:
    return screens.mark_of(room)
