# SPDX-License-Identifier: Apache-2.0
"""Builds the trust list of this installation and signs it with the trust root.

In production the trust root lives off the server and signs there; here it is the
development key in `$TRA_HOME/trust-root`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from issuer.errors import FileMissingError
from issuer.files import PublicationStore
from keys.settings import KeysSettings
from keys.signing import (
    PUBLICATION,
    TRUST_ROOT,
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
) -> None:
    """Sign a new version of the trust list and publish it, if it would say more.

    One that is published and says the same is left alone until it is half way to
    its end, so the trust root's key may be off the machine.

    Raises:
        KeysError: a key is missing or cannot be opened.
    """
    keys = open_key_store(settings)
    seal = keys.load_signer(seal_label(store.list_agencies()[0].id))
    old = _read_published(settings, publication, now)
    new = TrustList(
        name=_NAME,
        seq=old.seq + 1 if old else 1,
        iat=now,
        exp=now + _LIFETIME,
        agencies=tuple(
            _agency(agency, keys, store, catalogue) for agency in store.list_agencies()
        ),
        timestamp_anchors=(seal.chain[-1].public_bytes(Encoding.DER),),
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


def p256_key(signer: Signer) -> PublicKey:
    """Return the public key of a P-256 signer.

    Raises:
        TraError: the key is of another kind.
    """
    if not isinstance(signer.public_key, ec.EllipticCurvePublicKey):
        raise TraError(f"key {signer.label} must be a P-256 key")
    return signer.public_key


def _agency(
    agency: register_store.Agency,
    keys: KeyStore,
    store: register_store.Store,
    catalogue: Catalogue,
) -> Agency:
    publication = keys.load_signer(PUBLICATION)
    claim = keys.load_signer(claim_label(agency.id))
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
        claim_keys=(
            ClaimKey(
                key=p256_key(claim),
                certificate=_der(claim),
                period=_validity(claim),
            ),
        ),
        publication_keys=(
            PublicationKey(
                key=p256_key(publication),
                certificate=_der(publication),
                period=_validity(publication),
            ),
        ),
        seal_anchors=(_seal_anchor(keys.load_signer(seal_label(agency.id))),),
    )


def _seal_anchor(seal: Signer) -> SealAnchor:
    if seal.certificate is None:
        raise TraError(f"key {seal.label} has no certificate")
    organization = seal.certificate.subject.get_attributes_for_oid(
        NameOID.ORGANIZATION_IDENTIFIER
    )
    return SealAnchor(
        certificate=seal.chain[-1].public_bytes(Encoding.DER),
        subject={"organizationIdentifier": str(organization[0].value)},
    )


def _der(signer: Signer) -> bytes:
    if signer.certificate is None:
        raise TraError(f"key {signer.label} has no certificate")
    return signer.certificate.public_bytes(Encoding.DER)


def _validity(signer: Signer) -> Period:
    if signer.certificate is None:
        raise TraError(f"key {signer.label} has no certificate")
    return Period(
        not_before=signer.certificate.not_valid_before_utc.astimezone(UTC),
        not_after=signer.certificate.not_valid_after_utc.astimezone(UTC),
    )
