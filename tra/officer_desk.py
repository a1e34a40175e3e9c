# SPDX-License-Identifier: Apache-2.0
"""Enters an officer: key and certificate first, then the register, then the trust list.

In this order, so that whoever the register knows can sign, and whoever signs is known
to verifiers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr

from keys.officer_enrolment import (
    Brought,
    DevelopmentCa,
    Enrolled,
    Person,
    import_officer_file,
    make_officer_file,
    make_officer_token_key,
    take_officer_token_key,
)
from keys.officer_key import OfficerKeyPlaces
from keys.signing import Algorithm
from keys.store import open_key_store
from register.document import AgencyId, Text
from register.store import Store
from register.store_officers import KeyKind, Officer, check_officer_id
from templates.catalogue import Catalogue
from tra.home import Home
from tra.installation import renew_trust_list


@dataclass(frozen=True, kw_only=True)
class NewOfficer:
    """An officer as an agency enters them."""

    agency_id: AgencyId
    id: str
    name: Text
    position: Text
    authority: Text | None


@dataclass(frozen=True, kw_only=True)
class KeySource:
    """Where the officer's key is to come from, and what opens it."""

    secret: SecretStr
    """The officer's passphrase or PIN; used once."""
    pkcs12: bytes | None = None
    """A file that a CA gave the officer; without it and a token, one is made."""
    token: str | None = None
    """Label of the officer's token; after a slash that of a key that is there."""
    certificates: Sequence[x509.Certificate] = ()
    """What a CA returned for a key in the token."""
    anchors: Sequence[x509.Certificate] = ()
    algorithm: Algorithm = Algorithm.ES256


def add_officer(
    home: Home,
    store: Store,
    new: NewOfficer,
    source: KeySource,
    *,
    actor: str,
    now: datetime,
) -> Officer:
    """Give an officer a key and enter them.

    Raises:
        DocumentError, OfficerExistsError: the id cannot be used.
        KeysError: the key cannot be made or taken.
    """
    check_officer_id(new.id)
    store.check_officer_free(new.agency_id, new.id)
    person = Person(
        agency_id=new.agency_id,
        agency_en=store.get_agency(new.agency_id).name.en,
        officer_id=new.id,
        name_th=new.name.th,
        name_en=new.name.en,
        position_en=new.position.en,
    )
    enrolled = _enrol(home, person, source, now)
    officer = Officer(
        agency_id=new.agency_id,
        id=new.id,
        name=new.name,
        position=new.position,
        authority=new.authority,
        key_kind=KeyKind.PKCS12 if source.token is None else KeyKind.PKCS11,
        key_place=enrolled.place,
        certificate=enrolled.certificate.public_bytes(Encoding.DER),
        chain=enrolled.chain_pem,
        added_at=now,
        added_by=actor,
    )
    store.add_officer(officer, actor, now)
    renew_trust_list(home, store, Catalogue.load(home.issuer.types), now)
    return officer


def key_places(home: Home) -> OfficerKeyPlaces:
    """Return where officers' keys are on this machine."""
    return OfficerKeyPlaces(
        folder=home.issuer.officers_folder,
        module=home.issuer.officer_pkcs11_module,
        env=home.keys.env,
    )


def _enrol(home: Home, person: Person, source: KeySource, now: datetime) -> Enrolled:
    places, secret = key_places(home), source.secret
    if source.pkcs12 is not None:
        return import_officer_file(
            person, places, source.pkcs12, secret, anchors=source.anchors, now=now
        )
    if source.token is not None and source.certificates:
        brought = Brought(certificates=source.certificates, anchors=source.anchors)
        return take_officer_token_key(
            person, places, source.token, secret, brought, now=now
        )
    ca = DevelopmentCa(
        store=open_key_store(home.keys),
        pki_url=home.keys.pki_url,
        algorithm=source.algorithm,
    )
    if source.token is not None:
        return make_officer_token_key(ca, person, places, source.token, secret, now=now)
    return make_officer_file(ca, person, places, secret, now=now)
