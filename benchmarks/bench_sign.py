# SPDX-License-Identifier: Apache-2.0
"""Sealing at PAdES B-LT, beside pyHanko as its manual shows it.

The same page, key, certificates and authorities (over HTTP, in a process of their
own) for both, in one run: a key file, and the same key in a SoftHSM token.
"""

import io
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest
from asn1crypto import pem, x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext

from benchmarks.common import Result, arguments, installation, measure, report
from issuer.context import open_issuer
from issuer.draft import IssueRequest
from issuer.issue import preview_document
from issuer.sign import Sealer, SealSources
from keys.hsm import TokenKeys, TokenSigner
from keys.settings import Environment, read_passphrase
from keys.signing import Signer, seal_label
from keys.softkey import decrypt_private_key
from keys.store import open_key_store
from keys.token import open_token
from templates.document_type import SealLevel
from tests.softhsm import PIN, SoftToken, make_softhsm
from tra.clock import system_clock
from tra.home import Home, operator

TYPE = "business_licence"
SEAL = seal_label("TRADE")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What both sides are given."""

    home: Home
    page: bytes
    sources: SealSources

    def load_signer(self) -> Signer:
        """Open the key file."""
        return open_key_store(self.home.keys).load_signer(SEAL)

    @property
    def chain(self) -> list[x509.Certificate]:
        """The issuers of the seal's certificate, the root last."""
        return [
            x509.Certificate.load(one.public_bytes(Encoding.DER))
            for one in self.load_signer().chain
        ]

    @property
    def certificate(self) -> x509.Certificate:
        """The seal's certificate."""
        file = self.home.keys.keys_folder / f"{SEAL}.crt.pem"
        _, _, der = pem.unarmor(file.read_bytes())
        return x509.Certificate.load(der)

    @property
    def key_file(self) -> Path:
        """The encrypted private key."""
        return self.home.keys.keys_folder / f"{SEAL}.key.pem"


def main() -> None:
    """Measure and print."""
    options = arguments("Sealing at B-LT beside pyHanko", runs=30)
    with installation() as home:
        setting = _prepare(home)
        plain = _plain_file(setting, options.runs)
        results = [plain]
        results += _ours("key file", setting.load_signer(), setting, options.runs)
        results += _in_token(setting, options.runs)
    report(
        options,
        results,
        plain,
        "pyHanko opens the key,\n"
        "asks for a token twice and for the revocation lists, each time. "
        "B-LTA has one more token.",
    )


def _prepare(home: Home) -> Setting:
    keys = open_key_store(home.keys)
    with closing(open_issuer(home.issuer, keys, clock=system_clock)) as issuer:
        data = issuer.catalogue.get_type(TYPE).sample()
        request = IssueRequest(type_id=TYPE, data=data, idempotency_key="page")
        caller = operator(issuer.store, None)
        page = preview_document(issuer, caller, request, system_clock())
    sources = SealSources(
        tsa_urls=home.issuer.timestamp_authorities,
        crl_urls=home.issuer.crl_addresses,
    )
    return Setting(home=home, page=page, sources=sources)


def _plain_file(setting: Setting, runs: int) -> Result:
    passphrase = read_passphrase(setting.home.keys)
    folder = setting.home.keys.keys_folder
    certificate, root = folder / f"{SEAL}.crt.pem", setting.chain[-1]
    chain = tuple(str(folder / f"{name}.crt.pem") for name in ("issuing-ca", "root-ca"))

    def sign() -> bytes:
        signer = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]  # pyHanko
            str(setting.key_file),
            str(certificate),
            ca_chain_files=chain,
            key_passphrase=passphrase,
        )
        return _sign_plain(setting, signer, root)

    return measure("pyHanko, key file, B-LT", sign, runs)


def _plain_token(setting: Setting, token: SoftToken, runs: int) -> Result:
    certificate, chain = setting.certificate, setting.chain
    root = chain[-1]

    def sign() -> bytes:
        with open_pkcs11_session(
            str(token.hsm.module),
            token_criteria=TokenCriteria(label=token.label),
            user_pin=PIN,
        ) as session:
            signer = PKCS11Signer(
                session,
                signing_cert=certificate,
                ca_chain=chain,
                key_label=SEAL,
            )
            return _sign_plain(setting, signer, root)

    return measure("pyHanko, SoftHSM, B-LT", sign, runs)


def _sign_plain(
    setting: Setting, signer: signers.Signer, root: x509.Certificate
) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Seal",
        subfilter=fields.SigSeedSubFilter.PADES,
        embed_validation_info=True,
        validation_context=ValidationContext(trust_roots=[root], allow_fetching=True),
    )
    output = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(setting.page)),
        metadata,
        signer=signer,
        timestamper=HTTPTimeStamper(setting.sources.tsa_urls[0]),
    )
    return bytes(output.getvalue())


def _ours(where: str, signer: Signer, setting: Setting, runs: int) -> list[Result]:
    def sealing(sealer: Sealer, level: SealLevel) -> Callable[[], object]:
        return lambda: sealer.seal_pdf(setting.page, level)

    with closing(Sealer(signer, setting.sources)) as sealer:
        return [
            measure(f"ours, {where}, {level}", sealing(sealer, level), runs)
            for level in SealLevel
        ]


def _in_token(setting: Setting, runs: int) -> list[Result]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        try:
            token = make_softhsm(Path(folder), patch).make_token()
        except pytest.skip.Exception as lacking:
            print(f"left out: {lacking}")
            return []
        # In a process of its own each: a module lets a process in but once.
        with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            pool.apply(_import_key, (setting, token))
            plain = pool.apply(_plain_token, (setting, token, runs))
            return [plain, *pool.apply(_ours_in_token, (setting, token, runs))]


def _import_key(setting: Setting, token: SoftToken) -> None:
    private_key = decrypt_private_key(
        setting.key_file.read_bytes(), read_passphrase(setting.home.keys), SEAL
    )
    keys = TokenKeys(open_token(token.place()), Environment.DEVELOPMENT)
    keys.import_key(SEAL, private_key)


def _ours_in_token(setting: Setting, token: SoftToken, runs: int) -> list[Result]:
    filed = setting.load_signer()
    signer = TokenSigner(
        label=SEAL,
        name=SEAL,
        keys=TokenKeys(open_token(token.place()), Environment.DEVELOPMENT),
        public_key=filed.public_key,
        certificate=filed.certificate,
        chain=filed.chain,
    )
    return _ours("SoftHSM", signer, setting, runs)


if __name__ == "__main__":
    main()
