# SPDX-License-Identifier: Apache-2.0
"""The issuer's parts, wired by plain calls: register, types, keys, storage.

`open_issuer` fails with one clear sentence when a key, the database or a setting
is missing or wrong, so that a service never starts which could not seal.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from issuer.authorities import Authorities
from issuer.errors import SettingsError, TypeNotInForceError
from issuer.files import FileStore, PublicationStore
from issuer.render import warm_up
from issuer.settings import IssuerSettings
from issuer.sign import Sealer, SealSources
from keys.chain import check_purpose
from keys.errors import CertificateUnusableError, KeysError
from keys.profiles import TIMESTAMP_POLICY
from keys.signing import PUBLICATION, Signer, claim_label, raw_signing, seal_label
from keys.store import KeyStore
from register.claim import claim_kid
from register.document import AgencyId, DocumentId
from register.envelope import SignRaw, key_id
from register.record import document_url
from register.store import Store
from templates.artwork import check_artwork, check_no_codes
from templates.catalogue import BUILT_IN, Catalogue, DocumentType
from templates.errors import TypeFileError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ClaimSigning:
    """An agency's claim key: how to sign, and the hint that names it."""

    kid: bytes
    sign: SignRaw


@dataclass(frozen=True, kw_only=True)
class PublicationSigning:
    """The publication key: how to sign, and its RFC 7638 thumbprint."""

    kid: str
    sign: SignRaw


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """All that the use cases need; made once, shared by all requests."""

    settings: IssuerSettings
    store: Store
    catalogue: Catalogue
    keys: KeyStore
    files: FileStore
    publication: PublicationStore
    authorities: Authorities
    """Shared by all sealers: lists are fetched once, failures remembered once."""
    clock: Callable[[], datetime]
    """For what is dated when it is written and not when it was asked for."""
    _sealers: dict[AgencyId, Sealer] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _unusable: dict[str, TypeFileError] = field(default_factory=dict)
    """What is wrong with the files that a type draws with, by its id."""

    @property
    def watermarked(self) -> bool:
        """Whether pages carry the watermark ตัวอย่าง."""
        return self.settings.env != "production"

    def verify_url(self, document_id: DocumentId) -> str:
        """Address the QR code opens, upper case so that it stays small."""
        return document_url(self.settings.verify_url, document_id)

    @property
    def publication_key(self) -> PublicationSigning:
        """The publication key that signs now: it may be replaced at any time.

        Raises:
            KeysError: the key is missing, stopped or cannot be opened.
        """
        return publication_signing(self.keys.load_signer(PUBLICATION))

    def sealer(self, agency_id: AgencyId) -> Sealer:
        """Return the sealer of an agency; a new one when its key was replaced.

        Raises:
            KeysError: the key is missing, stopped, or cannot be opened, or its
                certificate is not valid now or none for a seal.
        """
        label = seal_label(agency_id)
        # Asked each time, of the files that all processes share: a key that is
        # replaced or stopped by a command is so here, too, with the next document.
        signer = self.keys.load_signer(label)
        self.keys.check_usable(label, self.clock())
        with self._lock:
            held = self._sealers.get(agency_id)
            if held is None or held.signer is not signer:
                if signer.certificate is not None:
                    check_purpose(label, signer.certificate)
                held = self._sealers[agency_id] = Sealer(signer, self.authorities)
            return held

    def claim_key(self, agency_id: AgencyId) -> ClaimSigning:
        """Return the claim key of an agency.

        Raises:
            KeysError: the key is missing or cannot be opened.
        """
        label = claim_label(agency_id)
        signer = self.keys.load_signer(label)
        self.keys.check_usable(label, self.clock())
        if signer.certificate is None:
            raise SettingsError(f"key {signer.label} has no certificate")
        der = signer.certificate.public_bytes(Encoding.DER)
        return ClaimSigning(kid=claim_kid(der), sign=raw_signing(signer))

    def check_ready(self) -> None:
        """Open all that will be needed, so that what is missing stops the start.

        An agency whose keys cannot be used is left out, so that the others issue on;
        it is tried again with each of its requests. A certificate that has ended
        stops no start: what was issued must still be published and guarded.

        Raises:
            KeysError: which key cannot be opened, if none of any agency can.
        """
        self._check_types(check_artwork)
        self.publication_key  # noqa: B018 - opens it
        agencies = self.store.list_agencies()
        failures = [error for a in agencies if (error := self._check_agency(a.id))]
        opened = len(agencies) - len(failures)
        ended = [e for e in failures if isinstance(e, CertificateUnusableError)]
        if failures and not opened and not ended:
            raise failures[0]

    def _check_agency(self, agency_id: AgencyId) -> KeysError | SettingsError | None:
        try:
            self.sealer(agency_id)
            self.claim_key(agency_id)
        except (KeysError, SettingsError) as error:
            _LOG.error("agency %s cannot issue: %s", agency_id, error)
            return error
        return None

    def warm_up(self) -> None:
        """Load what the first document would wait a second for (fonts, words).

        For servers, which have the time to look for barcodes on forms, too; those
        that come with Tra were looked at when it was made.
        """
        self._check_types(_check_foreign_codes)
        warm_up()

    def seal_sources(self) -> SealSources:
        """Return where time and revocation data come from."""
        return seal_sources(self.settings, self.clock)

    def require_usable(self, type_id: str) -> None:
        """Refuse a type with files that cannot be used.

        Raises:
            TypeNotInForceError: names the file, and what to do.
        """
        error = self._unusable.get(type_id)
        if error is not None:
            raise TypeNotInForceError(
                f"documents of type {type_id!r} cannot be issued: "
                f"{error.file.name}: {error.problem}. {error.fix} Then start the "
                "server again"
            )

    def _check_types(self, check: Callable[[DocumentType], None]) -> None:
        """Leave a type out that fails: others are issued, and its own published."""
        for kind in self.catalogue.types.values():
            if kind.id in self._unusable:
                continue
            try:
                check(kind)
            except TypeFileError as error:
                self._unusable[kind.id] = error
                _LOG.error("type %s is left out: %s", kind.id, error)

    def close(self) -> None:
        """Close connections; the issuer cannot be used afterwards."""
        self.authorities.close()
        self.store.close()


def _check_foreign_codes(kind: DocumentType) -> None:
    if kind.folder.parent != BUILT_IN:
        check_no_codes(kind)


def open_issuer(
    settings: IssuerSettings, keys: KeyStore, *, clock: Callable[[], datetime]
) -> Issuer:
    """Wire the issuer from its settings.

    Raises:
        SettingsError, SchemaError, KeysError, TypeFileError, StorageError: what is
            missing or wrong, in one sentence.
    """
    store = Store.open(settings.database)
    issuer = Issuer(
        settings=settings,
        store=store,
        clock=clock,
        catalogue=Catalogue.load(settings.types),
        keys=keys,
        files=FileStore(settings.files),
        publication=PublicationStore(settings.publication),
        authorities=Authorities(seal_sources(settings, clock)),
    )
    issuer.check_ready()
    return issuer


def seal_sources(
    settings: IssuerSettings, clock: Callable[[], datetime]
) -> SealSources:
    """Return where time and revocation data come from.

    Raises:
        SettingsError: the anchors cannot be read.
    """
    return SealSources(
        tsa_urls=settings.timestamp_authorities,
        crl_urls=settings.crl_addresses,
        ocsp_urls=settings.ocsp_addresses,
        tsa_anchors=_load_anchors(settings.tsa_anchors),
        tsa_policies=frozenset(settings.tsa_policies),
        development_policy=TIMESTAMP_POLICY.dotted_string
        if settings.env == "production"
        else None,
        tsa_leeway=settings.tsa_clock_seconds,
        timeout=settings.tsa_timeout,
        crl_refresh=settings.crl_refresh,
        clock=clock,
    )


def publication_signing(signer: Signer) -> PublicationSigning:
    """Prepare the publication key.

    Raises:
        SettingsError: the key is not a P-256 key.
    """
    if not isinstance(signer.public_key, ec.EllipticCurvePublicKey):
        raise SettingsError("the publication key must be a P-256 key")
    return PublicationSigning(kid=key_id(signer.public_key), sign=raw_signing(signer))


def _load_anchors(path: Path | None) -> tuple[x509.Certificate, ...]:
    if path is None:
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"TRA_TSA_ANCHORS {path} cannot be read: {error}"
        ) from error
