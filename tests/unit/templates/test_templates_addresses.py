# SPDX-License-Identifier: Apache-2.0
"""Addresses are stored in parts and written as Thai forms write them."""

from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.addresses import PARTS, normalise_address, write_address
from templates.checks import find_data_problems
from templates.errors import FieldProblem
from templates.fields import Field, Kind
from templates.longest import make_longest
from templates.schema import describe_field
from templates.values import normalise_data
from templates.wording import NO_BREAK_SPACE, Localized
from tests.unit.templates.layout_world import draw_document, make_type, read_pages

FIELD = Field(
    name="home",
    label=Localized("ที่อยู่", "Address"),
    kind=Kind.ADDRESS,
)
BANGKOK = {
    "house_no": "33/4",
    "road": "พระราม 9",
    "subdistrict": "ห้วยขวาง",
    "district": "ห้วยขวาง",
    "province": "กรุงเทพมหานคร",
    "postcode": "10310",
}
UPCOUNTRY = {
    "house_no": "128",
    "moo": "7",
    "soi": "ร่วมใจ",
    "subdistrict": "จอหอ",
    "district": "เมืองนครราชสีมา",
    "province": "นครราชสีมา",
    "postcode": "30310",
}
TYPE = """
[[fields]]
name = "home"
label = { th = "ที่อยู่", en = "Address" }
kind = "address"

[[blocks]]
block = "paragraph"
role = "title"
text = "{type_name}"

[[blocks]]
block = "paragraph"
text = "อยู่{home}"
"""


def find(value: object) -> list[FieldProblem]:
    return list(find_data_problems((FIELD,), normalise_data((FIELD,), {"home": value})))


def test_bangkok_has_khwaeng_and_khet_and_no_changwat() -> None:
    assert write_address(BANGKOK).replace(NO_BREAK_SPACE, " ") == (
        "เลขที่ 33/4 ถนนพระราม 9 แขวงห้วยขวาง เขตห้วยขวาง กรุงเทพมหานคร 10310"
    )


def test_elsewhere_there_are_tambon_amphoe_and_changwat() -> None:
    assert write_address(UPCOUNTRY).replace(NO_BREAK_SPACE, " ") == (
        "เลขที่ 128 หมู่ที่ 7 ซอยร่วมใจ ตำบลจอหอ อำเภอเมืองนครราชสีมา จังหวัดนครราชสีมา 30310"
    )


def test_what_clerks_type_before_names_is_not_written_twice() -> None:
    typed = {
        "house_no": "เลขที่ ๑๒๘",
        "moo": "ม.๗",
        "soi": "ซ.ร่วมใจ",
        "road": "",
        "subdistrict": "ต.จอหอ",
        "district": "อ. เมือง",
        "province": "จ.นครราชสีมา",
        "postcode": "๓๐๓๑๐",
    }
    assert normalise_address(typed) == UPCOUNTRY


@pytest.mark.parametrize("name", ["กทม.", "กรุงเทพฯ", "กรุงเทพ", "จังหวัดกรุงเทพมหานคร"])
def test_bangkok_has_one_name(name: str) -> None:
    assert normalise_address({**BANGKOK, "province": name}) == BANGKOK


@given(
    st.dictionaries(
        st.sampled_from([part.name for part in PARTS]),
        st.text("กขเมืองต.อจหวัดถนซ 1๒", max_size=12),
    )
)
def test_normalising_settles(typed: dict[str, str]) -> None:
    settled = normalise_address(normalise_address(typed))
    assert normalise_address(settled) == settled


def test_a_good_address_passes_and_fits_the_schema() -> None:
    schema = describe_field(FIELD)
    for address in (BANGKOK, UPCOUNTRY, make_longest(FIELD)):
        assert find(address) == []
        jsonschema.validate(address, schema)


@pytest.mark.parametrize(
    ("value", "field", "reason"),
    [
        ("เลขที่ 1", "home", "wrong_type"),
        ({}, "home", "required"),
        ({"house_no": "1"}, "home.province", "required"),
        ({**BANGKOK, "province": "กรุงเทพมหา"}, "home.province", "not_a_choice"),
        ({**BANGKOK, "postcode": "1031"}, "home.postcode", "pattern"),
        ({**BANGKOK, "road": "พระ\u200bราม 9"}, "home.road", "forbidden_character"),
        ({**BANGKOK, "road": "ก" * 101}, "home.road", "too_long"),
        ({**BANGKOK, "road": 9}, "home.road", "wrong_type"),
        ({**BANGKOK, "tambon": "จอหอ"}, "home.tambon", "unknown_field"),
    ],
)
def test_a_wrong_part_is_named(value: object, field: str, reason: str) -> None:
    problems = [(one.field, one.reason) for one in find(value)]
    assert (field, reason) in problems
    assert all(one.detail.th and one.detail.en for one in find(value))


def test_an_address_stands_on_the_page_and_in_its_text(tmp_path: Path) -> None:
    kind = make_type(tmp_path / "type", TYPE)
    (text,) = read_pages(draw_document(kind, home=UPCOUNTRY).pdf)
    assert "อยู่เลขที่๑๒๘หมู่ที่๗ซอยร่วมใจตำบลจอหอ" in text
    assert "อำเภอเมืองนครราชสีมาจังหวัดนครราชสีมา๓๐๓๑๐" in text
