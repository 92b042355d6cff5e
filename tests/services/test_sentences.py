"""Each error that a command can meet has a sentence."""

from enum import StrEnum

import pytest

from kiosk.errors import KioskError
from kiosk.files.problems import FileProblem
from kiosk.record.target import RecordProblem
from kiosk.rules.backups import BackupProblem
from kiosk.rules.catalogue import CatalogueProblem
from kiosk.rules.people import PeopleProblem
from kiosk.rules.roster import RosterRefusal
from kiosk.services.demo import DemoRefusal
from kiosk.services.homes import HomeProblem
from kiosk.services.migrate import MigrationProblem
from kiosk.services.running import RunningProblem
from kiosk.services.sentences import sentence
from kiosk.settings import SettingsProblem

VALUES = {
    "key": "port",
    "home": "暖屋",
    "name": "李老师",
    "most": 200,
    "grade": 3,
    "number": 1,
    "folder": "backups",
    "path": "a.damaged",
    "title": "小河的信",
}
REASONS = [
    reason
    for reasons in (
        BackupProblem,
        CatalogueProblem,
        DemoRefusal,
        FileProblem,
        HomeProblem,
        MigrationProblem,
        PeopleProblem,
        RecordProblem,
        RosterRefusal,
        RunningProblem,
        SettingsProblem,
    )
    for reason in reasons
]


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_has_a_sentence(reason: StrEnum) -> None:
    said = sentence(KioskError(reason, **VALUES))

    assert not said.startswith("It could not be done")
    assert said.endswith((".", "?", "a.damaged", "书名."))
    assert "{" not in said
