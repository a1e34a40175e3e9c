# SPDX-License-Identifier: Apache-2.0
"""Makes the keys and certificates of a development installation.

Running it again makes only what is missing: nothing is ever overwritten, and
a run that was cut short is finished by the next. It refuses production, where
keys are made in an HSM and certificates come from a public CA.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

from keys.certificates import (
    Issuer,
    build_certificate,
    build_name,
    build_root_certificate,
    build_seal_name,
)
from keys.errors import KeyExistsError, KeyMissingError
from keys.files import create_file
from keys.profiles import (
    CLAIM_PROFILE,
    ISSUING_PROFILE,
    OCSP_PROFILE,
    PUBLICATION_PROFILE,
    ROOT_PROFILE,
    SEAL_PROFILE,
    TSA_PROFILE,
    Profile,
)
from keys.settings import KeysSettings, has_passphrase
from keys.signing import (
    ISSUING_CA,
    OCSP,
    PUBLICATION,
    ROOT_CA,
    TRUST_ROOT,
    TSA,
    Algorithm,
    KeyLabel,
    claim_label,
    seal_label,
)
from keys.softkey import check_not_production
from keys.store import KeyStore, open_key_store, open_trust_root

RSA_BITS: Final = 3072
_PASSPHRASE_BYTES: Final = 32
_ORGANIZATION: Final = "Tra development, not for production"


@dataclass(frozen=True, kw_only=True)
class AgencyNames:
    """An agency as its certificates name it."""

    id: str
    th: str
    en: str


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One key to make, with its certificate."""

    label: KeyLabel
    algorithm: Algorithm
    subject: x509.Name
    profile: Profile
    issuer: KeyLabel = ISSUING_CA


def create_development_pki(
    settings: KeysSettings,
    *,
    agency: AgencyNames,
    now: datetime,
    seal_algorithm: Algorithm = Algorithm.RS256,
) -> None:
    """Make every key and certificate of a development installation.

    1. A passphrase, where none is set.
    2. The root and the issuing CA.
    3. The services: time-stamping, OCSP, publication.
    4. The trust root, in a folder of its own.
    5. The seal and claim keys of one agency.

    Raises:
        ProductionRefusedError: the program runs in production.
        AgencyNameError: a name does not fit into a certificate.
        KeysError: what exists already cannot be used.
    """
    check_not_production(settings.env, "the development PKI consists of files")
    agency_entries = _agency_entries(agency, seal_algorithm)
    # 1.
    _create_passphrase(settings)
    store = open_key_store(settings)
    # 2. and 3.
    for entry in _house_entries():
        _make_entry(store, entry, settings.pki_url, now)
    # 4.
    _create_trust_root(open_trust_root(settings))
    # 5.
    for entry in agency_entries:
        _make_entry(store, entry, settings.pki_url, now)


def add_agency(
    settings: KeysSettings,
    *,
    agency: AgencyNames,
    now: datetime,
    seal_algorithm: Algorithm = Algorithm.RS256,
) -> None:
    """Make the seal and claim keys of a further agency.

    Raises:
        ProductionRefusedError: the program runs in production.
        AgencyNameError: a name does not fit into a certificate.
        KeyMissingError: there is no development PKI yet.
    """
    check_not_production(settings.env, "the development PKI consists of files")
    store = open_key_store(settings)
    for entry in _agency_entries(agency, seal_algorithm):
        _make_entry(store, entry, settings.pki_url, now)


def _house_entries() -> list[_Entry]:
    def entry(
        label: KeyLabel,
        name: str,
        profile: Profile,
        algorithm: Algorithm,
        issuer: KeyLabel,
    ) -> _Entry:
        return _Entry(
            label=label,
            algorithm=algorithm,
            subject=build_name(organization=_ORGANIZATION, common_name=name),
            profile=profile,
            issuer=issuer,
        )

    rsa_key, p256 = Algorithm.RS256, Algorithm.ES256
    return [
        entry(ROOT_CA, "Tra Development Root CA", ROOT_PROFILE, rsa_key, ROOT_CA),
        entry(
            ISSUING_CA, "Tra Development Issuing CA", ISSUING_PROFILE, rsa_key, ROOT_CA
        ),
        entry(TSA, "Tra Development Time-Stamping", TSA_PROFILE, p256, ISSUING_CA),
        entry(OCSP, "Tra Development OCSP", OCSP_PROFILE, p256, ISSUING_CA),
        entry(
            PUBLICATION,
            "Tra Development Publication",
            PUBLICATION_PROFILE,
            p256,
            ISSUING_CA,
        ),
    ]


def _agency_entries(agency: AgencyNames, seal_algorithm: Algorithm) -> list[_Entry]:
    return [
        _Entry(
            label=seal_label(agency.id),
            algorithm=seal_algorithm,
            subject=build_seal_name(agency_id=agency.id, th=agency.th, en=agency.en),
            profile=SEAL_PROFILE,
        ),
        _Entry(
            label=claim_label(agency.id),
            algorithm=Algorithm.ES256,
            subject=build_name(
                organization=agency.en, common_name=f"{agency.id} claim key"
            ),
            profile=CLAIM_PROFILE,
        ),
    ]


def _make_entry(store: KeyStore, entry: _Entry, pki_url: str, now: datetime) -> None:
    key = store.current_entry(entry.label)
    if store.files.has_certificate(key.name):
        store.load_signer(entry.label)  # raises if the key is missing or another
        return
    if not store.has_key(key):
        store.create_key(key, entry.algorithm, RSA_BITS)
    if entry.issuer == entry.label:
        certificate = build_root_certificate(
            store.files.load_private_key(key.name),
            subject=entry.subject,
            profile=entry.profile,
            now=now,
        )
    else:
        issuer = Issuer(signer=store.load_file_signer(entry.issuer), pki_url=pki_url)
        certificate = build_certificate(
            store.load_bare_signer(key).public_key,
            subject=entry.subject,
            profile=entry.profile,
            issuer=issuer,
            now=now,
        )
    # Indexed before it is handed out: a certificate that can be used can
    # always be revoked.
    store.index.add_issued(certificate, label=entry.label, issuer=entry.issuer)
    store.save_certificate(key, certificate)


def _create_trust_root(store: KeyStore) -> None:
    root = store.current_entry(TRUST_ROOT)
    if store.files.has_public_key(TRUST_ROOT):
        if store.has_key(root):
            store.load_signer(TRUST_ROOT)
        return  # the private key has been taken off the machine, as it should be
    if not store.has_key(root):
        store.create_key(root, Algorithm.ES256, RSA_BITS)
    public_key = store.files.load_private_key(TRUST_ROOT).public_key()
    store.files.save_public_key(TRUST_ROOT, public_key)


def _create_passphrase(settings: KeysSettings) -> None:
    if has_passphrase(settings):
        return
    path = settings.default_passphrase_file
    if any(settings.keys_folder.glob("*.key.pem")):
        raise KeyMissingError(
            f"{settings.keys_folder} has keys, but their passphrase {path} is gone"
        )
    # Other programs may have business in this folder, unlike in keys/.
    settings.home.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(_PASSPHRASE_BYTES)
    try:
        create_file(path, secret.encode() + b"\n", mode=0o600)
    except KeyExistsError:
        return  # another process was first; its passphrase is as good
