"""No child is marked: the ten rules of `domain.md` 4.8, each with a test of its own name."""

import re
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from kiosk.db import Base
from kiosk.models.home import Home
from kiosk.printing import cards
from kiosk.printing.cards import CardFace
from kiosk.rules.call_states import CallRefusal, CallState
from kiosk.rules.relations import Relation
from kiosk.services import answers, demo_names
from kiosk.services.here import Here
from tests import factories, markup
from tests.page import PageClient
from tests.test_pinyin import sentences
from tests.web import gallery

KIOSK: Final = Path(__file__).resolve().parents[1] / "kiosk"
LABELS: Final = re.compile("留守|困境|贫困|低保|孤儿|单亲|特困|帮扶|问题")
CONTESTS: Final = re.compile("积分|得分|分数|排名|名次|第一名|冠军|奖|星级|打卡|落后|最[多少好差]")
FESTIVALS: Final = re.compile("母亲节|父亲节|mother'?s.day|father'?s.day", re.IGNORECASE)
PARENTS: Final = re.compile("爸|妈|父|(?<!字)母|爹|娘")
BLAME: Final = re.compile("你没|你忘|忘了|迟到|错过|怪你|太晚|怎么不|没来")
# Nothing that is kept of a child sorts it among the others.
SORTING_COLUMN: Final = re.compile(
    "left_behind|liushou|hardship|poverty|poor|orphan|welfare|priority|flag|categor|"
    "risk|problem|points|score|rank|star|level|streak|badge_count"
)


def _told_to_children() -> dict[str, str]:
    """Return everything of ours that a child may see or hear, by where it stands."""
    told = {f"sentence {said}": said for said in sentences()}
    for pattern in ("static/art/*.svg", "static/css/*.css", "static/js/*.js", "data/pinyin.toml"):
        told |= {path.name: path.read_text(encoding="utf-8") for path in KIOSK.glob(pattern)}
    for name in ("kiosk", "components"):
        folder = KIOSK / "templates" / name
        told |= {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    told |= {path.name: path.read_text(encoding="utf-8") for path in KIOSK.glob("printing/*.py")}
    told["prompts"] = (KIOSK / "data" / "prompts.toml").read_text(encoding="utf-8")
    told["the demo school"] = Path(demo_names.__file__).read_text(encoding="utf-8")
    return told


def _draw(name: str, **values: object) -> str:
    """Return a child screen in Chinese, with these values of its answer changed."""
    words = gallery.chinese()
    made = gallery.environment(lambda text: words.get(text, text), language="zh")
    screen = gallery.screens()[name]
    answer = screen.values["answer"]
    changed = replace(answer, **values) if values else answer  # type: ignore[type-var]
    return made.get_template(screen.template).render(answer=changed)


def _read(drawn: str) -> str:
    return markup.words(markup.parse(drawn, fragment=True))


def _face(**values: object) -> CardFace:
    plain: dict[str, object] = {
        field.name: "" if field.name not in ("pictures", "found") else ()
        for field in fields(CardFace)
    }
    plain |= {
        "name": "小满",
        "line": "三年级1班",
        "pictures": ("cloth-lake", "animal-fox"),
        "found": ("捡到这张卡", "交给老师吧"),
        "code": "CB6BJ9TRXZ2R",
        "short_code": "TRXZ2R",
    }
    return CardFace(**(plain | values))  # type: ignore[arg-type]  # by name, as the fields are


def _sheet(face: CardFace) -> str:
    (page,) = cards.pages([face], "/{}".format)
    return page


@pytest.mark.parametrize("where", sorted(_told_to_children()))
def test_s1_no_label_of_a_child_stands_anywhere_that_a_child_sees(where: str) -> None:
    assert LABELS.findall(_told_to_children()[where]) == []


def test_s1_a_label_would_be_found() -> None:
    assert LABELS.findall("留守儿童之家，帮扶对象") == ["留守", "帮扶"]


def test_s2_cards_differ_in_code_animal_name_and_class_alone() -> None:
    one = _sheet(_face())
    other = _sheet(_face(name="子涵", line="五年级2班", pictures=("cloth-plum", "animal-deer")))

    same = other.replace("子涵", "小满").replace("五年级2班", "三年级1班")
    same = same.replace("cloth-plum", "cloth-lake").replace("animal-deer", "animal-fox")

    assert one != other
    assert same == one


def test_s2_a_code_changes_nothing_of_a_card_but_its_squares() -> None:
    one, other = "CB6BJ9TRXZ2R", "C0123456789W"

    drawn = [
        re.sub(r' d="[^"]+"', "", _sheet(_face(code=code, short_code="TRXZ2R")))
        for code in (one, other)
    ]

    assert drawn[0] == drawn[1]


def test_s2_a_card_knows_nothing_else_of_its_child() -> None:
    known = {field.name for field in fields(CardFace)}

    assert known <= {"name", "line", "pictures", "found", "code", "short_code", "pinyin"}


def test_s3_whatever_the_kiosk_offers_is_offered_to_every_child(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    offered = []
    for grade, is_boarder, relations in (
        (1, True, ()),
        (3, False, (Relation.GRANDMOTHER,)),
        (6, True, (Relation.MOTHER, Relation.FATHER)),
    ):
        child = factories.child(here, grade=grade, is_boarder=is_boarder)
        for relation in relations:
            factories.contact(here, child.child_id, relation=relation)
        page.scan(child.card_code)
        own = page.fragment("/me")
        links = [one.get("href") for one in own.all("a")]
        offered.append(links + [one.get("action") for one in own.all("form")])

    assert offered[0]
    assert offered[0] == offered[1] == offered[2]


@pytest.mark.parametrize("said", sorted(sentences()))
def test_s4_nobody_is_counted_ranked_or_rewarded_in_words(said: str) -> None:
    assert CONTESTS.findall(said) == []


def test_s4_no_drawing_is_a_prize_and_no_table_counts_a_child() -> None:
    drawings = " ".join(path.stem for path in (KIOSK / "static" / "art").glob("*.svg"))

    assert re.findall(r"star\b|medal|trophy|crown|cup|podium", drawings) == []
    assert [
        name for name in _columns() if re.search("points|score|rank|star(?!t)|streak", name)
    ] == []


def test_s5_a_late_book_is_named_once_without_counting_days() -> None:
    shown = []
    for days in (2, 40):
        late = gallery.loan(gallery.RIVER, gallery.TODAY - timedelta(days=days))
        shown.append(_draw("03d-greeting-evening", loan=late, call=None))

    assert shown[0] == shown[1]
    assert _read(shown[0]).count("该还啦") == 1
    assert re.findall(r"\d", _read(shown[0])) == []


def test_s5_the_day_would_be_seen_while_a_book_is_not_late() -> None:
    far = gallery.loan(gallery.RIVER, gallery.TODAY + timedelta(days=50))

    assert re.findall(r"\d", _read(_draw("03d-greeting-evening", loan=far, call=None)))


def test_s6_family_tiles_come_from_the_childs_own_card() -> None:
    own = tuple(
        tile for tile in gallery.TILES if tile.relation in (Relation.GRANDMOTHER, Relation.AUNT)
    )

    said = _read(_draw("06a-who", contacts=own))

    assert "奶奶" in said
    assert "姑姑" in said
    assert PARENTS.findall(said) == []


def test_s6_no_sentence_assumes_a_parent() -> None:
    relations = {"爸爸", "妈妈"}

    assert [said for said in sentences() - relations if PARENTS.search(said)] == []


def test_s6_a_child_without_a_contact_is_asked_to_add_one_with_the_teacher() -> None:
    said = _read(_draw("06e-who-nobody"))

    assert "和老师一起加一个号码吧" in said
    assert PARENTS.findall(said) == []


@pytest.mark.parametrize("where", sorted(_told_to_children()))
def test_s7_no_mothers_day_and_no_fathers_day(where: str) -> None:
    assert FESTIVALS.findall(_told_to_children()[where]) == []


@pytest.mark.parametrize(
    "reason", ["SLOT_TAKEN", "PERSON_BUSY", "CHILD_BUSY", "LINE_BUSY", "TOO_LATE"]
)
def test_s8_a_call_that_fails_offers_another_time_before_anything_else(reason: str) -> None:
    drawn = _draw("09b-refusal-book", reason=CallRefusal[reason])
    tiles = list(markup.parse(drawn, fragment=True).iter("a"))

    assert tiles[0].get("href") == "/me/call/who"
    assert BLAME.findall(_read(drawn)) == []


def test_s8_no_sentence_puts_a_fault_on_the_child() -> None:
    assert [said for said in sentences() if BLAME.search(said)] == []
    assert BLAME.search("你忘了打电话")


def test_s9_the_name_of_the_room_is_the_schools_and_stands_in_no_sentence() -> None:
    fixed = re.compile("儿童之家|关爱|留守|中心")

    assert "name" in Home.__table__.columns
    assert [said for said in sentences() if fixed.search(said)] == []


def _columns() -> list[str]:
    return [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
    ]


def test_s10_no_column_could_carry_a_flag_out() -> None:
    kept = [name for name in _columns() if name.startswith(("child.", "contact.", "card."))]

    assert [name for name in kept if SORTING_COLUMN.search(name)] == []
    assert len(kept) > 20
    assert SORTING_COLUMN.search("child.is_left_behind")


def test_s10_the_pages_of_two_children_are_one_page_with_other_names(
    page: PageClient, here: Here
) -> None:
    factories.open_today(here)
    children = [
        factories.child(here, given_name="小满", is_boarder=True, class_number=1),
        factories.child(here, given_name="子涵", family_name="欧阳", class_number=2),
    ]

    greeted = [_alike(page.scan(one.card_code).response.text, one.face) for one in children]
    for one in children:
        page.scan(one.card_code)
    own = []
    for one in children:
        page.scan(one.card_code)
        own.append(_alike(page.fragment("/me").response.text, one.face))

    assert greeted[0] == greeted[1]
    assert own[0] == own[1]


def _alike(shown: str, face: answers.ChildFace) -> str:
    """Return a page without what may differ: name, badge, who is on the train, form tokens."""
    worn = f"c-{face.badge.cloth.value} a-{face.badge.animal.value}"
    shown = re.sub(r'(name="csrf_token") value="[^"]+"', r"\1", shown)
    shown = re.sub(r'<div class="train.*?</div>\s*</div>', "", shown, flags=re.DOTALL)
    return shown.replace(face.given_name, "NAME").replace(worn, "BADGE")


def test_s10_a_mark_on_one_of_the_pages_would_be_seen(page: PageClient, here: Here) -> None:
    factories.open_today(here)
    child = factories.child(here)
    greeted = page.scan(child.card_code).response.text
    marked = greeted.replace("<h1", '<h1 class="special"', 1)

    assert marked != greeted
    assert _alike(marked, child.face) != _alike(greeted, child.face)


def test_a_call_that_was_missed_leaves_no_state_of_blame() -> None:
    assert [state for state in CallState if re.search("fault|blame|absent", state.value)] == []
