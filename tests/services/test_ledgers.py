"""The paper ledgers: their columns as printed, no empty cell, every export in the audit."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, update

from kiosk.db import db, reading, transaction, writing
from kiosk.errors import InvalidInputError, NotFoundError, UnavailableError
from kiosk.files import ledger_forms
from kiosk.files.tables import Table
from kiosk.models.audit import Audit, AuditAction
from kiosk.models.calls import Booking
from kiosk.models.library import Loan, Title
from kiosk.models.openings import Opening, OpeningRule
from kiosk.rules import codes
from kiosk.rules.activities import ActivityKind, PairingKind
from kiosk.rules.call_corrections import CorrectionReason, PaperBox
from kiosk.rules.call_states import CallState
from kiosk.rules.catalogue import TitleKind
from kiosk.rules.intake import BatchKind, NotTaken
from kiosk.rules.item_cases import CaseEnd, CaseKind
from kiosk.rules.lending import Borrower, ItemStatus, LoanEnd
from kiosk.rules.openings import Hazard, OpeningOrigin, OpeningState
from kiosk.rules.school_days import SchoolDays, TermSpan
from kiosk.services import (
    activities,
    batches,
    call_corrections,
    call_paper,
    case_list,
    drafts,
    item_cases,
    item_status,
    ledger_activities,
    ledger_paper,
    ledgers,
    lending,
    opening_rules,
    openings,
    pairings,
    pile,
    posters,
    room_readings,
    title_editing,
)
from kiosk.services.activities import Sheet
from kiosk.services.answers import Lent
from kiosk.services.batch_list import NewGoods
from kiosk.services.batches import NewBatch
from kiosk.services.catalogue_rows import NewTitle
from kiosk.services.here import Here
from kiosk.services.ledgers import Ledger, LedgerProblem
from kiosk.services.opening_rules import NewRule
from kiosk.services.posters import Responsible
from kiosk.services.progress import PARTS
from kiosk.services.visits import arrive, leave
from tests import factories
from tests.clock import FrozenClock
from tests.conftest import here_in
from tests.factories import MadeItem
from tests.paper import empty_cells

# What is filled in by hand.
TO_WRITE = "＿＿＿＿＿"

# The headers as they stand on paper (`domain.md` 2.4).
COLUMNS = {
    Ledger.READING: "序号 | 姓名 | 班级 | 阅读书目 | 作者 | 借阅日期 | 归还日期",
    Ledger.BOARD: "名称 | 管理员 | 联系电话 | 开放时间 | 下次开放",
    Ledger.OPENINGS: "序号 | 日期 | 星期 | 计划开放时间 | 实际开放时间(起—止) | 时长(小时)"
    " | 值班教师 | 到室人数 | 到室人次 | 借书(册) | 还书(册) | 亲情通话(次) | 主要活动内容"
    " | 安全检查 | 卫生情况 | 异常及处理 | 值班教师签名 | 备注",
    Ledger.ROTA: "星期 | 时段 | 值班教师 | 协助人员(爱心妈妈/志愿者) | 联系电话 | 职责",
    Ledger.DUTY_LOG: "日期 | 星期 | 带班领导 | 值班教师 | 到岗时间 | 离岗时间 | 学生情况 | 安全巡查"
    " | 问题及处理 | 交接事项 | 交班人 | 接班人",
    Ledger.VISITS: "序号 | 日期 | 姓名 | 班级 | 签到时间 | 离开时间 | 活动内容 | 值班教师 | 备注",
    Ledger.CALLS: "序号 | 日期 | 姓名 | 班级 | 通话对象(称谓) | 通话方式(电话/视频) | 预约时间"
    " | 开始时间 | 结束时间 | 通话时长(分钟) | 是否接通 | 未接通处理 | 学生确认 | 值班教师 | 备注",
    Ledger.CALL_BOOKS: "次数 | 日期 | 称谓 | 方式 | 时长 | 是否接通 | 下次约定 | 教师签名",
    Ledger.LOANS: "序号 | 借书日期 | 书名 | 登录号 | 册数 | 存放位置(架位) | 借阅人 | 班级"
    " | 应还日期 | 归还日期 | 归还情况 | 经手人 | 备注",
    Ledger.LOSSES: "类别 | 书名 | 编号 | 单价 | 剔除时间 | 总价 | 原因 | 经手人 | 审批人",
    Ledger.SCRAP: "物品名称 | 数量 | 原因 | 管理人员(签名) | 部门负责人(签名) | 校领导审批",
    Ledger.GAMES: "日期 | 品名 | 编号 | 数量 | 借用人 | 班级 | 借出时间 | 归还时间 | 完好情况"
    " | 经手人",
    Ledger.READERS: "班级 | 外借册数 | 读者人数 | 人均册数",
    Ledger.BOOKS: "登记日期 | 总登录号 | 图书编号 | 书名 | 作者 | 出版社 | 书号(ISBN/统一书号)"
    " | 单位 | 单价 | 数量 | 金额 | 来源(购置/捐赠/配发) | 验收人 | 经手人 | 备注",
    Ledger.CLASSES: "类别 | 书名 | 册数 | 单价 | 存放位置(架位) | 购入时间 | 小计册数 | 类别总价",
    Ledger.DONATIONS: "序号 | 捐赠日期 | 捐赠单位/个人 | 联系方式 | 物品名称 | 规格 | 单位 | 数量"
    " | 单价 | 金额(估) | 用途/去向 | 接收人 | 验收人 | 备注",
    Ledger.ACTIVITIES: "活动主题 | 活动时间 | 活动地点 | 组织者 | 参加人员及人数 | 活动准备/计划"
    " | 活动过程 | 活动效果/反思 | 照片(编号) | 记录人 | 审核人",
    Ledger.PAIRS: "序号 | 学生姓名 | 班级 | 结对人姓名 | 单位/职务 | 结对类型 | 联系电话 | 结对日期"
    " | 帮扶内容 | 本期联系次数 | 备注",
    Ledger.STATISTICS: "班级 | 学生数 | 办卡数 | 本月到室人次 | 到室人数 | 借阅册次 | 通话人次"
    " | 本月至少通话一次人数(%) | 联系卡已核对(%)",
    Ledger.SAFETY: "序号 | 检查项目 | 检查内容 | 检查结果 | 整改措施",
    Ledger.MONTHS: "月份 | 开放天数/次数/小时 | 到室人次 | 借阅册次/人均 | 新增图书(册, 其中捐赠)"
    " | 通话人次/接通率/周覆盖率 | 活动次数(附简讯) | 值班到岗率 | 安全检查次数/隐患/整改"
    " | 存在问题 | 下月安排",
    Ledger.DONATED_BOOKS: "序号 | 书名 | 书号 | 册数 | 登录号(起止)",
}


SIGNATURES = {
    "值班教师签名",
    "学生确认",
    "教师签名",
    "审批人",
    "审核人",
    "管理人员(签名)",
    "部门负责人(签名)",
    "校领导审批",
}
SHEET = Sheet(
    on=date(2026, 11, 20),
    from_min=0,
    to_min=1,
    title="包饺子",
    kind=ActivityKind.CRAFT,
    place="活动室",
    organiser="王老师",
    course=None,
    photos=None,
)


def _today(name: str, here: Here) -> Table:
    reading().rollback()
    return ledgers.build(name, first=here.today, last=here.today, here=here)


def _by_column(table: Table, place: int = 0) -> dict[str, Any]:
    labels = [column.label for column in table.columns]
    return dict(zip(labels, table.rows[place], strict=True))


def _afternoon(app: Flask, clock: FrozenClock) -> None:
    """Open the room, let three children come, one borrow, one call, one leave, and close it."""
    here = here_in(app, clock)
    teacher = factories.staff(here)
    openings.open_room(
        staff_id=teacher.staff_id, exceptions={Hazard.WATER: "地面有水，已拖干"}, here=here
    )
    children = [
        factories.child(here, family_name="陈", given_name=name) for name in ("一", "二", "三")
    ]
    for child in children:
        clock.advance(minutes=1)
        arrive(code=child.card_code, request_id=uuid4(), here=here_in(app, clock))
    item = factories.item(here, name="星星邮局")
    lending.scan(
        codes.parse(item.code),
        reader=children[0].reader,
        request_id=uuid4(),
        here=here_in(app, clock),
    )
    called = here_in(app, clock)
    factories.booking(
        called,
        children[1].child_id,
        state=CallState.DONE,
        started_at=called.now,
        ended_at=called.now + timedelta(minutes=8),
    )
    _given(here, teacher.staff_id)
    clock.advance(minutes=10)
    leave(child_id=children[2].child_id, face=children[2].face, here=here_in(app, clock))
    clock.advance(minutes=47)
    factories.close_room(here_in(app, clock))


def _given(here: Here, staff_id: UUID) -> UUID:
    """Take in a donation: three copies of a book, a box of pencils; somebody else accepts it."""
    new = NewBatch(
        kind=BatchKind.DONATION, on_date=here.today, donor="春苗书社", contact="13900001234"
    )
    batch_id = batches.add(new, request_id=uuid4(), actor_id=staff_id, here=here)
    item_id = pile.take(
        "9787530216781", batch_id=batch_id, request_id=uuid4(), actor_id=staff_id, here=here
    )
    assert isinstance(item_id, UUID)
    pile.more(item_id, 2, request_id=uuid4(), actor_id=staff_id, here=here)
    pencils = NewGoods(
        name="铅笔", spec=None, unit="盒", quantity=10, price_fen=1200, used_for=None
    )
    batches.add_goods(batch_id, pencils, request_id=uuid4(), actor_id=staff_id, here=here)
    drafts.not_taken(batch_id, NotTaken.TORN, request_id=uuid4(), here=here)
    return batch_id


def _losses_and_a_game(here: Here) -> MadeItem:
    """Withdraw a book, let a lost one be, and lend a game; return the book that was withdrawn."""
    teacher = factories.staff(here).staff_id
    worn = factories.item(here, name="旧字典", accession_no="000101")
    lost = factories.item(here, name="小马过河", accession_no="000102")
    with transaction() as session:
        title = session.get_one(Title, worn.title_id)
        title.price_fen, title.class_mark = 1250, "H163"
    for item, kind, end in (
        (worn, CaseKind.WORN_OUT, CaseEnd.WITHDRAWN),
        (lost, CaseKind.LOST, CaseEnd.PARDONED),
    ):
        item_cases.open_case(item.item_id, kind, staff_id=teacher, here=here)
        (case_id,) = case_list.open_of_title(item.title_id).values()
        item_cases.settle(
            case_id,
            end,
            reason="缺页太多",
            staff_id=teacher,
            approves=end is CaseEnd.WITHDRAWN,
            here=here,
        )
    game = factories.item(here, name="象棋", accession_no="000103")
    with transaction() as session:
        session.get_one(Title, game.title_id).kind = TitleKind.GAME
    child = factories.child(here, given_name="四")
    factories.loan(here, child.child_id, game.item_id)
    return worn


def _together(here: Here) -> None:
    """Write an activity down, and pair a teacher with a child that was in contact today."""
    staff_id = factories.staff(here).staff_id
    sheet = replace(SHEET, on=here.today, from_min=here.minute - 60, to_min=here.minute - 10)
    activities.write(sheet, request_id=uuid4(), staff_id=staff_id, here=here)
    pairings.pair(
        child_id=factories.child(here, given_name="五").child_id,
        helper="李阿姨",
        post=None,
        kind=PairingKind.MOTHER,
        staff_id=staff_id,
        here=here,
    )


def test_an_activity_counts_who_was_there_and_names_nobody(app: Flask, clock: FrozenClock) -> None:
    _afternoon(app, clock)
    _together(here_in(app, clock))

    row = _by_column(_today("L12", here_in(app, clock)))

    assert (row["活动主题"], row["活动地点"], row["组织者"]) == ("包饺子", "活动室", "王老师")
    assert row["参加人员及人数"] == "到室学生 3 人"
    assert row["照片(编号)"] == "无"
    assert row["活动准备/计划"] == row["活动过程"] == row["活动效果/反思"] == "—"


def test_the_sheet_of_one_activity_has_room_for_the_pen(app: Flask, clock: FrozenClock) -> None:
    _afternoon(app, clock)
    here = here_in(app, clock)
    _together(here)
    (written,) = activities.between(here.today, here.today, here=here)

    row = _by_column(ledger_activities.sheet(written, here=here))

    for label in ("活动准备/计划", "活动过程", "活动效果/反思", "审核人"):
        assert not row[label]


def test_what_was_noted_comes_first_in_the_ledger_of_openings(
    app: Flask, clock: FrozenClock
) -> None:
    _afternoon(app, clock)
    _together(here_in(app, clock))

    row = _by_column(_today("L1", here_in(app, clock)))

    assert row["主要活动内容"] == "包饺子、自由活动、图书借阅、亲情通话"


def test_an_activity_is_of_the_opening_that_its_middle_lies_in(here: Here) -> None:
    for begins in (8, 12):
        factories.opening(
            here, from_min=begins * 60, to_min=begins * 60 + 60, state=OpeningState.HELD
        )
    staff_id = factories.staff(here).staff_id
    for title, begins in (("早读", 8 * 60), ("象棋赛", 12 * 60 - 10)):
        sheet = replace(SHEET, on=here.today, from_min=begins, to_min=begins + 50, title=title)
        activities.write(sheet, request_id=uuid4(), staff_id=staff_id, here=here)

    table = _today("L1", here)

    assert [_by_column(table, place)["主要活动内容"] for place in (0, 1)] == [
        "早读、自由活动",
        "象棋赛、自由活动",
    ]


def test_the_report_of_a_month_says_what_went_wrong_and_what_is_planned(
    app: Flask, clock: FrozenClock
) -> None:
    _afternoon(app, clock)
    here = here_in(app, clock)
    before = here.today.replace(day=1)
    factories.opening(here, on=before, state=OpeningState.MISSED)
    ahead = Opening.on_date.between(date(2026, 12, 1), date(2026, 12, 31))
    with transaction() as session:
        session.execute(update(Opening).where(ahead).values(state=OpeningState.CANCELLED))
    factories.opening(here, on=date(2026, 12, 2))  # by nobody's plan
    planned = [factories.opening(here, on=date(2026, 12, day)) for day in (1, 31)]
    planned.append(factories.opening(here, on=date(2027, 1, 1)))
    with transaction() as session:
        session.execute(
            update(Opening).where(Opening.id.in_(planned)).values(origin=OpeningOrigin.MANUAL)
        )

    table = ledgers.build("L21", first=before, last=here.today, here=here)

    row = _by_column(table)
    assert row["存在问题"] == "未开放 1 次；防水隐患 1 处"
    assert row["下月安排"] == "计划开放 2 次"
    far = date(2027, 5, 31)
    later = ledgers.build("L21", first=far, last=far, here=here)
    assert (_by_column(later)["存在问题"], _by_column(later)["下月安排"]) == ("无", "无")


def test_a_pairing_says_who_looks_after_whom(here: Here) -> None:
    _together(here)

    row = _by_column(_today("L15", here))

    assert (row["学生姓名"], row["结对人姓名"], row["结对类型"]) == ("陈五", "李阿姨", "爱心妈妈")
    assert (row["单位/职务"], row["本期联系次数"], row["联系电话"]) == ("—", 0, "—")
    assert row["帮扶内容"] == "—"


def test_a_book_that_goes_stands_in_the_ledger_of_losses(here: Here) -> None:
    _losses_and_a_game(here)

    table = _today("L9", here)

    assert [row[1] for row in table.rows] == ["旧字典", "小马过河"]
    row = _by_column(table)
    assert row["类别"] == "H 语言、文字"
    assert (row["编号"], row["单价"], row["总价"]) == ("000101", Decimal("12.50"), Decimal("12.50"))
    assert (row["剔除时间"], row["原因"]) == ("2026-11-20", "陈旧破烂，剔除，缺页太多")
    assert row["经手人"] == row["审批人"] == "王老师"
    assert table.totals is not None
    assert table.totals[:2] == ("合计", "2 册")


def test_what_shall_be_scrapped_is_counted_by_title_and_reason(here: Here) -> None:
    worn = _losses_and_a_game(here)
    teacher = factories.staff(here).staff_id
    for _ in range(2):
        more = factories.item(here, title_id=worn.title_id)
        item_cases.open_case(more.item_id, CaseKind.WORN_OUT, staff_id=teacher, here=here)

    table = _today("L19", here)

    assert [row[:3] for row in table.rows] == [
        ("旧字典", 1, "陈旧破烂，剔除，缺页太多"),
        ("旧字典", 2, "陈旧破烂"),
    ]
    assert table.totals is not None
    assert table.totals[1] == 3


def test_a_game_stands_in_a_ledger_of_its_own(here: Here) -> None:
    _losses_and_a_game(here)

    row = _by_column(_today("L20", here))

    assert (row["品名"], row["编号"], row["数量"]) == ("象棋", "000103", 1)
    assert (row["借用人"], row["班级"], row["借出时间"]) == ("陈四", "三（1）班", "16:40")
    assert (row["归还时间"], row["完好情况"], row["经手人"]) == ("—", "在借", "自助")


def test_the_reading_list_has_the_books_of_each_child_and_nothing_else(here: Here) -> None:
    _losses_and_a_game(here)
    teacher = factories.staff(here).staff_id
    younger = factories.child(here, grade=2, family_name="吴", given_name="一", initials="wy")
    first = factories.child(here, grade=4, family_name="丁", given_name="二", initials="de")
    second = factories.child(here, grade=4, family_name="李", given_name="三", initials="ls")
    early, late = here.now - timedelta(minutes=9), here.now - timedelta(minutes=5)
    for child, title, at in (
        (second, "雨天的书", early),
        (first, "草房子", late),
        (younger, "小布头奇遇记", late),
        (first, "夏洛的网", early),
    ):
        item = factories.item(here, name=title)
        factories.loan(here, child.child_id, item.item_id, lent_at=at)
    undone = factories.loan(here, first.child_id, factories.item(here).item_id, ended_at=here.now)
    by_teacher = factories.loan(here, first.child_id, factories.item(here).item_id)
    with transaction() as session:
        session.get_one(Loan, undone).ended_as = LoanEnd.UNDONE
        loan = session.get_one(Loan, by_teacher)
        loan.borrower, loan.child_id, loan.staff_id = Borrower.STAFF, None, teacher

    rows = [row for row in _today("L18", here).rows if row[1] in {"吴一", "丁二", "李三"}]

    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("吴一", "二（1）班", "小布头奇遇记"),
        ("丁二", "四（1）班", "夏洛的网"),
        ("丁二", "四（1）班", "草房子"),
        ("李三", "四（1）班", "雨天的书"),
    ]
    assert "象棋" not in repr(_today("L18", here)), "a game is not read"


def test_the_board_says_what_the_wall_says_today(here: Here) -> None:
    before = _by_column(_today("L22", here))

    posters.keep(
        Responsible(manager="周老师", telephone="0551-00000000"),
        actor_id=factories.staff(here).staff_id,
        here=here,
    )

    reading().rollback()
    after = _by_column(_today("L22", here))
    assert (before["管理员"], before["联系电话"]) == (TO_WRITE, TO_WRITE)
    assert (after["管理员"], after["联系电话"]) == ("周老师", "0551-00000000")
    assert after["名称"] == here.settings.home
    board = posters.board(here)
    assert after["下次开放"] == (board.next_words or "—")
    assert board.hours
    assert after["开放时间"] == "；".join(f"{one.days} {one.spans}" for one in board.hours)


def test_the_board_of_a_period_that_is_over_says_the_hours_of_then(here: Here) -> None:
    office = factories.staff(here).staff_id
    ended = [line.rule_id for line in opening_rules.rules(here=here)]
    for number, rule_id in enumerate(ended):
        _put_up(rule_id, since=date(2026, 9, 1), weekday=number + 1)
    reading().rollback()
    wall = Responsible(manager="周老师", telephone="0551-00000000")
    posters.keep(wall, actor_id=office, here=_on(here, date(2026, 10, 8)))
    changed = _on(here, date(2026, 10, 12))
    for rule_id in ended:
        opening_rules.end_rule(rule_id, staff_id=office, here=changed)
    opening_rules.add_rule(
        NewRule(weekday=3, from_min=720, to_min=780, place_min=10), staff_id=office, here=changed
    )
    reading().rollback()

    def board(first: date, last: date) -> list[tuple[Any, ...]]:
        return list(ledgers.build("L22", first=first, last=last, here=here).rows)

    september = board(date(2026, 9, 1), date(2026, 9, 30))
    october = board(date(2026, 10, 1), date(2026, 10, 31))
    old = september[0][3]
    assert len(ended) > 0
    assert "16:30—18:00" in old
    assert september == [(here.settings.home, TO_WRITE, TO_WRITE, old, "—")]
    assert [row[1:4] for row in october] == [
        (TO_WRITE, TO_WRITE, f"2026-10-01 至 2026-10-07：{old}"),
        ("周老师", "0551-00000000", f"2026-10-08 至 2026-10-11：{old}"),
        ("周老师", "0551-00000000", "2026-10-12 至 2026-10-31：星期三 12:00—13:00"),
    ]
    assert {row[4] for row in october} == {"—"}, "what came next then, nobody asks for now"
    assert [row[3] for row in board(here.today, here.today)] == ["星期三 12:00—13:00"]
    assert board(date(2026, 8, 1), date(2026, 8, 31))[0][3] == "—"


def test_whom_the_board_names_stands_from_the_day_on_which_it_was_put_down(here: Here) -> None:
    office = factories.staff(here).staff_id
    for line in opening_rules.rules(here=here):
        _put_up(line.rule_id, since=date(2026, 9, 1), weekday=line.weekday)
    zhou, wu = Responsible(manager="周老师", telephone="0551-1"), Responsible(manager="吴老师")

    def put_down(wanted: Responsible, on: date) -> None:
        reading().rollback()
        posters.keep(wanted, actor_id=office, here=_on(here, on))

    def named(first: date, last: date) -> list[tuple[str, str]]:
        reading().rollback()
        rows = ledgers.build("L22", first=first, last=last, here=here).rows
        return [(str(row[1]), str(row[3]).partition("：")[0]) for row in rows]

    term = date(2026, 9, 1), date(2026, 10, 31)
    put_down(zhou, date(2026, 9, 2))
    of_zhou = [(TO_WRITE, "2026-09-01"), ("周老师", "2026-09-02 至 2026-10-31")]
    assert named(*term) == of_zhou
    put_down(zhou, date(2026, 10, 8))
    assert named(*term) == of_zhou, "whoever saves the same once more forgets nothing"

    put_down(wu, here.today)
    yesterday = here.today - timedelta(days=1)
    assert named(date(2026, 9, 1), here.today) == [
        (TO_WRITE, f"2026-09-01 至 {yesterday.isoformat()}"),
        ("吴老师", f"{here.today.isoformat()} 起"),
    ]
    put_down(Responsible(), here.today)
    assert [name for name, _ in named(date(2026, 9, 1), here.today)] == [TO_WRITE]


def test_the_board_names_somebody_though_the_clock_was_put_back(here: Here) -> None:
    wall = Responsible(manager="周老师")
    tomorrow = _on(here, here.today + timedelta(days=1))

    posters.keep(wall, actor_id=factories.staff(here).staff_id, here=tomorrow)

    assert _by_column(_today("L22", here))["管理员"] == "周老师"


def _put_up(rule_id: UUID, *, since: date, weekday: int) -> None:
    with transaction() as session:
        line = session.get_one(OpeningRule, rule_id)
        line.valid_from, line.weekday = since, weekday


def _on(here: Here, day: date) -> Here:
    return replace(here, now=datetime.combine(day, here.now.timetz()))


@pytest.mark.parametrize("name", Ledger)
def test_the_columns_are_those_of_the_paper(here: Here, name: Ledger) -> None:
    table = _today(name, here)

    assert [column.label for column in table.columns] == COLUMNS[name].split(" | ")


@pytest.mark.parametrize("name", Ledger)
def test_no_cell_is_empty_but_those_for_the_pen(
    app: Flask, clock: FrozenClock, name: Ledger
) -> None:
    _afternoon(app, clock)
    _losses_and_a_game(here_in(app, clock))
    _together(here_in(app, clock))
    table = _today(name, here_in(app, clock))

    assert table.rows
    assert empty_cells(name, table) == set()


def test_every_column_to_sign_is_one_of_its_form() -> None:
    for name, keys in ledger_paper.SIGNED.items():
        assert keys <= ledger_forms.ours(name).sources
        assert {ledger_forms.ours(name).column(key).header for key in keys} <= SIGNATURES


def test_a_cell_that_is_empty_is_found(here: Here) -> None:
    _together(here)
    table = _today("L12", here)
    at = [column.key for column in table.columns].index("effect")
    spoilt = tuple("" if place == at else cell for place, cell in enumerate(table.rows[0]))

    assert empty_cells("L12", replace(table, rows=(spoilt,))) == {"活动效果/反思"}


def test_an_opening_has_plan_beside_fact_and_what_happened(app: Flask, clock: FrozenClock) -> None:
    _afternoon(app, clock)

    row = _by_column(_today("L1", here_in(app, clock)))

    assert row["计划开放时间"] == "16:30—18:00"
    assert row["实际开放时间(起—止)"] == "16:40—17:40"
    assert row["时长(小时)"] == 1.0
    assert (row["到室人数"], row["借书(册)"], row["还书(册)"], row["亲情通话(次)"]) == (3, 1, 0, 1)
    assert row["主要活动内容"] == "自由活动、图书借阅、亲情通话"
    assert (row["安全检查"], row["异常及处理"]) == ("有异常", "防水：地面有水，已拖干")
    assert (row["卫生情况"], row["值班教师"]) == ("整洁", "王老师")


def test_the_foot_counts_days_times_and_hours(app: Flask, clock: FrozenClock) -> None:
    _afternoon(app, clock)

    table = _today("L1", here_in(app, clock))

    assert table.bottom_line is not None
    assert table.bottom_line.startswith("本月开放 1 天 1 次 1.0 小时")


def test_a_planned_opening_that_nobody_opened_is_written_down(
    app: Flask, clock: FrozenClock
) -> None:
    day = here_in(app, clock).today
    clock.advance(days=1)

    table = ledgers.build("L1", first=day, last=day, here=here_in(app, clock))

    row = _by_column(table)
    assert (row["实际开放时间(起—止)"], row["备注"], row["到室人数"]) == ("未开放", "未开放", 0)


def test_what_is_still_to_come_is_in_no_ledger(here: Here) -> None:
    later = here.today + timedelta(days=6)

    table = ledgers.build("L1", first=here.today, last=later, here=here)

    assert table.rows == ()


def test_two_openings_of_one_day_share_its_visits(here: Here) -> None:
    factories.opening(here, from_min=8 * 60, to_min=9 * 60, state=OpeningState.HELD)
    factories.opening(here, from_min=12 * 60, to_min=13 * 60, state=OpeningState.HELD)
    midnight = here.now - timedelta(minutes=here.minute)
    for hour in (7.9, 8.5, 12.5):
        child = factories.child(here)
        came = midnight + timedelta(hours=hour)
        factories.visit(here, child.child_id, signed_in_at=came, signed_out_at=here.now)

    table = _today("L1", here)

    assert [_by_column(table, place)["到室人次"] for place in (0, 1)] == [2, 1]
    assert table.totals is not None
    assert table.totals[7:9] == (3, 3)


def test_both_ledgers_count_the_same_children_and_visits(here: Here) -> None:
    for begins in (8, 12):
        factories.opening(
            here, from_min=begins * 60, to_min=begins * 60 + 60, state=OpeningState.HELD
        )
    midnight = here.now - timedelta(minutes=here.minute)
    often, once = factories.child(here), factories.child(here)
    for child, hour in ((often, 8.1), (often, 8.5), (often, 12.5), (once, 8.2)):
        came = midnight + timedelta(hours=hour)
        gone = came + timedelta(minutes=5)
        factories.visit(here, child.child_id, signed_in_at=came, signed_out_at=gone)

    openings_, visits = _today("L1", here), _today("L3", here)

    assert openings_.totals is not None
    assert openings_.totals[7:9] == (2, 3)
    assert visits.totals is not None
    assert (visits.totals[2], visits.totals[4]) == ("2 人", "3 人次")
    assert len(visits.rows) == 4


@pytest.mark.parametrize(
    ("ledger", "read", "index"),
    [
        ("L1", "loan", "ix_loan_ended_at"),
        ("L1", "visit", "ix_visit_ended_home_day"),
        ("L3", "visit", "ix_visit_ended_home_day"),
    ],
)
def test_no_ledger_reads_all_that_ever_was(here: Here, ledger: str, read: str, index: str) -> None:
    seen: list[tuple[str, Any]] = []

    def see(*call: Any) -> None:
        seen.append((call[2], call[3]))

    event.listen(db.engine, "before_cursor_execute", see)
    try:
        _today(ledger, here)
    finally:
        event.remove(db.engine, "before_cursor_execute", see)

    (one,) = [one for one in seen if f"FROM {read}" in one[0].partition("WHERE")[0]]
    connection = reading().connection()
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one[0]}", one[1]).all()
    steps = [str(row[3]) for row in plan]
    assert not [step for step in steps if step == f"SCAN {read}"], steps
    assert any(index in step for step in steps), steps


def test_nobody_invents_when_a_child_left(app: Flask, clock: FrozenClock) -> None:
    _afternoon(app, clock)

    table = _today("L3", here_in(app, clock))

    left = [_by_column(table, place)["离开时间"] for place in range(3)]
    assert left == ["未确认", "未确认", "16:53"]
    assert _by_column(table)["姓名"] == "陈一"
    assert _by_column(table)["班级"] == "三（1）班"


def test_a_call_has_its_minutes_and_never_its_number(app: Flask, clock: FrozenClock) -> None:
    _afternoon(app, clock)

    table = _today("L4", here_in(app, clock))

    row = _by_column(table)
    assert (row["通话对象(称谓)"], row["通话方式(电话/视频)"]) == ("妈妈", "电话")
    assert (row["开始时间"], row["结束时间"], row["通话时长(分钟)"]) == ("16:43", "16:51", 8)
    assert (row["是否接通"], row["未接通处理"]) == ("接通", "无")
    assert "1990000" not in str(table.rows)


@pytest.mark.parametrize(
    ("begins", "lasts", "length"),
    [(0, 480, 8), (50, 425, 7), (50, 20, 1), (10, 45, "不足1")],
    ids=["whole minutes", "as its times say", "over the minute", "within a minute"],
)
def test_the_length_of_a_call_is_what_its_two_times_are_apart(
    here: Here, begins: int, lasts: int, length: object
) -> None:
    child = factories.child(here)
    started = here.now.replace(second=begins)
    factories.booking(
        here,
        child.child_id,
        state=CallState.DONE,
        started_at=started,
        ended_at=started + timedelta(seconds=lasts),
    )

    assert _by_column(_today("L4", here))["通话时长(分钟)"] == length


def test_a_call_that_did_not_come_about_says_what_follows(here: Here) -> None:
    child = factories.child(here)
    contact_id = factories.contact(here, child.child_id)
    states = (CallState.NO_ANSWER, CallState.BOOKED)
    for state, slot_id in zip(states, factories.slots(here, places=2), strict=True):
        factories.booking(here, child.child_id, contact_id=contact_id, slot_id=slot_id, state=state)
    alone = factories.child(here)
    factories.booking(here, alone.child_id, state=CallState.NO_SHOW)

    table = _today("L4", here)

    handled = {_by_column(table, place)["未接通处理"] for place in range(2)}
    assert handled == {f"已再约 {here.today.isoformat()} 17:10", "待再约"}


def test_the_next_call_is_the_one_that_was_agreed_even_if_nobody_answered_it(here: Here) -> None:
    child = factories.child(here)
    contact_id = factories.contact(here, child.child_id)
    states = (CallState.CUT, CallState.CANCELLED, CallState.NO_ANSWER, CallState.DONE)
    for state, slot_id in zip(states, factories.slots(here, places=4), strict=True):
        factories.booking(here, child.child_id, contact_id=contact_id, slot_id=slot_id, state=state)

    table, day = _today("L5", here), here.today.isoformat()

    said = [_by_column(table, place)["下次约定"] for place in range(1, 4)]
    assert said == [f"{day} 17:20", f"{day} 17:30", "待约"]


def test_a_call_months_later_does_not_follow_from_one_that_did_not_come_about(here: Here) -> None:
    child = factories.child(here)
    contact_id = factories.contact(here, child.child_id)
    for days, state in ((90, CallState.NO_ANSWER), (60, CallState.DONE), (40, CallState.DONE)):
        (slot_id,) = factories.slots(here, on=here.today - timedelta(days=days), places=1)
        factories.booking(here, child.child_id, contact_id=contact_id, slot_id=slot_id, state=state)
    first = here.today - timedelta(days=100)

    calls = ledgers.build("L4", first=first, last=here.today, here=here)
    books = ledgers.build("L5", first=first, last=here.today, here=here)

    assert [_by_column(calls, at)["未接通处理"] for at in range(3)] == ["未再约", "无", "无"]
    said = [str(cell) for row in books.rows for cell in row]
    assert f"{here.today - timedelta(days=40)} 17:00" in said
    assert f"{here.today - timedelta(days=60)} 17:00" not in said, "thirty days later"
    assert said.count("未约") == 2


def test_a_loan_is_one_line_from_shelf_to_shelf(app: Flask, clock: FrozenClock) -> None:
    here = here_in(app, clock)
    child, item = factories.child(here), factories.item(here, name="小河的信")
    lending.scan(codes.parse(item.code), reader=child.reader, request_id=uuid4(), here=here)
    clock.advance(days=2)
    lending.scan(codes.parse(item.code), reader=None, request_id=uuid4(), here=here_in(app, clock))

    table = ledgers.build("L6", first=here.today, last=here.today, here=here_in(app, clock))

    row = _by_column(table)
    assert (row["书名"], row["册数"], row["借阅人"]) == ("小河的信", 1, "陈小满")
    assert (row["归还日期"], row["归还情况"]) == ("2026-11-22", "已还")
    assert row["经手人"] == "自助"


def test_a_lending_that_was_undone_is_in_no_ledger(here: Here) -> None:
    child, item = factories.child(here), factories.item(here)
    lent = lending.scan(codes.parse(item.code), reader=child.reader, request_id=uuid4(), here=here)
    assert isinstance(lent, Lent)
    lending.undo_lend(loan_id=lent.loan.loan_id, child_id=child.child_id, here=here)

    assert _today("L6", here).rows == ()


def test_what_was_read_in_the_room_stands_at_the_foot_of_the_loans(here: Here) -> None:
    items = [factories.item(here) for _ in range(2)]
    for days in (0, 0, 1, 40):
        day = replace(here, now=here.now - timedelta(days=days))
        with writing() as connection:
            room_readings.note(connection, items[days % 2].item_id, request_id=uuid4(), here=day)

    for first, readings in ((here.today, 1), (here.today - timedelta(days=5), 2)):
        table = ledgers.build("L6", first=first, last=here.today, here=here)
        assert (table.bottom_line or "").startswith(f"室内阅读 {readings} 册次")


def test_a_lost_book_is_lost_and_not_returned(here: Here) -> None:
    teacher, child, item = factories.staff(here), factories.child(here), factories.item(here)
    factories.loan(here, child.child_id, item.item_id)

    item_status.set_status(item.item_id, ItemStatus.LOST, staff_id=teacher.staff_id, here=here)

    row = _by_column(_today("L6", here))
    assert (row["归还日期"], row["归还情况"]) == ("—", "遗失")


def test_a_donation_stands_in_three_ledgers(here: Here) -> None:
    receiver, other = factories.staff(here), factories.staff(here)
    batch_id = _given(here, receiver.staff_id)
    batches.accept(batch_id, actor_id=other.staff_id, here=here)

    stock, given, listed = _today("L7", here), _today("L11", here), _today("L11A", here)

    row = _by_column(stock, 1)
    assert (row["总登录号"], row["数量"], row["来源(购置/捐赠/配发)"]) == (
        "000001—000003",
        3,
        "捐赠",
    )
    assert (row["经手人"], row["验收人"]) == ("王老师", "王老师2")
    assert [_by_column(given, place)["物品名称"] for place in (0, 1)] == ["图书", "铅笔"]
    assert _by_column(given, 0)["备注"] == "未收 1 册"
    assert _by_column(given, 1)["金额(估)"] == "120.00"
    assert "13900001234" not in str(given.rows)
    assert _by_column(listed)["登录号(起止)"] == "000001—000003"
    assert given.totals is not None
    assert given.totals[7] == 13


def _books_ledger(first: date, last: date, here: Here) -> tuple[Table, str]:
    reading().rollback()
    table = ledgers.build("L7", first=first, last=last, here=here)
    return table, (table.bottom_line or "").partition("　")[0]


def test_what_was_there_before_begins_the_ledger_of_books(app: Flask, clock: FrozenClock) -> None:
    for number in range(3):
        item = factories.item(here_in(app, clock), accession_no=f"00010{number}")
        with transaction() as session:
            session.get_one(Title, item.title_id).price_fen = 1050
    clock.advance(days=1)
    here = here_in(app, clock)

    table, foot = _books_ledger(here.today, here.today, here)

    (row,) = table.rows
    assert row[0] == here.today.isoformat()
    assert _by_column(table)["书名"] == "上期结存"
    assert (_by_column(table)["数量"], _by_column(table)["金额"]) == (3, "31.50")
    assert table.totals is not None
    assert (table.totals[9], table.totals[10]) == (3, "31.50")
    assert foot == f"本期登记 0 册，剔除 0 册；截至 {here.today} 馆藏 3 册，金额 31.50 元"


def test_each_period_begins_with_what_the_one_before_it_ended_with(
    app: Flask, clock: FrozenClock
) -> None:
    here = here_in(app, clock)
    first = here.today
    worn = factories.item(here, accession_no="000101")
    factories.item(here, accession_no="000102")
    clock.advance(days=1)
    here = here_in(app, clock)
    teacher = factories.staff(here).staff_id
    item_cases.open_case(worn.item_id, CaseKind.WORN_OUT, staff_id=teacher, here=here)
    (case_id,) = case_list.open_of_title(worn.title_id).values()
    item_cases.settle(
        case_id, CaseEnd.WITHDRAWN, reason="缺页", staff_id=teacher, approves=True, here=here
    )
    factories.item(here, accession_no="000103")

    _, before = _books_ledger(first, first, here)
    table, after = _books_ledger(here.today, here.today, here)
    reading().rollback()
    classes = ledgers.build("L8", first=first, last=first, here=here)

    assert "剔除 0 册；" in before
    assert "馆藏 2 册" in before
    assert _by_column(table)["数量"] == 2
    assert table.totals is not None
    assert table.totals[9] == 3
    assert after.startswith("本期登记 1 册，剔除 1 册；")
    assert "馆藏 2 册" in after
    assert classes.totals is not None
    assert classes.totals[2] == 2


def test_the_books_of_a_class_have_their_sum_in_its_last_line(here: Here) -> None:
    teacher = factories.staff(here)
    for name, mark, price in (("甲", "I287", 1000), ("乙", "I1", 550), ("丙", None, None)):
        item = factories.item(here, name=name)
        title_editing.change(
            item.title_id,
            NewTitle(name=name, class_mark=mark, price_fen=price),
            shares_number=False,
            actor_id=teacher.staff_id,
            here=here,
        )

    table = _today("L8", here)

    assert [(row[0], row[1], row[6], row[7]) for row in table.rows] == [
        ("I 文学", "乙", "—", "—"),
        ("I 文学", "甲", 2, "15.50"),
        ("未分类", "丙", 1, "—"),
    ]
    assert table.totals is not None
    assert (table.totals[2], table.totals[7]) == (3, "15.50")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_each_export_stands_in_the_audit(here: Here, tmp_path: Path, kind: str) -> None:
    staff_id = factories.staff(here).staff_id
    factories.visit(here, factories.child(here).child_id)
    output = tmp_path / f"l3.{kind}"

    rows = ledgers.write(
        "l3",
        first=here.today,
        last=here.today,
        kind=kind,
        output=output,
        actor_id=staff_id,
        here=here,
    )

    assert rows == 1
    assert output.stat().st_size > 0
    row = reading().query(Audit).one()
    assert (row.action, row.subject, row.actor_id) == (AuditAction.EXPORT, "ledger:L3", staff_id)
    assert "小满" not in row.fields


@pytest.mark.parametrize(("kind", "told"), [("csv", 3), ("xlsx", 13)])
def test_a_long_ledger_tells_how_far_it_is(
    here: Here, tmp_path: Path, kind: str, told: int
) -> None:
    for _ in range(10):
        factories.visit(here, factories.child(here).child_id)
    heard: list[int] = []

    ledgers.write(
        "L3",
        first=here.today,
        last=here.today,
        kind=kind,
        output=tmp_path / "l3",
        actor_id=None,
        here=here,
        progress=heard.append,
    )

    assert heard[0] == 0
    assert len(heard) == told
    assert sum(heard) == PARTS


def test_a_print_stands_in_the_audit(here: Here) -> None:
    staff_id = factories.staff(here).staff_id

    ledgers.to_print("L6", first=here.today, last=here.today, actor_id=staff_id, here=here)

    assert reading().query(Audit).one().action is AuditAction.PRINT


def test_a_formula_in_a_name_is_no_formula_in_the_file(here: Here) -> None:
    child = factories.child(here, family_name="=1+1", given_name="甲")
    factories.visit(here, child.child_id)

    data = ledgers.content(
        "L3", first=here.today, last=here.today, kind="csv", actor_id=None, here=here
    )

    assert b",'=1+1" in data


def test_a_folder_that_is_missing_is_said_plainly(here: Here, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as error:
        ledgers.write(
            "L3",
            first=here.today,
            last=here.today,
            kind="csv",
            output=tmp_path / "nowhere" / "l3.csv",
            actor_id=None,
            here=here,
        )

    assert error.value.reason is LedgerProblem.NOT_WRITTEN


def test_a_ledger_that_does_not_exist_is_not_found(here: Here) -> None:
    with pytest.raises(NotFoundError) as error:
        _today("L99", here)

    assert error.value.reason is LedgerProblem.UNKNOWN_LEDGER


def test_a_period_that_ends_before_it_begins_is_not_understood(here: Here) -> None:
    before = here.today - timedelta(days=1)

    with pytest.raises(InvalidInputError) as error:
        ledgers.build("L1", first=here.today, last=before, here=here)

    assert error.value.reason is LedgerProblem.WRONG_PERIOD


def test_a_period_has_four_hundred_days_at_the_most(here: Here) -> None:
    longest = here.today - timedelta(days=399)

    assert ledgers.build("L3", first=longest, last=here.today, here=here).rows == ()
    with pytest.raises(InvalidInputError) as error:
        ledgers.build("L3", first=longest - timedelta(days=1), last=here.today, here=here)

    assert error.value.reason is LedgerProblem.WRONG_PERIOD


@pytest.mark.parametrize("which", Ledger)
def test_no_ledger_is_read_while_others_wait_to_write(here: Here, which: Ledger) -> None:
    factories.visit(here, factories.child(here).child_id)
    reading().rollback()
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    def begin(_connection: object) -> None:
        said.append("begin")

    event.listen(db.engine, "before_cursor_execute", hear)
    event.listen(db.engine, "begin", begin)
    try:
        ledgers.content(
            which, first=here.today, last=here.today, kind="csv", actor_id=None, here=here
        )
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
        event.remove(db.engine, "begin", begin)

    assert said.count("begin") == 2, "the ledger is read before, and noted then"
    noted = said[said.index("begin", 1) + 1 :]
    assert [one for one in noted if "audit" not in one and "BEGIN" not in one] == []


def test_an_unknown_kind_of_file_is_not_understood(here: Here) -> None:
    with pytest.raises(InvalidInputError) as error:
        ledgers.content(
            "L1", first=here.today, last=here.today, kind="pdf", actor_id=None, here=here
        )

    assert error.value.reason is LedgerProblem.UNKNOWN_KIND


@pytest.mark.parametrize(
    ("on", "term"),
    [
        (date(2026, 8, 31), "2026—2027学年第一学期"),
        (date(2026, 11, 20), "2026—2027学年第一学期"),
        (date(2027, 1, 15), "2026—2027学年第一学期"),
        (date(2027, 2, 1), "2026—2027学年第二学期"),
        (date(2027, 7, 31), "2026—2027学年第二学期"),
    ],
)
def test_a_term_that_nobody_typed_in_is_that_of_the_school_year(
    here: Here, on: date, term: str
) -> None:
    assert ledger_paper.term(on, here) == term


def test_a_term_on_file_has_its_own_name_and_the_holiday_before_it(here: Here) -> None:
    spring = TermSpan(first_day=date(2027, 3, 1), last_day=date(2027, 7, 2), name="丁未年春")
    autumn = TermSpan(first_day=date(2026, 9, 1), last_day=date(2027, 1, 15), name="丙午年秋")
    at = replace(here, school=SchoolDays(terms=(autumn, spring)))

    said = [ledger_paper.term(on, at) for on in (date(2027, 1, 15), date(2027, 1, 16))]

    assert said == ["丙午年秋", "丁未年春"]
    assert ledger_paper.term(date(2027, 7, 3), at) == "2026—2027学年第二学期"


def test_how_a_donor_is_reached_stands_on_paper_and_on_no_page(here: Here) -> None:
    teacher = factories.staff(here).staff_id
    _given(here, teacher)
    quiet = NewBatch(kind=BatchKind.DONATION, on_date=here.today, donor="一位家长")
    batch_id = batches.add(quiet, request_id=uuid4(), actor_id=teacher, here=here)
    pencils = NewGoods(name="铅笔", spec=None, unit="盒", quantity=1, price_fen=None, used_for=None)
    batches.add_goods(batch_id, pencils, request_id=uuid4(), actor_id=teacher, here=here)
    days: dict[str, Any] = {"first": here.today, "last": here.today}

    page = ledgers.build("L11", **days, here=here)
    paper = ledgers.to_print("L11", **days, actor_id=teacher, here=here)
    file = ledgers.content("L11", **days, kind="csv", actor_id=teacher, here=here)

    assert {row[3] for row in page.rows} == {"已登记", "—"}
    assert {row[3] for row in paper.rows} == {"13900001234", "—"}
    assert b"13900001234" in file


def _rung(here: Here, child_id: UUID, minutes: int | None, state: CallState) -> UUID:
    """Return a call of today that began now; without `minutes` nobody answered."""
    ended = None if minutes is None else here.now + timedelta(minutes=minutes)
    return factories.booking(
        here, child_id, state=state, started_at=here.now, ended_at=ended or here.now
    )


def test_a_child_has_a_book_of_its_own_calls(here: Here) -> None:
    child = factories.child(here, family_name="陈", given_name="小满")
    other = factories.child(here, family_name="王", given_name="安")
    _rung(here, child.child_id, None, CallState.NO_ANSWER)
    clock_later = replace(here, now=here.now + timedelta(minutes=30))
    _rung(clock_later, child.child_id, 8, CallState.DONE)
    _rung(here, other.child_id, 5, CallState.DONE)
    factories.booking(here, child.child_id, state=CallState.NO_SHOW)
    reading().rollback()

    own = ledgers.build("L5", first=here.today, last=here.today, child_id=child.child_id, here=here)
    whole = _today("L5", here)

    assert own.subtitle is not None
    assert own.subtitle.startswith("陈小满　三（1）班")
    assert {row[5] for row in own.rows} == {"接通", "未接通"}
    assert [row[0] for row in own.rows] == [1, 2]
    assert own.totals == ("合计", "—", "—", "—", 8, "1 次", "—", "—")
    assert {row[0] for row in whole.rows if isinstance(row[0], str)} == {
        "陈小满　三（1）班",
        "王安　三（1）班",
    }
    assert whole.totals == ("合计", "2 人", "—", "—", 13, "2 次", "—", "—")


@pytest.mark.parametrize("which", ["L4", "L5"])
def test_what_was_written_down_later_or_put_right_says_so(here: Here, which: str) -> None:
    yesterday = here.today - timedelta(days=1)
    noted, late, wrong = (
        factories.booking(here, factories.child(here).child_id, slot_id=slot_id, state=state)
        for slot_id, state in zip(
            factories.slots(here, on=yesterday, places=3),
            (CallState.DONE, CallState.BOOKED, CallState.BOOKED),
            strict=True,
        )
    )
    staff_id = factories.staff(here).staff_id
    sheet = {late: PaperBox.DONE, wrong: PaperBox.DONE}
    call_paper.write_down(sheet, staff_id=staff_id, here=here)
    call_corrections.correct(
        wrong,
        reading().get_one(Booking, wrong).version,
        CallState.NO_ANSWER,
        reason=CorrectionReason.HEARD_LATER,
        staff_id=staff_id,
        here=here,
    )

    table = ledgers.build(which, first=yesterday, last=yesterday, here=here)

    words = [" ".join(map(str, row)) for row in table.rows]
    assert len({noted, late, wrong}) == 3
    assert ["补录" in row for row in words].count(True) == 1
    assert ["更正" in row for row in words].count(True) == 1
    assert not any("补录" in row and "更正" in row for row in words)


def test_a_child_without_calls_has_an_empty_book(here: Here) -> None:
    child = factories.child(here)

    table = ledgers.build(
        "L5", first=here.today, last=here.today, child_id=child.child_id, here=here
    )

    assert (table.rows, table.totals) == ((), ("合计", "—", "—", "—", 0, "0 次", "—", "—"))
