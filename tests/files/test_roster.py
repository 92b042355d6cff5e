"""Rosters as schools write them: headers, classes, contacts, and what is never taken along."""

from datetime import date
from pathlib import Path

import pytest

from kiosk.errors import InvalidInputError
from kiosk.files.headers import Column, heading_of
from kiosk.files.problems import FileProblem, RowProblemKind
from kiosk.files.roster import ContactRow, RosterFile, SchoolClass, read_roster
from kiosk.rules.relations import Relation
from tests.files import building

TODAY = date(2026, 11, 22)
REGISTER = Path(__file__).parent.parent / "data" / "roster_register.xlsx"
PHONE, OTHER_PHONE = "13800000001", "13800000002"


def _read(
    folder: Path, rows: building.Rows, *, merges: tuple[str, ...] = (), sheet: str = "Sheet1"
) -> RosterFile:
    path = building.write(folder, "roster.xlsx", building.xlsx(rows, merges=merges, sheet=sheet))
    return read_roster(path, today=TODAY)


def _kinds(file: RosterFile) -> list[tuple[int, RowProblemKind]]:
    return [(problem.row_number, problem.kind) for problem in file.problems]


def _names(file: RosterFile) -> list[str]:
    return [row.family_name + row.given_name for row in file.rows]


def _contact(relation: Relation, name: str | None, phone: str) -> ContactRow:
    return ContactRow(relation=relation, full_name=name, phone=phone)


def test_the_plain_register_comes_in_whole() -> None:
    file = read_roster(REGISTER, today=TODAY)

    assert [row.local_no for row in file.rows] == [f"{number:04}" for number in range(1, 62)]
    assert file.ignored_columns == ("性别", "出生日期")
    assert {problem.kind for problem in file.problems} == {RowProblemKind.SAME_NAME_IN_CLASS}
    assert [problem.row_number for problem in file.problems] == [4, 5]
    assert sum(len(row.contacts) for row in file.rows) == 106
    assert sum(row.is_boarder is True for row in file.rows) == 31


def test_the_first_and_the_rarest_rows_of_the_register_are_right() -> None:
    rows = {row.row_number: row for row in read_roster(REGISTER, today=TODAY).rows}

    assert rows[3].contacts == (
        _contact(Relation.FATHER, "李㼆", "15406360837"),
        _contact(Relation.AUNT, "曹𬱖", "15435337406"),
    )
    assert (rows[2].family_name, rows[2].given_name, rows[2].is_boarder) == ("于", "子涵", True)
    assert rows[2].school_class == SchoolClass(grade=1, number=1)
    assert (rows[41].family_name, rows[41].given_name) == ("司马", "浩宇")
    assert (rows[56].family_name, rows[56].given_name) == ("欧阳", "文博")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("姓名", Column.NAME), ("学生\n姓名", Column.NAME), ("★姓　名", Column.NAME),
        ("姓名（必填）", Column.NAME), ("*学生姓名：", Column.NAME), ("年级", Column.GRADE),
        ("年级班级", Column.SCHOOL_CLASS), ("班号", Column.SCHOOL_CLASS),
        ("班内学号", Column.LOCAL_NO), ("是否住校", Column.IS_BOARDER),
        ("就读方式", Column.IS_BOARDER), ("备注", Column.REMARK), ("性别", Column.NEEDLESS),
        ("身份证件号", Column.NEVER), ("全国学籍号", Column.NEVER), ("学籍辅号", Column.NEVER),
        ("现住址", Column.NEVER), ("是否留守儿童", Column.NEVER), ("健康状况", Column.NEVER),
        ("出生日期", Column.NEVER), ("监护人", Column.CONTACT_NAME),
        ("监护人姓名", Column.CONTACT_NAME), ("成员1姓名", Column.CONTACT_NAME),
        ("成员2关系", Column.CONTACT_RELATION), ("与学生关系", Column.CONTACT_RELATION),
        ("联系人1称谓", Column.CONTACT_RELATION), ("成员1联系电话", Column.CONTACT_PHONE),
        ("父亲联系电话", Column.CONTACT_PHONE), ("母亲手机号码", Column.CONTACT_PHONE),
        ("奶奶电话", Column.CONTACT_PHONE), ("父（母）联系电话", Column.CONTACT_PHONE),
        ("联系电话1", Column.CONTACT_PHONE), ("家庭电话", Column.CONTACT_PHONE),
        ("成员1现住址", Column.UNKNOWN), ("成员1关系说明", Column.UNKNOWN),
        ("成员1身份证件号", Column.UNKNOWN), ("父亲工作单位", Column.UNKNOWN),
        ("成员2是否监护人", Column.UNKNOWN), ("", Column.UNKNOWN), ("姓名1", Column.UNKNOWN),
    ],
)  # fmt: skip
def test_a_header_is_understood_however_it_is_dressed(header: str, column: Column) -> None:
    assert heading_of(header).column is column


def test_a_header_may_say_whose_number_it_is() -> None:
    assert heading_of("母亲手机号码").relation is Relation.MOTHER
    assert heading_of("父（母）联系电话").relation is None


def test_the_national_template_gives_two_contacts_and_nothing_identity(tmp_path: Path) -> None:
    identity = "430525201503041234"
    header = [
        "学校标识码", "姓名", "性别", "出生日期", "身份证件类型", "健康状况", "身份证件号", "班号",
        "就读方式", "现住址", "联系电话", "是否留守儿童", "学籍辅号", "班内学号",
        "成员1姓名", "成员1关系", "成员1关系说明", "成员1现住址", "成员1联系电话",
        "成员1是否监护人",
        "成员1身份证件号", "成员2姓名", "成员2关系", "成员2联系电话", "成员2身份证件号",
    ]  # fmt: skip
    child = [
        "2143000001", "于伟", "1", "20150304", "1", "健康或良好", identity, "202402",
        "住校", "某镇某村", PHONE, "1", "19000000000000000001", "7",
        "何静怡", "52-母亲", "", "某镇某村", PHONE, "是",
        identity, "于国强", "51-父亲", OTHER_PHONE, identity,
    ]  # fmt: skip
    title = ["基础信息采集表"]

    file = _read(tmp_path, [title, header, child], merges=("A1:Y1",))

    (row,) = file.rows
    assert row.school_class == SchoolClass(grade=3, number=2)
    assert (row.local_no, row.is_boarder) == ("7", True)
    assert row.contacts == (
        _contact(Relation.MOTHER, "何静怡", PHONE),
        _contact(Relation.FATHER, "于国强", OTHER_PHONE),
    )
    assert "身份证件号" in file.ignored_columns
    assert "成员2身份证件号" in file.ignored_columns
    told = repr(file) + repr([row.contacts, row.family_name, row.given_name, row.local_no])
    assert identity not in told
    assert "某镇" not in told


def test_no_name_and_no_number_stands_in_a_representation(tmp_path: Path) -> None:
    file = _read(tmp_path, [["姓名", "班级", "监护人", "电话"], ["于伟", "302", "何静怡", PHONE]])

    assert "于" not in repr(file)
    assert "何静怡" not in repr(file)
    assert PHONE not in repr(file)


def test_a_header_of_two_rows_is_read_as_one(tmp_path: Path) -> None:
    rows = [
        ["序号", "姓名", "班级", "父亲", None, "监护人", None, None],
        [None, None, None, "姓名", "电话", "姓名", "关系", "电话"],
        [1, "于伟", "302", "于国强", PHONE, "何静怡", "外婆", OTHER_PHONE],
    ]

    file = _read(tmp_path, rows, merges=("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:H1"))

    (row,) = file.rows
    assert row.contacts == (
        _contact(Relation.FATHER, "于国强", PHONE),
        _contact(Relation.MATERNAL_GRANDMOTHER, "何静怡", OTHER_PHONE),
    )


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        (["父亲电话", "母亲电话"], [PHONE, OTHER_PHONE],
         [(Relation.FATHER, None, PHONE), (Relation.MOTHER, None, OTHER_PHONE)]),
        (["父亲姓名", "联系电话", "母亲姓名", "联系电话"], ["于国强", PHONE, "何静怡", OTHER_PHONE],
         [(Relation.FATHER, "于国强", PHONE), (Relation.MOTHER, "何静怡", OTHER_PHONE)]),
        (["监护人", "关系", "电话", "监护人", "关系", "电话"],
         ["何静怡", "妈妈", PHONE, "于国强", "爸爸", OTHER_PHONE],
         [(Relation.MOTHER, "何静怡", PHONE), (Relation.FATHER, "于国强", OTHER_PHONE)]),
        (["联系电话", "监护人", "关系"], [PHONE, "何静怡", "妈妈"],
         [(Relation.MOTHER, "何静怡", PHONE)]),
        (["监护人", "关系", "联系电话1", "联系电话2"], ["何静怡", "妈妈", PHONE, OTHER_PHONE],
         [(Relation.MOTHER, "何静怡", PHONE), (Relation.MOTHER, "何静怡", OTHER_PHONE)]),
        (["父母联系电话"], [f"父：于国强 {PHONE}；母：何静怡 {OTHER_PHONE}"],
         [(Relation.FATHER, "于国强", PHONE), (Relation.MOTHER, "何静怡", OTHER_PHONE)]),
        (["父母联系电话"], [f"{PHONE}（爸爸），{OTHER_PHONE}（妈妈）"],
         [(Relation.FATHER, None, PHONE), (Relation.MOTHER, None, OTHER_PHONE)]),
        (["监护人", "电话"], ["何静怡（奶奶）", PHONE], [(Relation.GRANDMOTHER, "何静怡", PHONE)]),
        (["监护人"], [f"奶奶何静怡{PHONE}"], [(Relation.GRANDMOTHER, "何静怡", PHONE)]),
        (["监护人"], [f"何静怡奶奶 {PHONE}"], [(Relation.GRANDMOTHER, "何静怡", PHONE)]),
        (["监护人"], [f"奶奶 何静怡 {PHONE}"], [(Relation.GRANDMOTHER, "何静怡", PHONE)]),
        (["监护人", "关系", "电话"], ["阿依古丽.买买提", "母子", PHONE],
         [(Relation.MOTHER, "阿依古丽·买买提", PHONE)]),
        (["监护人", "关系", "电话", "母亲电话"], ["何静怡", "母亲", PHONE, PHONE],
         [(Relation.MOTHER, "何静怡", PHONE)]),
        (["监护人", "关系", "电话"], ["何静怡", "舅妈", "0731-88880000"],
         [(Relation.AUNT, "何静怡", "073188880000")]),
        (["监护人", "关系", "电话"], ["何静怡", "妈妈", f"+86 {PHONE}"],
         [(Relation.MOTHER, "何静怡", PHONE)]),
        (["监护人", "关系", "电话"], ["何静怡", "妈妈", "１３８-００００-０００１"],
         [(Relation.MOTHER, "何静怡", PHONE)]),
        (["监护人", "关系", "电话"], ["何静怡", "妈妈", "1380 000 0001"],
         [(Relation.MOTHER, "何静怡", PHONE)]),
        (["监护人", "关系", "电话"], ["何静怡", "妈妈", f"{PHONE} {OTHER_PHONE}"],
         [(Relation.MOTHER, "何静怡", PHONE), (Relation.MOTHER, "何静怡", OTHER_PHONE)]),
        (["监护人", "关系", "电话"], ["无", "/", "—"], []),
    ],
)  # fmt: skip
def test_contacts_are_found_however_the_columns_mix_them(
    tmp_path: Path,
    header: list[str],
    cells: list[str],
    expected: list[tuple[Relation, str | None, str]],
) -> None:
    file = _read(tmp_path, [["姓名", "班级", *header], ["于伟", "302", *cells]])

    (row,) = file.rows
    assert row.contacts == tuple(_contact(*each) for each in expected)
    assert file.problems == ()


@pytest.mark.parametrize(
    ("cells", "contacts", "kind"),
    [
        (["何静怡", "干妈", PHONE], 1, RowProblemKind.RELATION_UNCLEAR),
        (["何静怡", "", PHONE], 1, RowProblemKind.RELATION_UNCLEAR),
        (["何静怡", "妈妈", "1380000000"], 0, RowProblemKind.PHONE_UNREADABLE),
        (["何静怡", "妈妈", "430525201503041234"], 0, RowProblemKind.PHONE_UNREADABLE),
        (["何静怡", "妈妈", ""], 0, RowProblemKind.PHONE_MISSING),
        (["\ufffd\ufffd怡", "妈妈", PHONE], 1, RowProblemKind.CONTACT_NAME_UNREADABLE),
    ],
)
def test_an_odd_contact_is_pointed_out_and_the_child_comes_in(
    tmp_path: Path, cells: list[str], contacts: int, kind: RowProblemKind
) -> None:
    file = _read(tmp_path, [["姓名", "班级", "监护人", "关系", "电话"], ["于伟", "302", *cells]])

    assert [len(row.contacts) for row in file.rows] == [contacts]
    assert kind in {problem.kind for problem in file.problems}


@pytest.mark.parametrize(
    ("written", "kind", "comes_in"),
    [
        ("于\ufffd", RowProblemKind.NAME_UNREADABLE, False),
        ("寮犱紵涔?", RowProblemKind.NAME_UNREADABLE, False),
        ("锟斤拷锟斤拷", RowProblemKind.NAME_UNREADABLE, False),
        ("å¼\xa0ä¼Ÿ", RowProblemKind.NAME_UNREADABLE, False),
        ("\ue5e5伟", RowProblemKind.NAME_UNREADABLE, False),
        ("于*伟", RowProblemKind.NAME_UNREADABLE, False),
        ("430525201503041234", RowProblemKind.NAME_UNREADABLE, False),
        ("于伟(yú wěi)", RowProblemKind.NAME_WITH_PINYIN, False),
        ("于伟 yuwei", RowProblemKind.NAME_WITH_PINYIN, False),
        ("張伟", RowProblemKind.NAME_TRADITIONAL, True),
        ("Anna Li", RowProblemKind.NAME_UNUSUAL, True),
        ("伟", RowProblemKind.NAME_UNUSUAL, True),
    ],
)
def test_a_suspicious_name_is_marked_and_never_repaired(
    tmp_path: Path,
    written: str,
    kind: RowProblemKind,
    comes_in: bool,  # noqa: FBT001 - a case
) -> None:
    file = _read(
        tmp_path, [["姓名", "班级", "性别"], [written, "302", "男"], ["郭磊", "302", "男"]]
    )

    assert _names(file) == ([written, "郭磊"] if comes_in else ["郭磊"])
    assert _kinds(file) == [(2, kind)]
    assert kind.holds_back is not comes_in


@pytest.mark.parametrize(
    ("written", "family", "given"),
    [
        ("于伟", "于", "伟"), (" 于　伟 ", "于", "伟"), ("欧阳雨桐", "欧阳", "雨桐"),
        ("尉迟敏", "尉迟", "敏"),
        ("上官", "上", "官"), ("司马浩宇", "司马", "浩宇"), ("张李小明", "张", "李小明"),
        ("阿依古丽·买买提", "", "阿依古丽·买买提"), ("阿依古丽•买买提", "", "阿依古丽·买买提"),
        ("罗𬱖", "罗", "𬱖"), ("萧〇", "萧", "〇"),
    ],
)  # fmt: skip
def test_the_family_name_ends_where_it_ends(
    tmp_path: Path, written: str, family: str, given: str
) -> None:
    file = _read(tmp_path, [["姓名", "班级", "性别"], [written, "302", "男"]])

    assert [(row.family_name, row.given_name) for row in file.rows] == [(family, given)]
    assert file.problems == ()


def test_a_row_without_a_name_is_held_back_and_a_made_ready_number_is_not(tmp_path: Path) -> None:
    rows = [
        ["序号", "姓名", "班级", "电话"],
        [1, "于伟", "302", PHONE],
        [2, "", "302", PHONE],
        [3, "", "", ""],
    ]

    file = _read(tmp_path, rows)

    assert _kinds(file) == [(2, RowProblemKind.RELATION_UNCLEAR), (3, RowProblemKind.NAME_MISSING)]
    assert (file.sheets[0].taken, file.sheets[0].held_back, file.sheets[0].passed_over) == (1, 1, 1)


def test_the_title_or_the_sheet_names_the_class_where_no_column_does(tmp_path: Path) -> None:
    by_title = _read(
        tmp_path, [["某小学三年级（2）班学生名单"], ["序号", "姓名", "性别"], [1, "于伟", "男"]]
    )
    by_sheet = _read(tmp_path, [["序号", "姓名", "性别"], [1, "于伟", "男"]], sheet="四年级1班")

    assert by_title.rows[0].school_class == SchoolClass(grade=3, number=2)
    assert by_sheet.rows[0].school_class == SchoolClass(grade=4, number=1)


def test_a_heading_between_the_rows_names_the_class_below_it(tmp_path: Path) -> None:
    rows = [
        ["序号", "姓名", "性别"], ["三年级1班"], [1, "于伟", "男"], ["小计", "1"],
        ["三年级2班"], [1, "郭磊", "女"],
    ]  # fmt: skip

    file = _read(tmp_path, rows)

    assert [row.school_class.number for row in file.rows] == [1, 2]


def test_a_sheet_that_names_no_class_gives_no_child(tmp_path: Path) -> None:
    file = _read(tmp_path, [["序号", "姓名", "性别"], [1, "于伟", "男"]])

    assert _kinds(file) == [(2, RowProblemKind.CLASS_MISSING)]
    assert file.rows == ()


def test_a_gap_in_a_full_column_takes_nothing_from_above(tmp_path: Path) -> None:
    rows = [["姓名", "班级", "性别"], *[[f"于伟{sign}", "302", "男"] for sign in "甲乙丙丁戊"]]
    rows[3] = ["于伟丙", "", "男"]

    assert _kinds(_read(tmp_path, rows)) == [(4, RowProblemKind.CLASS_MISSING)]


def test_a_class_written_once_for_its_block_holds_until_the_sum(tmp_path: Path) -> None:
    text = "姓名,班级,性别\n于伟,302,男\n郭磊,,男\n小计,2,\n萧静怡,,女\n"
    path = building.write(tmp_path, "roster.csv", text.encode("gb18030"))

    file = read_roster(path, today=TODAY)

    assert _names(file) == ["于伟", "郭磊"]
    assert _kinds(file) == [(3, RowProblemKind.CLASS_FROM_ABOVE), (5, RowProblemKind.CLASS_MISSING)]


def test_a_grade_written_once_holds_for_the_classes_below_it(tmp_path: Path) -> None:
    text = "姓名,年级,班级\n于伟,三年级,1班\n郭磊,,1班\n萧静怡,,2班\n周敏,四年级,\n"
    path = building.write(tmp_path, "roster.csv", text.encode())

    file = read_roster(path, today=TODAY)

    assert [(row.school_class.grade, row.school_class.number) for row in file.rows] == [
        (3, 1), (3, 1), (3, 2), (4, 1),
    ]  # fmt: skip
    assert _kinds(file) == [
        (3, RowProblemKind.CLASS_FROM_ABOVE),
        (4, RowProblemKind.CLASS_FROM_ABOVE),
        (5, RowProblemKind.CLASS_NUMBER_ASSUMED),
    ]


def test_a_class_that_is_not_understood_holds_its_row_back(tmp_path: Path) -> None:
    rows = [["姓名", "班级", "性别"], ["于伟", "向日葵班", "男"], ["郭磊", "302", "男"]]

    file = _read(tmp_path, rows)

    assert _names(file) == ["郭磊"]
    assert [problem.kind for problem in file.held_back] == [RowProblemKind.CLASS_UNREADABLE]


def test_another_table_below_the_first_is_read_by_its_own_header(tmp_path: Path) -> None:
    rows = [
        ["姓名", "班级", "母亲电话"], ["于伟", "302", PHONE],
        ["班级", "姓名", "父亲电话"], ["301", "郭磊", OTHER_PHONE],
    ]  # fmt: skip

    file = _read(tmp_path, rows)

    assert _names(file) == ["于伟", "郭磊"]
    assert [row.contacts[0].relation for row in file.rows] == [Relation.MOTHER, Relation.FATHER]


def test_a_child_over_two_merged_rows_has_two_contacts(tmp_path: Path) -> None:
    rows = [
        ["姓名", "班级", "监护人", "关系", "电话"],
        ["于伟", "302", "何静怡", "妈妈", PHONE],
        [None, None, "于国强", "爸爸", OTHER_PHONE],
        ["郭磊", "302", "周敏", "奶奶", "13800000003"],
    ]

    file = _read(tmp_path, rows, merges=("A2:A3", "B2:B3"))

    assert [len(row.contacts) for row in file.rows] == [2, 1]
    assert file.problems == ()


def test_the_same_row_twice_is_one_child_and_a_namesake_is_another(tmp_path: Path) -> None:
    header = ["姓名", "班级", "母亲电话"]
    rows = [header, ["于伟", "302", PHONE], ["于伟", "302", PHONE], ["于伟", "302", OTHER_PHONE]]

    file = _read(tmp_path, rows)

    assert [row.row_number for row in file.rows] == [2, 4]
    assert _kinds(file) == [
        (2, RowProblemKind.SAME_NAME_IN_CLASS),
        (3, RowProblemKind.REPEATED_ROW),
        (4, RowProblemKind.SAME_NAME_IN_CLASS),
    ]
    assert (file.sheets[0].taken, file.sheets[0].held_back) == (2, 1)


def test_a_column_of_destroyed_numbers_is_refused_as_a_whole(tmp_path: Path) -> None:
    rows = [["姓名", "班级", "学号"], ["于伟", "302", 430525201503041234.0], ["郭磊", "302", "12"]]

    file = _read(tmp_path, rows)

    assert [row.local_no for row in file.rows] == [None, None]
    (problem,) = file.problems
    assert (problem.kind, problem.row_number, problem.column) == (
        RowProblemKind.DIGITS_LOST,
        1,
        "学号",
    )


@pytest.mark.parametrize("number", ["G430525201503041234", "430525201503041234", "12 号楼"])
def test_an_identity_number_never_passes_for_a_local_one(tmp_path: Path, number: str) -> None:
    file = _read(tmp_path, [["姓名", "班级", "学号"], ["于伟", "302", number]])

    assert file.rows[0].local_no is None
    assert _kinds(file) == [(2, RowProblemKind.LOCAL_NO_UNUSABLE)]


@pytest.mark.parametrize(
    ("header", "written", "boards"),
    [("是否住校", "是", True), ("是否住校", "否", False), ("就读方式", "走读", False),
     ("就读方式", "住校", True),
     ("是否寄宿", "√", True), ("是否寄宿", "", None), ("备注", "住校", True), ("备注", "", None)],
)  # fmt: skip
def test_boarding_is_known_only_where_it_is_written(
    tmp_path: Path,
    header: str,
    written: str,
    boards: bool | None,  # noqa: FBT001 - a case
) -> None:
    file = _read(tmp_path, [["姓名", "班级", header], ["于伟", "302", written]])

    assert [row.is_boarder for row in file.rows] == [boards]
    assert file.problems == ()


def test_boarding_written_in_riddles_is_pointed_out(tmp_path: Path) -> None:
    file = _read(tmp_path, [["姓名", "班级", "就读方式"], ["于伟", "302", "借宿在亲戚家"]])

    assert _kinds(file) == [(2, RowProblemKind.BOARDER_UNCLEAR)]


def test_hidden_sheets_and_sheets_of_something_else_are_named_but_not_read(tmp_path: Path) -> None:
    roster = [["姓名", "班级", "性别"], ["于伟", "302", "男"]]
    sheets = {"名单": (roster, ()), "旧": (roster, ()), "说明": ([["请填写"]], ())}
    path = building.write(tmp_path, "a.xlsx", building.xlsx_of(sheets, hidden=["旧"]))

    file = read_roster(path, today=TODAY)

    assert [(sheet.name, sheet.header_row) for sheet in file.sheets] == [
        ("名单", 1),
        ("旧", None),
        ("说明", None),
    ]
    assert len(file.rows) == 1


@pytest.mark.parametrize(
    "rows", [[["姓名", "性别"], ["于伟", "男"]], [["序号", "班级", "性别"], [1, "302", "男"]]]
)
def test_a_file_without_three_known_headers_and_a_name_is_no_roster(
    tmp_path: Path, rows: list[list[object]]
) -> None:
    with pytest.raises(InvalidInputError) as error:
        _read(tmp_path, rows)

    assert error.value.reason is FileProblem.NO_HEADER
