# SPDX-License-Identifier: Apache-2.0
"""Other people's programs judge seals of both keys (RSA, P-256) and both levels.

EU DSS judges the same four in `tests/conformance`.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from keys.signing import Algorithm
from register.document import AgencyId
from templates.document_type import SealLevel
from tests.ades import Process, judge_ades, judge_stamps
from tests.conformance.issued import first_revision
from tests.conformance.test_conformance_dss import AGENCIES, ELLIPTIC
from tests.programs import need, run
from tests.world import World
from tra.clock import system_clock
from tra.demo import flip_byte
from tra.installation import add_agency

NAMES = [
    f"{key.value}-{level.value}"
    for key in (Algorithm.RS256, Algorithm.ES256)
    for level in SealLevel
]


@pytest.fixture(scope="module")
def sealed(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path]:
    """One page, sealed by each kind of key at each level."""
    add_agency(world.home, ELLIPTIC, system_clock())
    plain = first_revision(world.pdf(world.issue()["id"]))
    folder = tmp_path_factory.mktemp("levels")
    for name in NAMES:
        key, _, level = name.partition("-")
        sealer = world.issuer.sealer(AgencyId(AGENCIES[Algorithm(key)]))
        (folder / name).write_bytes(sealer.seal_pdf(plain, SealLevel(level)))
    return {name: folder / name for name in NAMES}


@pytest.fixture(scope="module")
def root(world: World) -> Path:
    """Our root, as everybody may download it."""
    return world.folder / "keys" / "root-ca.crt.pem"


@pytest.mark.parametrize("name", NAMES)
def test_poppler_finds_the_signature_valid(
    name: str, sealed: Mapping[str, Path]
) -> None:
    said = run(need("pdfsig", "poppler-utils"), "-nocert", sealed[name])
    assert said.count("Signature is Valid.") == 1


@pytest.mark.parametrize("name", NAMES)
def test_mupdf_finds_the_signature_valid(name: str, sealed: Mapping[str, Path]) -> None:
    said = run(need("mutool", "mupdf-tools"), "sign", "-v", sealed[name])
    assert "The signature is valid" in said


@pytest.mark.parametrize("process", Process)
@pytest.mark.parametrize("name", NAMES)
def test_pyhanko_passes_it_by_every_process_of_en_319_102_1(
    name: str, process: Process, sealed: Mapping[str, Path], root: Path
) -> None:
    assert judge_ades(sealed[name].read_bytes(), root, process) == "AdESPassed.OK"


@pytest.mark.parametrize("name", NAMES)
def test_pyhanko_trusts_the_document_timestamp(
    name: str, sealed: Mapping[str, Path], root: Path
) -> None:
    said = judge_stamps(sealed[name].read_bytes(), root)
    assert len(said) == name.endswith(SealLevel.B_LTA.value)
    assert all("TRUSTED" in one and "INTACT" in one for one in said)


@pytest.mark.parametrize("name", NAMES)
def test_pyhanko_fails_a_changed_file_and_trusts_no_other_root(
    name: str, sealed: Mapping[str, Path], root: Path, world: World
) -> None:
    pdf = sealed[name].read_bytes()
    said = judge_ades(flip_byte(pdf), root, Process.BASIC)
    assert said.startswith("AdESFailure.HASH_FAILURE")
    stranger = world.folder / "keys" / "publication.crt.pem"
    said = judge_ades(pdf, stranger, Process.BASIC)
    assert said.startswith("AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND")
