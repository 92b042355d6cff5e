"""What of the room may leave it: these tables, and of them these columns. Nothing else does.

Identifiers that mean nothing outside, times, states, counts, class and grade (`security.md` 4.7).
Not: who is on duty, with whom a child speaks and why, what a check found in words, any name. A new
column of one of these tables stays here until somebody adds it and the test's list.
"""

from typing import Final

from kiosk.record.target import Column, Kind, Shape


def _shape(name: str, **columns: Kind) -> Shape:
    return Shape(
        name=name,
        columns=tuple(Column(name=column, kind=kind) for column, kind in columns.items()),
    )


SENT: Final = (
    _shape("school_class", grade=Kind.NUMBER),
    _shape("child", class_id=Kind.KEY, enrolled_on=Kind.DATE, left_on=Kind.DATE),
    _shape("item", title_id=Kind.KEY, status=Kind.WORD, added_on=Kind.DATE),
    _shape("line", home_id=Kind.KEY, kind=Kind.WORD, is_in_use=Kind.NUMBER),
    _shape(
        "opening",
        home_id=Kind.KEY,
        on_date=Kind.DATE,
        from_min=Kind.NUMBER,
        to_min=Kind.NUMBER,
        origin=Kind.WORD,
        state=Kind.WORD,
        opened_at=Kind.INSTANT,
        closed_at=Kind.INSTANT,
        is_tidy=Kind.NUMBER,
    ),
    _shape("duty", opening_id=Kind.KEY, signed_on_at=Kind.INSTANT, signed_off_at=Kind.INSTANT),
    _shape(
        "safety_check",
        opening_id=Kind.KEY,
        hazard=Kind.WORD,
        is_fine=Kind.NUMBER,
        checked_at=Kind.INSTANT,
    ),
    _shape(
        "visit",
        home_id=Kind.KEY,
        child_id=Kind.KEY,
        local_day=Kind.DATE,
        signed_in_at=Kind.INSTANT,
        signed_out_at=Kind.INSTANT,
        state=Kind.WORD,
    ),
    _shape(
        "loan",
        item_id=Kind.KEY,
        child_id=Kind.KEY,
        local_day=Kind.DATE,
        lent_at=Kind.INSTANT,
        due_on=Kind.DATE,
        renewals=Kind.NUMBER,
        renewed_at=Kind.INSTANT,
        ended_at=Kind.INSTANT,
        ended_as=Kind.WORD,
    ),
    _shape(
        "slot",
        opening_id=Kind.KEY,
        line_id=Kind.KEY,
        on_date=Kind.DATE,
        start_min=Kind.NUMBER,
        end_min=Kind.NUMBER,
        status=Kind.WORD,
    ),
    _shape(
        "booking",
        slot_id=Kind.KEY,
        child_id=Kind.KEY,
        on_date=Kind.DATE,
        week_key=Kind.WORD,
        start_min=Kind.NUMBER,
        state=Kind.WORD,
        state_since=Kind.INSTANT,
        started_at=Kind.INSTANT,
        ended_at=Kind.INSTANT,
        booked_at=Kind.INSTANT,
    ),
    _shape(
        "call_attempt",
        booking_id=Kind.KEY,
        line_id=Kind.KEY,
        started_at=Kind.INSTANT,
        ended_at=Kind.INSTANT,
        result=Kind.WORD,
    ),
)

BY_NAME: Final = {shape.name: shape for shape in SENT}
