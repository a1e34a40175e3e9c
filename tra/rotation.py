# SPDX-License-Identifier: Apache-2.0
"""Replaces a key, and stops one: keys, trust list and publication in their order.

A verifier must know a key before the first document that it signs, so the trust
list is published before the key takes over; and a stolen key stops before anything
else is tried.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from issuer.publish import publish_all, publish_everything
from keys.chain import read_anchors
from keys.errors import (
    CertificateMissingError,
    KeyMissingError,
    KeysError,
    ProductionRefusedError,
    UnknownCertificateError,
)
from keys.inventory import KeyEntry
from keys.lifecycle import (
    activate_successor,
    find_successor,
    generate_key,
    import_certificate,
    request_certificate,
    require_profile,
    self_sign,
)
from keys.request import certify_request
from keys.revocation import RevocationReason, revoke_certificate
from keys.settings import Environment
from keys.signing import (
    ISSUING_CA,
    PUBLICATION,
    ROOT_CA,
    Algorithm,
    KeyLabel,
    algorithm_of,
    parse_key_name,
)
from keys.store import KeyStore, open_key_store
from register.store import Store
from templates.catalogue import Catalogue
from tra.errors import TraError
from tra.home import Home, check_initialised, open_home
from tra.installation import TRUST_LIST_TO_DO, renew_trust_list


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """How far a key's replacement has come."""

    successor: KeyEntry
    request: bytes | None = None
    """What the CA must certify before it goes on."""
    undone: tuple[str, ...] = ()
    """What a person still has to do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the successor shall be."""

    algorithm: Algorithm | None
    """None is that of the key before it."""
    bits: int
    """Counts for RSA only."""
    overlap: timedelta
    """How long its predecessor may still sign."""
    external: bool
    """Whether a CA that is not ours shall certify it in any case."""


def rotate_key(home: Home, label: KeyLabel, plan: Plan, now: datetime) -> Rotation:
    """Replace the key of a label, as far as it can be done now; run again it goes on.

    1. Make the successor.
    2. Have it certified as its predecessor was: by itself, by our own CA, or by
       another, for which the request is given and it stops here.
    3. Publish a trust list that names it.
    4. Let it sign; its predecessor may for the overlap.
    5. Publish a trust list that says so, and everything the new key signs anew.

    Raises:
        TraError: the trust list must be signed elsewhere first.
        KeysError: what cannot be done.
    """
    check_initialised(home)
    keys = open_key_store(home.keys)
    # 1.
    successor = find_successor(keys, label)
    held = keys.files.load_certificate(_newest_certified(keys, label).name)
    if successor is None:
        algorithm = plan.algorithm or algorithm_of(held.public_key())
        successor = generate_key(keys, label, algorithm, bits=plan.bits, now=now)
    # 2.
    if not keys.files.has_certificate(successor.name):
        own = not plan.external and _certify(home, keys, label, held, now)
        if not own:
            request = request_certificate(keys, label, held.subject)
            return Rotation(successor=successor, request=request)
    # 3.
    try:
        publish_list(home, now)
    except (ProductionRefusedError, KeyMissingError) as error:
        raise TraError(
            f"the trust list must name key {successor.name} before it signs: have it "
            "signed with the trust root and published (`tra trust prepare`), then run "
            f"this again ({error})"
        ) from error
    # 4.
    activate_successor(keys, label, now=now, until=now + plan.overlap)
    # 5.
    undone = []
    try:
        publish_list(home, now)
    except (ProductionRefusedError, KeyMissingError) as error:
        undone.append(
            "at the next signing of the trust list: it names the new key already, "
            f"but not yet the end of the old one ({error})"
        )
    with open_home(home) as issuer:
        if label == PUBLICATION and _was_stolen(keys, label):
            publish_everything(issuer)  # nothing that it signed counts any more
        else:
            publish_all(issuer)
    return Rotation(successor=successor, undone=tuple(undone))


@dataclass(frozen=True, kw_only=True)
class Stop:
    """What was done about a stolen key, and what was not."""

    entry: KeyEntry
    revoked: bool
    """Whether our own CA has revoked its certificate."""
    listed: bool
    """Whether the published trust list says it."""
    undone: tuple[str, ...]
    """What a person still has to do."""
    going_on: tuple[KeyEntry, ...] = ()
    """Other keys of the label, retired ones too, that nobody has called stolen."""


def stop_key(home: Home, name: str, *, since: datetime, now: datetime) -> Stop:
    """Stop a key that a thief may have had since a moment.

    1. It signs no more, in any process.
    2. Its certificate is revoked, if our own CA issued it.
    3. The trust list says from when on it counts for nothing.

    Raises:
        KeysError: there is no such key.
        TraError: the moment is yet to come.
    """
    check_initialised(home)
    keys = open_key_store(home.keys)
    entry = find_key(keys, name)
    require_profile(entry.label)
    if since > now:
        raise TraError(f"{since.isoformat()} is yet to come")
    # 1.
    keys.inventory.stop(entry, since.astimezone(UTC))
    undone = []
    # 2.
    revoked = _revoke(keys, entry, now)
    if not revoked:
        undone.append("have the CA revoke its certificate: we did not issue it")
    # 3.
    listed = True
    try:
        publish_list(home, now)
    except KeysError as error:
        listed = False
        undone.append(f"{TRUST_LIST_TO_DO} ({error})")
    others = tuple(
        other
        for other in keys.list_entries(entry.label)
        if other.name != entry.name and other.compromised_from is None
    )
    return Stop(
        entry=entry,
        revoked=revoked,
        listed=listed,
        undone=tuple(undone),
        going_on=others,
    )


def find_key(keys: KeyStore, name: str) -> KeyEntry:
    """Find a key by its name, or the one of a label that signs.

    Raises:
        KeyLabelError, KeyMissingError: there is none.
    """
    label, generation = parse_typed_key(name)
    entries = keys.list_entries(label)
    exact = [entry for entry in entries if entry.generation == (generation or 1)]
    signing = [entry for entry in entries if entry.signs]
    found = (signing or exact) if generation is None else exact
    if not found:
        known = ", ".join(typed_name(entry) for entry in entries) or "none"
        raise KeyMissingError(f"there is no key {name}; of {label} there are: {known}")
    return found[-1]


def parse_typed_key(name: str) -> tuple[KeyLabel, int | None]:
    """Read a label (no generation), or one key of it: `seal-DBD.1` is the first.

    Its files are named by the label alone, which here means the key that signs.

    Raises:
        KeyLabelError: `name` names no key.
    """
    plain, dot, _ = name.partition(".")
    if dot and name == f"{plain}.1":
        return parse_key_name(plain)
    label, generation = parse_key_name(name)
    return label, generation if dot else None


def typed_name(entry: KeyEntry) -> str:
    """Give the name by which commands take just this key, the first of a label too."""
    return f"{entry.label}.{entry.generation}"


def publish_list(home: Home, now: datetime) -> None:
    """Publish a trust list that says what the keys are, if the present one does not.

    Raises:
        KeysError: the trust root is not here.
    """
    catalogue = Catalogue.load(home.issuer.types)
    with Store.open(home.issuer.database) as store:
        renew_trust_list(home, store, catalogue, now)


def list_anchors(home: Home, named: list[Path]) -> list[x509.Certificate]:
    """CAs that an imported certificate may chain to: named, configured, or our own.

    Raises:
        CertificateRefusedError: a file cannot be read.
    """
    paths = [*named, *([home.keys.ca_anchors] if home.keys.ca_anchors else [])]
    found = [anchor for path in paths for anchor in read_anchors(path)]
    keys = open_key_store(home.keys)
    if home.keys.env is Environment.DEVELOPMENT and keys.files.has_certificate(ROOT_CA):
        found.append(keys.files.load_certificate(ROOT_CA))
    return found


def _was_stolen(keys: KeyStore, label: KeyLabel) -> bool:
    return any(one.compromised_from is not None for one in keys.list_entries(label))


def _newest_certified(keys: KeyStore, label: KeyLabel) -> KeyEntry:
    require_profile(label)
    try:
        return keys.list_certificates(label)[-1][0]
    except CertificateMissingError:
        raise KeyMissingError(
            f"{label} has no key to replace; `tra keys generate {label}` makes one"
        ) from None


def _is_ours(keys: KeyStore, certificate: x509.Certificate) -> bool:
    """Tell whether our own CA, which is for development, issued a certificate."""
    return certificate.serial_number in keys.index.read().issued and keys.files.has_key(
        ISSUING_CA
    )


def _certify(
    home: Home, keys: KeyStore, label: KeyLabel, held: x509.Certificate, now: datetime
) -> bool:
    """Certify the successor as its predecessor was, if that can be done here."""
    if held.issuer == held.subject:
        self_sign(keys, label, held.subject, now)
        return True
    if not _is_ours(keys, held):
        return False
    returned = certify_request(
        keys,
        label,
        request_certificate(keys, label, held.subject),
        profile=require_profile(label),
        pki_url=home.keys.pki_url,
        now=now,
    )
    import_certificate(keys, label, returned, anchors=returned[-1:], now=now)
    return True


def _revoke(keys: KeyStore, entry: KeyEntry, now: datetime) -> bool:
    if not keys.files.has_certificate(entry.name):
        return False
    serial = keys.files.load_certificate(entry.name).serial_number
    if serial in keys.index.read().revoked:
        return True
    try:
        revoke_certificate(
            keys, serial, reason=RevocationReason.KEY_COMPROMISE, now=now
        )
    except UnknownCertificateError:
        return False
    return True
