# SPDX-License-Identifier: Apache-2.0
"""What the trust list says of officers: the CAs that certify them for an agency."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from register.document import AgencyId
from register.store import Store
from register.trust_list import ORGANIZATION_IDENTIFIER, SealAnchor


def list_officer_anchors(store: Store, agency_id: AgencyId) -> tuple[SealAnchor, ...]:
    """Return the root of every officer that the agency has or had.

    Of retired ones too: what they signed stays good.
    """
    found: dict[tuple[bytes, str], SealAnchor] = {}
    for officer in store.list_officers(agency_id):
        root = x509.load_pem_x509_certificates(officer.chain)[-1]
        certificate = x509.load_der_x509_certificate(officer.certificate)
        [owner] = certificate.subject.get_attributes_for_oid(
            NameOID.ORGANIZATION_IDENTIFIER
        )
        der, value = root.public_bytes(Encoding.DER), str(owner.value)
        found[der, value] = SealAnchor(
            certificate=der, subject={ORGANIZATION_IDENTIFIER: value}
        )
    return tuple(found.values())
