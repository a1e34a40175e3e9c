# SPDX-License-Identifier: Apache-2.0
"""A trust list is compared with what was signed and published last, always."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.console import Console

NAMES = ("--name-th", "กรมตัวอย่าง", "--name-en", "Sample Department")
AGENCY = ("--agency-id", "DBD", "--domain", "dbd.example", "--type", "business_licence")


@dataclass
class Ceremony:
    """A server and a trust root elsewhere; list 2 says that a key was stolen."""

    folder: Path
    server: Console
    root: Console

    @property
    def published(self) -> Path:
        """The list in the publication."""
        return self.folder / "house/publication/trust-list"

    @property
    def memories(self) -> list[Path]:
        """Memories of the server, one for each trust root that it had."""
        return list((self.folder / "house/keys/published").glob("*.jws"))

    def prepare(self, *words: str) -> Path:
        """Prepare a draft on the server."""
        draft = self.folder / "draft.json"
        self.server.says("trust", "prepare", "-o", draft, *words)
        return draft

    def sign(self, draft: Path, name: str) -> Path:
        """Sign a draft on the machine of the trust root."""
        signed = self.folder / name
        self.root.says("trust", "sign", draft, "-o", signed, "--yes")
        return signed

    def forge(self, **members: Any) -> Path:  # noqa: ANN401 - members of a draft
        """Write a draft in which the theft of the claim key is taken back."""
        draft: dict[str, Any] = json.loads(self.prepare().read_text()) | members
        [claim] = draft["list"]["agencies"][0]["claim_keys"]
        claim["compromised_from"] = None
        path = self.folder / "forged.json"
        path.write_text(json.dumps(draft))
        return path


@pytest.fixture
def ceremony(tmp_path: Path) -> Ceremony:
    (tmp_path / "passphrase").write_text("correct horse battery\n")
    house = {"TRA_HOME": str(tmp_path / "house"), "TRA_ENV": "development"}
    Console(house).says("init", *AGENCY, *NAMES)
    root = Console(
        {
            "TRA_HOME": str(tmp_path / "safe"),
            "TRA_ENV": "production",
            "TRA_KEY_PASSPHRASE_FILE": str(tmp_path / "passphrase"),
        }
    )
    pinned = root.tells("trust", "create-root")["public_key"]
    server = Console(house | {"TRA_TRUST_ROOT": pinned})
    done = Ceremony(folder=tmp_path, server=server, root=root)
    server.says("trust", "publish", done.sign(done.prepare(), "1.jws"))
    draft = done.prepare()
    kid = json.loads(draft.read_text())["list"]["agencies"][0]["claim_keys"][0]["kid"]
    server.says("trust", "retire", draft, kid, "--stolen-from", "2026-11-01")
    server.says("trust", "publish", done.sign(draft, "2.jws"))
    return done


def test_the_root_goes_on_from_what_it_signed_last(ceremony: Ceremony) -> None:
    root = ceremony.root
    older = (ceremony.folder / "1.jws").read_text()
    # Whatever the draft says that it follows, the theft stays.
    for previous, said in ((older, "follows list 1"), (None, "follows no list")):
        forged = ceremony.forge(previous=previous)
        error = root.fails("trust", "sign", forged, "--yes")
        assert said in error
        assert "signed list 2 last" in error
        words = ("trust", "sign", forged, "--yes", "--unpublished")
        assert "is cleared" in root.fails(*words)
    assert "is cleared" in root.fails("trust", "sign", ceremony.forge(), "--yes")
    # List 3 was signed and is never published: going on from it is asked for.
    ceremony.sign(ceremony.prepare(), "3.jws")
    draft = ceremony.prepare("--seq", "4")
    assert "signed list 3 last" in root.fails("trust", "sign", draft, "--yes")
    signed = ceremony.folder / "4.jws"
    asked = ("trust", "sign", draft, "-o", signed, "--unpublished")
    assert root.fails(*asked, typed="n\n") == "nothing was signed"
    _, _, error = root.run(*asked, "--yes")
    assert "THE DRAFT FOLLOWS LIST 2, NOT LIST 3" in error
    assert "4 is published" in ceremony.server.says("trust", "publish", signed)
    # A machine without a memory says so.
    (ceremony.folder / "safe/trust-root/signed.json").unlink()
    _, _, error = root.run("trust", "sign", ceremony.prepare(), "-o", signed, "--yes")
    assert "this machine remembers no list" in error


def test_a_publication_that_lost_its_list_forgets_nothing(ceremony: Ceremony) -> None:
    server, published = ceremony.server, ceremony.published
    first, second = (ceremony.folder / f"{n}.jws" for n in (1, 2))
    for damage in (None, b"broken", first.read_bytes()):
        published.unlink()
        if damage is not None:
            published.write_bytes(damage)
        # An older list takes the theft back: nobody publishes it anew.
        assert "is cleared" in server.fails("trust", "publish", first)
        draft = json.loads(ceremony.prepare().read_text())
        assert draft["list"]["seq"] == 3
        assert draft["previous"] == second.read_text()
        [claim] = draft["list"]["agencies"][0]["claim_keys"]
        assert claim["compromised_from"] is not None
        # The list itself is put back.
        assert "2 is published" in server.says("trust", "publish", second)
        assert published.read_bytes() == second.read_bytes()
    assert "must be above 2" in server.fails("trust", "publish", second)
    for memory in ceremony.memories:
        memory.write_text("broken")
    error = server.fails("trust", "publish", ceremony.folder / "2.jws")
    assert "put it back from a backup" in error
