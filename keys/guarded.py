# SPDX-License-Identifier: Apache-2.0
"""A signer that stops at once when its key is compromised, in every process."""

from dataclasses import dataclass, field

from cryptography import x509

from keys.hsm import TokenSigner
from keys.inventory import Inventory
from keys.signing import Algorithm, KeyLabel, PublicKey
from keys.softkey import FileSigner


@dataclass(frozen=True, kw_only=True)
class GuardedSigner:
    """A signer that asks before each signature whether its key is stopped."""

    signer: FileSigner | TokenSigner
    name: str
    inventory: Inventory = field(repr=False)

    @property
    def label(self) -> KeyLabel:
        """Which key this is."""
        return self.signer.label

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""
        return self.signer.algorithm

    @property
    def certificate(self) -> x509.Certificate | None:
        """The certificate of the key."""
        return self.signer.certificate

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Its issuers, the root last."""
        return self.signer.chain

    @property
    def public_key(self) -> PublicKey:
        """The public half of the key."""
        return self.signer.public_key

    def sign(self, message: bytes) -> bytes:
        """Sign `message` over SHA-256, see `keys.signing.Signer.sign`.

        Raises:
            KeyStoppedError: the key is compromised.
            TokenError: its token is out of reach or refuses.
        """
        self.inventory.check_may_sign(self.name)
        return self.signer.sign(message)
