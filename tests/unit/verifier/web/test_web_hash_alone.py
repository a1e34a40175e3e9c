# SPDX-License-Identifier: Apache-2.0
"""A file's hash is enough for the page only where its signatures have nothing to add.

Each file here is registered and byte for byte the one that was issued: what the page
says of it in the end must be what the verifier says.
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from register.trust_list import Period, SealCertificate
from tests.forge import Forge, Issued, Signature, draw_pdf
from tests.forge_pki import Authority, make_certificate, name_of, new_key
from tests.hostile.test_officer_signature import Office
from tests.unit.verifier.web.test_web_sealed import Counter, counter, judge

__all__ = ["counter"]

DAY = timedelta(days=1)


def test_a_key_that_another_agency_reports_stolen(counter: Counter) -> None:
    """What a list says of a key holds in whichever agency it stands."""
    issued = counter.issue()
    assert judge(counter, issued, sent=False) == ("in_force", "valid")
    stolen = Period(compromised_from=counter.forge.now - timedelta(hours=1))
    again = _certify_once_more(counter.forge)
    counter.forge.labour.seal_certificates = (
        SealCertificate(certificate=again, period=stolen),
    )
    assert judge(counter, issued) == ("unknown", "key_compromised")


def test_a_seal_that_had_ended(counter: Counter) -> None:
    issued = counter.issue()
    now, seal = counter.forge.now, counter.forge.trade.seal.der
    for period, sent, said in (
        (Period(not_before=now - DAY, not_after=now + DAY), False, "in_force"),
        (Period(not_after=now - DAY), True, "unknown"),
        (Period(not_before=now + DAY), True, "unknown"),
    ):
        counter.forge.trade.seal_certificates = (
            SealCertificate(certificate=seal, period=period),
        )
        assert judge(counter, issued, sent=sent)[0] == said
        counter.forge.trade.seal_certificates = ()
        counter.forge.trade.seal_period = period
        assert judge(counter, issued, sent=sent)[0] == said
        counter.forge.trade.seal_period = Period()


def test_a_seal_of_a_ca_on_no_trust_list(counter: Counter) -> None:
    issued = counter.issue()
    other = make_certificate(name_of("Other CA"), new_key(), None, ca=True)
    known, counter.forge.root = counter.forge.root, other
    assert judge(counter, issued)[0] != "in_force"
    # The same name, another key: to be looked at at least.
    counter.forge.root = known
    assert judge(counter, issued, sent=False) == ("in_force", "valid")


def test_a_seal_that_names_another_agency(counter: Counter) -> None:
    counter.forge.trade.seal = counter.forge.labour.seal
    issued = counter.issue()
    assert judge(counter, issued) == ("unknown", "issuer_mismatch")


def test_a_time_stamp_that_has_ended(counter: Counter) -> None:
    forge = counter.forge
    ended = replace(_sealing(forge), tsa=forge.make_tsa(forge.ca, days=-1))
    for how, sent, said in (
        (replace(_sealing(forge), at=forge.now - 2 * DAY), False, "in_force"),
        (replace(ended, at=forge.now - 2 * DAY), True, "unchecked"),
        (replace(_sealing(forge), tsa=None), True, "unchecked"),
        (replace(_sealing(forge), tsa=forge.make_tsa(None)), True, "unchecked"),
    ):
        assert judge(counter, _issue(counter, how), sent=sent)[0] == said


def test_an_officer_whom_only_the_record_names(counter: Counter) -> None:
    """The trust list asks none of this type: the record does, and is not read here."""
    office = Office(counter.forge)
    types = counter.forge.trade.types
    counter.forge.trade.types = tuple(replace(t, officer_versions=()) for t in types)
    pdf = counter.apart(_sign_and_seal, office, office.somchai)
    assert judge(counter, _register(counter, office, pdf)) == ("in_force", "valid")
    other = office.make_officer("TRADE", "สมหญิง", "ใจร้าย")
    pdf = counter.apart(_sign_and_seal, office, other)
    said = judge(counter, _register(counter, office, pdf))
    assert said == ("unknown", "officer_mismatch")


def test_a_later_version_is_looked_at(counter: Counter) -> None:
    """It holds newer revocation lists, which may say that the seal was revoked."""
    issued = counter.issue()
    counter.forge.publish()
    later = issued.pdf + b"\n"
    digest = sha256(later).digest()
    entry = counter.forge.folder / "files"
    counter.forge.publish_record(issued, file_sha256=digest)
    assert (entry / digest.hex()).is_file()
    counter.forge.publish_record(issued, later_files=(digest,))
    counter.visitor.server.targets.clear()
    counter.upload("later.pdf", later)
    assert "/v1/verify" in counter.visitor.server.targets


@pytest.mark.parametrize("hint", [b"/ByteRange [", b"/ByteRange[0 1 2"])
def test_a_file_with_more_than_it_reads(counter: Counter, hint: bytes) -> None:
    """A signature that the page cannot read may be an officer's."""
    forge = counter.forge
    document = forge.make_document(forge.trade)
    record = forge.make_record(document, forge.trade)
    claim = forge.make_claim(record, forge.trade)
    files = {"record.json": record, "claim.cose": claim}
    drawn = draw_pdf(files, lines=[hint.decode()])
    pdf = counter.apart(forge.seal, drawn, forge.trade)
    issued = Issued(document=document, record=record, claim=claim, pdf=pdf)
    forge.issued.append(issued)
    assert judge(counter, issued) == ("in_force", "valid")


def _sealing(forge: Forge) -> Signature:
    return Signature(forge.trade.seal, at=forge.now, tsa=forge.tsa, crls=forge.crls())


def _issue(counter: Counter, how: Signature) -> Issued:
    issued = counter.issue()
    files = {"record.json": issued.record, "claim.cose": issued.claim}
    sealed = replace(
        issued, pdf=counter.apart(counter.forge.sign, draw_pdf(files), how)
    )
    counter.forge.issued[-1] = sealed
    return sealed


def _sign_and_seal(office: Office, signer: Authority) -> bytes:
    """Draw a licence that names Somchai, and let somebody sign it."""
    return office.seal(office.sign(office.draw(office.somchai), signer))


def _register(counter: Counter, office: Office, pdf: bytes) -> Issued:
    assert office.last is not None
    issued = replace(office.last, pdf=pdf)
    counter.forge.issued.append(issued)
    return issued


def _certify_once_more(forge: Forge) -> bytes:
    """Make another certificate of the key of a seal, as a thief would want it."""
    key = forge.trade.seal.key
    name = name_of("Somebody else", organization="Else", identifier="GOVTH-ELSE")
    return make_certificate(name, key, forge.ca).der
