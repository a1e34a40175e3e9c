# SPDX-License-Identifier: Apache-2.0
"""Builds the trust list of this installation and signs it with the trust root.

In production the trust root lives off the server and signs there; here it is the
development key in `$TRA_HOME/trust-root`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from issuer.errors import FileMissingError
from issuer.files import PublicationStore
from keys.chain import read_anchors
from keys.inventory import KeyEntry
from keys.settings import KeysSettings
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
from register.errors import TrustListError
from register.trust_list import (
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    SealAnchor,
    TrustList,
    TypeEntry,
    open_trust_list,
    sign_trust_list,
)
from templates.catalogue import Catalogue
from tra.errors import TraError
from verifier.trust import load_trust_root

_LIFETIME = timedelta(days=366)
"""A yearly ceremony with the trust root renews the list; a list past it is refused."""

_NAME = Text(
    th="บัญชีความเชื่อถือของระบบทดลองตรา", en="Trust list of a Tra development system"
)


def publish_trust_list(
    settings: KeysSettings,
    store: register_store.Store,
    catalogue: Catalogue,
    publication: PublicationStore,
    now: datetime,
    *,
    time_anchors: Path | None,
) -> None:
    """Sign a new version of the trust list and publish it, if it would say more.

    One that is published and says the same is left alone until it is half way to
    its end, so the trust root's key may be off the machine. `time_anchors` is a PEM
    file with the CAs of time-stamping authorities that are not ours.

    Raises:
        KeysError: a key is missing or cannot be opened.
    """
    keys = open_key_store(settings)
    old = _read_published(settings, publication, now)
    new = TrustList(
        name=_NAME,
        seq=old.seq + 1 if old else 1,
        iat=now,
        exp=now + _LIFETIME,
        agencies=tuple(
            _agency(agency, keys, store, catalogue) for agency in store.list_agencies()
        ),
        timestamp_anchors=_timestamp_anchors(keys, store, old, time_anchors),
    )
    if old and old.exp - now > _LIFETIME / 2 and _same_content(old, new):
        return
    root = open_trust_root(settings).load_signer(TRUST_ROOT)
    token = sign_trust_list(new, kid=key_id(p256_key(root)), sign=raw_signing(root))
    publication.put("trust-list", token)


def _same_content(old: TrustList, new: TrustList) -> bool:
    return old == replace(new, seq=old.seq, iat=old.iat, exp=old.exp)


def _read_published(
    settings: KeysSettings, publication: PublicationStore, now: datetime
) -> TrustList | None:
    path = settings.trust_root_folder / "trust-root.pub.pem"
    try:
        token = publication.get("trust-list").decode()
        return open_trust_list(token, root_key=load_trust_root(path), now=now)
    except (FileMissingError, TrustListError):
        # A list of another root, or past its end, is no list to go on from.
        return None


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
            TypeEntry(id=t.id, code=t.code, name=Text(th=t.name.th, en=t.name.en))
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
    )


@dataclass(frozen=True, kw_only=True)
class _HeldKey:
    """A P-256 key that a label has or had."""

    key: PublicKey
    der: bytes
    period: Period


def _held_keys(keys: KeyStore, label: KeyLabel) -> tuple[_HeldKey, ...]:
    """Every certified key of a label: retired ones stay, the next one is known early.

    Raises:
        CertificateMissingError: there is none.
    """
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
        for entry, certificate in keys.list_certificates(label)
    )


def _seal_anchors(keys: KeyStore, label: KeyLabel) -> tuple[SealAnchor, ...]:
    """The CAs of all seals of an agency; one no longer used gets an end.

    An anchor speaks for every certificate below it, so what happened to one key
    can be said of it only when no other key of the agency has it.
    """
    below: dict[tuple[bytes, str], list[KeyEntry]] = {}
    for entry, certificate in keys.list_certificates(label):
        owner = certificate.subject.get_attributes_for_oid(
            NameOID.ORGANIZATION_IDENTIFIER
        )
        anchor = keys.load_chain(entry)[-1].public_bytes(Encoding.DER)
        below.setdefault((anchor, str(owner[0].value)), []).append(entry)
    return tuple(
        SealAnchor(
            certificate=anchor,
            subject={"organizationIdentifier": owner},
            period=Period(
                not_after=_latest([entry.retired_at for entry in entries]),
                compromised_from=_latest([e.compromised_from for e in entries]),
            ),
        )
        for (anchor, owner), entries in below.items()
    )


def _latest(moments: list[datetime | None]) -> datetime | None:
    known = [moment for moment in moments if moment is not None]
    return max(known) if len(known) == len(moments) else None


def _timestamp_anchors(
    keys: KeyStore,
    store: register_store.Store,
    old: TrustList | None,
    named: Path | None,
) -> tuple[bytes, ...]:
    """CAs of time-stamping authorities; one that counted once is never taken off."""
    found = dict.fromkeys(old.timestamp_anchors if old else ())
    if keys.files.has_certificate(ROOT_CA):
        root = keys.files.load_certificate(ROOT_CA)
        found[root.public_bytes(Encoding.DER)] = None
    if named is not None:
        for anchor in read_anchors(named):
            found[anchor.public_bytes(Encoding.DER)] = None
    for agency in store.list_agencies():
        for entry, _ in keys.list_certificates(seal_label(agency.id)):
            found[keys.load_chain(entry)[-1].public_bytes(Encoding.DER)] = None
    return tuple(found)
