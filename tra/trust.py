# SPDX-License-Identifier: Apache-2.0
"""Builds the next trust list: what register and keys say, and all that was on the last.

In production the trust root lives off the server and signs there (`trust_draft`);
on one machine the development key in `$TRA_HOME/trust-root` signs at once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.chain import read_anchors
from keys.errors import CertificateMissingError, ProductionRefusedError
from keys.inventory import KeyEntry
from keys.settings import Environment
from keys.signing import (
    PUBLICATION,
    ROOT_CA,
    TRUST_ROOT,
    KeyLabel,
    Signer,
    claim_label,
    raw_signing,
    seal_label,
)
from keys.store import KeyStore, open_key_store, open_trust_root
from register import store as register_store
from register.document import Text
from register.envelope import PublicKey, key_id
from register.trust_changes import check_succession, merge_agencies
from register.trust_list import (
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    SealAnchor,
    SealCertificate,
    TrustList,
    TypeEntry,
    sign_trust_list,
)
from templates.catalogue import Catalogue
from tra.errors import TraError
from tra.home import Home
from tra.published_list import publish_token, read_published, restore_published
from tra.trust_officers import list_officer_anchors

LIFETIME: Final = timedelta(days=366)
"""A yearly ceremony with the trust root renews the list; a list past it is refused."""

DEVELOPMENT_NAME: Final = Text(
    th="บัญชีความเชื่อถือของระบบทดลองตรา", en="Trust list of a Tra development system"
)


def publish_trust_list(
    home: Home, store: register_store.Store, catalogue: Catalogue, now: datetime
) -> None:
    """Sign a new version of the trust list and publish it, if it would say more.

    One that is published and says the same is left alone until it is half way to
    its end, so the trust root's key may be off the machine.

    Raises:
        KeysError: the trust root is not here, or may not be used here.
        TrustListError: the list would take something back.
    """
    old = read_published(home)
    new = build_next_list(home, store, catalogue, old, now)
    if old and old.exp - now > LIFETIME / 2 and says_the_same(old, new):
        restore_published(home)
        return
    if home.keys.env is Environment.PRODUCTION:
        raise ProductionRefusedError(
            "the trust root signs it off this machine: `tra trust prepare`"
        )
    check_succession(old, new)
    root = open_trust_root(home.keys).load_signer(TRUST_ROOT)
    token = sign_trust_list(new, kid=key_id(p256_key(root)), sign=raw_signing(root))
    publish_token(home, token)


def build_next_list(
    home: Home,
    store: register_store.Store,
    catalogue: Catalogue,
    old: TrustList | None,
    now: datetime,
) -> TrustList:
    """Return the list that register and keys ask for, after the one before it.

    What another installation or a person has put on the list stays as it is.

    Raises:
        KeysError: a certificate is unreadable.
    """
    keys = open_key_store(home.keys)
    mine = [_agency(agency, keys, store, catalogue) for agency in store.list_agencies()]
    return TrustList(
        name=old.name if old else DEVELOPMENT_NAME,
        seq=old.seq + 1 if old else 1,
        iat=now,
        exp=now + LIFETIME,
        agencies=merge_agencies(old.agencies if old else (), mine),
        timestamp_anchors=_timestamp_anchors(home, keys, store, old),
    )


def says_the_same(old: TrustList, new: TrustList) -> bool:
    """Tell whether two lists differ in nothing but number and dates."""
    return old == replace(new, seq=old.seq, iat=old.iat, exp=old.exp)


def p256_key(holder: Signer | x509.Certificate) -> PublicKey:
    """Return the public key of a P-256 signer or of its certificate.

    Raises:
        TraError: the key is of another kind.
    """
    key = (
        holder.public_key()
        if isinstance(holder, x509.Certificate)
        else holder.public_key
    )
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TraError("claim, publication and trust-root keys must be P-256 keys")
    return key


def _agency(
    agency: register_store.Agency,
    keys: KeyStore,
    store: register_store.Store,
    catalogue: Catalogue,
) -> Agency:
    # Types are never taken off: documents issued under them are still about.
    types = [
        catalogue.get_type(type_id) for type_id in store.types_ever_in_force(agency.id)
    ]
    return Agency(
        id=agency.id,
        name=agency.name,
        domain=agency.domain,
        types=tuple(
            TypeEntry(
                id=t.id,
                code=t.code,
                name=Text(th=t.name.th, en=t.name.en),
                officer_versions=(t.version,) if t.officer else (),
            )
            for t in types
        ),
        claim_keys=tuple(
            ClaimKey(key=held.key, certificate=held.der, period=held.period)
            for held in _held_keys(keys, claim_label(agency.id))
        ),
        publication_keys=tuple(
            PublicationKey(key=held.key, certificate=held.der, period=held.period)
            for held in _held_keys(keys, PUBLICATION)
        ),
        seal_anchors=_seal_anchors(keys, seal_label(agency.id)),
        seal_certificates=_seal_certificates(keys, seal_label(agency.id)),
        officer_anchors=list_officer_anchors(store, agency.id),
    )


@dataclass(frozen=True, kw_only=True)
class _HeldKey:
    """A P-256 key that a label has or had."""

    key: PublicKey
    der: bytes
    period: Period


def _held_keys(keys: KeyStore, label: KeyLabel) -> tuple[_HeldKey, ...]:
    """Every certified key of a label, retired ones and the next one too."""
    return tuple(
        _HeldKey(
            key=p256_key(certificate),
            der=certificate.public_bytes(Encoding.DER),
            period=Period(
                not_before=certificate.not_valid_before_utc,
                not_after=min(
                    certificate.not_valid_after_utc,
                    entry.retired_at or certificate.not_valid_after_utc,
                ),
                compromised_from=entry.compromised_from,
            ),
        )
        for entry, certificate in _certified(keys, label)
    )


def _certified(
    keys: KeyStore, label: KeyLabel
) -> list[tuple[KeyEntry, x509.Certificate]]:
    """All certified keys of a label; an agency may be listed before it has any."""
    try:
        return keys.list_certificates(label)
    except CertificateMissingError:
        return []


def _seal_certificates(keys: KeyStore, label: KeyLabel) -> tuple[SealCertificate, ...]:
    """Every seal by its certificate: what happened to one key is said of it alone."""
    return tuple(
        SealCertificate(
            certificate=certificate.public_bytes(Encoding.DER),
            period=Period(
                not_after=entry.retired_at, compromised_from=entry.compromised_from
            ),
        )
        for entry, certificate in _certified(keys, label)
    )


def _seal_anchors(keys: KeyStore, label: KeyLabel) -> tuple[SealAnchor, ...]:
    """The CAs of all seals of an agency; one no longer used gets an end."""
    below: dict[tuple[bytes, str], list[KeyEntry]] = {}
    for entry, certificate in _certified(keys, label):
        owner = certificate.subject.get_attributes_for_oid(
            NameOID.ORGANIZATION_IDENTIFIER
        )
        anchor = keys.load_chain(entry)[-1].public_bytes(Encoding.DER)
        below.setdefault((anchor, str(owner[0].value)), []).append(entry)
    return tuple(
        SealAnchor(
            certificate=anchor,
            subject={"organizationIdentifier": owner},
            period=Period(not_after=_latest([e.retired_at for e in entries])),
        )
        for (anchor, owner), entries in below.items()
    )


def _latest(moments: list[datetime | None]) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return max(known) if len(known) == len(moments) else None


def _timestamp_anchors(
    home: Home, keys: KeyStore, store: register_store.Store, old: TrustList | None
) -> tuple[bytes, ...]:
    """CAs of time-stamping authorities; one that counted once is never taken off."""
    found = dict.fromkeys(old.timestamp_anchors if old else ())
    if keys.files.has_certificate(ROOT_CA):
        root = keys.files.load_certificate(ROOT_CA)
        found[root.public_bytes(Encoding.DER)] = None
    if home.issuer.tsa_anchors is not None:
        for anchor in read_anchors(home.issuer.tsa_anchors):
            found[anchor.public_bytes(Encoding.DER)] = None
    for agency in store.list_agencies():
        for entry, _ in _certified(keys, seal_label(agency.id)):
            found[keys.load_chain(entry)[-1].public_bytes(Encoding.DER)] = None
    return tuple(found)
