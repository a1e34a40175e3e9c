# SPDX-License-Identifier: Apache-2.0
"""The index of certificates is never half-written and never guessed at."""

import json
import threading
from datetime import datetime
from pathlib import Path

import pytest

from keys.errors import CertificateIndexError, KeyExistsError
from keys.files import create_file, replace_file
from keys.index import CertificateIndex
from keys.signing import ISSUING_CA, OCSP, PUBLICATION, TSA, claim_label, seal_label
from tests.unit.keys.pki import World


def test_a_missing_index_is_an_empty_one(tmp_path: Path) -> None:
    assert CertificateIndex(tmp_path / "ca.json").read().issued == {}


def test_the_index_lists_what_was_issued(world: World) -> None:
    index = world.store.index.read()
    assert sorted(entry.label for entry in index.issued.values()) == sorted(
        [*world.store.list_labels()]
    )
    for entry in index.issued.values():
        certificate = world.store.load_certificate(entry.label)
        assert entry.serial == certificate.serial_number
        assert entry.not_after == certificate.not_valid_after_utc


def test_a_change_by_another_process_is_seen(own_world: World, now: datetime) -> None:
    mine, other = own_world.store, own_world.store
    serial = mine.index.read().latest(TSA).serial
    other.index.add_revocation(serial, reason="superseded", now=now)
    assert serial in mine.index.read().revoked


def test_revocations_at_the_same_time_are_all_kept(
    own_world: World, now: datetime
) -> None:
    index = own_world.store.index.read()
    labels = [TSA, OCSP, PUBLICATION, seal_label("TRADE"), claim_label("TRADE")]
    serials = [index.latest(label).serial for label in labels]
    start = threading.Barrier(len(serials))

    def revoke(serial: int) -> None:
        start.wait()
        own_world.store.index.add_revocation(serial, reason="superseded", now=now)

    threads = [threading.Thread(target=revoke, args=(serial,)) for serial in serials]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(own_world.store.index.read().revoked) == set(serials)


def test_a_serial_number_is_given_once(world: World) -> None:
    certificate = world.store.load_certificate(TSA)
    with pytest.raises(CertificateIndexError, match="is taken"):
        world.store.index.add_issued(certificate, label=TSA, issuer=ISSUING_CA)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"v": 2, "certificates": [], "revocations": []}',
        '{"v": 1, "certificates": [{}], "revocations": []}',
        '{"v": 1, "certificates": [{"serial": "xyz"}], "revocations": []}',
        '{"v": 1, "certificates": [], "revocations": [{"serial": "1", "at": "noon"}]}',
    ],
)
def test_an_index_that_is_not_understood_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ca.json"
    path.write_text(content)
    with pytest.raises(CertificateIndexError, match=r"ca\.json"):
        CertificateIndex(path).read()


def test_the_index_is_readable_for_people(world: World) -> None:
    content = json.loads((world.folder / "ca.json").read_text())
    entry = next(item for item in content["certificates"] if item["label"] == "tsa")
    assert entry["subject"].startswith("CN=Tra Development Time-Stamping")
    assert int(entry["serial"], 16).bit_length() == 128


def test_files_appear_whole_with_their_mode(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    create_file(path, b"first", mode=0o600)
    with pytest.raises(KeyExistsError):
        create_file(path, b"second", mode=0o600)
    assert path.read_bytes() == b"first"
    replace_file(path, b"third", mode=0o644)
    assert path.read_bytes() == b"third"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [item.name for item in path.parent.iterdir()] == ["file"]
