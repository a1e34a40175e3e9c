# SPDX-License-Identifier: Apache-2.0
"""The vectors of docs/spec/trust-list.md, as `make_trust_vectors.py` writes them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from register.envelope import key_from_jwk
from register.errors import TrustListError, TrustListTimeError
from register.trust_list import SealCertificate, TrustList, open_trust_list
from tests.vectors.make_trust_vectors import build_vectors

FILE = Path(__file__).parents[2] / "vectors" / "trust-list.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text())
NOW = datetime.fromtimestamp(VECTORS["now"], UTC)


def opened(token: str) -> TrustList:
    return open_trust_list(token, root_key=key_from_jwk(VECTORS["root"]), now=NOW)


def test_the_file_is_what_the_script_writes() -> None:
    assert build_vectors() == VECTORS


@pytest.mark.parametrize("vector", VECTORS["good"], ids=lambda v: v["name"])
def test_good_lists_are_taken(vector: dict[str, Any]) -> None:
    trust = opened(vector["token"])
    [agency] = trust.agencies
    named = vector["payload"]["agencies"][0].get("seal_certificates", [])
    assert (trust.seq, len(agency.seal_certificates)) == (7, len(named))


@pytest.mark.parametrize("vector", VECTORS["bad"], ids=lambda v: v["name"])
def test_bad_lists_are_refused(vector: dict[str, Any]) -> None:
    kind = TrustListTimeError if vector["reason"] == "time" else TrustListError
    with pytest.raises(kind):
        opened(vector["token"])


@pytest.mark.parametrize("vector", VECTORS["seals"], ids=lambda v: v["name"])
def test_a_seal_counts_by_its_time_stamp(vector: dict[str, Any]) -> None:
    seal = SealCertificate(certificate=bytes.fromhex(vector["certificate_hex"]))
    at = datetime.fromtimestamp(vector["time_stamp"], UTC)
    found = opened(VECTORS["good"][0]["token"]).seal_certificates_of(seal.key_sha256)
    counts = all(entry.period.covers(at) for entry in found)
    assert counts is (vector["result"] == "counts")
