# SPDX-License-Identifier: Apache-2.0
"""The publication as a verifier sees it: signed files, and nothing else.

Promises that whatever it returns was signed by the key that may sign it, is
current, and is not older than one seen before. Parsed files are kept only as
long as the bytes are the same, so keeping them never changes a verdict.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from register.code_entry import CodeEntry, open_code_entry
from register.document import DocumentId
from register.envelope import key_id, public_jwk
from register.errors import (
    EnvelopeError,
    PublicRecordError,
    StatusListError,
    TrustListError,
    TrustListTimeError,
)
from register.public_record import PublicRecord, open_public_record
from register.short_code import ShortCode
from register.status_list import StatusList, open_status_cwt
from register.trust_list import Agency, TrustList, open_trust_list
from verifier.errors import (
    CheckError,
    NotPublishedError,
    SettingsError,
    SourceError,
)
from verifier.list_watch import WatchedLists
from verifier.named_lists import NamedLists
from verifier.reasons import CheckId, Reason
from verifier.report import Findings
from verifier.seen import Seen
from verifier.seen_file import SeenFile
from verifier.source import RevocationSource, Source, open_source

_T = TypeVar("_T")

_MAX_PARSED = 2_000


class Publication:
    """Reads and checks the files of one publication."""

    def __init__(
        self,
        source: Source,
        *,
        root_key: EllipticCurvePublicKey,
        seen: Seen | None = None,
        lists: NamedLists | None = None,
        watched: WatchedLists | None = None,
    ) -> None:
        self._lists = lists or NamedLists()
        self._watched = watched
        self.seen = seen or Seen()
        """What this view will not go back behind."""
        self._source = source
        self._root_key = root_key
        self._parsed: OrderedDict[Hashable, tuple[bytes, object]] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def open(
        cls,
        address: str,
        *,
        trust_root: Path,
        timeout: float = 5.0,
        signer_lists: Path | None = None,
        seen_file: Path | None = None,
    ) -> "Publication":
        """Return the publication at an address or folder.

        What was seen of it is kept in `seen_file`, or with this view alone.

        Raises:
            SettingsError: address or trust root cannot be used.
        """
        watched = WatchedLists(signer_lists)
        source = open_source(address, timeout=timeout)
        if signer_lists is not None:
            source = RevocationSource(
                source, lambda: watched.read().revocation, timeout=timeout
            )
        root = load_trust_root(trust_root)
        kept = None if seen_file is None else SeenFile(seen_file, key_id(root))
        return cls(source, root_key=root, seen=Seen(kept), watched=watched)

    @property
    def lists(self) -> NamedLists:
        """Lists of other people's signers; the same object until they change."""
        return self._lists if self._watched is None else self._watched.read().lists

    @property
    def root_jwk(self) -> dict[str, str]:
        """Public key of the pinned trust root, as JWK."""
        return public_jwk(self._root_key)

    @property
    def is_quick(self) -> bool:
        """Whether reading takes microseconds (see `Source`)."""
        return self._source.is_quick

    def read(self, path: str) -> bytes:
        """Return a published file as it is, unchecked.

        Raises:
            NotPublishedError: there is no such file.
            UnreachableError: the publication cannot be read now.
        """
        return self._source.read(path)

    def trust_list(self, now: datetime) -> TrustList:
        """Return the current trust list (trust-list.md).

        Raises:
            CheckError: it cannot be read, or may not be relied on.
        """
        try:
            body = self._source.read("trust-list")
        except SourceError as error:
            raise CheckError(Reason.TRUST_LIST_UNREACHABLE, str(error)) from error
        return self._open_trust_list(body, now)

    def witness(self, path: str, body: bytes, now: datetime) -> None:
        """Remember the trust list that is read for another process.

        What such a process says that it saw is not believed for longer than this
        one lives: it reads strangers' files.
        """
        if path == "trust-list":
            with suppress(CheckError):  # the other process tells
                self._open_trust_list(body, now)

    def _open_trust_list(self, body: bytes, now: datetime) -> TrustList:
        try:
            trust = self._parse(
                ("trust-list",),
                body,
                lambda: open_trust_list(_text(body), root_key=self._root_key, now=now),
            )
            self.seen.check_trust_list(trust, now)
        except (TrustListError, TrustListTimeError) as error:
            raise CheckError(Reason.TRUST_LIST_INVALID, str(error)) from error
        return trust

    def judge_trust_list(self, findings: Findings) -> TrustList | None:
        """Read the trust list and record the check TRUST_LIST."""
        trust: TrustList | None = None
        with findings.log.check(CheckId.TRUST_LIST):
            trust = self.trust_list(findings.now)
            findings.trust_list = {"name": trust.name.to_json(), "seq": trust.seq}
        return trust

    def status_list(self, number: int, agency: Agency, now: datetime) -> StatusList:
        """Return the current status list of a number (status-list.md).

        Raises:
            CheckError: it cannot be read, or may not be relied on.
        """
        path = f"status/{number}"
        try:
            body = self._source.read(path)
        except SourceError as error:
            raise CheckError(Reason.STATUS_UNREACHABLE, str(error)) from error
        keys = agency.publication_keys_at(now)
        try:
            listed = self._parse(
                (path, frozenset(keys)),
                body,
                lambda: open_status_cwt(body, number=number, keys=keys),
            )
        except StatusListError as error:
            raise CheckError(Reason.STATUS_INVALID, str(error)) from error
        self.seen.check_status_list(listed, now)
        return listed

    def public_record(self, document_id: DocumentId, trust: TrustList) -> PublicRecord:
        """Return the public record of a document (publication.md).

        Raises:
            CheckError: the register has no such document.
            CheckError: it cannot be read, or does not verify.
        """
        path = f"records/{document_id}"
        body = self._read_entry(path)
        try:
            return self._parse(
                (path, trust.seq, trust.iat),
                body,
                lambda: open_public_record(
                    _text(body), trust=trust, document_id=document_id
                ),
            )
        except PublicRecordError as error:
            raise CheckError(Reason.REGISTER_INVALID, str(error)) from error

    def code_entry(self, code: ShortCode, trust: TrustList) -> CodeEntry:
        """Return which document a short code names (publication.md).

        Raises:
            CheckError: the register knows no such code.
            CheckError: it cannot be read, or does not verify.
        """
        path = f"codes/{code}"
        body = self._read_entry(path)
        try:
            return self._parse(
                (path, trust.seq, trust.iat),
                body,
                lambda: open_code_entry(_text(body), trust=trust, code=code),
            )
        except PublicRecordError as error:
            raise CheckError(Reason.REGISTER_INVALID, str(error)) from error

    def find_by_code(self, code: ShortCode, now: datetime) -> DocumentId:
        """Return the id of the document that a short code names.

        Raises:
            CheckError: as `trust_list` and `code_entry`.
        """
        return self.code_entry(code, self.trust_list(now)).id

    def _read_entry(self, path: str) -> bytes:
        try:
            return self._source.read(path)
        except NotPublishedError as error:
            raise CheckError(Reason.NOT_REGISTERED, str(error)) from error
        except SourceError as error:
            raise CheckError(Reason.REGISTER_UNREACHABLE, str(error)) from error

    def _parse(self, key: Hashable, body: bytes, parse: Callable[[], _T]) -> _T:
        """Return what the bytes say; parsed again only when they have changed."""
        with self._lock:
            kept = self._parsed.get(key)
        if kept is not None and kept[0] == body:
            parsed: _T = kept[1]  # type: ignore[assignment]  # the key fixes the type
            return parsed
        parsed = parse()
        with self._lock:
            self._parsed[key] = (body, parsed)
            self._parsed.move_to_end(key)
            while len(self._parsed) > _MAX_PARSED:
                self._parsed.popitem(last=False)
        return parsed


def load_trust_root(path: Path) -> EllipticCurvePublicKey:
    """Return the pinned public key of the trust root.

    Raises:
        SettingsError: no such file, or not a P-256 public key in PEM.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
        if isinstance(key, EllipticCurvePublicKey):
            public_jwk(key)
            return key
    except OSError as error:
        raise SettingsError(
            f"TRA_TRUST_ROOT: cannot read {path}: {error.strerror}; set it to the "
            "public key of the trust root (docs/run-a-verifier.md)"
        ) from error
    except (ValueError, UnsupportedAlgorithm, EnvelopeError):
        pass
    raise SettingsError(f"TRA_TRUST_ROOT: {path} is not a P-256 public key in PEM")


def _text(body: bytes) -> str:
    # Bytes that are no ASCII become a token that no key has signed.
    return body.decode("ascii", "replace").strip()
