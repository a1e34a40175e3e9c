# SPDX-License-Identifier: Apache-2.0
"""Attack: certificates with dates that no calendar has. Found by `make fuzz`."""

from tests.forge import Forge, Issued, Signature, draw_pdf
from tests.forge_pki import make_certificate, name_of, new_key


def _break_date(der: bytes, ends: str) -> bytes:
    good = ends.encode()
    assert good in der
    # The 13th month, in as many bytes.
    return der.replace(good, good[:2] + b"13" + good[4:])


def _replace_hex(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """Replace bytes within the signature, which stands there in hexadecimal."""
    lower, upper = old.hex().encode(), old.hex().upper().encode()
    assert lower in pdf or upper in pdf
    return pdf.replace(lower, new.hex().encode()).replace(
        upper, new.hex().upper().encode()
    )


def test_a_time_stamp_certificate_of_a_13th_month_is_no_fault_of_ours(
    quiet_forge: Forge, genuine: Issued
) -> None:
    tsa = quiet_forge.tsa
    ends = tsa.certificate.not_valid_after_utc.strftime("%y%m%d%H%M%SZ")
    pdf = _replace_hex(genuine.pdf, tsa.der, _break_date(tsa.der, ends))

    report = quiet_forge.verify(pdf)

    assert report.outcome == "altered"
    assert all(check.reason != "processing_error" for check in report.checks)


def test_nor_is_the_signer_s_own(quiet_forge: Forge) -> None:
    stranger = make_certificate(name_of("Stranger"), new_key(), None)
    ends = stranger.certificate.not_valid_after_utc.strftime("%y%m%d%H%M%SZ")
    signed = quiet_forge.sign(draw_pdf(), Signature(stranger))
    pdf = _replace_hex(signed, stranger.der, _break_date(stranger.der, ends))

    report = quiet_forge.verify(pdf)

    assert report.outcome in {"altered", "unknown"}
    assert all(check.reason != "processing_error" for check in report.checks)
