# SPDX-License-Identifier: Apache-2.0
"""Production from nothing, with the trust root elsewhere, as docs/keys.md tells it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from keys.lifecycle import require_profile
from keys.profiles import TIMESTAMP_POLICY
from keys.request import certify_request
from keys.signing import ROOT_CA, seal_label
from keys.store import open_key_store
from tests.console import Console
from tests.softhsm import PIN, SoftToken
from tests.world import World
from tra.clock import system_clock

pytestmark = pytest.mark.hsm

PASSPHRASE = "correct horse battery"  # noqa: S105 - of a key that lives for a test
AGENCY = ("--agency-id", "DBD", "--domain", "dbd.example", "--type", "business_licence")
NAMES = ("--name-th", "กรมตัวอย่าง", "--name-en", "Sample Department")
DOMAIN = ("--domain", "dot.example")
SAMPLE = Path(__file__).parents[2] / "templates/business_licence/sample.json"


class LicensedCa:
    """A CA and an authority of time stamps that are not ours."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world, self._folder = world, folder
        root = open_key_store(world.home.keys).files.load_certificate(ROOT_CA)
        self.anchor = folder / "ca-root.pem"
        self.anchor.write_bytes(root.public_bytes(Encoding.PEM))

    def settings(self) -> dict[str, str]:
        """What an issuer is told of it."""
        pki = f"{self._world.url}/pki"
        return {
            "TRA_TSA_URLS": f"{pki}/tsa",
            "TRA_TSA_ANCHORS": str(self.anchor),
            # Production takes no token of the development authority unless told to.
            "TRA_TSA_POLICIES": TIMESTAMP_POLICY.dotted_string,
            "TRA_CRL_URLS": f"{pki}/crl/root-ca.crl,{pki}/crl/issuing-ca.crl",
        }

    def certify(self, request: Path, answer: Path) -> None:
        """Certify a request, and write the chain below it."""
        label = seal_label("DBD")
        chain = certify_request(
            open_key_store(self._world.home.keys),
            label,
            request.read_bytes(),
            profile=require_profile(label),
            pki_url=f"{self._world.url}/pki",
            now=system_clock(),
        )
        answer.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))


def make_server(folder: Path, token: SoftToken, ca: LicensedCa) -> Mapping[str, str]:
    (folder / "pin").write_text(f"{PIN}\n")
    settings = token.settings() | {"TRA_PKCS11_PIN_FILE": str(folder / "pin")}
    del settings["TRA_PKCS11_PIN"]
    return {
        **settings,
        **ca.settings(),
        "TRA_ENV": "production",
        "TRA_HOME": str(folder / "server"),
        "TRA_TRUST_ROOT": str(folder / "pinned.pem"),
    }


def make_root(folder: Path) -> Console:
    """A machine of the trust root, with its key in an encrypted file."""
    (folder / "passphrase").write_text(f"{PASSPHRASE}\n")
    root = Console(
        {
            "TRA_ENV": "production",
            "TRA_HOME": str(folder / "safe"),
            "TRA_KEY_PASSPHRASE_FILE": str(folder / "passphrase"),
        }
    )
    public = root.tells("trust", "create-root")["public_key"]
    shutil.copy(public, folder / "pinned.pem")
    assert "there is a trust root" in root.fails("trust", "create-root")
    return root


def make_keys(server: Console, ca: LicensedCa, folder: Path) -> None:
    """A register and keys in the token, no development key anywhere."""
    assert "--agency-id" in server.fails("init")
    assert "Make its keys in the HSM" in server.says("init", *AGENCY, *NAMES)
    for label in ("seal-DBD", "claim-DBD", "publication"):
        server.says("keys", "generate", label)
    request, answer = folder / "seal.csr", folder / "seal.pem"
    server.says("keys", "csr", "seal-DBD", "--out", request)
    ca.certify(request, answer)
    server.says("keys", "import", "seal-DBD", answer, "--anchor", ca.anchor)
    for label in ("claim-DBD", "publication"):
        server.says("keys", "self-sign", label, *NAMES)
    assert list((folder / "server").rglob("*.key.pem")) == []


def check_it_issues(server: Console, folder: Path) -> None:
    pdf = folder / "licence.pdf"
    server.says("issue", "business_licence", SAMPLE, "-o", pdf)
    code, said, _ = server.run("verify", pdf, "--json")
    assert (code, json.loads(said)[0]["outcome"]) == (0, "in_force")


def test_a_ceremony_with_the_trust_root_on_another_machine(
    tmp_path: Path, world: World, soft_token: SoftToken
) -> None:
    ca = LicensedCa(world, tmp_path)
    server = Console(make_server(tmp_path, soft_token, ca))
    root = make_root(tmp_path)
    make_keys(server, ca, tmp_path)
    # The first list, there and back.
    draft, signed = tmp_path / "draft.json", tmp_path / "list.jws"
    names = ("--name-th", "บัญชีตัวอย่าง", "--name-en", "Sample list")
    said = server.says("trust", "prepare", "-o", draft, *names)
    assert "+ added: agency DBD" in said
    assert "+ added: type business_licence (" in said
    assert "Warning" not in said
    [digest] = [line for line in said.splitlines() if "SHA-256" in line]
    assert "holds keys of an issuer" in server.fails("trust", "sign", draft, "--yes")
    assert "nothing was signed" in root.fails("trust", "sign", draft, typed="n\n")
    assert digest in root.says("trust", "sign", draft, "-o", signed, typed="y\n")
    said = server.says("trust", "publish", signed)
    assert "Trust list 1 is published." in said
    assert "does not say yet" not in said
    # It issues, and anybody verifies.
    server.says("publish")
    check_it_issues(server, tmp_path)
    # A claim key is stolen: the list says so after the next ceremony.
    done = server.tells("keys", "compromise", "claim-DBD", "--since", "2026-01-01")
    assert (done["listed"], len(done["undone"])) == (False, 2)
    assert "tra trust prepare" in str(done["undone"])
    assert "signs no more" in server.fails("issue", "business_licence", SAMPLE)
    assert "must name key claim-DBD.2" in server.fails("keys", "rotate", "claim-DBD")
    said = server.says("trust", "prepare", "-o", draft)
    assert "! compromised: claim key" in said
    assert "+ added: claim key" in said
    _try_to_take_off(root, draft, tmp_path / "shorn.json")
    for _ in range(2):  # the stick was lost on the way back
        root.says("trust", "sign", draft, "-o", signed, "--yes")
    server.says("trust", "publish", signed)
    assert "must be above" in server.fails("trust", "publish", signed)
    assert "signs from now on" in server.says("keys", "rotate", "claim-DBD")
    check_it_issues(server, tmp_path)


def _try_to_take_off(root: Console, draft: Path, shorn: Path) -> None:
    members = json.loads(draft.read_text())
    members["list"]["agencies"][0]["claim_keys"].pop(0)
    shorn.write_text(json.dumps(members))
    error = root.fails("trust", "sign", shorn, "--yes")
    assert "takes nothing back" in error
    assert "is taken off" in error


def make_house(folder: Path) -> Console:
    """A development installation, which has its trust root beside it."""
    house = Console({"TRA_HOME": str(folder), "TRA_ENV": "development"})
    house.says("init", *AGENCY, *NAMES)
    return house


def test_a_list_of_two_houses_on_one_machine_of_development(tmp_path: Path) -> None:
    """What another installation brings is added to a draft, shown and kept."""
    house = make_house(tmp_path / "a")
    other = Console({"TRA_HOME": str(tmp_path / "b"), "TRA_ENV": "development"})
    names = ("--agency-id", "DOL", "--domain", "dol.example", *NAMES)
    other.says("init", *names)
    entry, draft, signed = (tmp_path / name for name in ("dol", "draft", "list.jws"))
    other.says("trust", "export", "DOL", "-o", entry)
    house.says("trust", "prepare", "-o", draft)
    said = house.says("trust", "add", draft, "--agency", entry)
    assert "+ added: agency DOL" in said
    house.says("trust", "sign", draft, "-o", signed, "--yes")
    said = house.says("trust", "publish", signed)
    assert "does not say yet" not in said
    # What the register does not know stays, and can be ended.
    shown = house.tells("trust", "show")
    [claim] = next(a for a in shown["agencies"] if a["id"] == "DOL")["claim_keys"]
    house.says("trust", "prepare", "-o", draft)
    assert "nothing on the list" in house.fails("trust", "retire", draft, "ffffffff")
    words = ("trust", "retire", draft, claim["kid"], "--stolen-from", "2026-11-01")
    assert "! compromised: claim key" in house.says(*words)
    seq = json.loads(draft.read_text())["list"]["seq"]
    house.says("trust", "sign", draft, "-o", signed, "--yes")
    # One number never stands for two lists.
    house.says("trust", "prepare", "-o", draft, "--days", "30")
    error = house.fails("trust", "sign", draft, "--yes")
    assert f"--seq {seq + 1}" in error
    house.says("trust", "publish", signed)
    assert "stolen from" in house.says("trust", "show", signed)
    # An agency may be entered before its keys are made; the draft says what lacks.
    env = {"TRA_ENV": "production", "TRA_TRUST_ROOT": f"{tmp_path}/a/trust-root/"}
    env["TRA_TRUST_ROOT"] += "trust-root.pub.pem"
    production = Console({**house.settings, **env})
    said = production.says("agency", "add", "--agency-id", "DOT", *NAMES, *DOMAIN)
    assert "tra trust prepare" in said
    said = production.says("trust", "prepare", "-o", draft)
    assert "Warning: agency DOT has no claim key yet" in said
    # The next list of the house itself takes nothing back.
    house.says("agency", "types", "DBD", "--add", "import_licence")
    shown = house.tells("trust", "show")
    dol = next(a for a in shown["agencies"] if a["id"] == "DOL")
    assert dol["claim_keys"][0]["compromised_from"] is not None


def test_a_trust_root_in_a_token(tmp_path: Path, soft_token: SoftToken) -> None:
    house = make_house(tmp_path / "house")
    root = Console(
        soft_token.settings()
        | {
            "TRA_ENV": "production",
            "TRA_HOME": str(tmp_path / "safe"),
            "TRA_PKCS11_KEYS": "trust-root",
        }
    )
    root.says("trust", "create-root")
    assert list((tmp_path / "safe").rglob("*.key.pem")) == []
    draft, signed = tmp_path / "draft", tmp_path / "list.jws"
    pinned = {"TRA_TRUST_ROOT": str(tmp_path / "safe/trust-root/trust-root.pub.pem")}
    server = Console({**house.settings, **pinned})
    server.says("trust", "prepare", "-o", draft)
    root.says("trust", "sign", draft, "-o", signed, "--yes")
    assert "Trust list 1 is published." in server.says("trust", "publish", signed)
    # Another root's list is not taken.
    assert "trust list" in house.fails("trust", "publish", signed)
