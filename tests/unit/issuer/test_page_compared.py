# SPDX-License-Identifier: Apache-2.0
"""What the gate lets pass, a verifier finds on the page: number and holder's name.

And what it would not find is not sealed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from issuer.errors import GateError, PageOverflowError
from issuer.gate import check_document, check_rendered
from issuer.rehearsal import USUAL, preview, rehearse
from issuer.render import render_pdf
from register.claim import Claim, read_claim
from register.document import DocumentNumber
from templates.catalogue import Catalogue, DocumentType, read_document_type
from templates.longest import make_longest
from templates.spelling import normalise_text
from tests.settings import TEXT_SEED
from tests.text_sheet import NOW
from tests.thai_data import make_data
from tests.thai_text import TextMaker
from verifier.errors import CheckError
from verifier.limits import Limits
from verifier.page_text import check_page_text

TYPES = Catalogue.load().types
NAMES = 50
"""Made-up names for each type, each with a number of its own."""


def check_page(
    kind: DocumentType, data: Mapping[str, Any], sequence: int = 1, *, gate: bool = True
) -> Claim:
    """Draw a document as it is issued, and look at it as gate and verifier do."""
    around = replace(USUAL, sequence=sequence)
    rendered = render_pdf(rehearse(kind, data, NOW, around))
    if gate:
        check_document(rendered)
    claim = read_claim(rendered.expected.attachments["claim.cose"]).claim
    check_page_text(rendered.pdf, claim, limits=Limits(), password=None)
    # It would be heard of, were the claim another one.
    for other in (
        replace(claim, number=DocumentNumber(f"{claim.number}1")),
        replace(claim, holder=f"{claim.holder}ก"),
    ):
        with pytest.raises(CheckError, match="not in the text"):
            check_page_text(rendered.pdf, other, limits=Limits(), password=None)
    return claim


@pytest.mark.parametrize("type_id", TYPES)
def test_number_and_holder_of_every_sample_are_found(type_id: str) -> None:
    kind = TYPES[type_id]
    claim = check_page(kind, kind.sample())
    assert claim.holder == kind.holder_name(kind.sample())


def make_name(maker: TextMaker, most: int) -> str:
    """Return the name of a person or of a company, in Thai, Latin letters or both."""
    names: tuple[Callable[[], str], ...] = (
        maker.name,
        lambda: f"บริษัท {maker.word()}{maker.number()} จำกัด (มหาชน)",
        lambda: f"{maker.latin()}-{maker.latin()} {maker.latin().upper()} Co., Ltd.",
        lambda: f"{maker.name()} และ {maker.name()} ({maker.latin()})",
    )
    return normalise_text(maker.pick(names)())[:most].strip()


@pytest.mark.parametrize("type_id", TYPES)
def test_names_of_all_kinds_and_lengths_are_found(type_id: str) -> None:
    kind = TYPES[type_id]
    holder = next(field for field in kind.fields if field.name == kind.holder)
    found = 0
    for seed in range(NAMES):
        maker = TextMaker(TEXT_SEED, 27, seed)
        name = make_name(maker, holder.max_length)
        try:
            claim = check_page(
                kind,
                {**kind.sample(), holder.name: name},
                maker.count(1, 99_999),
                gate=seed % 6 == 0,  # which takes most of the time
            )
        except PageOverflowError:
            continue
        assert claim.holder == name
        found += 1
    assert found > NAMES // 2


@pytest.mark.parametrize("type_id", TYPES)
def test_the_longest_holder_that_has_room_is_found(type_id: str) -> None:
    kind = TYPES[type_id]
    holder = next(field for field in kind.fields if field.name == kind.holder)
    longest = make_longest(holder, kind.sample()[holder.name])
    assert isinstance(longest, str)
    for length in range(len(longest), 0, -20):
        name = longest[:length].strip()
        try:
            claim = check_page(kind, {**kind.sample(), holder.name: name}, 99_999)
        except PageOverflowError:
            continue
        assert claim.holder == name
        return
    raise AssertionError("no room for any name")


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("type_id", TYPES)
def test_all_other_data_change_nothing(type_id: str, number: int) -> None:
    """Tables over pages, long lists, other dates and amounts."""
    kind = TYPES[type_id]
    for most in (150, 36, 16):
        maker = TextMaker(TEXT_SEED, 28, number)
        data = make_data(kind.fields, kind.sample(), maker, most)
        try:
            check_page(kind, data)
        except PageOverflowError:
            continue
        return
    raise AssertionError("no room for any data")


@pytest.mark.parametrize("type_id", TYPES)
def test_a_preview_is_looked_at_alike(type_id: str) -> None:
    kind = TYPES[type_id]
    check_document(render_pdf(preview(kind, kind.sample(), NOW)))


# A type that does not show them.


def make_type(folder: Path, *changes: tuple[str, str]) -> DocumentType:
    """Make the business licence with some of its words taken out."""
    source = TYPES["business_licence"].folder
    text = (source / "type.toml").read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    for file in source.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / "type.toml").write_text(text, "utf-8")
    return read_document_type(folder)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('text = "เลขที่ {number}"', 'text = "เลขที่"'), "{number}"),
        (
            ('value = "{holder_name}"', 'value = "{business_name}"'),
            "{holder_name}",
        ),
    ],
)
def test_a_type_that_shows_less_is_not_sealed(
    tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    kind = make_type(tmp_path, change)
    rendered = render_pdf(rehearse(kind, kind.sample(), NOW))

    check_rendered(rendered)  # It is what was drawn; nobody could tell whose it is.
    with pytest.raises(GateError) as refused:
        check_document(rendered)

    assert refused.value.reason == "fact_missing"
    assert named in refused.value.th
    assert named in str(refused.value)
    claim = read_claim(rendered.expected.attachments["claim.cose"]).claim
    with pytest.raises(CheckError, match="not in the text"):
        check_page_text(rendered.pdf, claim, limits=Limits(), password=None)


def test_a_name_beside_other_columns_is_found(tmp_path: Path) -> None:
    """Line by line, a reader meets the other columns between its parts."""
    words = "ถนนพระราม " * 12
    columns = f"""block = "columns"
[[blocks.columns]]
width = 70
[[blocks.columns.blocks]]
block = "paragraph"
text = "{{holder_name}}"
[[blocks.columns]]
width = 70
[[blocks.columns.blocks]]
block = "paragraph"
text = "{words}"

[[blocks]]
block = "paragraph"
text = "เลขที่ {{number}}\""""
    kind = make_type(
        tmp_path,
        ('block = "paragraph"\ntext = "เลขที่ {number}"', columns),
        ('value = "{holder_name}"', 'value = "{business_name}"'),
    )
    name = "บริษัท " + "ขนส่งสินค้าระหว่างประเทศ" * 3 + " จำกัด"
    claim = check_page(kind, {**kind.sample(), "holder_name": name})
    assert claim.holder == name
