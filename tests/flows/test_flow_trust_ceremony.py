# SPDX-License-Identifier: Apache-2.0
"""A production installation from nothing: HSM, a CA that is not ours, a trust root on
another machine. What docs/keys.md tells an agency to type."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.lifecycle import require_profile
from keys.request import certify_request
from keys.signing import ROOT_CA, seal_label
from keys.store import open_key_store
from tests.console import Console
from tests.softhsm import PIN, SoftToken
from tests.world import World
from tra.clock import system_clock

pytestmark = pytest.mark.hsm

PASSPHRASE = "correct horse battery"
AGENCY = ("--agency-id", "DBD", "--domain", "dbd.example", "--type", "business_licence")
NAMES = ("--name-th", "กรมตัวอย่าง", "--name-en", "Sample Department")
SAMPLE = Path(__file__).parents[2] / "templates/business_licence/sample.json"


class LicensedCa:
    """A CA and an authority of time stamps that are not ours: another installation's."""

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


def test_a_ceremony_with_the_trust_root_on_another_machine(
    tmp_path: Path, world: World, soft_token: SoftToken
) -> None:
    ca = LicensedCa(world, tmp_path)
    server = Console(make_server(tmp_path, soft_token, ca))
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    root = Console(
        {
            "TRA_ENV": "production",
            "TRA_HOME": str(tmp_path / "safe"),
            "TRA_KEY_PASSPHRASE_FILE": str(tmp_path / "passphrase"),
        }
    )
    # The machine of the trust root.
    public = root.tells("trust", "create-root")["public_key"]
    shutil.copy(public, tmp_path / "pinned.pem")
    assert "there is a trust root" in root.fails("trust", "create-root")
    # The server: a register and keys in the token, no development key anywhere.
    assert "--agency-id" in server.fails("init")
    assert "Make its keys in the HSM" in server.says("init", *AGENCY, *NAMES)
    for label in ("seal-DBD", "claim-DBD", "publication"):
        server.says("keys", "generate", label)
    request, answer = tmp_path / "seal.csr", tmp_path / "seal.pem"
    server.says("keys", "csr", "seal-DBD", "--out", request)
    ca.certify(request, answer)
    server.says("keys", "import", "seal-DBD", answer, "--anchor", ca.anchor)
    for label in ("claim-DBD", "publication"):
        server.says("keys", "self-sign", label, *NAMES)
    # The first list, there and back.
    draft, signed = tmp_path / "draft.json", tmp_path / "list.jws"
    words = ("trust", "prepare", "-o", draft)
    said = server.says(*words, "--name-th", "บัญชีตัวอย่าง", "--name-en", "Sample list")
    assert "+ added: agency DBD" in said
    assert "+ added: type business_licence (" in said
    assert "holds keys of an issuer" in server.fails("trust", "sign", draft, "--yes")
    assert "nothing was signed" in root.fails("trust", "sign", draft, typed="n\n")
    said = root.says("trust", "sign", draft, "-o", signed, typed="y\n")
    digest = server.tells("trust", "prepare", "-o", tmp_path / "other")["sha256"]
    assert len(digest) == 64
    assert "SHA-256" in said
    said = server.says("trust", "publish", signed)
    assert "Trust list 1 is published." in said
    assert "does not say yet" not in said
    # It issues, and anybody verifies.
    server.says("publish")
    pdf = tmp_path / "licence.pdf"
    server.says("issue", "business_licence", SAMPLE, "-o", pdf)
    code, said, _ = server.run("verify", pdf, "--json")
    assert (code, json.loads(said)[0]["outcome"]) == (0, "in_force")
    assert list((tmp_path / "server").rglob("*.key.pem")) == []
    # A claim key is stolen: the list says so after the next ceremony.
    done = server.tells("keys", "compromise", "claim-DBD", "--since", "2026-01-01")
    assert (done["listed"], len(done["undone"])) == (False, 2)
    assert "tra trust prepare" in str(done["undone"])
    assert "signs no more" in server.fails("issue", "business_licence", SAMPLE)
    assert "must name key claim-DBD.2" in server.fails("keys", "rotate", "claim-DBD")
    said = server.says("trust", "prepare", "-o", draft)
    assert "! compromised: claim key" in said
    assert "+ added: claim key" in said
    shorn = tmp_path / "shorn.json"
    members = json.loads(draft.read_text())
    members["list"]["agencies"][0]["claim_keys"].pop(0)
    shorn.write_text(json.dumps(members))
    error = root.fails("trust", "sign", shorn, "--yes")
    assert "takes nothing back" in error
    assert "is taken off" in error
    root.says("trust", "sign", draft, "-o", signed, "--yes")
    root.says("trust", "sign", draft, "-o", signed, "--yes")  # the stick was lost
    server.says("trust", "publish", signed)
    assert "must be above" in server.fails("trust", "publish", signed)
    assert "signs from now on" in server.says("keys", "rotate", "claim-DBD")
    server.says("issue", "business_licence", SAMPLE, "-o", pdf)
    code, said, _ = server.run("verify", pdf, "--json")
    assert (code, json.loads(said)[0]["outcome"]) == (0, "in_force")
