# SPDX-License-Identifier: Apache-2.0
"""Everything that can go wrong in `keys`, under one base.

Each message is one sentence for the person who runs the program: what
failed, what was expected, what was found. No message contains a secret.
"""


class KeysError(Exception):
    """Base of every error this package raises on purpose."""


class SettingsError(KeysError):
    """A setting is missing, unreadable or contradicts another."""


class ProductionRefusedError(KeysError):
    """Something made for development was asked to work in production."""


class KeyLabelError(KeysError):
    """A text is not the label of a key."""


class AgencyNameError(KeysError):
    """An agency id or name cannot stand in a certificate."""


class PassphraseError(KeysError):
    """The passphrase is missing or does not open a key file."""


class KeyMissingError(KeysError):
    """A key file is not there."""


class KeyStoppedError(KeysError):
    """A key must not sign any more: it is compromised."""


class KeyFileError(KeysError):
    """A key or certificate file cannot be read or written."""


class KeyExistsError(KeysError):
    """A file that must never be overwritten exists already."""


class KeyMismatchError(KeysError):
    """A private key does not belong to the certificate or public key beside it."""


class UnsupportedKeyError(KeysError):
    """A key is of a kind or size that is not used here."""


class TokenError(KeysError):
    """A token (PKCS#11) refuses what was asked of it."""


class TokenModuleError(TokenError):
    """The PKCS#11 module is not there or is no such module."""


class TokenMissingError(TokenError):
    """No token has the label, or two have it."""


class TokenUnavailableError(TokenError):
    """The token is out of reach now; the same may succeed later."""


class TokenFullError(TokenError):
    """The token could not store a key."""


class PinError(TokenError):
    """The PIN is missing, wrong, locked or to be changed; it is not tried again."""


class OfficerKeyError(KeysError):
    """The passphrase or PIN of an officer does not open their key."""


class TrustRootError(KeysError):
    """The trust root may not sign this list."""


class KeyAmbiguousError(TokenError):
    """Two keys in the token have one label."""


class KeyExposedError(TokenError):
    """A private key could leave its token."""


class SignatureFaultError(TokenError):
    """A token gave a signature that does not verify; it is not handed out."""


class CertificateMissingError(KeysError):
    """A certificate file is not there."""


class CertificateRefusedError(KeysError):
    """A certificate cannot be taken for a key, as it is; says what to ask the CA."""


class CertificateUnusableError(KeysError):
    """A certificate is revoked or outside its validity."""


class CertificateIndexError(KeysError):
    """The index of issued certificates (ca.json) cannot be understood."""


class InventoryError(KeysError):
    """The inventory of keys (inventory.json) cannot be understood."""


class UnknownCertificateError(KeysError):
    """The index knows no such certificate."""


class AlreadyRevokedError(KeysError):
    """The certificate is revoked already; the first revocation stands."""


class TimestampRequestError(KeysError):
    """A timestamp request must be refused; `failure` is a bit of PKIFailureInfo."""

    def __init__(self, failure: int, message: str) -> None:
        super().__init__(message)
        self.failure = failure


class OcspRequestError(KeysError):
    """An OCSP request is malformed (RFC 6960 §2.3)."""


class RequestRefusedError(KeysError):
    """An HTTP request is refused before any authority sees it."""

    def __init__(self, status: int, detail: str, detail_th: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail_th = detail_th
