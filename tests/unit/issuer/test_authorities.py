# SPDX-License-Identifier: Apache-2.0
"""Every fault of an authority, over HTTP: the next is asked, or nothing is sealed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from issuer.errors import (
    ClockError,
    RevocationUnavailableError,
    SealCertificateError,
    SealError,
    TimestampUnavailableError,
)
from issuer.problems import problem_of
from keys.profiles import DOCUMENT_SIGNING, TIMESTAMP_POLICY
from tests.forge_pki import make_certificate, name_of, new_key
from tests.unit.issuer.authorities_world import (
    HOUR,
    LATE,
    OCSP_SIGNING,
    Counter,
    Pki,
    make_pki,
    now,
    serve,
)

DEAD = "http://127.0.0.1:9/tsa"
"""Port 9 (discard) is not served: connections are refused at once."""

WHAT_IS_SAID = {
    "empty": "no time-stamp response",
    "junk": "no time-stamp response",
    "page": "no time-stamp response",
    "broken": "HTTP status 500",
    "refusing": "refuses: rejection not today",
    "late": "no answer in time",
    "huge": "more than 100000 bytes",
    "imprint": "dates something else",
    "algorithm": "a sha512 digest, which was not asked for",
    "replay": "an old one, sent again",
    "bare": "not exactly one signature with its certificate",
    "spoilt": "signature does not verify",
    "unnamed": "does not name its certificate",
    "misnamed": "names another certificate",
    "expired": "does not count",
    "early": "does not count",
    "revoked": "revoked",
    "lax": "is not critical",
    "wide": "not for time stamps alone",
    "misused": "not for time stamps",
    "stranger": "does not count",
    "ahead": r"\+3[56]\d\d s",
    "behind": r"-3[67]\d\d s",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Pki, str]]:
    pki = make_pki()
    with serve(pki) as url:
        yield pki, url


@pytest.fixture
def served(shared: tuple[Pki, str]) -> Iterator[Counter]:
    counter = Counter(pki=shared[0], url=shared[1])
    yield counter
    counter.close()


@pytest.fixture
def own() -> Iterator[Counter]:
    """Authorities that a test may change."""
    pki = make_pki()
    with serve(pki) as url:
        counter = Counter(pki=pki, url=url)
        yield counter
        counter.close()


@pytest.mark.parametrize("fault", WHAT_IS_SAID)
def test_the_next_is_asked_and_a_bad_one_is_never_taken(
    served: Counter, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    waits = {"timeout": LATE / 2} if fault == "late" else {}
    sealer = served.sealer(fault, "good", **waits)
    sealed = sealer.seal_pdf(served.page)
    sealer.check_sealed(sealed)
    assert served.pki.asked == ["crl", fault, "good"]
    assert caplog.messages[-1].startswith("time-stamping authority")
    sealer.seal_pdf(served.page)
    assert served.pki.asked[3:] == ["good"]  # the bad one is passed over for a while

    alone = served.sealer(fault, **waits)
    with pytest.raises(TimestampUnavailableError, match=WHAT_IS_SAID[fault]):
        alone.seal_pdf(served.page)


def test_a_dead_one_is_not_waited_for_with_every_document(served: Counter) -> None:
    sealer = served.sealer("good", tsa_urls=(DEAD, f"{served.url}/tsa/good"))
    for _ in range(3):
        sealer.seal_pdf(served.page)
    assert sealer._authorities.fetcher.failures() == {("tsa", "127.0.0.1"): 1}


def test_when_all_failed_a_retry_asks_them_again(own: Counter) -> None:
    sealer = own.sealer("good", "other")
    own.pki.clock = lambda: now() + HOUR
    with pytest.raises(ClockError):
        sealer.seal_pdf(own.page)
    own.pki.clock = now
    sealer.seal_pdf(own.page)
    assert own.pki.asked == ["crl", "good", "other", "good"]


def test_only_one_request_tries_those_that_all_failed(served: Counter) -> None:
    sealer = served.sealer("junk")
    with pytest.raises(TimestampUnavailableError):
        sealer.seal_pdf(served.page)
    timestamps = sealer._authorities.timestamps
    with timestamps._trying:  # as if another document were trying now
        served.pki.asked.clear()
        with pytest.raises(TimestampUnavailableError, match="no time-stamp response"):
            sealer.seal_pdf(served.page)
    assert served.pki.asked == []


def test_only_policies_that_are_named_count(served: Counter) -> None:
    other = frozenset({"1.3.6.1.4.1.99999.1"})
    sealer = served.sealer("good", tsa_policies=other)
    with pytest.raises(TimestampUnavailableError, match="TRA_TSA_POLICIES"):
        sealer.seal_pdf(served.page)
    sealer = served.sealer(
        "good", tsa_policies=other | {TIMESTAMP_POLICY.dotted_string}
    )
    sealer.seal_pdf(served.page)


def test_our_own_authority_does_not_count_in_production(served: Counter) -> None:
    sealer = served.sealer("good", development_policy=TIMESTAMP_POLICY.dotted_string)
    with pytest.raises(TimestampUnavailableError, match="authority for development"):
        sealer.seal_pdf(served.page)


def test_whose_clock_to_look_at(own: Counter) -> None:
    """One that differs may be wrong; two that agree with each other are not."""
    one = own.sealer("ahead", "junk")
    with pytest.raises(
        ClockError, match=r"by \+3[56]\d\d s.*compare this machine with NTP"
    ):
        one.seal_pdf(own.page)
    own.pki.clock = lambda: now() + HOUR
    two = own.sealer("good", "other")
    with pytest.raises(
        ClockError, match=r"2 authorities agree that it is \+3[56]\d\d s"
    ):
        two.seal_pdf(own.page)


def test_a_clock_that_jumps_is_said_to_have_jumped(own: Counter) -> None:
    moment = [now()]
    sealer = own.sealer("good", clock=lambda: moment[0])
    moment[0] = now() + 2 * HOUR
    with pytest.raises(
        ClockError, match=r"has jumped by \+7[12]\d\d s .* NTP"
    ) as caught:
        sealer.seal_pdf(own.page)
    problem = problem_of(caught.value)
    assert problem is not None
    assert (problem.slug, problem.headers) == ("clock-disagrees", {"Retry-After": "30"})
    assert "NTP" in problem.detail.th
    assert "Idempotency-Key" in problem.detail.en
    moment[0] = now()
    sealer.seal_pdf(own.page)


def ocsp_of(counter: Counter) -> tuple[str, ...]:
    return (f"{counter.url}/ocsp",)


@pytest.mark.parametrize("delegated", [False, True])
def test_the_answer_of_the_ca_is_fetched_once_and_in_every_file(
    own: Counter, *, delegated: bool
) -> None:
    pki = own.pki
    if delegated:
        pki.responder = make_certificate(
            name_of("Responder"), new_key(), pki.root, usage=OCSP_SIGNING, now=now()
        )
    sealer = own.sealer("good", ocsp_urls=ocsp_of(own))
    for _ in range(2):
        sealed = sealer.seal_pdf(own.page)
        sealer.check_sealed(sealed)
        assert b"/OCSPs" in sealed
    assert pki.asked == ["ocsp", "crl", "good", "good"]


def test_an_answer_of_a_stranger_is_not_taken(own: Counter) -> None:
    pki = own.pki
    for issuer, usage in ((None, OCSP_SIGNING), (pki.root, DOCUMENT_SIGNING)):
        pki.responder = make_certificate(
            name_of("Stranger"), new_key(), issuer, usage=usage, now=now()
        )
        sealer = own.sealer("good", ocsp_urls=ocsp_of(own))
        assert b"/OCSPs" not in sealer.seal_pdf(own.page)  # the list does
        assert sealer._authorities.fetcher.failures() == {("ocsp", "127.0.0.1"): 1}


def test_a_list_older_than_the_certificate_does_if_the_ca_answers(own: Counter) -> None:
    own.pki.list_of = now() - timedelta(days=350)
    own.pki.list_days = 500
    alone = own.sealer("good")
    with pytest.raises(RevocationUnavailableError, match="TRA_OCSP_URLS"):
        alone.seal_pdf(own.page)
    sealer = own.sealer("good", ocsp_urls=ocsp_of(own))
    sealer.check_sealed(sealer.seal_pdf(own.page))


def test_a_list_past_its_end_is_not_used(own: Counter) -> None:
    own.pki.list_of = now() - timedelta(days=8)
    sealer = own.sealer("good", ocsp_urls=ocsp_of(own))
    with pytest.raises(RevocationUnavailableError, match="has ended on"):
        sealer.seal_pdf(own.page)


def test_a_list_is_not_used_beyond_its_end_by_our_clock(own: Counter) -> None:
    shift = [timedelta()]
    sealer = own.sealer("good", clock=lambda: now() + shift[0])
    sealer.seal_pdf(own.page)
    shift[0] = timedelta(days=8)
    with pytest.raises(RevocationUnavailableError, match="has ended on"):
        sealer.seal_pdf(own.page)


@pytest.mark.parametrize("by", ["list", "answer"])
def test_a_revoked_seal_seals_no_more(own: Counter, by: str) -> None:
    sealer = own.sealer("good", ocsp_urls=ocsp_of(own), crl_refresh=0.001)
    sealer.seal_pdf(own.page)
    if by == "list":
        own.pki.revoked[own.pki.seal.certificate.serial_number] = now() - HOUR
    else:
        own.pki.ocsp_good = False
    for _ in range(2):
        with pytest.raises(SealCertificateError, match="is revoked since"):
            sealer.seal_pdf(own.page)
    assert own.pki.asked.count("good") == 1  # no token is spent on it


@pytest.mark.parametrize(
    ("days", "said"),
    [((-30, -1), "`tra keys rotate`"), ((1, 30), "valid from")],
)
def test_a_seal_out_of_its_time_seals_nothing(
    own: Counter, days: tuple[int, int], said: str
) -> None:
    own.pki.seal = make_certificate(
        name_of("Seal", identifier="VATTH-1"),
        new_key(),
        own.pki.root,
        usage=DOCUMENT_SIGNING,
        now=now(),
        days=days,
    )
    sealer = own.sealer("good")
    with pytest.raises(SealCertificateError, match=said):
        sealer.seal_pdf(own.page)
    assert own.pki.asked == []


def test_a_seal_expires_while_the_issuer_runs(own: Counter) -> None:
    shift = [timedelta()]
    own.pki.list_days = 2000
    sealer = own.sealer("good", clock=lambda: now() + shift[0])
    sealer.seal_pdf(own.page)
    shift[0] = timedelta(days=701)
    with pytest.raises(SealCertificateError, match="`tra keys rotate`"):
        sealer.seal_pdf(own.page)


def test_a_chain_that_reaches_no_anchor_seals_nothing(own: Counter) -> None:
    stranger = make_certificate(name_of("Root"), new_key(), None, ca=True, now=now())
    own.pki.seal = make_certificate(
        name_of("Seal"), new_key(), stranger, usage=DOCUMENT_SIGNING, now=now()
    )
    sealer = own.sealer("good")
    with pytest.raises(SealCertificateError, match="cannot be used"):
        sealer.seal_pdf(own.page)


def test_lists_that_cannot_be_had_stop_the_seal_and_are_told(own: Counter) -> None:
    sealer = own.sealer("good", crl_urls=(f"{own.url}/none",))
    with pytest.raises(RevocationUnavailableError, match="HTTP status 404") as caught:
        sealer.seal_pdf(own.page)
    assert isinstance(caught.value, SealError)
    assert own.pki.asked == []
