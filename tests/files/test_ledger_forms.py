"""Forms of ledgers: ours are whole, and a district's says where it is wrong."""

import pytest

from kiosk.errors import InvalidInputError
from kiosk.files import ledger_forms
from kiosk.files.ledger_forms import FormProblem, Orientation, parse
from kiosk.files.tables import Align

HEAD = 'id = "L3"\ntitle = "签到表"\n'
NAME = '[[column]]\nheader = "学生"\nsource = "child"\n'
# `domain.md` 2.4: what lies on its side.
ON_THE_SIDE = {"L1", "L3", "L4", "L6", "L7", "L11", "L15"}


def _problem(text: str) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as error:
        parse(text.encode(), "L3")
    return error.value


@pytest.mark.parametrize("ledger", ledger_forms.known())
def test_our_own_forms_can_be_read_as_a_districts(ledger: str) -> None:
    form = parse(ledger_forms.text_of(ledger).encode(), ledger)

    assert form == ledger_forms.ours(ledger)


@pytest.mark.parametrize("ledger", sorted(ON_THE_SIDE))
def test_wide_ledgers_lie_on_their_side(ledger: str) -> None:
    assert ledger_forms.ours(ledger).orientation is Orientation.LANDSCAPE


def test_a_districts_form_has_its_own_words_order_and_widths() -> None:
    text = (
        HEAD
        + 'orientation = "portrait"\n'
        + '[[column]]\nheader = "到达"\nsource = "came_at"\nwidth = 9\nalign = "right"\n'
        + NAME
        + '[[column]]\nheader = "家长签名"\nsource = "pen"\n'
        + '[[column]]\nheader = "地点"\nsource = "words"\ntext = "阳光小屋"\n'
    )

    form = parse(("\ufeff" + text).encode(), "L3")

    assert [column.header for column in form.columns] == ["到达", "学生", "家长签名", "地点"]
    assert (form.columns[0].width, form.columns[0].align) == (9, Align.RIGHT)
    assert form.orientation is Orientation.PORTRAIT


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + "[[column]\n", FormProblem.NOT_TOML),
        ("x" * (ledger_forms.LARGEST + 1), FormProblem.TOO_LARGE),
        (HEAD + 'colour = "red"\n' + NAME, FormProblem.UNKNOWN_KEY),
        (HEAD + NAME + 'formula = "1"\n', FormProblem.UNKNOWN_KEY),
        ('id = "L3"\n' + NAME, FormProblem.MISSING),
        (HEAD + '[[column]]\nheader = "学生"\n', FormProblem.MISSING),
        (HEAD + '[[column]]\nheader = "地点"\nsource = "words"\n', FormProblem.MISSING),
        (HEAD + NAME + "width = 0\n", FormProblem.WRONG_VALUE),
        (HEAD + NAME + "width = true\n", FormProblem.WRONG_VALUE),
        (HEAD + NAME + 'align = "middle"\n', FormProblem.WRONG_VALUE),
        (HEAD + NAME + "align = [1]\n", FormProblem.WRONG_VALUE),
        (HEAD + 'orientation = "up"\n' + NAME, FormProblem.WRONG_VALUE),
        ('id = "L3"\ntitle = "a\\u0007b"\n' + NAME, FormProblem.WRONG_VALUE),
        (HEAD.replace("L3", "L4") + NAME, FormProblem.OTHER_LEDGER),
        (HEAD + NAME.replace("child", "phone"), FormProblem.UNKNOWN_SOURCE),
        (HEAD + NAME + NAME, FormProblem.TWICE),
        (HEAD, FormProblem.NO_COLUMNS),
        (HEAD + 'column = "学生"\n', FormProblem.NO_COLUMNS),
        (HEAD + "column = [1]\n", FormProblem.NO_COLUMNS),
        (HEAD + 'foot = "{secret}"\n' + NAME, FormProblem.UNKNOWN_PLACE),
    ],
)
def test_a_file_that_is_no_form_is_refused_with_its_reason(text: str, problem: FormProblem) -> None:
    assert _problem(text).reason is problem


def test_where_it_is_wrong_is_told() -> None:
    assert _problem(HEAD + "[[column]\n").values["line"] == 3
    assert _problem(HEAD + NAME + NAME.replace("child", "phone")).values["column"] == 2


def test_what_is_no_text_is_no_form() -> None:
    with pytest.raises(InvalidInputError) as error:
        parse(b"\xff\xfe\x00", "L3")

    assert error.value.reason is FormProblem.NOT_TOML
