# SPDX-License-Identifier: Apache-2.0
"""What happens to a key: made, certified, taken into use, replaced, stopped.

A label has one key that signs. A second one is made beside it, certified and made
known before it takes over; the first may sign on for a while, and its certificate
is kept for good. Every step is written down before it is taken, so that a run that
was cut short is finished by the next.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from keys.certificates import build_self_signed
from keys.chain import (
    MAX_FILE_BYTES,
    build_chain,
    check_purpose,
    find_leaf,
    public_key_of,
)
from keys.errors import (
    CertificateRefusedError,
    KeyExistsError,
    KeyLabelError,
    KeyMissingError,
    PassphraseError,
    UnsupportedKeyError,
)
from keys.inventory import KeyEntry
from keys.profiles import Profile, profile_of
from keys.request import build_request
from keys.signing import PUBLICATION, Algorithm, KeyLabel
from keys.softkey import PrivateKey
from keys.store import KeyStore

CheckPath = Callable[[Sequence[x509.Certificate]], None]
"""Asks the CAs of a path, the leaf first, the anchor last; raises KeysError."""

_PROOF: Final = b"Tra: does this key belong to its certificate?"


def require_profile(label: KeyLabel) -> Profile:
    """Return the profile for the key of a label.

    Raises:
        KeyLabelError: it is not managed so: a CA, or the trust root.
    """
    profile = profile_of(label)
    if profile is None:
        raise KeyLabelError(
            f"key {label} is made with the installation and cannot be replaced here"
        )
    return profile


def generate_key(
    store: KeyStore, label: KeyLabel, algorithm: Algorithm, *, bits: int, now: datetime
) -> KeyEntry:
    """Make a key: the first of a label, or a successor that does not sign yet.

    Raises:
        KeyExistsError: one that was made before waits for its certificate or use.
        UnsupportedKeyError: the label needs another algorithm.
        KeysError: it cannot be made where it belongs.
    """
    check_algorithm(label, algorithm)
    with store.changing():
        entry = _next_entry(store, label, now)
        store.inventory.add(entry)
        store.create_key(entry, algorithm, bits)
    return entry


def check_algorithm(label: KeyLabel, algorithm: Algorithm) -> None:
    """Check that the key of a label may be of this kind.

    Raises:
        UnsupportedKeyError: only seals may be RSA: browsers verify the others.
        KeyLabelError: it is not managed so.
    """
    require_profile(label)
    if not label.startswith("seal-") and algorithm is not Algorithm.ES256:
        raise UnsupportedKeyError(f"key {label} must be {Algorithm.ES256} (P-256)")


def find_waiting(store: KeyStore, label: KeyLabel) -> KeyEntry:
    """Find the key of a label that has no certificate yet.

    Raises:
        KeyMissingError: there is none.
    """
    require_profile(label)
    entries = store.list_entries(label)
    # One that was made with the token's own tools has no entry.
    newest = entries[-1] if entries else KeyEntry(label=label, generation=1)
    if store.files.has_certificate(newest.name) or not store.has_key(newest):
        raise KeyMissingError(
            f"no key of {label} waits for a certificate: `tra keys generate {label}` "
            f"makes the first, `tra keys rotate {label}` its successor"
        )
    return newest


def request_certificate(store: KeyStore, label: KeyLabel, subject: x509.Name) -> bytes:
    """Build the request for the key that has no certificate yet, PEM.

    Raises:
        KeyMissingError: there is no such key.
        KeysError: it cannot be used.
    """
    signer = store.load_bare_signer(find_waiting(store, label))
    return build_request(signer, subject=subject, profile=require_profile(label))


def self_sign(
    store: KeyStore, label: KeyLabel, subject: x509.Name, now: datetime
) -> KeyEntry:
    """Give a key a certificate of its own making, where the trust list vouches for it.

    Raises:
        CertificateRefusedError: a seal, which needs a CA.
        KeyMissingError: no key waits for a certificate.
        KeysError: it cannot be used.
    """
    profile = require_profile(label)
    if not label.startswith("claim-") and label != PUBLICATION:
        raise CertificateRefusedError(f"key {label} needs a certificate of a CA")
    entry = find_waiting(store, label)
    certificate = build_self_signed(
        store.load_bare_signer(entry), subject=subject, profile=profile, now=now
    )
    _take(store, entry, certificate, (), now)
    return entry


def import_certificate(
    store: KeyStore,
    label: KeyLabel,
    certificates: Sequence[x509.Certificate],
    *,
    anchors: Sequence[x509.Certificate],
    now: datetime,
    check: CheckPath = lambda _path: None,
) -> KeyEntry:
    """Take what a CA returned for a key.

    1. Find the certificate among what came, by the keys of the label.
    2. Check that it is one for this purpose, that it reaches an anchor, and by
       `check` that it is not revoked.
    3. Check that the private key signs for it.
    4. Keep it with its chain, and sign with it if the label has no other.

    Raises:
        CertificateRefusedError: what is wrong with it.
        KeysError: the key cannot be used.
    """
    require_profile(label)
    # 1.
    entry, leaf = _match(store, label, certificates)
    # 2.
    check_purpose(label, leaf)
    chain = build_chain(leaf, certificates, anchors, now)
    check((leaf, *chain))
    # 3.
    store.load_bare_signer(entry).sign(_PROOF)
    # 4.
    _take(store, entry, leaf, chain, now)
    return entry


def import_pkcs12(  # noqa: PLR0913 - one for each thing it rests on
    store: KeyStore,
    label: KeyLabel,
    data: bytes,
    password: bytes,
    *,
    anchors: Sequence[x509.Certificate],
    now: datetime,
    check: CheckPath = lambda _path: None,
) -> KeyEntry:
    """Take a key with its certificate from a PKCS#12 file (RFC 7292).

    Everything is checked before the key is put where it belongs, which cannot be
    undone.

    Raises:
        PassphraseError: the password does not open it.
        CertificateRefusedError: what is wrong with its certificate.
        KeyExistsError: a key that was made before waits for its certificate or use.
        KeysError: the key cannot be put where it belongs.
    """
    key, certificates = _open_pkcs12(data, password)
    leaf = find_leaf(certificates, key.public_key())
    if leaf is None:
        raise CertificateRefusedError("no certificate in the file is of its key")
    check_purpose(label, leaf)
    chain = build_chain(leaf, certificates, anchors, now)
    check((leaf, *chain))
    with store.changing():
        entry = _next_entry(store, label, now)
        store.inventory.add(entry)
        store.import_key(entry, key)
        _take(store, entry, leaf, chain, now)
    return entry


def find_successor(store: KeyStore, label: KeyLabel) -> KeyEntry | None:
    """Find the key of a label that was made after the one that signs, if any."""
    require_profile(label)
    entries = store.list_entries(label)
    if entries and entries[-1].activated_at is None:
        return entries[-1]
    return None


def activate_successor(
    store: KeyStore, label: KeyLabel, *, now: datetime, until: datetime
) -> KeyEntry:
    """Let the successor sign from now on, and the key before it until a moment.

    One that is compromised has signed its last already.

    Raises:
        KeyMissingError: there is no successor with a certificate.
        CertificateUnusableError: its certificate is not valid now.
        KeysError: it cannot be used.
    """
    entry = find_successor(store, label)
    if entry is None or not store.files.has_certificate(entry.name):
        raise KeyMissingError(f"{label} has no successor with a certificate")
    store.check_entry(entry, now)
    used = [known for known in store.list_entries(label) if known.activated_at]
    if not used:
        store.inventory.activate(entry, now)
        return entry
    old = used[-1]
    last = now if old.compromised_from is not None else until
    store.inventory.replace(old, entry, now=now, until=last)
    return entry


def _match(
    store: KeyStore, label: KeyLabel, certificates: Sequence[x509.Certificate]
) -> tuple[KeyEntry, x509.Certificate]:
    entries = store.list_entries(label) or [find_waiting(store, label)]
    for entry in reversed(entries):
        held = _held_certificate(store, entry)
        if held is None:
            public_key = store.load_bare_signer(entry).public_key
        else:
            public_key = public_key_of(held)
        leaf = find_leaf(certificates, public_key)
        if leaf is None:
            continue
        if held is not None and leaf != held:
            raise CertificateRefusedError(
                f"key {entry.name} has a certificate already; a new one needs a new "
                f"key: `tra keys rotate {label}`"
            )
        return entry, leaf
    raise CertificateRefusedError(
        f"none of the {len(certificates)} certificates is of a key of {label}"
    )


def _held_certificate(store: KeyStore, entry: KeyEntry) -> x509.Certificate | None:
    if not store.files.has_certificate(entry.name):
        return None
    return store.files.load_certificate(entry.name)


def _next_entry(store: KeyStore, label: KeyLabel, now: datetime) -> KeyEntry:
    require_profile(label)
    entries = store.list_entries(label)
    if not entries:
        return KeyEntry(label=label, generation=1, created_at=now)
    newest = entries[-1]
    if newest.activated_at is None and newest.compromised_from is None:
        if store.files.has_certificate(newest.name):
            raise KeyExistsError(
                f"key {newest.name} is ready for use: `tra keys rotate {label}`"
            )
        if store.has_key(newest):
            raise KeyExistsError(
                f"key {newest.name} waits for its certificate: `tra keys csr {label}`, "
                f"then `tra keys import {label}`"
            )
        return newest  # a run that was cut short
    return KeyEntry(label=label, generation=newest.generation + 1, created_at=now)


def _take(
    store: KeyStore,
    entry: KeyEntry,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    now: datetime,
) -> None:
    store.inventory.add(entry)
    store.save_certificate(entry, certificate, chain)
    # The first key signs at once; a successor only when the trust list names it.
    if not any(known.activated_at for known in store.list_entries(entry.label)):
        store.inventory.activate(entry, now)


def _open_pkcs12(
    data: bytes, password: bytes
) -> tuple[PrivateKey, list[x509.Certificate]]:
    if len(data) > MAX_FILE_BYTES:
        raise CertificateRefusedError(f"a file of over {MAX_FILE_BYTES} bytes")
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, password)
    except ValueError as error:
        # A wrong password and a damaged file look the same.
        raise PassphraseError(
            "the password does not open the PKCS#12 file, or the file is damaged"
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise UnsupportedKeyError("the file holds no RSA or elliptic curve key")
    return key, [c for c in (certificate, *others) if c is not None]
