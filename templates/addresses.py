# SPDX-License-Identifier: Apache-2.0
"""Thai addresses: parts as they are stored, and the one line they are written as.

The parts are those of official forms. Outside Bangkok the words are ตำบล, อำเภอ and
จังหวัด; in Bangkok แขวง and เขต, and no จังหวัด. What a clerk types before a name
("ต.", "ถ.") is taken off, so that it never stands there twice.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from templates.errors import FieldProblem
from templates.spelling import normalise_text
from templates.wording import NO_BREAK_SPACE, Localized, to_ascii_digits

BANGKOK: Final = "กรุงเทพมหานคร"
_BANGKOK_ALSO = frozenset({"กรุงเทพ", "กรุงเทพฯ", "กทม", "กทม.", "กรุงเทพมหานครฯ"})
_CAPITAL: Final = "เมือง"
"""Typed for the district of a province's capital, whose name is longer."""
MAX_PART: Final = 100
"""Characters of one part."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of an address."""

    name: str
    label: Localized
    typed: str
    """What people write before the name, as a pattern; it is not part of the name."""
    required: bool = False
    number: bool = False
    """Written with digits, which are stored as ASCII."""


PARTS: Final = (
    Part(
        name="house_no",
        label=Localized("เลขที่", "house number"),
        typed="(บ้าน)?เลขที่",
        number=True,
    ),
    Part(name="building", label=Localized("อาคาร", "building"), typed="อาคาร"),
    Part(name="floor", label=Localized("ชั้น", "floor"), typed="ชั้น(ที่)?", number=True),
    Part(name="village", label=Localized("หมู่บ้าน", "village"), typed=r"หมู่บ้าน|มบ\."),
    Part(
        name="moo",
        label=Localized("หมู่ที่", "moo"),
        typed=r"หมู่ที่|หมู่|ม\.",
        number=True,
    ),
    Part(name="soi", label=Localized("ซอย", "soi"), typed=r"ซอย|ซ\."),
    Part(name="road", label=Localized("ถนน", "road"), typed=r"ถนน|ถ\."),
    Part(
        name="subdistrict",
        label=Localized("ตำบล/แขวง", "subdistrict"),
        typed=r"ตำบล|ต\.|แขวง",
        required=True,
    ),
    Part(
        name="district",
        label=Localized("อำเภอ/เขต", "district"),
        typed=r"อำเภอ|อ\.|เขต",
        required=True,
    ),
    Part(
        name="province",
        label=Localized("จังหวัด", "province"),
        typed=r"จังหวัด|จ\.",
        required=True,
    ),
    Part(
        name="postcode",
        label=Localized("รหัสไปรษณีย์", "postcode"),
        typed="รหัสไปรษณีย์",
        number=True,
    ),
)
_BY_NAME: Final = {part.name: part for part in PARTS}
_STREET: Final = (
    ("house_no", f"เลขที่{NO_BREAK_SPACE}"),
    ("building", "อาคาร"),
    ("floor", f"ชั้น{NO_BREAK_SPACE}"),
    ("village", "หมู่บ้าน"),
    ("moo", f"หมู่ที่{NO_BREAK_SPACE}"),
    ("soi", "ซอย"),
    ("road", "ถนน"),
)
_UPCOUNTRY: Final = (
    ("subdistrict", "ตำบล"),
    ("district", "อำเภอ"),
    ("province", "จังหวัด"),
)
_IN_BANGKOK: Final = (("subdistrict", "แขวง"), ("district", "เขต"), ("province", ""))
_END: Final = (("postcode", ""),)
_LATIN_START = re.compile("[A-Za-z]")
_POSTCODE = re.compile(r"[1-9]\d{4}", re.ASCII)


def normalise_address(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return an address as it is stored: parts left empty are left out.

    What cannot be read is left as it is, for the checks to name.
    """
    clean: dict[str, Any] = {}
    for name, text in value.items():
        part = _BY_NAME.get(name)
        stored = _normalise_part(part, text) if part else text
        if stored not in (None, ""):
            clean[name] = stored
    if clean.get("province") in _BANGKOK_ALSO:
        clean["province"] = BANGKOK
    if clean.get("district") == _CAPITAL and isinstance(clean.get("province"), str):
        clean["district"] = _CAPITAL + clean["province"]
    return clean


def write_address(value: Mapping[str, str]) -> str:
    """Return an address in one line, its digits as stored.

    As "เลขที่ 33/4 ถนนพระราม 9 แขวงห้วยขวาง เขตห้วยขวาง กรุงเทพมหานคร 10310".
    """
    area = _IN_BANGKOK if value["province"] == BANGKOK else _UPCOUNTRY
    written = []
    for name, before in (*_STREET, *area, *_END):
        if text := value.get(name):
            # Thai words follow each other without a blank, Latin ones do not.
            gap = " " if before and _LATIN_START.match(text) else ""
            written.append(f"{before}{gap}{text}")
    return " ".join(written)


def find_part_problems(value: Mapping[str, Any]) -> Iterator[FieldProblem]:
    """Yield what is wrong with the parts as parts of an address."""
    province = value.get("province")
    if isinstance(province, str) and province not in _provinces():
        yield _problem(
            _BY_NAME["province"],
            "not_a_choice",
            f"ไม่มีจังหวัดชื่อ “{province}” โปรดตรวจตัวสะกด",
            f"there is no province {province!r}; check the spelling",
        )
    postcode = value.get("postcode")
    if isinstance(postcode, str) and not _POSTCODE.fullmatch(postcode):
        yield _problem(
            _BY_NAME["postcode"],
            "pattern",
            "รหัสไปรษณีย์ต้องเป็นตัวเลข 5 หลัก",
            "a postcode has 5 digits",
        )


def _normalise_part(part: Part, value: object) -> object:
    if not isinstance(value, str):
        return value
    text = normalise_text(value)
    text = to_ascii_digits(text) if part.number else text
    return re.sub(f"^(?:{part.typed}) ?", "", text) or text


def _problem(part: Part, reason: str, th: str, en: str) -> FieldProblem:
    return FieldProblem(field=part.name, reason=reason, detail=Localized(th, en))


@functools.cache
def _provinces() -> frozenset[str]:
    """Return the names of the 77 provinces, Bangkok among them."""
    from pythainlp.corpus import provinces  # noqa: PLC0415 - heavy

    return frozenset(str(name) for name in provinces())
