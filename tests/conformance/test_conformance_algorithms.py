# SPDX-License-Identifier: Apache-2.0
"""Our days for weak algorithms are those at which EU DSS fails a signature."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from asn1crypto import algos, keys

from tests.conformance.dss import fetch_judge
from tests.conformance.jars import JudgeUnavailableError
from verifier.algorithms import DatedPolicy

_POLICY = DatedPolicy()
_NAMES = "{http://dss.esig.europa.eu/validation/policy}"
_LARGE = 1 << 16
"""Bits of a key that is in every band without an upper end."""

DIGESTS = {
    "MD5": "md5", "SHA1": "sha1", "SHA224": "sha224", "SHA256": "sha256",
    "SHA384": "sha384", "SHA512": "sha512", "SHA3-256": "sha3_256",
    "SHA3-384": "sha3_384", "SHA3-512": "sha3_512",
}  # fmt: skip
UNREAD = {"RIPEMD160", "WHIRLPOOL"}
"""Digests that nothing here reads: a signature with one is never good."""

KEYS = {
    "RSA": ("rsa", "sha256_rsa"),
    "RSASSA-PSS": ("rsa", "sha256_rsa"),
    "DSA": ("dsa", "sha256_dsa"),
    "ECDSA": ("ec", "sha256_ecdsa"),
    "PLAIN-ECDSA": ("ec", "sha256_ecdsa"),
}
CURVES = {
    112: "1.3.132.0.6", 160: "1.3.132.0.8", 192: "1.2.840.10045.3.1.1",
    224: "1.3.132.0.33", 256: "1.2.840.10045.3.1.7", 384: "1.3.132.0.34",
}  # fmt: skip
"""Curves by their bits."""


@dataclass(frozen=True)
class Policy:
    """What DSS says of algorithms."""

    of: datetime
    """Days after this are warnings."""
    digests: dict[str, datetime | None]
    keys: dict[str, dict[int, datetime | None]]
    """Days by the least size of a key that they are for."""
    least: dict[str, int]
    """Keys of fewer bits are never accepted."""

    def fails_from(self, day: datetime | None) -> datetime | None:
        """Return the day from which DSS fails; of a warning none."""
        return day if day is not None and day <= self.of else None


def day_of(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The policy that DSS judges by where nobody gives it another."""
    try:
        jars = fetch_judge()
    except JudgeUnavailableError as error:
        pytest.skip(f"EU DSS cannot be had: {error}")
    [jar] = [one for one in jars if one.name.startswith("dss-policy-jaxb-")]
    with zipfile.ZipFile(jar) as packed:
        # The jar is the one whose checksum is written down.
        root = ET.fromstring(packed.read("policy/constraint.xml"))  # noqa: S314
    [rules] = root.findall(f"{_NAMES}Cryptographic")
    [dates] = rules.findall(f"{_NAMES}AlgoExpirationDate")
    [least] = rules.findall(f"{_NAMES}MiniPublicKeySize")
    assert (rules.get("Level"), dates.get("Level")) == ("FAIL", "FAIL")
    assert dates.get("LevelAfterUpdate") == "WARN"
    digests: dict[str, datetime | None] = {}
    sizes: dict[str, dict[int, datetime | None]] = {}
    for algorithm in dates:
        name, day = str(algorithm.text), algorithm.get("Date")
        told = None if day is None else day_of(day)
        size = algorithm.get("Size")
        if size is None:
            digests[name] = told
        else:
            sizes.setdefault(name, {})[int(size)] = told
    return Policy(
        of=day_of(str(dates.get("UpdateDate"))),
        digests=digests,
        keys=sizes,
        least={str(one.text): int(str(one.get("Size"))) for one in least},
    )


def key_of(kind: str, bits: int) -> keys.PublicKeyInfo:
    """Make a public key of a length; nobody has its private key."""
    number = (1 << (bits - 1)) | 1
    if kind == "rsa":
        value = keys.RSAPublicKey({"modulus": number, "public_exponent": 65537})
        algorithm = {"algorithm": "rsa"}
        return keys.PublicKeyInfo({"algorithm": algorithm, "public_key": value})
    if kind == "dsa":
        told = {"p": number, "q": 3, "g": 2}
        algorithm = {"algorithm": "dsa", "parameters": keys.DSAParams(told)}
        from_ints = keys.Integer(2)
        return keys.PublicKeyInfo({"algorithm": algorithm, "public_key": from_ints})
    curve = keys.ECDomainParameters(name="named", value=CURVES[bits])
    return keys.PublicKeyInfo(
        {
            "algorithm": {"algorithm": "ec", "parameters": curve},
            "public_key": keys.ECPointBitString(b"\x04" + bytes(2 * (bits // 8))),
        }
    )


def check_day(end: datetime | None, allowed: "Judge", what: str) -> None:
    """Check that something counts until a day, or always."""
    if end is None:
        assert allowed(datetime(2100, 1, 1, tzinfo=UTC)), what
        return
    assert allowed(end - timedelta(seconds=1)), what
    assert not allowed(end), what


class Judge:
    """Asks our policy of one algorithm."""

    def __init__(self, digest: str = "", key: keys.PublicKeyInfo | None = None) -> None:
        self._digest = digest
        self._key = key

    def __call__(self, at: datetime) -> bool:
        """Tell whether it counts at a moment."""
        if self._key is None:
            digest = algos.DigestAlgorithm({"algorithm": self._digest})
            return bool(_POLICY.digest_algorithm_allowed(digest, at))
        signed = algos.SignedDigestAlgorithm({"algorithm": self._digest})
        return bool(_POLICY.signature_algorithm_allowed(signed, at, self._key))


def test_digests_end_on_the_same_days(policy: Policy) -> None:
    assert set(policy.digests) == set(DIGESTS) | UNREAD
    for name, day in policy.digests.items():
        if name not in UNREAD:
            check_day(policy.fails_from(day), Judge(DIGESTS[name]), name)


def sample_bits(kind: str, low: int, high: int) -> Iterator[int]:
    """Yield lengths of a band: its ends, or of curves those that there are."""
    if kind == "ec":
        yield from (bits for bits in CURVES if low <= bits < high)
    else:
        yield from {low, high - 1}


def test_keys_end_on_the_same_days(policy: Policy) -> None:
    assert set(policy.keys) == set(KEYS)
    judged = 0
    for name, days in policy.keys.items():
        kind, algorithm = KEYS[name]
        sizes = [*sorted(days), _LARGE]
        for low, high in pairwise(sizes):
            for bits in sample_bits(kind, low, high):
                judge = Judge(algorithm, key_of(kind, bits))
                end = policy.fails_from(days[low])
                check_day(end, judge, f"{name} of {bits} bits")
                judged += 1
    assert judged > 20


def test_shorter_keys_never_count(policy: Policy) -> None:
    assert set(policy.least) == set(KEYS)
    for name, least in policy.least.items():
        kind, algorithm = KEYS[name]
        bits = max(one for one in CURVES if one < least) if kind == "ec" else least - 1
        judge = Judge(algorithm, key_of(kind, bits))
        assert not judge(datetime(1999, 1, 1, tzinfo=UTC)), name
