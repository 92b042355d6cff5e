"""A calendar file is read by a library that is not ours, as a telephone would."""

from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from kiosk.files import ics

NOW = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)


def _event(title: str = "小满来电话", description: str = "来电号码：0855-1234567") -> ics.Event:
    begins = NOW + timedelta(days=4)
    return ics.Event(
        uid="0193@nuanwu",
        made_at=NOW,
        begins_at=begins,
        ends_at=begins + timedelta(minutes=10),
        title=title,
        description=description,
        reminded_min=10,
    )


def test_a_calendar_reads_what_was_written() -> None:
    made = _event(title=r"a; b, c\d", description="one\ntwo")

    (read,) = Calendar.from_ical(ics.written(made)).walk("VEVENT")

    assert (read["summary"], read["description"], read["uid"]) == (
        made.title,
        made.description,
        made.uid,
    )
    assert (read.decoded("dtstart"), read.decoded("dtend")) == (made.begins_at, made.ends_at)
    assert read.decoded("dtstamp") == NOW
    (alarm,) = read.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(minutes=-10)


def test_lines_end_as_the_standard_says_and_are_75_octets_at_most() -> None:
    long = _event(title="小满" * 60, description="号" * 200)

    written = ics.written(long)

    lines = written.split(b"\r\n")
    assert lines.pop() == b""
    assert all(b"\n" not in line and len(line) <= 75 for line in lines)
    assert all(line.decode() for line in lines), "no sign is cut in two"
    (read,) = Calendar.from_ical(written).walk("VEVENT")
    assert (read["summary"], read["description"]) == (long.title, long.description)
