"""The calls in figures, on the page and on paper: nobody is named, and few are not told apart."""

from kiosk.rules.call_states import CallState
from kiosk.rules.staff import Role
from kiosk.services.here import Here
from tests import factories, markup
from tests.page import PageClient
from tests.web.staff import sign_in, token


def _calls(here: Here, *, grade: int, children: int, done: int) -> None:
    for number in range(children):
        child = factories.child(here, grade=grade, given_name=f"秋{number}")
        if number < done:
            factories.booking(here, child.child_id, state=CallState.DONE, started_at=here.now)
        else:
            factories.contact(here, child.child_id)


def test_the_page_has_the_weeks_as_bars_and_as_a_table(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    _calls(here, grade=3, children=6, done=5)
    sign_in(page, here, Role.DUTY_TEACHER)

    shown = page.open("/staff/calls/numbers")

    assert "Week by week" in shown.words
    assert len(shown.all("{http://www.w3.org/2000/svg}svg", role="img")) == 1
    assert "83 %" in shown.words
    assert "秋" not in shown.words


def test_a_class_of_four_children_has_no_figures(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    _calls(here, grade=3, children=6, done=6)
    _calls(here, grade=4, children=4, done=4)
    _calls(here, grade=5, children=6, done=6)
    sign_in(page, here, Role.DUTY_TEACHER)

    shown = page.open("/staff/calls/numbers/paper")

    rows = [markup.words(row) for row in shown.all("tr")]
    few, another, many = (
        next(row for row in rows if row.startswith(name))
        for name in ("Class 4-1", "Class 5-1", "Class 3-1")
    )
    assert few == "Class 4-1 ＊ " + "—" * 8
    assert another == "Class 5-1 ＊ " + "—" * 8  # the sum of all would tell the other
    assert "—" not in many
    assert "＊ is a count from 1 to 4" in shown.words


def test_a_week_in_which_few_had_a_call_has_no_bar(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    _calls(here, grade=3, children=12, done=3)
    sign_in(page, here, Role.DUTY_TEACHER)

    shown = page.open("/staff/calls/numbers")

    rows = [markup.words(row) for row in shown.all("tr")]
    assert "2026-11-16 12 ＊ ＊ 100 %" in next(row for row in rows if "2026-11-16" in row)
    bars = shown.all("{http://www.w3.org/2000/svg}rect")
    assert [bar.get("height") for bar in bars] == ["0"]


def test_who_should_be_asked_after_is_for_the_office_alone(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.DUTY_TEACHER)
    assert "Children to ask after" not in page.open("/staff/calls/numbers").words
    assert page.open("/staff/calls/care").status == 403


def test_the_office_sees_them_class_by_class(page: PageClient, here: Here) -> None:
    child = factories.child(here, given_name="秋水")
    for _ in range(2):
        factories.booking(here, child.child_id, state=CallState.NO_SHOW)
    sign_in(page, here)

    shown = page.open("/staff/calls/care")

    assert "秋水" in shown.words
    assert "did not come to two calls in a row" in shown.words


def test_the_page_speaks_chinese_as_well(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    _calls(here, grade=3, children=6, done=5)
    sign_in(page, here)
    form = {"csrf_token": token(page.open("/staff")), "language": "zh"}
    page.submit("/staff/language", form)

    assert "公平情况" in page.open("/staff/calls/numbers").words
    assert "95%" in page.open("/staff/calls/numbers/paper").words
