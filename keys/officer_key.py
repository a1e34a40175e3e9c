# SPDX-License-Identifier: Apache-2.0
"""An officer's own key: opened with the officer's own passphrase or PIN, each time.

Neither is kept anywhere: what was opened is closed again when the `with` block ends.
A file or token that is not there is another error than a secret that does not open
it, since only the latter says that the wrong person may be asking.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, Literal, TypeVar

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pydantic import SecretStr

from keys.cryptoki import Cryptoki, load_module
from keys.errors import (
    KeyFileError,
    KeyMissingError,
    OfficerKeyError,
    TokenError,
    TokenMissingError,
    TokenUnavailableError,
    UnsupportedKeyError,
)
from keys.hsm import TokenKeys, TokenSigner
from keys.settings import Environment
from keys.signing import Algorithm, KeyLabel, PublicKey, Signer, algorithm_of
from keys.softkey import PrivateKey, check_same_key
from keys.token import Session, Token

_T = TypeVar("_T")
_MAX_FILE: Final = 1_000_000
_tokens: Final[dict[str, Lock]] = {}
_naming: Final = Lock()

_REFUSED: Final = (
    pkcs11.PinIncorrect,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.PinLocked,
    pkcs11.PinExpired,
    pkcs11.UserPinNotInitialized,
)


@dataclass(frozen=True, kw_only=True)
class OfficerKey:
    """Where an officer's key is, and the certificate it must belong to."""

    officer: str
    kind: Literal["pkcs12", "pkcs11"]
    place: str
    """Name of the file; or label of the token, a slash and label of the key."""
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, kw_only=True)
class OfficerKeyPlaces:
    """Where files and tokens of officers are reached."""

    folder: Path
    module: Path | None
    env: Environment


@dataclass(frozen=True, kw_only=True)
class _FileSigner:
    """Signs with a key that a passphrase has just opened."""

    label: KeyLabel
    private_key: PrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    public_key: PublicKey = field(init=False, repr=False)
    algorithm: Algorithm = field(init=False)

    def __post_init__(self) -> None:
        """Refuse the certificate of another key."""
        public_key = self.private_key.public_key()
        check_same_key(public_key, self.certificate.public_key(), self.label)
        object.__setattr__(self, "public_key", public_key)
        object.__setattr__(self, "algorithm", algorithm_of(public_key))

    def sign(self, message: bytes) -> bytes:
        """Sign `message` over SHA-256, see `keys.signing.Signer.sign`."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.private_key.sign(message, ec.ECDSA(hashes.SHA256()))


class OfficerToken(Token):
    """An officer's token while it is open: one session, which ends the login."""

    def __init__(
        self, label: str, module: Cryptoki, session: Session, officer: str
    ) -> None:
        self.label = label
        self._owner = officer
        self._module = module
        self._session_now = session

    def run(self, act: Callable[[Session], _T]) -> _T:
        """Do something with the one session.

        Raises:
            TokenUnavailableError: it is lost; the PIN must be given again.
            TokenError: the token refuses.
        """
        with self._module.in_use() as epoch:
            if epoch != self._session_now.epoch:
                raise TokenUnavailableError(f"the token of {self._owner} was lost")
            try:
                return act(self._session_now)
            except pkcs11.PKCS11Error as error:
                raise TokenError(
                    f"the token of {self._owner} refuses: {type(error).__name__}"
                ) from error

    def run_writing(self, act: Callable[[pkcs11.Session], _T]) -> _T:
        """Do something, once, with the session."""
        return act(self._session_now.raw)


@contextmanager
def open_officer_key(
    key: OfficerKey, places: OfficerKeyPlaces, secret: SecretStr
) -> Iterator[Signer]:
    """Give the signer of an officer for as long as the block lasts.

    Raises:
        OfficerKeyError: the passphrase or PIN does not open it.
        KeysError: the file or token is not there, or holds another key.
    """
    if key.kind == "pkcs12":
        yield _open_file(key, places.folder / key.place, secret)
        return
    if places.module is None:
        raise TokenError(
            f"the key of {key.officer} is in a token: set TRA_OFFICER_PKCS11_MODULE"
        )
    token, _, name = key.place.partition("/")
    with open_officer_token(places.module, token, key.officer, secret) as opened:
        keys = TokenKeys(opened, places.env)
        public_key = keys.public_key(name)
        label = _label(key.officer)
        check_same_key(public_key, key.certificate.public_key(), label)
        yield TokenSigner(
            label=label,
            name=name,
            keys=keys,
            public_key=public_key,
            certificate=key.certificate,
            chain=key.chain,
        )


@contextmanager
def open_officer_token(
    module_path: Path,
    label: str,
    officer: str,
    pin: SecretStr,
    *,
    writing: bool = False,
) -> Iterator[OfficerToken]:
    """Log in to an officer's token; the login ends with the block.

    One at a time for each token: somebody else's login must not let a second
    person sign without a PIN.

    Raises:
        OfficerKeyError: the token does not take the PIN.
        TokenError: the token is out of reach, or is logged in to already.
    """
    with _naming:
        lock = _tokens.setdefault(label, Lock())
    with lock:
        module = load_module(module_path)
        _bring_up(module, label)
        session = _log_in(module, label, officer, pin, writing=writing)
        try:
            yield OfficerToken(label, module, session, officer)
        finally:
            _log_out(session.raw)


def _bring_up(module: Cryptoki, label: str) -> None:
    """Start the module; once more if the token is new: many see it in no other way.

    Raises:
        TokenUnavailableError: it does not start.
    """
    seen = module.epoch
    try:
        with module.in_use():
            module.find_token(label)
    except (TokenMissingError, TokenUnavailableError):
        module.restart(seen)


def _log_in(
    module: Cryptoki, label: str, officer: str, pin: SecretStr, *, writing: bool
) -> Session:
    with module.in_use() as epoch:
        token = module.find_token(label)
        try:
            raw = token.open(user_pin=pin.get_secret_value(), rw=writing)
        except pkcs11.UserAlreadyLoggedIn:
            # Nobody has proved anything by that.
            raise TokenError(
                f"token {label} is in use by this program already; an officer's token "
                "is the officer's alone"
            ) from None
        except _REFUSED as error:
            raise OfficerKeyError(
                f"the token of {officer} does not take the PIN ({type(error).__name__})"
            ) from None
        except pkcs11.PKCS11Error as error:
            raise TokenUnavailableError(
                f"the token of {officer} is out of reach: {type(error).__name__}"
            ) from error
    return Session(raw=raw, epoch=epoch)


def _log_out(raw: pkcs11.Session) -> None:
    try:
        raw.close()
    except pkcs11.PKCS11Error:
        return  # lost, and the login with it


def _open_file(key: OfficerKey, path: Path, secret: SecretStr) -> Signer:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE + 1)
    except FileNotFoundError:
        raise KeyMissingError(f"the key file of {key.officer} is not there") from None
    except OSError as error:
        raise KeyFileError(
            f"the key file of {key.officer} cannot be read: {error.strerror}"
        ) from error
    private_key = read_pkcs12_key(data, secret, key.officer)
    return _FileSigner(
        label=_label(key.officer),
        private_key=private_key,
        certificate=key.certificate,
        chain=key.chain,
    )


def read_pkcs12_key(data: bytes, secret: SecretStr, officer: str) -> PrivateKey:
    """Return the private key of a PKCS#12 file (RFC 7292).

    Raises:
        OfficerKeyError: the passphrase does not open it.
        UnsupportedKeyError: it holds no key of a kind used here.
    """
    try:
        key, _, _ = pkcs12.load_key_and_certificates(
            data, secret.get_secret_value().encode()
        )
    except ValueError:
        # A wrong passphrase and a damaged file look the same; neither is told apart,
        # and the cause is left out of every traceback.
        raise OfficerKeyError(
            f"the passphrase does not open the key of {officer}, or its file is damaged"
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise UnsupportedKeyError(f"the file of {officer} holds no RSA or P-256 key")
    return key


def _label(officer: str) -> KeyLabel:
    return KeyLabel(f"officer-{officer}")
