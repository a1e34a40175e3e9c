# SPDX-License-Identifier: Apache-2.0
"""Reads a trusted list as EU member states publish theirs (ETSI TS 119 612).

Only after its signature fits one of the certificates that are trusted to sign
it. Takes qualified certificate and time-stamping services, each for as long as
the list says that it was granted. Opens no connection.
"""

from collections.abc import Iterable
from typing import Any

from asn1crypto import x509
from pyhanko.sign.validation.qualified.eutl_parse import trust_list_to_registry
from pyhanko.sign.validation.qualified.tsp import TSPRegistry
from pyhanko_certvalidator.authority import AuthorityWithCert

from verifier.named_lists import NamedAnchor


def read_trusted_list(
    xml: str, operators: Iterable[bytes]
) -> tuple[tuple[NamedAnchor, ...], tuple[NamedAnchor, ...]]:
    """Return CAs and time-stamping authorities of a list.

    Raises:
        SignatureValidationError: it is signed by none of the certificates.
    """
    signers = [x509.Certificate.load(der) for der in operators]
    registry, _ = trust_list_to_registry(xml, signers)
    return (
        _services(registry, registry.known_certificate_authorities),
        _services(registry, registry.known_timestamp_authorities),
    )


def _services(
    registry: TSPRegistry, authorities: Iterable[Any]
) -> tuple[NamedAnchor, ...]:
    return tuple(
        NamedAnchor(
            certificate=authority.certificate.dump(),
            since=service.base_info.valid_from,
            until=service.base_info.valid_until,
        )
        for authority in authorities
        if isinstance(authority, AuthorityWithCert)
        for service in registry.applicable_service_definitions(authority, None)
    )
