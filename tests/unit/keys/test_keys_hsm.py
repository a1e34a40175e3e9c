# SPDX-License-Identifier: Apache-2.0
"""Keys in a real token: made there, used there, and never seen outside."""

import logging
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pkcs11 import Attribute, KeyType, MechanismFlag
from pydantic import SecretStr

from keys.errors import (
    KeyAmbiguousError,
    KeyExistsError,
    KeyExposedError,
    KeyMissingError,
    SignatureFaultError,
    TokenError,
    TokenFullError,
    UnsupportedKeyError,
)
from keys.hsm import TokenKeys, TokenSigner
from keys.settings import Environment
from keys.signing import Algorithm, KeyLabel, PublicKey
from keys.token import Session, TokenPlace, open_token
from tests.softhsm import PIN, SoftToken

pytestmark = pytest.mark.hsm

SEAL = KeyLabel("seal-TRADE")
KINDS = [(Algorithm.RS256, 3072), (Algorithm.RS256, 2048), (Algorithm.ES256, 0)]


@pytest.fixture
def keys(soft_token: SoftToken) -> TokenKeys:
    return TokenKeys(open_token(soft_token.place()), Environment.PRODUCTION)


@pytest.fixture
def lax_keys(keys: TokenKeys) -> TokenKeys:
    return TokenKeys(keys.token, Environment.DEVELOPMENT)


def signer(keys: TokenKeys, public_key: PublicKey) -> TokenSigner:
    return TokenSigner(
        label=SEAL,
        name=SEAL,
        keys=keys,
        public_key=public_key,
        certificate=None,
        chain=(),
    )


def check(public_key: PublicKey, signature: bytes, message: bytes) -> None:
    if isinstance(public_key, rsa.RSAPublicKey):
        public_key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        public_key.verify(signature, message, ec.ECDSA(hashes.SHA256()))


def open_key(keys: TokenKeys, **template: bool) -> None:
    """Make a key as a careless hand would."""
    keys.token.run_writing(
        lambda raw: raw.generate_keypair(
            KeyType.RSA,
            2048,
            label=SEAL,
            store=True,
            capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
            private_template={Attribute[n.upper()]: v for n, v in template.items()},
        )
    )


@pytest.mark.parametrize(("algorithm", "bits"), KINDS)
def test_a_key_made_in_the_token_signs(
    keys: TokenKeys, algorithm: Algorithm, bits: int
) -> None:
    public_key = keys.generate_key(SEAL, algorithm, bits)
    check(public_key, signer(keys, public_key).sign(b"message"), b"message")
    assert public_key == keys.public_key(SEAL)
    assert not isinstance(public_key, rsa.RSAPublicKey) or public_key.key_size == bits


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize(("algorithm", "bits"), KINDS)
def test_the_private_key_cannot_be_read(
    keys: TokenKeys, algorithm: Algorithm, bits: int, *, inside: bool
) -> None:
    if inside:
        keys.generate_key(SEAL, algorithm, bits)
    else:
        keys.import_key(SEAL, software_key(algorithm, bits))
    secret = (
        (Attribute.PRIVATE_EXPONENT, Attribute.PRIME_1, Attribute.COEFFICIENT)
        if algorithm is Algorithm.RS256
        else (Attribute.VALUE,)
    )

    def take_out(session: Session) -> None:
        key = session.raw.get_key(
            object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=SEAL
        )
        for attribute in secret:
            with pytest.raises(pkcs11.AttributeSensitive):
                key[attribute]
        for attribute, value in (
            (Attribute.SENSITIVE, False),
            (Attribute.EXTRACTABLE, True),
        ):
            with pytest.raises(pkcs11.PKCS11Error):
                key[attribute] = value

    keys.token.run(take_out)
    wrapped = pytest.raises(pkcs11.KeyUnextractable)
    with wrapped:
        keys.token.run_writing(wrap_it)
    [facts] = keys.list_facts()
    assert facts.protected
    assert facts.made_inside is inside


def wrap_it(raw: pkcs11.Session) -> bytes:
    """Try to carry the key out under a key of our own."""
    key = raw.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=SEAL)
    carrier = raw.generate_key(KeyType.AES, 256, capabilities=MechanismFlag.WRAP)
    assert isinstance(carrier, pkcs11.WrapMixin)
    return carrier.wrap_key(key, mechanism=pkcs11.Mechanism.AES_KEY_WRAP_PAD)


def software_key(
    algorithm: Algorithm, bits: int
) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if algorithm is Algorithm.RS256:
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(("algorithm", "bits"), KINDS)
def test_a_key_put_into_the_token_signs(
    keys: TokenKeys, algorithm: Algorithm, bits: int
) -> None:
    key = software_key(algorithm, bits)
    keys.import_key(SEAL, key)
    assert keys.public_key(SEAL) == key.public_key()
    check(key.public_key(), signer(keys, key.public_key()).sign(b"m"), b"m")


def test_many_threads_sign_at_once(keys: TokenKeys) -> None:
    names = {"a": Algorithm.RS256, "b": Algorithm.ES256}
    made = {n: keys.generate_key(n, kind, 2048) for n, kind in names.items()}

    def sign(number: int) -> None:
        name = "ab"[number % 2]
        one = TokenSigner(
            label=SEAL,
            name=name,
            keys=keys,
            public_key=made[name],
            certificate=None,
            chain=(),
        )
        message = str(number).encode()
        check(made[name], one.sign(message), message)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(sign, range(400)))


def test_a_batch_goes_on_when_the_token_is_back(
    keys: TokenKeys, soft_token: SoftToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keys.token._PAUSE", 0)
    public_key = keys.generate_key(SEAL, Algorithm.ES256, 0)
    one = signer(keys, public_key)
    outcomes = []
    for number in range(30):
        if number == 10:
            soft_token.pull()
        if number == 20:
            soft_token.put_back()
        message = str(number).encode()
        try:
            check(public_key, one.sign(message), message)
            outcomes.append("signed")
        except TokenError:
            outcomes.append("refused")
    assert outcomes == ["signed"] * 10 + ["refused"] * 10 + ["signed"] * 10


def test_a_token_made_anew_has_lost_its_keys(
    keys: TokenKeys, soft_token: SoftToken
) -> None:
    one = signer(keys, keys.generate_key(SEAL, Algorithm.ES256, 0))
    soft_token.pull()
    anew = soft_token.initialise_anew()
    with pytest.raises(KeyMissingError, match="has no key labelled seal-TRADE; it has"):
        one.sign(b"m")
    keys.generate_key(SEAL, Algorithm.ES256, 0)
    with pytest.raises(SignatureFaultError, match="another key is there"):
        one.sign(b"m")
    anew.pull()


def test_a_wrong_label_names_the_keys_that_are_there(keys: TokenKeys) -> None:
    public_key = keys.generate_key("seal-OTHER", Algorithm.ES256, 0)
    with pytest.raises(KeyMissingError) as caught:
        signer(keys, public_key).sign(b"m")
    assert str(caught.value) == (
        f"token {keys.token.label} has no key labelled seal-TRADE; it has: seal-OTHER"
    )
    assert keys.has_key("seal-OTHER")
    assert not keys.has_key(SEAL)


def test_two_keys_of_one_label_are_told(keys: TokenKeys) -> None:
    for _ in range(2):
        open_key(keys, sensitive=True, extractable=False)
    with pytest.raises(KeyAmbiguousError, match="2 private keys labelled seal-TRADE"):
        keys.sign_digest(SEAL, Algorithm.RS256, bytes(32))


@pytest.mark.parametrize(
    "template",
    [
        {"sensitive": False, "extractable": False},
        {"sensitive": True, "extractable": True},
    ],
)
def test_production_refuses_a_key_that_could_be_taken_out(
    keys: TokenKeys,
    lax_keys: TokenKeys,
    template: dict[str, bool],
    caplog: pytest.LogCaptureFixture,
) -> None:
    open_key(keys, **template)
    with pytest.raises(KeyExposedError, match="TRA_ENV=production refuses"):
        keys.sign_digest(SEAL, Algorithm.RS256, bytes(32))
    lax_keys.token._module.restart(lax_keys.token._module.epoch)
    with caplog.at_level(logging.WARNING):
        assert lax_keys.sign_digest(SEAL, Algorithm.RS256, bytes(32))
    assert "can be taken out" in caplog.text
    with pytest.raises(KeyExposedError):
        keys.sign_digest(SEAL, Algorithm.RS256, bytes(32))


def test_a_key_that_may_not_sign_is_told(keys: TokenKeys) -> None:
    open_key(keys, sensitive=True, extractable=False, sign=False)
    with pytest.raises(TokenError, match="may not sign"):
        keys.sign_digest(SEAL, Algorithm.RS256, bytes(32))


def test_a_key_of_another_kind_is_refused(keys: TokenKeys) -> None:
    keys.token.run_writing(
        lambda raw: raw.create_domain_parameters(
            KeyType.EC,
            {
                Attribute.EC_PARAMS: pkcs11.util.ec.encode_named_curve_parameters(
                    "secp384r1"
                )
            },
            local=True,
        ).generate_keypair(label=SEAL, store=True)
    )
    with pytest.raises(UnsupportedKeyError, match="neither RSA nor P-256"):
        keys.public_key(SEAL)


def test_a_key_is_never_overwritten(keys: TokenKeys) -> None:
    before = keys.generate_key(SEAL, Algorithm.ES256, 0)
    with pytest.raises(KeyExistsError, match="labelled seal-TRADE already"):
        keys.generate_key(SEAL, Algorithm.ES256, 0)
    with pytest.raises(KeyExistsError):
        keys.import_key(SEAL, software_key(Algorithm.ES256, 0))
    assert keys.public_key(SEAL) == before


def test_a_full_token_is_told_and_left_as_it_was(soft_token: SoftToken) -> None:
    """A process that may write no files stands for a token without room."""
    script = (
        "import sys, tests.unit.keys.test_keys_hsm as here\nhere.fill(*sys.argv[1:])\n"
    )
    place = soft_token.place()
    done = subprocess.run(
        [sys.executable, "-c", script, place.module, place.label],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout == (
        f"token {place.label} could not store key seal-TRADE (FunctionFailed): "
        "it is full, or its storage is\n[]\n"
    ), done.stderr


def fill(module: str, label: str) -> None:
    place = TokenPlace(module=Path(module), label=label, pin=SecretStr(PIN))
    keys = TokenKeys(open_token(place), Environment.PRODUCTION)
    assert keys.list_facts() == []
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        keys.generate_key(SEAL, Algorithm.RS256, 2048)
    except TokenFullError as error:
        sys.stdout.write(f"{error}\n")
    sys.stdout.write(f"{keys.list_facts()}\n")


def test_a_signature_that_does_not_verify_is_not_handed_out(keys: TokenKeys) -> None:
    keys.generate_key(SEAL, Algorithm.RS256, 2048)
    other = software_key(Algorithm.RS256, 2048).public_key()
    with pytest.raises(SignatureFaultError, match="does not verify"):
        signer(keys, other).sign(b"m")


def test_a_signer_shows_no_pin(keys: TokenKeys) -> None:
    public_key = keys.generate_key(SEAL, Algorithm.ES256, 0)
    assert "4711" not in repr(signer(keys, public_key))
