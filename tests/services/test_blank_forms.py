"""Forms that are printed empty: ours have the columns of the notes, a bad file waits."""

import pytest

from kiosk.errors import InvalidInputError, NotFoundError
from kiosk.files import blank_forms as files
from kiosk.files.ledger_forms import FormProblem
from kiosk.services import blank_forms
from kiosk.services.here import Here
from kiosk.services.ledger_form import FOLDER

OWN = 'id = "L16"\nblank = true\ntitle = "谈话记录"\n[[part]]\nfields = ["姓名"]\n'
MANY = ["a"] * 41


def _put(here: Here, text: str) -> None:
    folder = here.settings.instance / FOLDER
    folder.mkdir()
    (folder / "L16.toml").write_text(text, encoding="utf-8")


def test_there_are_three(here: Here) -> None:
    found = blank_forms.all_in_use(here=here)

    assert [one.form.name for one in found] == ["L13", "L16", "L16A"]


def test_the_record_of_a_talk_asks_for_name_class_and_date(here: Here) -> None:
    form = blank_forms.in_use("L16", here=here).form

    assert form.parts[0].fields[:3] == ("姓名", "班级", "日期")
    # 谈话内容 belongs on no paper that anybody collects.
    assert not any("内容" in word for word in form.parts[0].fields + form.parts[0].tall)


def test_the_districts_file_stands_for_ours(here: Here) -> None:
    _put(here, OWN)

    assert blank_forms.in_use("L16", here=here).form.title == "谈话记录"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no form", FormProblem.NOT_TOML),
        (f"title = {'[' * 5000}", FormProblem.NOT_TOML),
        (OWN.replace("blank = true\n", ""), FormProblem.MISSING),
        (OWN.replace('"L16"', '"L13"'), FormProblem.OTHER_LEDGER),
        (OWN.replace("fields", "feilds"), FormProblem.UNKNOWN_KEY),
        (OWN.replace('["姓名"]', '"姓名"'), FormProblem.WRONG_VALUE),
        (OWN.replace('["姓名"]', "[]"), FormProblem.MISSING),
        (OWN.replace('title = "谈话记录"\n', ""), FormProblem.MISSING),
        (OWN.replace('"谈话记录"', "7"), FormProblem.WRONG_VALUE),
        (OWN.replace("[[part]]", "[part]"), FormProblem.MISSING),
        (OWN.replace("[[part]]", 'orientation = "round"\n[[part]]'), FormProblem.WRONG_VALUE),
        (OWN.replace("[[part]]", 'orientation = ["portrait"]\n[[part]]'), FormProblem.WRONG_VALUE),
        (OWN.replace("[[part]]", "[orientation]\n[[part]]"), FormProblem.WRONG_VALUE),
        (f"{OWN}wide = {MANY}", FormProblem.WRONG_VALUE),
        (OWN + " " * 40_000, FormProblem.TOO_LARGE),
    ],
)
def test_a_bad_file_waits_and_ours_is_printed(here: Here, text: str, reason: FormProblem) -> None:
    _put(here, text)

    used = blank_forms.in_use("L16", here=here)

    assert used.form == files.ours("L16")
    assert isinstance(used.problem, InvalidInputError)
    assert used.problem.reason is reason


def test_a_file_that_is_a_folder_waits_as_well(here: Here) -> None:
    (here.settings.instance / FOLDER / "L16.toml").mkdir(parents=True)

    assert blank_forms.in_use("L16", here=here).problem is not None


def test_no_other_form_is_one(here: Here) -> None:
    with pytest.raises(NotFoundError):
        blank_forms.in_use("L1", here=here)
