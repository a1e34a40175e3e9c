# SPDX-License-Identifier: Apache-2.0
"""Attack: seal with a certificate the agency was given for another purpose."""

from typing import Any

import pytest
from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.forge import Forge
from verifier.report import Report

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
TLS = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


def _sealed_with(forge: Forge, **usage: Any) -> Report:  # noqa: ANN401 - any usage
    forge.trade.seal = forge.make_seal(
        "TRADE", "กรมการค้าตัวอย่าง", "Sample Trade", **usage
    )
    return forge.verify(forge.issue().pdf)


@pytest.mark.parametrize(
    "usage",
    [
        TLS,
        TLS[:1],
        TLS[1:],
        (ExtendedKeyUsageOID.OCSP_SIGNING,),
        (ExtendedKeyUsageOID.TIME_STAMPING,),
        (ExtendedKeyUsageOID.CODE_SIGNING,),
    ],
    ids=["TLS", "server", "client", "OCSP", "time stamps", "code"],
)
def test_a_certificate_for_something_else_is_no_seal(
    forge: Forge, usage: tuple[ObjectIdentifier, ...]
) -> None:
    report = _sealed_with(forge, usage=usage)

    assert (report.outcome, report.reason) == ("unknown", "CHAIN_CONSTRAINTS_FAILURE")
    assert report.integrity == "intact"


@pytest.mark.parametrize("usage", [(), (ExtendedKeyUsageOID.EMAIL_PROTECTION,)])
def test_a_certificate_that_commits_to_nothing_is_no_seal(
    forge: Forge, usage: tuple[ObjectIdentifier, ...]
) -> None:
    """A signature of a login, say, was never meant for its content."""
    report = _sealed_with(forge, usage=usage, committing=False)

    assert (report.outcome, report.reason) == ("unknown", "CHAIN_CONSTRAINTS_FAILURE")


@pytest.mark.parametrize(
    "usage",
    [
        (),
        (DOCUMENT_SIGNING,),
        (ExtendedKeyUsageOID.EMAIL_PROTECTION,),
        (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,),
        (DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION),
        (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH),
    ],
    ids=["none", "documents", "mail", "any", "documents and mail", "mail and client"],
)
def test_a_certificate_for_documents_is_a_seal(
    forge: Forge, usage: tuple[ObjectIdentifier, ...]
) -> None:
    assert _sealed_with(forge, usage=usage).outcome == "in_force"
