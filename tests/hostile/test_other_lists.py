# SPDX-License-Identifier: Apache-2.0
"""Signers of other lists: good signatures, and never an agency of ours.

Attack: take the name of a listed agency, or its record, with a certificate that
another list vouches for.
"""

import base64
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree  # type: ignore[import-untyped]
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.xades.xades import XAdESSigner

from tests.forge import Forge, Issued, Signature, draw_pdf
from tests.forge_pki import (
    Authority,
    make_certificate,
    make_crl,
    name_of,
    new_key,
    shared_rsa_key,
)
from tests.hostile.hand_made import Way, sign_by_hand
from verifier.errors import NotPublishedError, SettingsError, UnreachableError
from verifier.isolation import PdfVerifiers
from verifier.limits import WorkerLimits
from verifier.list_config import read_list_config
from verifier.named_lists import NamedLists
from verifier.recent import RecentReports
from verifier.report import Report
from verifier.source import (
    MAX_FILE_BYTES,
    REVOCATION_SECONDS,
    FolderSource,
    RevocationSource,
)
from verifier.trust import Publication

_TSL = "http://uri.etsi.org/02231/v2#"
_SERVICE = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
_GRANTED = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"


@dataclass(frozen=True)
class House:
    """Another house's CA, somebody it certified, and lists that name it."""

    forge: Forge
    folder: Path
    root: Authority
    person: Authority

    def configure(self, *lines: str) -> Path:
        """Write a configuration with one list, and return it."""
        file = self.folder / "lists.toml"
        text = '[[list]]\nname_th = "บัญชีทดสอบ"\nname_en = "National list"\n'
        file.write_text("\n".join([*_top(lines), text, *_own(lines)]), "utf-8")
        return file

    def open(self, *lines: str) -> Publication:
        """Return the publication as a verifier with such a list reads it."""
        self.forge.publish()
        return Publication.open(
            str(self.forge.folder),
            trust_root=self.forge.root_file(),
            signer_lists=self.configure(*lines),
        )

    def sign(self, pdf: bytes | None = None, signer: Authority | None = None) -> bytes:
        """Sign a PDF as a person of that house, without revocation data."""
        way = Way(others=[self.root.der])
        return sign_by_hand(pdf or draw_pdf(), signer or self.person, way)

    def verify(self, pdf: bytes, *lines: str) -> Report:
        """Verify a PDF with the house on a list."""
        return self.forge.verify(pdf, publication=self.open(*lines))


def _top(lines: tuple[str, ...]) -> list[str]:
    return [line for line in lines if line.startswith("revocation")]


def _own(lines: tuple[str, ...]) -> list[str]:
    return [line for line in lines if not line.startswith("revocation")]


CERTIFICATES = 'certificates = "root.pem"'
REVOCATION = 'revocation = ["root.crl"]'


@pytest.fixture
def house(tmp_path: Path, forge: Forge) -> House:
    root = make_certificate(name_of("National Root CA"), new_key(), None, ca=True)
    person = make_certificate(name_of("Somsri Jaidee"), new_key(), root)
    (tmp_path / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "root.crl").write_bytes(make_crl(root))
    return House(forge=forge, folder=tmp_path, root=root, person=person)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note every address that anything tries to reach."""
    tried: list[object] = []

    def refuse(*address: object, **_: object) -> None:
        tried.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


def test_a_signer_of_a_named_list_is_signature_only(house: House) -> None:
    report = house.verify(house.sign(), REVOCATION, CERTIFICATES)

    assert (report.outcome, report.reason) == ("signature_only", "no_record")
    assert report.signature is not None
    assert report.signature["agency"] is None
    assert report.signature["trusted_by"] == {
        "list": {"th": "บัญชีทดสอบ", "en": "National list"},
        "anchor": "National Root CA",
    }


def test_without_the_list_the_same_signer_is_unknown(house: House) -> None:
    report = house.forge.verify(house.sign())

    assert (report.outcome, report.integrity) == ("unknown", "intact")


def test_an_agency_of_ours_is_told_with_list_and_anchor(house: House) -> None:
    report = house.forge.verify(house.forge.issue().pdf)

    assert report.signature is not None
    assert report.signature["trusted_by"] == {
        "list": {"th": "บัญชีรายชื่อทดสอบ", "en": "Test trust list"},
        "anchor": "Test Root CA",
    }


def test_revocation_comes_from_configured_addresses_alone(
    house: House, no_network: list[object]
) -> None:
    """The certificate names an address of its own: nobody goes there."""
    report = house.verify(house.sign(), CERTIFICATES)

    assert (report.outcome, report.reason) == ("unchecked", "TRY_LATER")
    assert not no_network


def test_a_revoked_signer_is_unknown(house: House) -> None:
    serial = house.person.certificate.serial_number
    revoked = {serial: house.forge.now - timedelta(days=3)}
    (house.folder / "root.crl").write_bytes(make_crl(house.root, revoked))

    report = house.verify(house.sign(), REVOCATION, CERTIFICATES)

    assert (report.outcome, report.reason) == ("unknown", "REVOKED")


def test_the_name_of_an_agency_from_another_ca_is_unknown(house: House) -> None:
    name = name_of("กรมการค้าตัวอย่าง", identifier=house.forge.trade.identifier)
    false = make_certificate(name, new_key(), house.root)

    report = house.verify(house.sign(signer=false), REVOCATION, CERTIFICATES)

    assert report.outcome == "unknown"
    assert report.integrity == "intact"


def test_our_record_signed_by_another_house_is_unknown(house: House) -> None:
    mine: Issued = house.forge.issue()
    attached = {"record.json": mine.record, "claim.cose": mine.claim}
    pdf = house.sign(draw_pdf(attached, lines=["A FORGED LICENCE"]))

    report = house.verify(pdf, REVOCATION, CERTIFICATES)

    assert (report.outcome, report.reason) == ("unknown", "issuer_mismatch")
    assert report.document is None


def test_a_changed_file_of_a_named_signer_is_altered(house: House) -> None:
    forged = house.sign().replace(b"BUSINESS LICENCE", b"BUSINESS LICENSE")

    report = house.verify(forged, REVOCATION, CERTIFICATES)

    assert (report.outcome, report.integrity) == ("altered", "altered")


def test_a_time_stamp_of_something_else_stays_invalid(house: House) -> None:
    """Another list vouches for the signer, and not for a stamp that fits nothing."""
    how = Signature(house.person, tsa=house.forge.tsa, stamp_another=True)
    pdf = house.forge.sign(draw_pdf(), how)

    report = house.verify(pdf, REVOCATION, CERTIFICATES)

    assert (report.outcome, report.reason) == ("altered", "timestamp_invalid")


def _trusted_list(house: House, operator: Authority) -> str:
    """Make a trusted list (TS 119 612) that names the house's CA."""
    now = house.forge.now
    certificate = base64.b64encode(house.root.der).decode()
    names = '<Name xml:lang="en">National Trust Service</Name>'
    xml = f"""<TrustServiceStatusList xmlns="{_TSL}" Id="tl"
 TSLTag="http://uri.etsi.org/19612/TSLTag">
<SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier>
<TSLSequenceNumber>1</TSLSequenceNumber>
<TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric</TSLType>
<SchemeOperatorName>{names}</SchemeOperatorName>
<SchemeTerritory>TH</SchemeTerritory>
<HistoricalInformationPeriod>65535</HistoricalInformationPeriod>
<ListIssueDateTime>{now:%Y-%m-%dT%H:%M:%SZ}</ListIssueDateTime>
<NextUpdate><dateTime>2036-01-01T00:00:00Z</dateTime></NextUpdate>
</SchemeInformation>
<TrustServiceProviderList><TrustServiceProvider>
<TSPInformation><TSPName>{names}</TSPName></TSPInformation>
<TSPServices><TSPService><ServiceInformation>
<ServiceTypeIdentifier>{_SERVICE}</ServiceTypeIdentifier>
<ServiceName>{names}</ServiceName>
<ServiceDigitalIdentity><DigitalId><X509Certificate>{certificate}</X509Certificate>
</DigitalId></ServiceDigitalIdentity>
<ServiceStatus>{_GRANTED}</ServiceStatus>
<StatusStartingTime>2020-01-01T00:00:00Z</StatusStartingTime>
</ServiceInformation></TSPService></TSPServices>
</TrustServiceProvider></TrustServiceProviderList>
</TrustServiceStatusList>"""
    signer = XAdESSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
    )
    assert isinstance(operator.key, rsa.RSAPrivateKey)
    signed = signer.sign(
        etree.fromstring(xml.encode()),
        key=operator.key,
        cert=[operator.certificate],
        always_add_key_value=False,
    )
    return str(etree.tostring(signed).decode())


@pytest.fixture
def eu_house(house: House) -> tuple[House, Callable[[str], None]]:
    """Give the house, and what writes its trusted list anew, changed."""
    operator = make_certificate(name_of("Scheme Operator"), shared_rsa_key(), None)
    (house.folder / "operator.pem").write_bytes(
        operator.certificate.public_bytes(Encoding.PEM)
    )
    text = _trusted_list(house, operator)
    (house.folder / "tsl.xml").write_text(text, "utf-8")

    def change(word: str) -> None:
        changed = text.replace("National Trust Service", word)
        assert changed != text
        (house.folder / "tsl.xml").write_text(changed, "utf-8")

    return house, change


EU = ('trusted_list = "tsl.xml"', 'signed_by = "operator.pem"')


def test_a_trusted_list_of_the_eu_format_is_read(
    eu_house: tuple[House, Callable[[str], None]],
) -> None:
    house, _ = eu_house

    report = house.verify(house.sign(), REVOCATION, *EU)

    assert report.outcome == "signature_only"
    assert report.signature is not None
    assert report.signature["trusted_by"] == {
        "list": {"th": "บัญชีทดสอบ", "en": "National list"},
        "anchor": "National Root CA",
    }


def test_a_trusted_list_with_a_broken_signature_stops_the_start(
    eu_house: tuple[House, Callable[[str], None]],
) -> None:
    house, change = eu_house
    change("Another Trust Service")

    with pytest.raises(SettingsError, match="signature"):
        house.open(*EU)


def test_a_trusted_list_signed_by_another_stops_the_start(
    eu_house: tuple[House, Callable[[str], None]],
) -> None:
    house, _ = eu_house
    root_as_operator = ('trusted_list = "tsl.xml"', 'signed_by = "root.pem"')

    with pytest.raises(SettingsError, match="TRA_SIGNER_LISTS"):
        house.open(*root_as_operator)


@pytest.mark.parametrize(
    "text",
    [
        "[[list]]\nname_th = 'a'\ncertificates = 'root.pem'",
        "[[list]]\nname_th = 'a'\nname_en = 'a'\ncertificates = 'missing.pem'",
        "[[list]]\nname_th = 'a'\nname_en = 'a'\nurl = 'https://a'",
        "not toml",
    ],
)
def test_a_list_that_cannot_be_read_stops_the_start(house: House, text: str) -> None:
    file = house.folder / "bad.toml"
    file.write_text(text, "utf-8")

    with pytest.raises(SettingsError, match="TRA_SIGNER_LISTS"):
        read_list_config(file)


def test_a_process_that_reads_files_knows_the_lists(house: House) -> None:
    publication = house.open(REVOCATION, CERTIFICATES)

    with PdfVerifiers(publication, workers=WorkerLimits(seconds=60.0)) as verifiers:
        report = verifiers.verify_pdf(house.sign(), now=house.forge.now)

    assert report.outcome == "signature_only", report.checks
    assert report.signature is not None
    assert report.signature["trusted_by"]


def test_lists_come_through_to_the_processes_without_an_address(house: House) -> None:
    lists = house.open('revocation = ["https://crl.example/a.crl"]', CERTIFICATES).lists

    packed = lists.to_json()

    assert NamedLists.from_json(packed) == lists
    assert "crl.example" not in str(packed)


def test_lists_are_taken_up_anew_without_a_restart(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """What counts is the newest that can be read."""
    publication = house.open(REVOCATION, CERTIFICATES)
    recent = RecentReports(seconds=600)
    signed, now = house.sign(), house.forge.now
    digest = sha256(signed).hexdigest()
    other = make_certificate(name_of("Another Root"), new_key(), None, ca=True)
    mine = house.root.certificate.public_bytes(Encoding.PEM)
    theirs = other.certificate.public_bytes(Encoding.PEM)

    with PdfVerifiers(
        publication, workers=WorkerLimits(seconds=60.0, count=1), recent=recent
    ) as verifiers:

        def judge() -> str:
            return verifiers.verify_pdf(signed, now=now).outcome

        assert judge() == "signature_only"
        assert recent.find(digest, publication, now) is not None
        (house.folder / "root.pem").write_bytes(theirs + b"\n")
        assert recent.find(digest, publication, now) is None
        assert judge() == "unknown"
        (house.folder / "root.pem").write_bytes(mine + theirs)
        assert judge() == "signature_only"
        (house.folder / "root.pem").unlink()
        assert judge() == "signature_only"
        assert "stay in use" in caplog.text
        house.configure(REVOCATION, CERTIFICATES).write_text("not toml", "utf-8")
        assert judge() == "signature_only"
        house.configure(CERTIFICATES)  # and no revocation list any more
        (house.folder / "root.pem").write_bytes(mine)
        assert judge() == "unchecked"


def test_a_file_more_in_a_folder_is_taken_up(house: House) -> None:
    folder = house.folder / "cas"
    folder.mkdir()
    (folder / "a.pem").write_bytes((house.folder / "root.pem").read_bytes())
    publication = house.open(REVOCATION, 'certificates = "cas"')
    first = publication.lists
    assert publication.lists is first
    other = make_certificate(name_of("Another Root"), new_key(), None, ca=True)
    pem = other.certificate.public_bytes(Encoding.PEM)
    (folder / "b.pem").write_bytes(pem)
    assert len(publication.lists.lists[0].anchors) == 2
    (folder / "a.pem").unlink()
    left = [one.certificate for one in publication.lists.lists[0].anchors]
    assert left == [other.der]


def test_a_revocation_list_is_not_asked_for_with_every_file(house: House) -> None:
    seconds = [0.0]
    file = house.folder / "root.crl"
    publication = FolderSource(house.folder)
    source = RevocationSource(
        publication, lambda: [str(file)], timeout=1.0, clock=lambda: seconds[0]
    )
    first = source.read("crl/0")
    serial = house.person.certificate.serial_number
    file.write_bytes(make_crl(house.root, {serial: house.forge.now}))
    seconds[0] = REVOCATION_SECONDS - 1
    assert source.read("crl/0") == first
    seconds[0] += 2
    assert source.read("crl/0") != first

    file.unlink()
    seconds[0] += REVOCATION_SECONDS + 1
    with pytest.raises(UnreachableError):
        source.read("crl/0")
    file.write_bytes(first)
    with pytest.raises(UnreachableError):  # not asked again at once
        source.read("crl/0")
    seconds[0] += 31
    assert source.read("crl/0") == first
    file.write_bytes(bytes(MAX_FILE_BYTES + 1))
    seconds[0] += REVOCATION_SECONDS + 1
    with pytest.raises(UnreachableError, match="larger"):
        source.read("crl/0")
    with pytest.raises(NotPublishedError):
        source.read("crl/1")


def test_an_address_that_is_no_web_address_stops_the_start(house: House) -> None:
    with pytest.raises(SettingsError, match="must be http"):
        house.open('revocation = ["ldap://crl.example/a"]', CERTIFICATES)
