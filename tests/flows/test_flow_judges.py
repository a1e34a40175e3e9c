# SPDX-License-Identifier: Apache-2.0
"""Other people's programs judge what we issue: poppler, MuPDF, qpdf, OpenSSL, NSS."""

import re
import subprocess
from pathlib import Path

import pytest
from asn1crypto import cms
from pikepdf import Pdf

from tests.programs import need, run
from tests.world import World
from tra.demo import flip_byte

TYPES = (
    "building_permit",
    "business_licence",
    "import_licence",
    "juristic_certificate",
    "training_certificate",
)


@pytest.fixture(scope="module", params=TYPES)
def sealed(
    request: pytest.FixtureRequest,
    world: World,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A sealed file of each type."""
    path = tmp_path_factory.mktemp("sealed") / f"{request.param}.pdf"
    path.write_bytes(world.pdf(world.issue(request.param)["id"]))
    return path


@pytest.fixture(scope="session")
def trust_store(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An NSS database that trusts our root and nothing else."""
    certutil = need("certutil", "libnss3-tools")
    folder = tmp_path_factory.mktemp("nss")
    run(certutil, "-N", "-d", f"sql:{folder}", "--empty-password")
    root = world.folder / "keys" / "root-ca.crt.pem"
    trust = ("-t", "CT,C,C", "-n", "root", "-i", root)
    run(certutil, "-A", "-d", f"sql:{folder}", *trust)
    return folder


def test_poppler_trusts_signature_and_certificate(
    sealed: Path, trust_store: Path
) -> None:
    pdfsig = need("pdfsig", "poppler-utils")
    said = run(pdfsig, "-nssdir", f"sql:{trust_store}", sealed)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
    assert "ETSI.CAdES.detached" in said


def test_mupdf_finds_the_signature_valid(sealed: Path) -> None:
    mutool = need("mutool", "mupdf-tools")
    assert "The signature is valid" in run(mutool, "sign", "-v", sealed)


def test_the_seal_covers_all_but_the_data_to_check_it(
    sealed: Path, tmp_path: Path
) -> None:
    whole = sealed.read_bytes()
    path = tmp_path / "as-sealed.pdf"
    path.write_bytes(as_sealed(whole))
    assert "Total document signed" in run(need("pdfsig", "poppler-utils"), path)
    said = run(need("mutool", "mupdf-tools"), "sign", "-v", path)
    assert "The document is unchanged since signing." in said
    with Pdf.open(path) as before, Pdf.open(sealed) as after:
        added = set(after.Root.keys()) - set(before.Root.keys())
        assert added == {"/DSS"}
        # The form gains the field of a document timestamp, if there is one.
        for key in set(before.Root.keys()) - {"/AcroForm"}:
            assert after.Root[key].unparse() == before.Root[key].unparse()


def test_mupdf_finds_a_flipped_byte(sealed: Path, tmp_path: Path) -> None:
    mutool = need("mutool", "mupdf-tools")
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(flip_byte(sealed.read_bytes()))
    said = subprocess.run(
        [mutool, "sign", "-v", bad], check=False, capture_output=True, text=True
    )
    assert "The signature is valid" not in said.stdout
    assert "unchanged since signing" not in said.stdout


def test_qpdf_finds_no_fault(sealed: Path) -> None:
    said = run(need("qpdf", "qpdf"), "--check", sealed)
    assert "No syntax or stream encoding errors found" in said


def test_fonts_are_embedded_and_the_text_is_text(sealed: Path) -> None:
    fonts = run(need("pdffonts", "poppler-utils"), sealed).splitlines()[2:]
    assert fonts
    for line in fonts:
        assert re.search(r"\byes\s+yes\s+yes\b", line), line
    assert "กรมพัฒนาการค้าตัวอย่าง" in run(
        need("pdftotext", "poppler-utils"), sealed, "-"
    ).replace(" ", "")


def test_openssl_accepts_the_signature_over_the_byte_range(
    sealed: Path, world: World, tmp_path: Path
) -> None:
    openssl = need("openssl", "openssl")
    content, container = signed_parts(sealed.read_bytes())
    (tmp_path / "content").write_bytes(content)
    (tmp_path / "cms.der").write_bytes(container)
    root = world.folder / "keys" / "root-ca.crt.pem"
    run(
        openssl, "cms", "-verify", "-inform", "DER", "-in", tmp_path / "cms.der",
        "-content", tmp_path / "content", "-binary", "-CAfile", root,
        "-purpose", "any", "-out", tmp_path / "out",
    )  # fmt: skip


def test_openssl_accepts_the_signature_timestamp(
    sealed: Path, world: World, tmp_path: Path
) -> None:
    openssl = need("openssl", "openssl")
    _, container = signed_parts(sealed.read_bytes())
    info = cms.ContentInfo.load(container)["content"]["signer_infos"][0]
    [attribute] = [
        a
        for a in info["unsigned_attrs"]
        if a["type"].native == "signature_time_stamp_token"
    ]
    (tmp_path / "token.der").write_bytes(attribute["values"][0].dump())
    (tmp_path / "value").write_bytes(info["signature"].native)
    said = run(
        openssl, "ts", "-verify", "-token_in", "-in", tmp_path / "token.der",
        "-data", tmp_path / "value",
        "-CAfile", world.folder / "keys" / "root-ca.crt.pem",
        "-untrusted", world.folder / "keys" / "issuing-ca.crt.pem",
    )  # fmt: skip
    assert "Verification: OK" in said


def as_sealed(pdf: bytes) -> bytes:
    """Return a sealed file without the revision that was added to the seal's."""
    end = b"%%EOF\n"
    return pdf[: pdf.rindex(end, 0, len(pdf) - len(end)) + len(end)]


def signed_parts(pdf: bytes) -> tuple[bytes, bytes]:
    """Return the signed bytes and the DER signature container of the seal."""
    pdf = as_sealed(pdf)
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    assert found is not None
    start, length, second, rest = (int(n) for n in found.groups())
    assert (start, second + rest) == (0, len(pdf))
    content = pdf[:length] + pdf[second:]
    padded = bytes.fromhex(pdf[length + 1 : second - 1].decode())
    return content, cms.ContentInfo.load(padded, strict=False).dump()
