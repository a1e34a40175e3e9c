# SPDX-License-Identifier: Apache-2.0
"""Ten years of an installation, lived in a minute, that end with the real today.

The clock is moved by hand and told to everything: CA, time-stamping authority (over
HTTP), issuer, guardian, verifier. It ends now, so that judges which know no other
clock than the machine's judge what is ten years old.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from issuer.agencies import ALL_PERMISSIONS, Caller
from issuer.context import Issuer, open_issuer
from issuer.draft import IssueRequest
from issuer.file_versions import read_newest
from issuer.guardian import GuardianRun, run_guardian
from issuer.issue import issue_document
from issuer.publish import publish_all
from issuer.settings import IssuerSettings
from keys.app import create_app as create_keys_app
from keys.ceremony import AgencyNames
from keys.lifecycle import (
    activate_successor,
    generate_key,
    import_certificate,
    request_certificate,
)
from keys.profiles import profile_of
from keys.request import certify_request
from keys.settings import KeysSettings
from keys.signing import OCSP, PUBLICATION, TSA, Algorithm, KeyLabel
from keys.store import open_key_store
from register.document import AgencyId, Document
from register.store import Store
from templates.catalogue import BUILT_IN, Catalogue
from tests.world import TRADE
from tra.home import Home, open_publication
from tra.installation import (
    AgencyPlan,
    add_agency,
    create_installation,
    renew_trust_list,
)
from tra.loopback import serve_on_loopback
from verifier.report import Report
from verifier.settings import VerifierSettings
from verifier.verify_pdf import verify_pdf

ARCHIVED = "juristic_certificate"
"""A type of level B-LTA whose documents never expire."""

LASTING = "lasting_certificate"
"""The same type, of level B-LT."""

DAY = timedelta(days=1)
YEAR = timedelta(days=365)
TSA_LIFE = 3.5 * YEAR
"""Of each certificate of the authority, which has a new one every 2½ years."""

CURVES = AgencyPlan(
    names=AgencyNames(id="CURVES", th="กรมเส้นโค้ง", en="Curves"),
    domain="curves.example",
    seal_algorithm=Algorithm.ES256,
)
# (key, how often it is replaced, how long its certificate lasts)
_ROTATIONS = (
    (TSA, 2.5 * YEAR, TSA_LIFE),
    (OCSP, 1.5 * YEAR, 2 * YEAR),
    (PUBLICATION, 2 * YEAR, 3 * YEAR),
)


@dataclass
class Clock:
    """Tells the time that it was set to."""

    now: datetime

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@dataclass
class Decade:
    """An installation with a movable clock."""

    home: Home
    clock: Clock
    authorities: FastAPI | None = None
    issuer: Issuer | None = None
    _rotated: dict[KeyLabel, datetime] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time that it is here."""
        return self.clock.now

    @property
    def open_issuer(self) -> Issuer:
        """The issuer as it is opened now."""
        assert self.issuer is not None
        return self.issuer

    def begin(self) -> None:
        """Make the installation; let its services begin with short-lived keys."""
        create_installation(self.home, TRADE, self.now, clock=self.clock)
        add_agency(self.home, CURVES, self.now)
        for label, _, _ in _ROTATIONS:
            self._rotate(label)
        self._open()

    def issue(self, agency: str, type_id: str, key: str = "") -> Document:
        """Issue a sample document that does not end."""
        issuer = self.open_issuer
        caller = Caller(
            actor="test", agency_id=AgencyId(agency), permissions=ALL_PERMISSIONS
        )
        request = IssueRequest(
            type_id=type_id,
            data=issuer.catalogue.get_type(type_id).sample(),
            idempotency_key=f"{agency}-{type_id}-{key}",
        )
        return issue_document(issuer, caller, request, self.now)

    def pass_time(self, span: timedelta, *, keep: tuple[KeyLabel, ...] = ()) -> None:
        """Move the clock on; keys are replaced and lists are signed as it passes.

        A key to `keep` is not replaced.
        """
        self.clock.now += span
        due = [
            label
            for label, every, _ in _ROTATIONS
            if self._rotated[label] + every <= self.now and label not in keep
        ]
        for label in due:
            self._rotate(label)
        self._renew_trust_list()
        if due:
            self._open()
        publish_all(self.open_issuer)

    def copy_to(self, folder: Path) -> "Decade":
        """Return an installation as this one is now, with the same authorities.

        It must not pass time: the authorities' keys would not be replaced.
        """
        shutil.copytree(self.home.keys.home, folder)
        home = make_home(folder, self.home.keys.pki_url)
        copy = Decade(home=home, clock=self.clock)
        copy.issuer = open_issuer(
            home.issuer, open_key_store(home.keys), clock=self.clock
        )
        return copy

    def guard(self) -> GuardianRun:
        """Let the guardian run once."""
        return run_guardian(self.open_issuer)

    def pdf(self, document: Document) -> bytes:
        """Download the newest version of a document's file."""
        return read_newest(self.open_issuer, document)

    def verify(self, pdf: bytes) -> Report:
        """Verify a file today."""
        return verify_pdf(
            pdf, publication=open_publication(self.home.verifier), now=self.now
        )

    def close(self) -> None:
        """Close the issuer."""
        if self.issuer is not None:
            self.issuer.close()

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the authorities do with their present keys."""
        assert self.authorities is not None
        await self.authorities(scope, receive, send)

    def _open(self) -> None:
        """Start authorities and issuer anew, as after keys were replaced."""
        self.close()
        self.authorities = create_keys_app(self.home.keys, clock=self.clock)
        self.issuer = open_issuer(
            self.home.issuer, open_key_store(self.home.keys), clock=self.clock
        )

    def _rotate(self, label: KeyLabel) -> None:
        """Replace a key, by a certificate of the life that it has here."""
        keys = open_key_store(self.home.keys)
        profile = profile_of(label)
        assert profile is not None
        life = next(life for one, _, life in _ROTATIONS if one == label)
        subject = keys.load_certificate(label).subject
        generate_key(keys, label, Algorithm.ES256, bits=3072, now=self.now)
        chain = certify_request(
            keys,
            label,
            request_certificate(keys, label, subject),
            profile=replace(profile, lifetime=life),
            pki_url=self.home.keys.pki_url,
            now=self.now,
        )
        import_certificate(keys, label, chain, anchors=chain[-1:], now=self.now)
        self._renew_trust_list()
        activate_successor(keys, label, now=self.now, until=self.now + DAY)
        self._renew_trust_list()
        self._rotated[label] = self.now

    def _renew_trust_list(self) -> None:
        catalogue = Catalogue.load(self.home.issuer.types)
        with Store.open(self.home.issuer.database) as store:
            renew_trust_list(self.home, store, catalogue, self.now)


def _make_lasting_type(folder: Path) -> Path:
    """Make a type that never expires, and yet is of level B-LT."""
    made = folder / LASTING
    if made.exists():
        return made
    shutil.copytree(BUILT_IN / ARCHIVED, made)
    text = (made / "type.toml").read_text("utf-8")
    for old, new in ((ARCHIVED, LASTING), ('"JC"', '"LC"'), ("B-LTA", "B-LT")):
        assert old in text
        text = text.replace(old, new)
    (made / "type.toml").write_text(text, "utf-8")
    return made


@contextmanager
def live_from(start: datetime, folder: Path) -> Iterator[Decade]:
    """Begin an installation at a moment; the caller lets time pass."""
    served = FastAPI()
    with serve_on_loopback(served) as url:
        decade = Decade(home=make_home(folder, f"{url}/pki"), clock=Clock(start))
        served.mount("/pki", decade.answer)
        try:
            decade.begin()
            yield decade
        finally:
            decade.close()


def make_home(folder: Path, url: str) -> Home:
    return Home(
        keys=KeysSettings(home=folder, pki_url=url),
        issuer=IssuerSettings(
            home=folder,
            pki_url=url,
            crl_refresh=0.001,
            types=(_make_lasting_type(folder / "types"),),
        ),
        verifier=VerifierSettings(home=folder, pdf_workers=1),
    )
