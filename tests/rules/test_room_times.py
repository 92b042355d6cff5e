"""What the traces of an opening say of when it began and ended."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.rules import room_times
from kiosk.rules.room_times import Moment, TimeSource, Traces

FROM = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
TO = FROM + timedelta(minutes=90)


def _at(minutes: int) -> datetime:
    return FROM + timedelta(minutes=minutes)


def _traces(
    *,
    duty_on: int | None = None,
    duty_off: int | None = None,
    scans: tuple[int, ...] = (),
    off_at: tuple[int, ...] = (),
) -> Traces:
    return Traces(
        duty_on=None if duty_on is None else _at(duty_on),
        duty_off=None if duty_off is None else _at(duty_off),
        first_scan=_at(min(scans)) if scans else None,
        last_scan=_at(max(scans)) if scans else None,
        off_at=tuple(map(_at, off_at)),
    )


def _said(moment: Moment | None) -> tuple[int, TimeSource] | None:
    return (
        None if moment is None else (int((moment.at - FROM).total_seconds() // 60), moment.source)
    )


@pytest.mark.parametrize(
    ("traces", "opened", "closed"),
    [
        # Nobody signed on, nobody came: the PC alone is no open room.
        (_traces(off_at=(80,)), None, None),
        # Children came and nobody had opened.
        (_traces(scans=(1, 30, 77)), (1, TimeSource.SCAN), (77, TimeSource.SCAN)),
        # The teacher signed on and never off.
        (_traces(duty_on=2, scans=(5, 80)), (2, TimeSource.DUTY), (80, TimeSource.SCAN)),
        # A child's card lay on the scanner before the teacher's.
        (_traces(duty_on=2, scans=(-3, 80)), (-3, TimeSource.SCAN), (80, TimeSource.SCAN)),
        # Signed off after the last child.
        (
            _traces(duty_on=2, duty_off=88, scans=(5, 80)),
            (2, TimeSource.DUTY),
            (88, TimeSource.DUTY),
        ),
        # A child went after the teacher.
        (
            _traces(duty_on=2, duty_off=88, scans=(5, 91)),
            (2, TimeSource.DUTY),
            (91, TimeSource.SCAN),
        ),
        # The PC was switched off when the room was left.
        (
            _traces(duty_on=2, scans=(5, 80), off_at=(86,)),
            (2, TimeSource.DUTY),
            (86, TimeSource.POWER),
        ),
        # It was off for a while in between, or ran on till the night: that says nothing.
        (
            _traces(duty_on=2, scans=(5, 80), off_at=(40,)),
            (2, TimeSource.DUTY),
            (80, TimeSource.SCAN),
        ),
        (
            _traces(duty_on=2, scans=(5, 80), off_at=(151,)),
            (2, TimeSource.DUTY),
            (80, TimeSource.SCAN),
        ),
        # A single scan is a beginning and no end.
        (_traces(scans=(12,)), (12, TimeSource.SCAN), None),
    ],
)
def test_the_first_and_last_sign_of_somebody_is_proposed(
    traces: Traces, opened: tuple[int, TimeSource] | None, closed: tuple[int, TimeSource] | None
) -> None:
    found = room_times.proposed(traces, plan_to=TO)

    assert (_said(found.opened), _said(found.closed)) == (opened, closed)


@pytest.mark.parametrize(
    ("opened", "late"), [(None, 0), (980, 0), (990, 0), (999, 0), (1000, 10), (1013, 23)]
)
def test_the_way_from_the_classroom_is_not_late(opened: int | None, late: int) -> None:
    assert room_times.late_min(990, opened) == late


@pytest.mark.parametrize(
    ("closed", "early"), [(None, 0), (1100, 0), (1080, 0), (1071, 0), (1070, 10), (1020, 60)]
)
def test_ending_early_is_counted_from_ten_minutes_on(closed: int | None, early: int) -> None:
    assert room_times.early_min(1080, closed) == early


def test_an_opening_counts_when_it_was_held_with_a_teacher() -> None:
    assert room_times.counts(is_held=True, has_duty=True)
    assert not room_times.counts(is_held=True, has_duty=False)
    assert not room_times.counts(is_held=False, has_duty=True)


def test_only_what_was_said_before_is_changed_with_a_reason() -> None:
    assert not room_times.needs_reason(None, FROM)
    assert not room_times.needs_reason(FROM, FROM)
    assert room_times.needs_reason(FROM, TO)


@pytest.mark.parametrize(
    ("opened", "closed", "meant"),
    [
        (1000, 1080, 1080),
        (1000, 20, 1460),  # twenty past midnight
        (1200, 240, 1680),  # eight hours, and not a minute more
        (1200, 241, 241),
        (960, 300, 300),  # 05:00, and 17:00 was meant
        (1000, 360, 360),  # no small hour: the times are the wrong way round
        (10, 20, 20),  # opened after midnight, and closed
    ],
)
def test_an_end_in_the_small_hours_is_that_of_the_next_day(
    opened: int, closed: int, meant: int
) -> None:
    assert room_times.closing_min(opened, closed) == meant
