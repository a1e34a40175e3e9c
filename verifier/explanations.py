# SPDX-License-Identifier: Apache-2.0
"""What each reason code means, for engineers; the same words as docs/reason-codes.md.

Texts for everybody else are in `verifier.texts`.
"""

from verifier.reasons import Reason


def explain_reason(reason: Reason) -> str:
    """Return what a reason means, for an engineer."""
    return EXPLANATIONS.get(reason, "")


EXPLANATIONS: dict[Reason, str] = {
    Reason.VALID: (
        "The check passed; as reason of a verdict: every required check passed."
    ),
    Reason.NOT_A_PDF: "No `%PDF-` within the first 1,024 bytes.",
    Reason.DAMAGED: (
        "The strict parser cannot read the file, and no signature can be found in"
        " its bytes."
    ),
    Reason.ENCRYPTED: (
        "Encrypted, and no password was given (files with an empty user password "
        "are read)."
    ),
    Reason.WRONG_PASSWORD: (
        "The password given opens the file neither as user nor as owner."
    ),
    Reason.LIMIT: (
        "A named limit of `verifier.limits.Limits` is exceeded: bytes, pages, "
        "objects, revisions, signatures, attachment, unpacked data, certificates;"
        " or the time or memory that the process reading it may take "
        "(`TRA_PDF_…`) ran out."
    ),
    Reason.UNSIGNED: (
        "No filled signature field, and no signature in the bytes; document "
        "timestamps alone do not count."
    ),
    Reason.FORMAT_FAILURE: (
        "The signature's CMS or SubFilter is of a form that is not supported (§5.2.3)."
    ),
    Reason.HASH_FAILURE: (
        "The digest over the ByteRange is not the signed one (§5.2.7)."
    ),
    Reason.SIG_CRYPTO_FAILURE: (
        "The signature value does not verify with the certificate, or the "
        "certificate is not the one the signer committed to (§5.2.7, §5.2.3)."
    ),
    Reason.INCOMPLETE_SIGNATURE: (
        "Contents or ByteRange is missing, null, or of no usable form."
    ),
    Reason.PARTIAL_COVERAGE: (
        "The ByteRange does not begin the file, leaves out more than its own "
        "Contents, holds data behind the signature, or ends within a revision."
    ),
    Reason.CHANGED_LATER: (
        "A later revision changes something that the signature (DocMDP) does not "
        "allow, or cannot be read."
    ),
    Reason.TIMESTAMP_INVALID: (
        "A time stamp is broken, or is over something else than this signature."
    ),
    Reason.TRUST_LIST_UNREACHABLE: (
        "The publication does not answer, or has no trust list."
    ),
    Reason.TRUST_LIST_INVALID: (
        "The trust list is malformed, not signed by the pinned trust root, "
        "expired, or older than one seen."
    ),
    Reason.NO_SIGNING_CERTIFICATE: (
        "The CMS does not hold the signer's certificate (§5.2.3)."
    ),
    Reason.NO_CHAIN: (
        "No path from the signer's certificate to an anchor of the trust list (§5.2.6)."
    ),
    Reason.CHAIN_CONSTRAINTS: (
        "A path exists, but the subject is not what the trust list demands, or "
        "the certificate is not for seals: `keyUsage` must hold nonRepudiation "
        "(contentCommitment), and `extKeyUsage`, where there is one, "
        "documentSigning, emailProtection or anyExtendedKeyUsage (§5.2.6)."
    ),
    Reason.CHAIN_FAILURE: "The path cannot be validated for another reason (§5.2.6).",
    Reason.CRYPTO_CONSTRAINTS: (
        "An algorithm or key size that is not accepted (§5.2.8)."
    ),
    Reason.CRYPTO_NO_POE: (
        "An algorithm or key size that is not accepted any more, and nothing proves "
        "that it was used while it was (§5.5.4)."
    ),
    Reason.CERTIFICATE_REVOKED: (
        "A certificate of the path had been revoked at the time of signing (§5.2.6)."
    ),
    Reason.CERTIFICATE_NOT_YET_VALID: (
        "Signed before the certificate's validity began (§5.2.6)."
    ),
    Reason.CERTIFICATE_EXPIRED: (
        "Signed, as the time stamp proves, after the certificate had expired (§5.2.6)."
    ),
    Reason.OUT_OF_BOUNDS: (
        "The certificate has expired and nothing proves an earlier signature (§5.5.4)."
    ),
    Reason.NO_POE: (
        "A seal without a time stamp that chains to a timestamp anchor (§5.5)."
    ),
    Reason.TRY_LATER: (
        "Revocation data is missing, unreadable, or too old for the time of "
        "signing (§5.2.5)."
    ),
    Reason.KEY_NOT_IN_USE: (
        "Used outside `not_before` and `not_after` of the trust list."
    ),
    Reason.KEY_COMPROMISED: "Used at or after `compromised_from` of the trust list.",
    Reason.NO_RECORD: (
        "A good signature by a listed signer on a file without `record.json`."
    ),
    Reason.RECORD_INVALID: (
        "`record.json` breaks record.md: not canonical, members missing or wrong,"
        " or attached twice."
    ),
    Reason.QR_UNREADABLE: (
        "An address of ours whose digits hold no bytes, or one that is too long."
    ),
    Reason.QR_FOREIGN: "The text is not of the form `HTTPS://HOST/V/ID`.",
    Reason.NO_CLAIM: "A sealed record without `claim.cose` beside it.",
    Reason.CLAIM_INVALID: (
        "The claim breaks claim.md: not canonical CBOR, wrong types, too long."
    ),
    Reason.CLAIM_KEY_UNKNOWN: "No claim key of the trust list has this kid.",
    Reason.CLAIM_SIGNATURE: (
        "A key has this kid, but did not sign this claim for this document id."
    ),
    Reason.CLAIM_MISMATCH: (
        "Claim and record differ in digest, a fact, the holder's name, or the type."
    ),
    Reason.CLAIM_UNCONFIRMED: (
        "The claim's key has `compromised_from`; the claim is dated no later, and"
        " the register has no public record to confirm it. A thief can write any "
        "date."
    ),
    Reason.AGENCY_MISMATCH: (
        "Record, claim, claim key and seal are not all of one agency."
    ),
    Reason.TYPE_NOT_PERMITTED: (
        "The trust list does not let the agency issue this type."
    ),
    Reason.PAGE_DIFFERS: (
        "The text of the sealed pages, as PDFium reads it, does not hold the number "
        "or the holder's name of the claim."
    ),
    Reason.PAGE_UNREADABLE: (
        "PDFium cannot read a page of the sealed revision, so its words could not be"
        " compared."
    ),
    Reason.OFFICER_MISSING: (
        "An officer must sign documents of this type and version, and none has, or "
        "the record names none."
    ),
    Reason.OFFICER_MISMATCH: (
        "The signature before the seal is not by the certificate that the record "
        "names, of no person, over another record, or one of several."
    ),
    Reason.OFFICER_ORDER: (
        "A person signed after the agency's seal, or the officer's time stamp is "
        "later than the seal's."
    ),
    Reason.NOT_REGISTERED: "The publication answers, and has no record of this id.",
    Reason.REGISTER_UNREACHABLE: "The public record cannot be read now.",
    Reason.REGISTER_INVALID: (
        "The public record is malformed, of another document, or not signed by "
        "the agency's publication key."
    ),
    Reason.REGISTER_MISMATCH: "Public record and claim differ in a fact.",
    Reason.FILE_DIFFERS: (
        "The signature holds, but the bytes are not (and do not begin with) those"
        " of a file issued for the document."
    ),
    Reason.STATUS_UNREACHABLE: "The status list cannot be read now.",
    Reason.STATUS_INVALID: (
        "The status list is malformed, of another number, or not signed by the "
        "agency's publication key."
    ),
    Reason.STATUS_STALE: "The status list is past `exp`, or dated ahead.",
    Reason.STATUS_REPLAYED: (
        "The status list is older than one already seen of this number."
    ),
    Reason.REVOKED: "Final; the worse of status list and public record.",
    Reason.SUPERSEDED: "Final; `document.successor` names the newer document.",
    Reason.SUSPENDED: "For the time being; the agency may reinstate it.",
    Reason.EXPIRED: "Today, in Asia/Bangkok, is after `valid_until`.",
    Reason.NOT_YET_VALID: "Today, in Asia/Bangkok, is before `valid_from`.",
    Reason.PROCESSING_ERROR: (
        "A fault of the verifier itself; it is never taken for a result."
    ),
    Reason.NOT_CHECKED: (
        "A required check was not made, because an earlier one did not pass."
    ),
}
