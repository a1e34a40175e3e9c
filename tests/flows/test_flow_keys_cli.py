# SPDX-License-Identifier: Apache-2.0
"""`tra keys` as an operator uses it: real processes, exit codes, clear errors."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from fastapi import FastAPI, Response

from keys.ceremony import create_development_pki
from keys.profiles import DOCUMENT_SIGNING
from keys.settings import KeysSettings
from tests.forge_pki import Authority, make_certificate, make_crl, name_of, new_key
from tests.softhsm import PIN, SoftToken
from tests.world import TRADE
from tra.clock import system_clock
from tra.commands.compromise import app
from tra.loopback import serve_on_loopback

NAMES = (
    "--name-th", "กรมการค้าตัวอย่าง", "--name-en", "Sample Trade",
    "--organization-identifier", "VATTH-0994000158378",
)  # fmt: skip


class Office:
    """A folder in which an operator types commands."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - passes on the way to programs
            "HOME": str(folder),
            "TRA_HOME": str(folder / "data"),
            **settings,
        }

    def run(
        self, *words: str, settings: Mapping[str, str] | None = None, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `tra keys` with these words."""
        return subprocess.run(
            [sys.executable, "-m", "tra.cli", "keys", *words],
            check=False,
            capture_output=True,
            text=True,
            input=typed,
            cwd=self.folder,
            env={**self._environment, **(settings or {})},
        )

    def says(self, *words: str, typed: str = "") -> str:
        """What a command prints that must succeed."""
        done = self.run(*words, typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fails(self, *words: str, settings: Mapping[str, str] | None = None) -> str:
        """The one sentence of a command that must fail."""
        done = self.run(*words, settings=settings)
        assert done.returncode == 1, done.stdout
        assert done.stdout == ""
        assert done.stderr.startswith("tra: ")
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr.removeprefix("tra: ").strip()

    def list_keys(self) -> dict[str, dict[str, Any]]:
        """What `tra keys list --json` says, by name."""
        found = json.loads(self.says("list", "--json"))["keys"]
        return {key["name"]: key for key in found}


class Ca:
    """A licensed CA: it reads requests from files and writes what it returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        now = datetime.now(UTC)  # noqa: TID251 - the programs read the machine's clock
        self._now = now
        self.root = make_certificate(name_of("R"), new_key(), None, ca=True, now=now)
        self.sub = make_certificate(
            name_of("S"), new_key(), self.root, ca=True, now=now
        )
        (folder / "root.pem").write_bytes(_pem(self.root))
        (folder / "chain.pem").write_bytes(_pem(self.sub))

    def certify(self, request: str, answer: str) -> None:
        """Certify a request."""
        read = x509.load_pem_x509_csr((self._folder / request).read_bytes())
        key = read.public_key()
        assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        made = make_certificate(
            read.subject,
            new_key(),
            self.sub,
            usage=DOCUMENT_SIGNING,
            now=self._now,
            public_key=key,
        )
        (self._folder / answer).write_bytes(_pem(made))

    def make_key(self, subject: x509.Name, answer: str, password: bytes) -> None:
        """Make a key for a customer, and write it to a PKCS#12 file."""
        key = new_key()
        made = make_certificate(
            subject, key, self.sub, usage=DOCUMENT_SIGNING, now=self._now
        )
        data = pkcs12.serialize_key_and_certificates(
            b"seal",
            key,
            made.certificate,
            [self.sub.certificate],
            BestAvailableEncryption(password),
        )
        (self._folder / answer).write_bytes(data)


def _pem(authority: Authority) -> bytes:
    return authority.certificate.public_bytes(Encoding.PEM)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys-cli")


@pytest.fixture(scope="module")
def ca(folder: Path) -> Ca:
    return Ca(folder)


@pytest.fixture(scope="module")
def office(folder: Path) -> Office:
    """A development installation made by `tra init`."""
    made = Office(folder, {})
    subprocess.run(
        [sys.executable, "-m", "tra.cli", "init"],
        check=True,
        capture_output=True,
        cwd=folder,
        env=made._environment,
    )
    return made


def test_the_list_says_where_each_key_is_and_how_long_it_lasts(office: Office) -> None:
    said = office.says("list")
    assert "ชื่อ" not in said
    [line] = [one for one in said.splitlines() if one.startswith("seal-TRADE ")]
    assert "file" in line
    assert "signs" in line
    seal = office.list_keys()["seal-TRADE"]
    assert seal["days_left"] > 1000
    assert seal["warning"] is None
    assert len(seal["sha256"]) == 64


def test_check_signs_with_every_key(office: Office) -> None:
    assert "signs" in office.says("check")
    wrong = {"TRA_KEY_PASSPHRASE": "wrong"}
    done = office.run("check", settings=wrong)
    assert done.returncode == 1
    assert "the passphrase does not open key seal-TRADE" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_key_is_replaced_in_one_step_while_our_own_ca_certifies_it(
    office: Office,
) -> None:
    said = office.says("rotate", "claim-TRADE")
    assert "Key claim-TRADE.2 signs from now on. Running issuers take it up" in said
    keys = office.list_keys()
    assert keys["claim-TRADE"]["state"] == "retired"
    assert keys["claim-TRADE.2"]["state"] == "signs"


def test_a_licensed_ca_takes_over_from_ours(office: Office, ca: Ca) -> None:
    said = office.says("rotate", "seal-TRADE", "--external", "-o", "own-name.csr")
    assert "Key seal-TRADE.2 is made. Have this certified" in said
    assert office.list_keys()["seal-TRADE.2"]["state"] == "waits"
    # The CA knows the agency under a name of its own.
    office.says("csr", "seal-TRADE", *NAMES, "--out", "request.csr")
    ca.certify("request.csr", "certificate.pem")

    error = office.fails("import", "seal-TRADE", "certificate.pem")
    assert "ask your CA for it" in error
    error = office.fails("import", "seal-TRADE", "certificate.pem", "chain.pem")
    assert "neither in the files nor an anchor" in error
    error = office.fails("import", "seal-TRADE", "root.pem", "--anchor", "root.pem")
    assert "none of the 1 certificates is of a key of seal-TRADE" in error
    files = ("chain.pem", "certificate.pem")
    said = office.says("import", "seal-TRADE", *files, "--anchor", "root.pem")
    assert "It takes over with `tra keys rotate seal-TRADE`." in said
    key = office.list_keys()["seal-TRADE.2"]
    assert key["state"] == "next"
    assert "VATTH-0994000158378" in key["subject"]
    said = office.says("rotate", "seal-TRADE")
    assert "Key seal-TRADE.2 signs from now on." in said
    assert office.list_keys()["seal-TRADE"]["state"] == "retired"


def test_the_development_ca_does_as_any_ca_does(office: Office) -> None:
    office.says("generate", "seal-NEW", "--algorithm", "ES256")
    office.says("csr", "seal-NEW", *NAMES, "-o", "new.csr")
    office.says("certify", "seal-NEW", "new.csr", "-o", "new.pem")
    said = office.says("import", "seal-NEW", "new.pem")
    assert "It signs from now on" in said
    assert office.list_keys()["seal-NEW"]["issued_by"] == "Tra Development Issuing CA"


def test_a_pkcs12_file_becomes_a_key(office: Office, ca: Ca, folder: Path) -> None:
    ca.make_key(
        name_of("Seal", organization="T", identifier="VATTH-1"), "seal.p12", b"geheim"
    )
    (folder / "password").write_text("geheim\n")
    (folder / "wrong").write_text("falsch\n")
    words = ("import-p12", "seal-MAIL", "seal.p12", "--anchor", "root.pem")
    error = office.fails(*words, "--password-file", "wrong")
    assert "the password does not open the PKCS#12 file" in error
    assert "falsch" not in error
    assert "seal-MAIL" not in office.list_keys()
    office.says(*words, "--password-file", "password")
    assert office.list_keys()["seal-MAIL"]["state"] == "signs"
    assert "geheim" not in office.says("list", "--json")


@contextmanager
def serving_lists(ca: Ca, *revoked: int) -> Iterator[dict[str, str]]:
    """Serve the lists of a licensed CA; yields the setting that names them."""
    app = FastAPI()
    at = system_clock() - timedelta(hours=1)

    @app.get("/{name}.crl")
    def crl(name: str) -> Response:
        authority = ca.root if name == "root" else ca.sub
        return Response(make_crl(authority, dict.fromkeys(revoked, at), at=at))

    with serve_on_loopback(app) as url:
        yield {"TRA_CRL_URLS": f"{url}/root.crl,{url}/sub.crl"}


def test_a_revoked_certificate_is_refused_when_it_is_imported(
    office: Office, ca: Ca, folder: Path
) -> None:
    office.says("generate", "seal-LATE", "--algorithm", "ES256")
    office.says("csr", "seal-LATE", *NAMES, "-o", "late.csr")
    ca.certify("late.csr", "late.pem")
    made = x509.load_pem_x509_certificate((folder / "late.pem").read_bytes())
    files = ("chain.pem", "late.pem", "--anchor", "root.pem")

    with serving_lists(ca, made.serial_number) as settings:
        error = office.fails("import", "seal-LATE", *files, settings=settings)
        assert f"{made.serial_number:x}" in error
        assert "is revoked since" in error
        assert "have your CA make another one" in error
    assert office.list_keys()["seal-LATE"]["state"] == "waits"

    with serving_lists(ca) as settings:
        done = office.run("import", "seal-LATE", *files, settings=settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert office.list_keys()["seal-LATE"]["state"] == "signs"


def test_a_revoked_pkcs12_file_is_refused_before_its_key_is_taken(
    office: Office, ca: Ca, folder: Path
) -> None:
    subject = name_of("Seal", organization="T", identifier="VATTH-2")
    ca.make_key(subject, "gone.p12", b"geheim")
    (folder / "password").write_text("geheim\n")
    data = (folder / "gone.p12").read_bytes()
    _, made, _ = pkcs12.load_key_and_certificates(data, b"geheim")
    assert made is not None
    words = (
        *("import-p12", "seal-GONE", "gone.p12"),
        *("--anchor", "root.pem", "--password-file", "password"),
    )
    with serving_lists(ca, made.serial_number) as settings:
        assert "is revoked since" in office.fails(*words, settings=settings)
    assert "seal-GONE" not in office.list_keys()
    # Where nobody can be asked it is taken, with a warning.
    done = office.run(*words, settings=settings)
    assert done.returncode == 0
    assert "Whether the certificate is revoked is not known yet" in done.stderr
    assert office.list_keys()["seal-GONE"]["state"] == "signs"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("generate", "seal-trade"), "is not the label of a key"),
        (("generate", "root-ca"), "cannot be replaced here"),
        (("generate", "claim-X", "--algorithm", "RS256"), "must be ES256"),
        (("csr", "seal-TRADE"), "no key of seal-TRADE waits for a certificate"),
        (("csr", "seal-NOBODY"), "name the agency with --name-th and --name-en"),
        (("import", "seal-TRADE", "nowhere.pem"), "nowhere.pem cannot be read"),
        (("self-sign", "seal-TRADE"), "needs a certificate of a CA"),
        (("rotate", "seal-NOBODY"), "has no key to replace"),
        (("compromise", "seal-TRADE", "--since", "last week"), "is no moment"),
        (("compromise", "seal-TRADE", "--since", "2999-01-01"), "is yet to come"),
    ],
)
def test_what_cannot_be_done_is_told(
    office: Office, words: tuple[str, ...], expected: str
) -> None:
    assert expected in office.fails(*words)


def test_a_stolen_key_is_stopped(office: Office) -> None:
    said = office.says("compromise", "claim-TRADE", "--since", "2026-01-01")
    assert "signs no more, in any process" in said
    assert "Then `tra keys rotate claim-TRADE`" in said
    said = office.says("list")
    assert "Warning: claim-TRADE.2 is compromised and signs nothing" in said
    done = office.run("check")
    assert done.returncode == 1
    assert "is compromised from 2025-12-31T17:00:00+00:00" in done.stdout
    office.says("rotate", "claim-TRADE")
    assert office.says("check")


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    page = (Path(__file__).parents[2] / "docs/keys.md").read_text()
    there = {command.name for command in app.registered_commands}
    named = set(re.findall(r"tra keys ([a-z0-9-]+)", page))
    assert named == there


def test_a_certificate_near_its_end_is_warned_of(tmp_path: Path) -> None:
    made = datetime.now(UTC) - timedelta(days=3 * 365 - 20)  # noqa: TID251 - as above
    (tmp_path / "data").mkdir()
    settings = KeysSettings(home=tmp_path / "data")
    create_development_pki(settings, agency=TRADE.names, now=made)
    said = Office(tmp_path, {}).says("list")
    for label in ("seal-TRADE", "claim-TRADE", "publication"):
        assert f"Warning: the certificate of {label} ends in 19 days: `tra " in said
    assert "Warning: the certificate of ocsp has expired" in said


@pytest.mark.hsm
def test_from_nothing_to_keys_in_the_token_in_production(
    tmp_path: Path, soft_token: SoftToken
) -> None:
    """What docs/keys.md tells an agency to type."""
    pin_file = tmp_path / "pin"
    pin_file.write_text(f"{PIN}\n")
    settings = soft_token.settings()
    del settings["TRA_PKCS11_PIN"]
    settings |= {"TRA_ENV": "production", "TRA_PKCS11_PIN_FILE": str(pin_file)}
    office, ca = Office(tmp_path, settings), Ca(tmp_path)
    for label in ("seal-TRADE", "claim-TRADE", "publication"):
        assert "is in the token" in office.says("generate", label)
    office.says("csr", "seal-TRADE", *NAMES, "-o", "request.csr")
    ca.certify("request.csr", "certificate.pem")
    answer = ("certificate.pem", "chain.pem", "--anchor", "root.pem")
    office.says("import", "seal-TRADE", *answer)
    for label in ("claim-TRADE", "publication"):
        office.says("self-sign", label, *NAMES[:4])
    said = office.says("check")
    assert said.count("signs") == 3
    keys = office.list_keys()
    assert {key["place"] for key in keys.values()} == {"token"}
    assert {key["state"] for key in keys.values()} == {"signs"}
    assert list(tmp_path.rglob("*.key.pem")) == []

    del settings["TRA_PKCS11_PIN_FILE"]
    other = Office(tmp_path, settings)
    assert "set TRA_PKCS11_PIN_FILE" in other.fails("generate", "seal-NEW")
    done = other.run("check", settings={"TRA_PKCS11_PIN": "0000-wrong"})
    assert done.returncode == 1
    assert done.stdout.count("refuses the PIN") == 3
    assert "0000" not in done.stdout + done.stderr
    here = {"TRA_PKCS11_PIN": PIN}
    for change, expected in (
        ({"TRA_PKCS11_MODULE": "/nowhere.so"}, "module /nowhere.so is not there"),
        ({"TRA_PKCS11_TOKEN": "nobody"}, "no token is labelled 'nobody'"),
    ):
        error = other.fails("generate", "seal-NEW", settings=here | change)
        assert expected in error
