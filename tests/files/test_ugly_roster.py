"""The ugly roster, row by row: what stands in the workbook must come out, and nothing else.

Two sheets, a title and a form line merged over all columns, the header in row 3 and again in the
middle, numbers of telephones as text, as full-width text, parted and as floating point, a relation
before the number in a cell, trailing spaces in names, classes as 1.1 and 二(1)班, merged in most
blocks and only written once in others, sums and remarks at the foot.
"""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from kiosk.files.problems import RowProblemKind
from kiosk.files.roster import RosterFile, RosterRow, read_roster

UGLY = Path(__file__).parent.parent / "data" / "roster_ugly.xlsx"
LOWER, UPPER = "一至三年级", "四至六年级"

# row | family given | grade.number | relation name number; ...
LOWER_ROWS = """
4 | 于 伟 | 1.1 | mother 何静怡 15490926685; other - 15484005756
5 | 郭 磊 | 1.1 | grandmother 周敏 15485882768; other - 15457267837
6 | 萧 天佑 | 1.1 | maternal_grandmother 高雨桐 15451072896; other - 15452544960
7 | 吴 欣怡 | 1.1 | grandmother 杨天佑 15499546480
8 | 萧 建国 | 1.1 | mother 赵佳怡 15402313087
9 | 曾 宇轩 | 1.1 | grandfather 曾梓萱 15468921750; other - 15495454061
10 | 韩 天佑 | 1.1 | father 郑雅婷 15482611024
11 | 查 佳怡 | 1.2 | grandfather 覃俊杰 15494744888; mother - 15443785915
12 | 查 佳怡 | 1.2 | aunt 谢昊然 15423011100; father - 15454222806
13 | 黄 志强 | 1.2 | mother 曹文博 15419567256
14 | 彭 志强 | 1.2 | mother 曹文博 15419567256
15 | 萧 静怡 | 2.1 | aunt 萧伟 15472106399; other - 15416834993
16 | 唐 伟 | 2.1 | grandfather 吴子涵 15448705086; other - 15434727841
17 | 周 丽娜 | 2.1 | grandfather 高伟 15440116535; other - 15457527747
18 | 萧 子涵 | 2.1 | mother 程磊 15495899198; father - 15467266870
20 | 欧阳 雨桐 | 2.2 | father 欧阳敏 15442273659; grandmother - 15477096268
21 | 孙 国强 | 2.2 | maternal_grandmother 曹一诺 15474870195
22 | 吕 宇轩 | 2.2 | grandfather 查昊然 15425223486; other - 15449895648
23 | 程 诗琪 | 2.2 | grandfather 杨雅婷 15456201525; other - 15408539684
24 | 郭 明轩 | 2.2 | grandmother 吴春花 15454153339; other - 15459022167
25 | 傅 浩宇 | 2.2 | mother 于雨桐 15457073172
26 | 林 佳怡 | 3.1 | maternal_grandmother 宋伟 15432570281
27 | 冯 明轩 | 3.1 | grandmother 欧阳伟 15482812326; maternal_grandmother - 15456262654
28 | 罗 思远 | 3.1 | maternal_grandmother 单浩宇 15447803295; father - 15412821743
29 | 胡 芳 | 3.1 | grandmother 司马国强 15498362277; other - 15479493977
30 | 郭 雨桐 | 3.1 | mother 查建国 15438410035; other - 15484571670
31 | 唐 芳 | 3.1 | mother 吕一诺 15499686338; other - 15432966176
32 | 谢 敏 | 3.1 | maternal_grandmother 许子涵 15406663841
33 | 彭 昊然 | 3.2 | aunt 李浩宇 15470223538; other - 15441881262
34 | 徐 欣怡 | 3.2 | grandfather 袁诗琪 15400560580; other - 15488966632
35 | 刘 伟 | 3.2 | father 林天佑 15461519133; aunt - 15410618493
"""
UPPER_ROWS = """
4 | 董 芳 | 4.1 | grandfather 刘雅婷 15487697279; grandmother - 15420422694
5 | 王 芳 | 4.1 | grandmother 李建国 15472005679
6 | 萧 雅婷 | 4.1 | aunt 查文博 15492790233; other - 15473246900
7 | 徐 海波 | 4.2 | grandmother 唐浩宇 15464087944; other - 15475897388
8 | 曹 雅婷 | 4.2 | aunt 黄冬生 15497987167; grandfather - 15485223267
9 | 彭 芳 | 4.2 | aunt 解晓梅 15406903711; other - 15459562518
10 | 林 国强 | 4.2 | grandfather 彭磊 15474183953; other - 15423893397
11 | 刘 诗琪 | 4.2 | mother 许宇轩 15484408831; grandfather - 15429473057
12 | 欧阳 明轩 | 4.2 | mother 吴天佑 15405141518
13 | 吴 语嫣 | 4.2 | grandmother 李浩宇 15452180276; maternal_grandmother - 15474412101
14 | 吕 㼆 | 5.1 | grandmother 孙冬生 15436056785; father - 15410262634
15 | 高 梓萱 | 5.1 | maternal_grandmother 梁明轩 15483376715
16 | 张 文博 | 5.1 | grandmother 林一诺 15463022226; other - 15446701601
17 | 韩 雅婷 | 5.1 | mother 李乐乐 15441090541
18 | 王 雨桐 | 5.1 | maternal_grandmother 赵可欣 15493033290; other - 15493345132
20 | 于 晓梅 | 5.2 | mother 郭志强 15493844967; grandmother - 15446264978
21 | 许 建国 | 5.2 | aunt 邓小燕 15423513362; other - 15486214728
22 | 宋 雅婷 | 5.2 | maternal_grandmother 袁志强 15484942096; other - 15407385407
23 | 宋 佳怡 | 5.2 | grandmother 刘晓梅 15406326726; other - 15412061892
24 | 单 明轩 | 5.2 | maternal_grandmother 解欣怡 15441782995; other - 15496182939
25 | 黄 静怡 | 6.1 | grandfather 程昊然 15482631554; other - 15439475000
26 | 郭 磊 | 6.1 | aunt 杨雅婷 15400177090; maternal_grandmother - 15413412316
27 | 黄 丽娜 | 6.1 | maternal_grandmother 胡磊 15471765070; mother - 15438680864
28 | 萧 海波 | 6.1 | mother 单静怡 15440337877; father - 15446898361
29 | 赵 志强 | 6.1 | father 彭梓萱 15435007692; other - 15496152883
30 | 邓 㼆 | 6.2 | mother 陈欣怡 15401616996; aunt - 15400213314
31 | 郑 雨桐 | 6.2 | aunt 黄浩宇 15448266902; mother - 15403048227
32 | 彭 明轩 | 6.2 | maternal_grandmother 孙浩宇 15450994659
33 | 朱 静怡 | 6.2 | grandmother 王子涵 15499166697; other - 15460400295
34 | 何 乐乐 | 6.2 | father 宋建国 15422447888
"""


@pytest.fixture(scope="module")
def ugly() -> RosterFile:
    return read_roster(UGLY, today=date(2026, 11, 22))


def _line(row: RosterRow) -> str:
    contacts = "; ".join(
        f"{contact.relation.value} {contact.full_name or '-'} {contact.phone}"
        for contact in row.contacts
    )
    school_class = f"{row.school_class.grade}.{row.school_class.number}"
    name = f"{row.family_name} {row.given_name}"
    return f"{row.row_number} | {name} | {school_class} | {contacts}"


@pytest.mark.parametrize(("sheet", "expected"), [(LOWER, LOWER_ROWS), (UPPER, UPPER_ROWS)])
def test_every_row_comes_out_as_it_stands(ugly: RosterFile, sheet: str, expected: str) -> None:
    lines = [_line(row) for row in ugly.rows if row.sheet == sheet]

    assert lines == expected.strip().splitlines()


def test_titles_sums_and_repeated_headers_are_no_children(ugly: RosterFile) -> None:
    counts = [
        (sheet.name, sheet.header_row, sheet.taken, sheet.held_back, sheet.passed_over)
        for sheet in ugly.sheets
    ]

    assert counts == [(LOWER, 3, 31, 0, 3), (UPPER, 3, 30, 0, 3)]


def test_only_what_the_file_says_is_known_of_numbers_and_boarding(ugly: RosterFile) -> None:
    boarders = [(row.sheet, row.row_number) for row in ugly.rows if row.is_boarder]

    assert boarders == [(LOWER, 30)]
    assert {row.is_boarder for row in ugly.rows} == {True, None}
    assert {row.local_no for row in ugly.rows} == {None}


def test_the_four_columns_that_go_nowhere_are_named(ugly: RosterFile) -> None:
    assert ugly.ignored_columns == ("序号", "性别", "出生年月", "备注")


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        (
            RowProblemKind.CLASS_FROM_ABOVE,
            {LOWER: [16, 17, 18, 34, 35], UPPER: [15, 16, 17, 18, 31, 32, 33, 34]},
        ),
        (
            RowProblemKind.RELATION_UNCLEAR,
            {
                LOWER: [4, 5, 6, 9, 15, 16, 17, 22, 23, 24, 29, 30, 31, 33, 34],
                UPPER: [6, 7, 9, 10, 16, 18, 21, 22, 23, 24, 25, 29, 33],
            },
        ),
        (RowProblemKind.SAME_NAME_IN_CLASS, {LOWER: [11, 12]}),
        (RowProblemKind.REMARK_PASSED_OVER, {LOWER: [24]}),
    ],
)
def test_the_rows_to_look_at_are_these(
    ugly: RosterFile, kind: RowProblemKind, places: dict[str, list[int]]
) -> None:
    found: dict[str, list[int]] = {}
    for problem in ugly.problems:
        if problem.kind is kind:
            found.setdefault(problem.sheet, []).append(problem.row_number)

    assert found == places


def test_nothing_else_is_wrong_and_nobody_is_held_back(ugly: RosterFile) -> None:
    kinds = Counter(problem.kind for problem in ugly.problems)

    assert kinds == {
        RowProblemKind.CLASS_FROM_ABOVE: 13,
        RowProblemKind.RELATION_UNCLEAR: 28,
        RowProblemKind.SAME_NAME_IN_CLASS: 2,
        RowProblemKind.REMARK_PASSED_OVER: 1,
    }
    assert ugly.held_back == ()
