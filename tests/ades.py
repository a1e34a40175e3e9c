# SPDX-License-Identifier: Apache-2.0
"""pyHanko's own AdES validation as a judge (EN 319 102-1 §5.3, §5.5).

It is given one anchor, no network and the machine's clock; revocation data is what the
file holds.
"""

import asyncio
import io
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from asn1crypto import crl, ocsp, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_timestamp
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_basic_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    FreshnessReqType,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer


class Process(StrEnum):
    """Which validation of EN 319 102-1 is made."""

    BASIC = "basic"
    WITH_TIME = "with_time"


def judge_ades(pdf: bytes, anchor: Path, process: Process) -> str:
    """Return what pyHanko says of the seal, in the words of EN 319 102-1."""
    [said] = judge_each_ades(pdf, anchor, process)
    return said


def judge_each_ades(pdf: bytes, anchor: Path, process: Process) -> list[str]:
    """Return what pyHanko says of each signature, oldest first."""
    reader = PdfFileReader(io.BytesIO(pdf))
    said = []
    for one in reader.embedded_regular_signatures:
        spec = _spec(_read_store(reader), anchor)
        result = asyncio.run(_judge(one, spec, process))
        answer = str(result.ades_subindic)
        failed = result.failure_msg
        said.append(answer if failed is None else f"{answer}: {failed}")
    return said


def judge_stamps(pdf: bytes, anchor: Path) -> list[str]:
    """Return what pyHanko says of each document timestamp, oldest first.

    Each at the time of the next one, the newest at its own. Its own process for such
    chains (`ades_lta_validation`) is not asked: it uses what the library calls
    incubating, and finds no revocation data for a CA directly below its anchor.
    """
    reader = PdfFileReader(io.BytesIO(pdf))
    stamps = reader.embedded_timestamp_signatures
    times = [_time_of(one) for one in stamps]
    known = DocumentSecurityStore.read_dss(reader)
    said = []
    for stamp, moment in zip(stamps, [*times[1:], *times[-1:]], strict=True):
        context = ValidationContext(
            trust_roots=[_load_anchor(anchor)],
            other_certs=list(known.load_certs()),
            crls=[one.get_object().data for one in known.crls],
            moment=moment,
            allow_fetching=False,
            revocation_mode="hard-fail",
            retroactive_revinfo=True,
        )
        status = asyncio.run(async_validate_pdf_timestamp(stamp, context))
        said.append(status.summary())
    return said


def _time_of(stamp: EmbeddedPdfSignature) -> datetime:
    info = stamp.signed_data["encap_content_info"]["content"].parsed
    time: datetime = info["gen_time"].native
    return time


def _load_anchor(anchor: Path) -> x509.Certificate:
    _, _, der = pem.unarmor(anchor.read_bytes())
    return x509.Certificate.load(der)


async def _judge(
    seal: EmbeddedPdfSignature, spec: SignatureValidationSpec, process: Process
) -> AdESBasicValidationResult[Any]:
    validate = (
        ades_basic_validation if process is Process.BASIC else ades_with_time_validation
    )
    return await validate(seal.signed_data, spec, raw_digest=seal.compute_digest())


def _spec(known: LocalKnowledge, anchor: Path) -> SignatureValidationSpec:
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([_load_anchor(anchor)]),
        revinfo_policy=CertRevTrustPolicy(
            revocation_checking_policy=REQUIRE_REVINFO,
            freshness=timedelta(days=3650),
            freshness_req_type=FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION,
        ),
    )
    return SignatureValidationSpec(
        cert_validation_policy=policy,
        ts_cert_validation_policy=policy,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
        local_knowledge=known,
    )


def _read_store(reader: PdfFileReader) -> LocalKnowledge:
    store = DocumentSecurityStore.read_dss(reader)
    crls = [crl.CertificateList.load(one.get_object().data) for one in store.crls]
    answers = [ocsp.OCSPResponse.load(one.get_object().data) for one in store.ocsps]
    return LocalKnowledge(
        known_crls=[CRLContainer(one) for one in crls],
        known_ocsps=[
            one for answer in answers for one in OCSPContainer.load_multi(answer)
        ],
        known_certs=list(store.load_certs()),
    )
