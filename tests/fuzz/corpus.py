# SPDX-License-Identifier: Apache-2.0
"""The files that are broken: ours of several types, two signatures, foreign forms.

Made once and kept in a folder with the publication they are verified against, so
that a run can go on, and a finding be had again, without a single key.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pikepdf
from pyhanko.sign.fields import MDPPerm

from tests.forge import Forge, Signature, draw_pdf
from tests.forge_pki import NOW
from tests.hostile.made import forms, looks, repair
from tests.world import run_world
from tra.clock import system_clock
from verifier.trust import Publication

_ABOUT = "about.json"
_WORLD_TYPES = ("business_licence", "juristic_certificate", "building_permit")


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A file as it was made, and the world in which it is judged."""

    name: str
    pdf: bytes
    world: str
    ours: bool
    """Whether it is in force as it is; any other file must never be."""
    leave: bool = False
    """Whether its signer gives leave to fill the form in."""

    @property
    def is_signed(self) -> bool:
        """Whether anybody has signed it."""
        return b"/ByteRange" in self.pdf


@dataclass(frozen=True, kw_only=True)
class CorpusWorld:
    """A publication, and the moment at which it is read."""

    folder: Path
    now: datetime

    def open(self) -> Publication:
        """Return a fresh view of the publication."""
        root = self.folder / "trust-root.pub.pem"
        return Publication.open(str(self.folder / "publication"), trust_root=root)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """All seeds and their worlds."""

    seeds: tuple[Seed, ...]
    worlds: Mapping[str, CorpusWorld]


def open_corpus(folder: Path) -> Corpus:
    """Return the corpus of a folder; made there if there is none yet."""
    if not (folder / _ABOUT).exists():
        folder.mkdir(parents=True, exist_ok=True)
        worlds = {"forge": _make_forged(folder), "world": _make_issued(folder)}
        about = {name: now.isoformat() for name, now in worlds.items()}
        (folder / _ABOUT).write_text(json.dumps(about))
    about = json.loads((folder / _ABOUT).read_text())
    return _read(folder, {n: datetime.fromisoformat(at) for n, at in about.items()})


def make_small_corpus(folder: Path) -> Corpus:
    """Return a corpus that needs no installation, for the tests."""
    return _read(folder, {"forge": _make_forged(folder)})


def _read(folder: Path, worlds: Mapping[str, datetime]) -> Corpus:
    seeds = tuple(
        Seed(
            name=file.stem.removesuffix(".ours").removesuffix(".leave"),
            pdf=file.read_bytes(),
            world=name,
            ours=file.stem.endswith(".ours"),
            leave=file.stem.endswith(".leave"),
        )
        for name in worlds
        for file in sorted((folder / name).glob("*.pdf"))
    )
    return Corpus(
        seeds=seeds,
        worlds={
            name: CorpusWorld(folder=folder / name, now=now)
            for name, now in worlds.items()
        },
    )


def _make_forged(folder: Path) -> datetime:
    """Make small files with keys of their own, which are quick to read."""
    home = folder / "forge"
    forge = Forge(home / "publication")
    ours = forge.issue()
    two = _sign_twice(forge)
    files = {
        "licence.ours": ours.pdf,
        "officer-and-seal": two,
        "unsigned": draw_pdf(),
        "foreign-form": _sign_foreign(forge, _draw_form()),
        "foreign-packed": _sign_foreign(forge, _pack(draw_pdf(compress=True))),
        "foreign-bes": forge.sign(draw_pdf(), Signature(forge.labour.seal)),
        "packed-certified": repair.sign_packed(forge)[0],
        "notes-approved": looks.approve(forge, looks.draw_notes()),
        "form-approved": forms.sign_form(forge),
        "form-certified": forms.sign_form(forge, permission=MDPPerm.NO_CHANGES),
        "form-open.leave": forms.sign_form(forge, permission=MDPPerm.FILL_FORMS),
    }
    forge.publish()
    forge.root_file()
    for name, pdf in files.items():
        (home / f"{name}.pdf").write_bytes(pdf)
    return NOW


def _make_issued(folder: Path) -> datetime:
    """Issue documents as an installation does, and keep what it has published."""
    home = folder / "world"
    home.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, run_world(Path(place)) as world:
        for type_id in _WORLD_TYPES:
            pdf = world.pdf(world.issue(type_id)["id"])
            (home / f"{type_id}.ours.pdf").write_bytes(pdf)
        settings = world.home.verifier
        shutil.copytree(settings.publication_address, home / "publication")
        shutil.copy(settings.trust_root_path, home / "trust-root.pub.pem")
        return system_clock()


def _sign_twice(forge: Forge) -> bytes:
    """Sign as an officer, then seal as an agency: two signatures of one file."""
    officer = Signature(forge.labour.seal, certify=False, field="Officer")
    seal = Signature(forge.trade.seal, tsa=forge.tsa, crls=forge.crls(), certify=False)
    return forge.sign(forge.sign(draw_pdf(), officer), seal)


def _sign_foreign(forge: Forge, pdf: bytes) -> bytes:
    stranger = Forge(forge.folder.parent / "stranger")
    how = Signature(stranger.trade.seal, tsa=stranger.tsa, crls=stranger.crls())
    return stranger.sign(pdf, replace(how, certify=False))


def _draw_form() -> bytes:
    """Draw a page with a text field on it, as the forms of other agencies have."""
    with pikepdf.open(BytesIO(draw_pdf(lines=("APPLICATION",)))) as pdf:
        page = pdf.pages[0].obj
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("name"),
                V=pikepdf.String("Somchai"),
                Rect=[72, 600, 300, 620],
                P=page,
            )
        )
        page.Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], NeedAppearances=True)
        return _save(pdf)


def _pack(pdf: bytes) -> bytes:
    """Put all objects into object streams."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        return _save(opened, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _save(pdf: pikepdf.Pdf, **how: pikepdf.ObjectStreamMode) -> bytes:
    output = BytesIO()
    pdf.save(output, **how)  # type: ignore[arg-type]  # names of options
    return output.getvalue()
