# SPDX-License-Identifier: Apache-2.0
"""Shows every specimen to poppler's pdfsig and to pyHanko's default validation.

`python -m tests.hostile.compare` writes the table of tests/hostile/README.md.
Where another program says otherwise than ours, the reason must be in
`tests/hostile/differences.py`; what is not explained there stops it.
"""

import io
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils import filters
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from tests.forge import Forge
from tests.hostile.differences import explain
from tests.hostile.specimens import SPECIMENS, check_specimen, make_specimen
from verifier.packing import LIBRARY_DECODE_ROWS, mend_library

README = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- table -->\n", "<!-- end of table -->\n"
_VALID = "Signature is Valid."
_UNKNOWN_KIND = "Signature has not yet been verified."
_WORDS = {
    _VALID: "valid",
    _UNKNOWN_KIND: "not verified",
    "Unknown Validation Failure.": "unknown failure",
    "Digest Mismatch.": "digest mismatch",
    "Document isn't signed or corrupted data.": "corrupted",
    "Signature is Invalid.": "invalid",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one program says: whether it takes the file for whole, and its words."""

    verdict: str
    """good, bad, or none: it finds no signature, or cannot read."""
    words: str


def ask_ours(forge: Forge, name: str, pdf: bytes) -> Answer:
    """Ask our own verifier, and check that it says what is right."""
    report = check_specimen(forge, name, pdf)
    verdict = {"intact": "good", "altered": "bad"}.get(str(report.integrity), "none")
    return Answer(verdict=verdict, words=f"`{report.outcome}`, {report.integrity}")


def ask_pdfsig(pdf: bytes, folder: Path) -> Answer:
    """Ask poppler whether the signatures of a file hold."""
    file = folder / "specimen.pdf"
    file.write_bytes(pdf)
    run = subprocess.run(
        ["pdfsig", "-nocert", str(file)],
        capture_output=True,
        # Without a home it has no store of certificates, and asks for none.
        env={"HOME": str(folder), "PATH": os.defpath},
        text=True,
        errors="replace",
        check=False,
        timeout=60,
    )
    found = re.findall(r"Signature Validation: (.*)", run.stdout)
    if not found:
        return Answer(verdict="none", words="no signature")
    whole = "Not total document signed" not in run.stdout
    if all(one == _VALID for one in found):
        return Answer(verdict="good", words="valid" if whole else "valid, not total")
    words = ", ".join(dict.fromkeys(_WORDS.get(one, one) for one in found))
    verdict = "none" if set(found) <= {_VALID, _UNKNOWN_KIND} else "bad"
    return Answer(verdict=verdict, words=words)


def ask_pyhanko(pdf: bytes, forge: Forge) -> Answer:
    """Ask pyHanko as its documentation says, with the CA of our world as root."""
    try:
        with _library_as_it_came():
            reader = PdfFileReader(io.BytesIO(pdf))
            signatures = reader.embedded_signatures
            verdicts = [_judge(signature, forge) for signature in signatures]
    except Exception as error:  # noqa: BLE001 - whatever it raises is its answer
        return Answer(verdict="none", words=f"raises {type(error).__name__}")
    if not verdicts:
        return Answer(verdict="none", words="no signature")
    bad = [words for words in verdicts if words]
    if bad:
        return Answer(verdict="bad", words=", ".join(dict.fromkeys(bad)))
    return Answer(verdict="good", words="good")


@contextmanager
def _library_as_it_came() -> Iterator[None]:
    """Take back what our verifier mends in the library."""
    filters._png_decode = LIBRARY_DECODE_ROWS
    try:
        yield
    finally:
        mend_library()


def _judge(signature: Any, forge: Forge) -> str:  # noqa: ANN401 - the library's
    """Return what is wrong with a signature, or nothing."""
    context = ValidationContext(
        trust_roots=[forge.root.asn1], other_certs=[forge.ca.asn1], moment=forge.now
    )
    status: Any
    if signature.sig_object_type == "/DocTimeStamp":
        status = validate_pdf_timestamp(signature, context)
    else:
        status = validate_pdf_signature(signature, context)
    if not (status.intact and status.valid):
        return "invalid"
    if getattr(status, "docmdp_ok", None) is False:
        return "changed"
    changes = status.modification_level
    return "changed" if changes is not None and changes.name == "OTHER" else ""


def make_table() -> str:
    """Return the table, with every difference explained.

    Raises:
        KeyError: a difference is not explained.
    """
    logging.disable(logging.CRITICAL)
    lines = [
        "| file | what it is | ours | pdfsig | pyHanko | why they differ |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        forge = Forge(folder / "publication")
        for name, specimen in SPECIMENS.items():
            pdf = make_specimen(forge, name)
            ours = ask_ours(forge, name, pdf)
            others = (ask_pdfsig(pdf, folder), ask_pyhanko(pdf, forge))
            differs = [one.verdict != ours.verdict for one in others]
            why = explain(name, pdfsig=differs[0], pyhanko=differs[1])
            cells = [name, specimen.about, ours.words, *(one.words for one in others)]
            lines.append("| " + " | ".join([*cells, why]) + " |")
    logging.disable(logging.NOTSET)
    return "\n".join(lines) + "\n"


def pdfsig_version() -> str:
    """Return the version of pdfsig, or nothing if it is not installed."""
    if shutil.which("pdfsig") is None:
        return ""
    run = subprocess.run(["pdfsig", "-v"], capture_output=True, text=True, check=False)
    found = re.search(r"version ([\d.]+)", run.stdout + run.stderr)
    return "" if found is None else found[1]


def read_table() -> str:
    """Return the table as it stands in the README."""
    return README.read_text("utf-8").split(_BEGIN)[1].split(_END)[0]


def main() -> None:
    """Write the table anew."""
    if not pdfsig_version():
        sys.exit("pdfsig is not installed")
    text = README.read_text("utf-8")
    head, rest = text.split(_BEGIN)
    README.write_text(
        head + _BEGIN + make_table() + _END + rest.split(_END)[1], "utf-8"
    )


if __name__ == "__main__":
    main()
