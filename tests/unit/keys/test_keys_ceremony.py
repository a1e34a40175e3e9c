# SPDX-License-Identifier: Apache-2.0
"""The ceremony makes what is missing and touches nothing else."""

import shutil
import stat
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from keys.ceremony import AgencyNames, add_agency, create_development_pki
from keys.errors import (
    AgencyNameError,
    CertificateMissingError,
    KeyLabelError,
    KeyMismatchError,
    KeyMissingError,
    PassphraseError,
    ProductionRefusedError,
)
from keys.settings import Environment, KeysSettings
from keys.signing import TRUST_ROOT, Algorithm, seal_label
from keys.store import open_key_store, open_trust_root
from tests.unit.keys.pki import AGENCY, RunOpenssl, World


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_key_of_the_plan_is_made(world: World) -> None:
    assert world.store.list_labels() == [
        "claim-TRADE",
        "issuing-ca",
        "ocsp",
        "publication",
        "root-ca",
        "seal-TRADE",
        "tsa",
    ]
    assert open_trust_root(world.settings).list_labels() == ["trust-root"]


def test_a_second_run_changes_nothing(own_world: World, now: datetime) -> None:
    before = _contents(own_world.settings.home)
    create_development_pki(own_world.settings, agency=AGENCY, now=now)
    assert _contents(own_world.settings.home) == before


def test_a_run_that_was_cut_short_is_finished(own_world: World, now: datetime) -> None:
    # As after a crash between writing the key and writing its certificate.
    own_world.certificate("seal-TRADE").unlink()
    key = own_world.key("seal-TRADE").read_bytes()
    create_development_pki(own_world.settings, agency=AGENCY, now=now)
    assert own_world.key("seal-TRADE").read_bytes() == key
    assert own_world.store.load_signer(seal_label("TRADE")).sign(b"works")


def test_secrets_are_private_and_encrypted(world: World) -> None:
    home = world.settings.home
    secrets = [home / "passphrase", *home.rglob("*.key.pem")]
    assert len(secrets) == 9
    for path in secrets:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in home.rglob("*.key.pem"):
        assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    for folder in (world.folder, world.settings.trust_root_folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_half_written_is_left(world: World) -> None:
    assert list(world.settings.home.rglob(".*")) == []


def test_openssl_opens_a_key_with_the_passphrase(
    world: World, openssl: RunOpenssl
) -> None:
    passphrase = world.settings.home / "passphrase"
    for given, expected in ((f"file:{passphrase}", 0), ("pass:wrong", 1)):
        done = openssl(
            "pkey", "-in", world.key("tsa"), "-passin", given, "-noout", "-check"
        )
        assert done.returncode == expected


def test_a_given_passphrase_is_used_and_none_is_written(
    tmp_path: Path, now: datetime
) -> None:
    settings = KeysSettings(home=tmp_path, key_passphrase=SecretStr("from outside"))
    create_development_pki(
        settings, agency=AGENCY, now=now, seal_algorithm=Algorithm.ES256
    )
    assert not (tmp_path / "passphrase").exists()
    assert open_key_store(settings).load_signer(seal_label("TRADE")).sign(b"works")
    wrong = settings.model_copy(update={"key_passphrase": SecretStr("other")})
    with pytest.raises(PassphraseError):
        create_development_pki(wrong, agency=AGENCY, now=now)


def test_the_trust_root_has_a_public_key_and_no_certificate(
    world: World, openssl: RunOpenssl, tmp_path: Path
) -> None:
    signer = open_trust_root(world.settings).load_signer(TRUST_ROOT)
    assert signer.certificate is None
    assert signer.chain == ()
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes(b"a trust list")
    signature.write_bytes(signer.sign(b"a trust list"))
    public = world.settings.trust_root_folder / "trust-root.pub.pem"
    done = openssl(
        "dgst", "-sha256", "-verify", public, "-signature", signature, message
    )
    assert done.stdout == "Verified OK\n"


def test_a_trust_root_taken_off_the_machine_is_not_made_again(
    own_world: World, now: datetime
) -> None:
    (own_world.settings.trust_root_folder / "trust-root.key.pem").unlink()
    create_development_pki(own_world.settings, agency=AGENCY, now=now)
    assert open_trust_root(own_world.settings).list_labels() == []
    with pytest.raises(KeyMissingError, match="trust-root"):
        open_trust_root(own_world.settings).load_signer(TRUST_ROOT)


def test_a_further_agency_gets_its_own_keys(own_world: World, now: datetime) -> None:
    before = _contents(own_world.folder)
    names = AgencyNames(id="HEALTH", th="กรมอนามัยตัวอย่าง", en="Example Health")
    add_agency(own_world.settings, agency=names, now=now)
    after = _contents(own_world.folder)
    assert set(after) - set(before) == {
        "claim-HEALTH.crt.pem",
        "claim-HEALTH.key.pem",
        "seal-HEALTH.crt.pem",
        "seal-HEALTH.key.pem",
    }
    assert {name for name in before if after[name] != before[name]} == {"ca.json"}


def test_an_agency_cannot_be_added_before_there_is_a_pki(
    tmp_path: Path, now: datetime
) -> None:
    settings = KeysSettings(home=tmp_path, key_passphrase=SecretStr("secret"))
    with pytest.raises(KeyMissingError, match="issuing-ca"):
        add_agency(settings, agency=AGENCY, now=now)


def test_production_is_refused_before_anything_is_written(
    tmp_path: Path, now: datetime
) -> None:
    settings = KeysSettings(home=tmp_path / "home", env=Environment.PRODUCTION)
    for make in (create_development_pki, add_agency):
        with pytest.raises(ProductionRefusedError, match="TRA_ENV=production"):
            make(settings, agency=AGENCY, now=now)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (AgencyNames(id="trade", th="ก", en="A"), KeyLabelError),
        (AgencyNames(id="TOOLONGID", th="ก", en="A"), KeyLabelError),
        (AgencyNames(id="../A", th="ก", en="A"), KeyLabelError),
        (AgencyNames(id="A", th="", en="A"), AgencyNameError),
        (AgencyNames(id="A", th="ก", en="A" * 65), AgencyNameError),
    ],
)
def test_a_bad_agency_is_refused_before_anything_is_written(
    tmp_path: Path, now: datetime, names: AgencyNames, error: type[Exception]
) -> None:
    settings = KeysSettings(home=tmp_path / "home")
    with pytest.raises(error):
        create_development_pki(settings, agency=names, now=now)
    assert not (tmp_path / "home").exists()


def test_keys_whose_passphrase_is_lost_get_no_new_one(
    own_world: World, now: datetime
) -> None:
    (own_world.settings.home / "passphrase").unlink()
    with pytest.raises(KeyMissingError, match=r"their passphrase .* is gone"):
        create_development_pki(own_world.settings, agency=AGENCY, now=now)
    assert not (own_world.settings.home / "passphrase").exists()


def test_a_lost_or_foreign_key_is_told_not_replaced(
    own_world: World, now: datetime
) -> None:
    own_world.key("tsa").unlink()
    with pytest.raises(KeyMissingError, match="tsa"):
        create_development_pki(own_world.settings, agency=AGENCY, now=now)
    shutil.copy(own_world.key("ocsp"), own_world.key("tsa"))
    with pytest.raises(KeyMismatchError, match="tsa"):
        create_development_pki(own_world.settings, agency=AGENCY, now=now)


def test_a_lost_certificate_of_the_issuing_ca_is_told(
    own_world: World,
) -> None:
    own_world.certificate("issuing-ca").unlink()
    with pytest.raises(CertificateMissingError, match="the issuer of"):
        own_world.store.load_signer(seal_label("TRADE"))
