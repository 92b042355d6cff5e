"""Which backups are kept."""

from datetime import UTC, datetime, timedelta

from kiosk.rules.backups import kept

LAST = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)


def test_the_last_backup_of_a_day_is_kept() -> None:
    morning, evening = LAST - timedelta(hours=9), LAST

    assert kept([morning, evening]) == {evening}


def test_fourteen_days_and_three_months_are_kept() -> None:
    daily = [LAST - timedelta(days=day) for day in range(200)]

    found = sorted(kept(daily), reverse=True)

    # The 20th to the 7th of November, then the last days of October and of September.
    assert found[:14] == daily[:14]
    assert [(at.month, at.day) for at in found[14:]] == [(10, 31), (9, 30)]


def test_days_without_a_backup_do_not_count() -> None:
    rare = [LAST - timedelta(days=30 * month) for month in range(20)]

    assert kept(rare) == frozenset(rare[:14])


def test_of_nothing_nothing_is_kept() -> None:
    assert kept([]) == frozenset()
