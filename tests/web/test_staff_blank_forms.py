"""Forms that are printed empty: listed with the ledgers, labels and room for the pen."""

from xml.etree.ElementTree import Element

import pytest

from kiosk.rules.staff import Role
from kiosk.services import frameworks
from kiosk.services.here import Here
from kiosk.services.ledger_form import FOLDER
from tests.page import PageClient
from tests.web.staff import sign_in

L13 = (
    "姓名 性别 民族 出生日期 公民身份证号码 是否登记户口 户籍所在地 现居住地 "
    "身体情况(健康/残疾/患病+类型) 是否学校寄宿 就学情况 祖父母/外祖父母 当前务工地点 联系电话 "
    "身份证号 委托监护人姓名 监护类型 家庭经济来源 救助帮扶情况 填报单位(盖章) 填报日期 "
    "单位负责人(签名) 复核人(签名) 填表人(签名)"
)
L16A = (
    "家访时间 家访教师 孩子姓名 年龄 所属班级 监护人信息 家庭住址 家庭成员情况 "
    "生活环境 孩子表现 教育需求 家长反馈 后续计划"
)


def _said(element: Element) -> str:
    return "".join(element.itertext()).strip().removesuffix("：")


@pytest.mark.parametrize(
    ("name", "words"), [("L13", L13), ("L16", "姓名 班级 日期"), ("L16A", L16A)]
)
def test_a_form_has_its_labels_and_nothing_else(
    page: PageClient, here: Here, name: str, words: str
) -> None:
    sign_in(page, here)

    shown = page.open(f"/staff/ledgers/blank/{name}")

    labels = {_said(one) for tag in ("th", "span") for one in shown.all(tag)}
    assert set(words.split()) <= labels
    assert {_said(cell) for cell in shown.all("td")} == {""}


def test_they_are_listed_with_the_ledgers(page: PageClient, here: Here) -> None:
    sign_in(page, here)

    words = page.open("/staff/ledgers").words

    assert "L13 农村留守儿童基本情况登记表" in words
    assert "L16 谈心记录卡" in words


def test_a_bad_file_of_the_district_is_told(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    folder = here.settings.instance / FOLDER
    folder.mkdir()
    (folder / "L16.toml").write_text("no form", encoding="utf-8")

    assert "ours is printed" in page.open("/staff/ledgers").words
    assert "ours is printed" in page.open("/staff/ledgers/blank/L16").words


def test_a_bad_list_of_headings_is_left_out_and_told(page: PageClient, here: Here) -> None:
    sign_in(page, here)
    own = frameworks.own_folder(here)
    own.mkdir()
    (own / "county.toml").write_text("no list", encoding="utf-8")

    shown = page.open("/staff/ledgers/inspection")

    assert shown.status == 200
    assert "Left out of the list: The file county.toml of headings cannot be read" in shown.words
    assert "学校留守儿童之家考核材料清单（八项）" in shown.response.text


def test_they_are_the_administrators(page: PageClient, here: Here) -> None:
    sign_in(page, here, Role.LIBRARIAN)

    assert page.open("/staff/ledgers/blank/L13").status == 403
    assert "L13" not in page.open("/staff/ledgers").words
