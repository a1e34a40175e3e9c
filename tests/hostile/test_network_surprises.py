# SPDX-License-Identifier: Apache-2.0
"""Attack: a file that wants to be read over the network, or to tell who reads it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge import Forge, Signature
from tests.forge_pki import NOW
from tests.hostile.sinkhole import Sinkhole, draw_calling_pdf, replace_metadata
from verifier.isolation import PdfVerifiers
from verifier.limits import Sandbox, WorkerLimits

ROOT = Path(__file__).parents[2]
NAMES = "http://tra-sinkhole.invalid"
"""An address that has first to be looked up."""

# Audit hooks hear of every connection and look-up that Python code makes, before
# it is made; a hook cannot be taken off again, so this is a process of its own.
LISTENER = """
import json, sys
from datetime import datetime
from pathlib import Path
import verifier.worker
from verifier.trust import Publication
from verifier.verify_pdf import verify_pdf
folder, root, now, *files = sys.argv[1:]
heard = []
KINDS = ("socket.", "urllib.", "http.", "ftplib.", "subprocess.", "os.system",
         "os.exec", "os.posix_spawn", "os.fork", "webbrowser.", "smtplib.")
def hear(event, arguments):
    if event.startswith(KINDS) or (event == "open" and "r" not in str(arguments[1])):
        heard.append(f"{event} {arguments!r}"[:200])
sys.addaudithook(hear)
publication = Publication.open(folder, trust_root=Path(root))
outcomes = [
    str(verify_pdf(Path(file).read_bytes(), publication=publication,
                   now=datetime.fromisoformat(now)).outcome)
    for file in files
]
during = list(heard)
import socket
try:
    socket.getaddrinfo("tra-sinkhole.invalid", 80)
except OSError:
    pass
control = heard[len(during):]
print(json.dumps({"outcomes": outcomes, "heard": during, "control": control}))
"""


@pytest.fixture(scope="module")
def sinkhole() -> Iterator[Sinkhole]:
    """Give a server that must stay silent."""
    with Sinkhole().listening() as listening:
        yield listening


@pytest.fixture(scope="module")
def calling(
    tmp_path_factory: pytest.TempPathFactory, sinkhole: Sinkhole
) -> tuple[Forge, list[Path]]:
    """Give files that call: sealed, cut off, unsigned; by address and by name."""
    forge = Forge(tmp_path_factory.mktemp("calling") / "publication")
    files: list[Path] = []
    for place, address in (("address", sinkhole.address), ("name", NAMES)):
        mine = forge.issue()
        attached = {"record.json": mine.record, "claim.cose": mine.claim}
        drawn = draw_calling_pdf(address, attached)
        trade = forge.trade
        seal = forge.make_seal(trade.id, trade.name.th, trade.name.en, pki=address)
        with_lists = Signature(seal, tsa=forge.tsa, crls=forge.crls())
        made = {
            "sealed": forge.sign(drawn, with_lists),
            # Revocation data is missing, and the certificate says where to fetch it.
            "bare": forge.sign(drawn, Signature(seal, tsa=forge.tsa)),
            "cut": forge.sign(drawn, with_lists)[:-3_000],
            "unsigned": drawn,
            "updated": replace_metadata(forge.sign(drawn, with_lists), address),
        }
        for name, pdf in made.items():
            assert pdf.count(address.encode()) >= 5
            file = forge.folder.parent / f"{place}-{name}.pdf"
            file.write_bytes(pdf)
            files.append(file)
    forge.publish()
    return forge, files


def test_nothing_in_a_file_makes_the_verifier_call_anywhere(
    calling: tuple[Forge, list[Path]], sinkhole: Sinkhole
) -> None:
    forge, files = calling
    arguments = [str(forge.folder), str(forge.root_file()), NOW.isoformat()]
    done = subprocess.run(
        [sys.executable, "-c", LISTENER, *arguments, *map(str, files)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    told = json.loads(done.stdout)

    assert told["heard"] == []
    # The listener hears, and the files were read as far as files can be.
    assert "socket.getaddrinfo" in told["control"][0]
    assert len(told["outcomes"]) == len(files)
    assert "in_force" not in told["outcomes"]
    assert sinkhole.heard == []


def test_nor_do_the_processes_of_the_service_without_their_sandbox(
    calling: tuple[Forge, list[Path]], sinkhole: Sinkhole
) -> None:
    forge, files = calling
    workers = WorkerLimits(sandbox=Sandbox.OFF)
    with PdfVerifiers(forge.open(), workers=workers) as verifiers:
        reports = [verifiers.verify_pdf(f.read_bytes(), now=NOW) for f in files]

    assert {report.reason.value for report in reports} & {"TRY_LATER", "file_differs"}
    assert sinkhole.heard == []
    with urllib.request.urlopen(f"{sinkhole.address}/control"):  # noqa: S310 - our own
        assert sinkhole.heard == ["GET /control"]
    sinkhole.heard.clear()
