# SPDX-License-Identifier: Apache-2.0
"""Asks the CAs of a seal's certificate when it is imported, not at its first use."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cryptography import x509

from issuer.certificate_check import check_not_revoked
from issuer.context import seal_sources
from issuer.errors import RevocationUnavailableError, SealCertificateError
from keys.errors import CertificateRefusedError
from keys.lifecycle import CheckPath
from keys.signing import KeyLabel
from tra.clock import system_clock
from tra.home import Home


def revocation_check(
    home: Home, label: KeyLabel, warn: Callable[[str], None]
) -> CheckPath:
    """Return the check of a certificate that is imported for a label.

    Only seals are asked about: for the others the trust list vouches. Without an
    answer the import goes on, with a warning: each seal asks again, and refuses.
    """

    def check(path: Sequence[x509.Certificate]) -> None:
        sources = replace(seal_sources(home.issuer, system_clock), tsa_anchors=())
        try:
            check_not_revoked(sources, path)
        except SealCertificateError as error:
            raise CertificateRefusedError(
                f"{error}: have your CA make another one"
            ) from error
        except RevocationUnavailableError as error:
            warn(
                f"Whether the certificate is revoked is not known yet: {error}. "
                "Nothing is sealed before that is known."
            )

    return check if label.startswith("seal-") else lambda _path: None
