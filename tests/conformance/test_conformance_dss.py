# SPDX-License-Identifier: Apache-2.0
"""EU DSS finds the level we promise in every sealed document, and nothing to mend.

It is given our root and no network, so what the file holds must suffice. The same
judge refuses the same document once anything in it is changed or missing.
"""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from keys.ceremony import AgencyNames
from keys.signing import Algorithm
from register.document import AgencyId
from templates.document_type import SealLevel
from tests.conformance.dss import (
    Stamp,
    Verdict,
    Verdicts,
    fetch_judge,
    judge_signatures,
)
from tests.conformance.issued import (
    BROKEN,
    DOCUMENTS,
    first_revision,
    without_last_revision,
)
from tests.conformance.jars import JudgeUnavailableError
from tests.world import World
from tra.clock import system_clock
from tra.demo import flip_byte
from tra.installation import AgencyPlan, add_agency

UNDEFINED_CHANGES = (
    "The document contains undefined object modifications after the signature revision!"
)
KEYS = (Algorithm.RS256, Algorithm.ES256)
AGENCIES = {Algorithm.RS256: "TRADE", Algorithm.ES256: "ELLIPTIC"}
ELLIPTIC = AgencyPlan(
    names=AgencyNames(id="ELLIPTIC", th="กรมเส้นโค้ง", en="Curves"),
    domain="curves.example",
    seal_algorithm=Algorithm.ES256,
)


@pytest.fixture(scope="module")
def judge() -> None:
    """Skip what asks for it where DSS cannot be had."""
    try:
        fetch_judge()
    except JudgeUnavailableError as error:
        pytest.skip(f"EU DSS 6.4: {error}")


@pytest.fixture(scope="module")
def sealed(world: World, documents: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Files of both levels, sealed by both kinds of keys."""
    add_agency(world.home, ELLIPTIC, system_clock())
    plain = first_revision(documents[BROKEN])
    return {
        f"{key.value}-{level.value}": world.issuer.sealer(AgencyId(agency)).seal_pdf(
            plain, level
        )
        for key, agency in AGENCIES.items()
        for level in SealLevel
    }


@pytest.fixture(scope="module")
def changed(documents: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """One document, made worse in several ways."""
    whole = documents[BROKEN]
    return {
        "flipped": flip_byte(whole),
        "cut": without_last_revision(whole),
        "drawn-over": draw_over(whole),
    }


@pytest.fixture(scope="module")
def files(
    judge: None,  # noqa: ARG001 - without it nothing need be written
    documents: Mapping[str, bytes],
    sealed: Mapping[str, bytes],
    changed: Mapping[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, Path]:
    """Every file to be judged."""
    folder = tmp_path_factory.mktemp("signed")
    pdfs = {**documents, **sealed, **changed}
    for name, pdf in pdfs.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    return {name: folder / f"{name}.pdf" for name in pdfs}


@pytest.fixture(scope="module")
def root(world: World) -> Path:
    """Our root, as everybody may download it."""
    return world.folder / "keys" / "root-ca.crt.pem"


@pytest.fixture(scope="module")
def verdicts(files: Mapping[str, Path], root: Path) -> Verdicts:
    """All files judged in one go."""
    return judge_signatures(tuple(files.values()), root)


def draw_over(pdf: bytes) -> bytes:
    """Put another number into the page by an incremental update."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        content = opened.pages[0].Contents
        number, generation = content.objgen
        end = pdf.rindex(b"startxref") + len(b"startxref")
        previous = int(pdf[end:].split()[0])
        size, top = int(opened.trailer.Size), opened.Root.objgen[0]
    page = b"BT ET"
    offset = len(pdf)
    update = b"%d %d obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (
        number, generation, len(page), page,
    )  # fmt: skip
    table = b"xref\n0 1\n0000000000 65535 f \n%d 1\n%010d %05d n \n" % (
        number, offset, generation,
    )  # fmt: skip
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size, top, previous)
    start = b"startxref\n%d\n%%%%EOF\n" % (offset + len(update))
    return pdf + update + table + trailer + start


def only(verdicts: Verdicts, file: Path) -> Verdict:
    [verdict] = verdicts[file]
    return verdict


def passed(kind: str) -> Stamp:
    return Stamp(kind=kind, indication="PASSED", sub_indication=None, complaints=())


def expected(level: SealLevel) -> Verdict:
    kinds = ["SIGNATURE_TIMESTAMP"]
    if level is SealLevel.B_LTA:
        kinds.append("DOCUMENT_TIMESTAMP")
    return Verdict(
        level=f"PAdES-BASELINE-{level.value.removeprefix('B-')}",
        indication="TOTAL_PASSED",
        sub_indication=None,
        complaints=(),
        stamps=tuple(map(passed, kinds)),
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_issued_document_is_of_the_level_of_its_type(
    name: str, world: World, files: Mapping[str, Path], verdicts: Verdicts
) -> None:
    type_id, _, _ = name.partition("-")
    kind = world.issuer.catalogue.get_type(type_id)
    *officers, seal = verdicts[files[name]]
    assert seal == expected(kind.seal_level)
    assert len(officers) == kind.officer
    for officer in officers:
        # DSS meets the seal, which came later, by way of the structure tree (ADR 16).
        complaints = (UNDEFINED_CHANGES,)
        assert officer == replace(expected(kind.seal_level), complaints=complaints)


@pytest.mark.parametrize("level", SealLevel)
@pytest.mark.parametrize("key", KEYS)
def test_both_kinds_of_keys_seal_at_both_levels(
    key: Algorithm, level: SealLevel, files: Mapping[str, Path], verdicts: Verdicts
) -> None:
    file = files[f"{key.value}-{level.value}"]
    assert only(verdicts, file) == expected(level)


def test_a_changed_byte_is_found(files: Mapping[str, Path], verdicts: Verdicts) -> None:
    found = only(verdicts, files["flipped"])
    assert (found.indication, found.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")


def test_a_page_drawn_anew_after_the_seal_is_found(
    files: Mapping[str, Path], verdicts: Verdicts
) -> None:
    found = only(verdicts, files["drawn-over"])
    # DSS leaves it to those who ask what to think of it; to us it is no warning.
    assert set(found.complaints) == {
        "Visual difference is detected on page(s) [1]",
        "Document contains changes restricted by /DocMDP dictionary!",
        UNDEFINED_CHANGES,
    }


def test_without_its_validation_data_a_seal_is_of_level_t(
    files: Mapping[str, Path], verdicts: Verdicts
) -> None:
    found = only(verdicts, files["cut"])
    assert found.level == "PAdES-BASELINE-T"
    assert found.indication == "INDETERMINATE"
    assert "No revocation data found for the certificate!" in found.complaints


def test_under_another_root_nobody_is_trusted(
    files: Mapping[str, Path], world: World
) -> None:
    stranger = world.folder / "keys" / "publication.crt.pem"
    found = only(judge_signatures([files[BROKEN]], stranger), files[BROKEN])
    assert found.indication == "INDETERMINATE"
    assert found.sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
