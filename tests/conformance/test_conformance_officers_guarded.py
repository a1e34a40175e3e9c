# SPDX-License-Identifier: Apache-2.0
"""Documents that an officer signed and the agency sealed are kept by the guardian, too.

The register is told that their proof ends tomorrow; all the rest is as it will be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.guardian import GuardianRun, run_guardian
from register.document import DocumentId
from register.store import FileProof
from templates.document_type import SealLevel
from tests.conformance.dss import Verdict, fetch_judge, judge_signatures
from tests.conformance.jars import JudgeUnavailableError
from tests.conformance.test_conformance_dss import UNDEFINED_CHANGES, passed
from tests.officers import PERMIT, PERMIT_LTA, ask, enter_officer, make_types, sign_seen
from tests.world import TRADE, World, run_world
from tra.clock import system_clock

DAY = timedelta(days=1)
LEVELS = {PERMIT: SealLevel.B_LT, PERMIT_LTA: SealLevel.B_LTA}


@dataclass(frozen=True)
class Kept:
    """One document before and after the guardian came."""

    id: str
    issued: bytes
    renewed: bytes


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    types = make_types(tmp_path_factory.mktemp("types"))
    with run_world(tmp_path_factory.mktemp("guarded"), [TRADE], types=types) as made:
        enter_officer(made)
        yield made


@pytest.fixture(scope="module")
def kept(world: World) -> Mapping[str, Kept]:
    """A document of each level, renewed by one run of the guardian."""
    store, now = world.issuer.store, system_clock()
    ids = {type_id: ask(world, type_id, type_id)["id"] for type_id in LEVELS}
    sign_seen(world, *ids.values())
    issued = {type_id: world.pdf(one) for type_id, one in ids.items()}
    assert run_guardian(world.issuer) == GuardianRun(read=len(ids))
    for file in store.guarded_files(now + 10_000 * DAY, 10):
        assert file.proof is not None
        ends = FileProof(
            timestamps=file.proof.timestamps,
            stamped_at=now - 400 * DAY,
            until=now + DAY,
        )
        store.record_proof(file, ends)
    assert run_guardian(world.issuer) == GuardianRun(renewed=len(ids))
    return {
        type_id: Kept(id=one, issued=issued[type_id], renewed=world.pdf(one))
        for type_id, one in ids.items()
    }


@pytest.mark.parametrize("type_id", LEVELS)
def test_officer_and_seal_are_good_with_the_new_time_stamp(
    world: World, kept: Mapping[str, Kept], type_id: str
) -> None:
    one = kept[type_id]
    assert one.renewed.startswith(one.issued)
    versions = world.issuer.store.file_versions(DocumentId(one.id))
    assert [version.version for version in versions] == [1, 2]
    before, after = (world.verify(pdf) for pdf in (one.issued, one.renewed))
    for report in (before, after):
        assert report["outcome"] == "in_force"
        assert report["signature_indication"]["main"] == "TOTAL_PASSED"
        assert report["signature"]["officer"]["name"]["th"] == "นายสมชาย ใจดี"
    stamps = [len(r["signature"]["archive_timestamps"]) for r in (before, after)]
    assert stamps[1] == stamps[0] + 1


def test_eu_dss_agrees(world: World, kept: Mapping[str, Kept], tmp_path: Path) -> None:
    try:
        fetch_judge()
    except JudgeUnavailableError as error:
        pytest.skip(f"EU DSS cannot be had: {error}")
    files = {type_id: tmp_path / f"{type_id}.pdf" for type_id in LEVELS}
    for type_id, file in files.items():
        file.write_bytes(kept[type_id].renewed)
    root = world.folder / "keys" / "root-ca.crt.pem"
    verdicts = judge_signatures(tuple(files.values()), root)
    for type_id, level in LEVELS.items():
        archive = 2 if level is SealLevel.B_LTA else 1
        kinds = ("SIGNATURE_TIMESTAMP", *["DOCUMENT_TIMESTAMP"] * archive)
        # DSS meets the seal by way of the structure tree (ADR 16).
        assert verdicts[files[type_id]] == tuple(
            Verdict(
                level="PAdES-BASELINE-LTA",
                indication="TOTAL_PASSED",
                sub_indication=None,
                complaints=complaints,
                stamps=tuple(map(passed, kinds)),
            )
            for complaints in ((UNDEFINED_CHANGES,), ())
        ), type_id
