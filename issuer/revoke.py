# SPDX-License-Identifier: Apache-2.0
"""Changes the status of an issued document, and publishes it within a second."""

from datetime import datetime

from issuer.agencies import Caller, Permission, require_may
from issuer.context import Issuer
from issuer.draft import IssueRequest
from issuer.issue import issue_document
from issuer.publish import publish_pending
from register.document import Action, Document, DocumentId
from register.errors import TransitionError
from register.store import StatusChange

_PERMISSIONS = {
    Action.REVOKE: Permission.REVOKE,
    Action.SUSPEND: Permission.SUSPEND,
    Action.REINSTATE: Permission.REINSTATE,
    Action.SUPERSEDE: Permission.SUPERSEDE,
}


def change_status(
    issuer: Issuer,
    caller: Caller,
    document_id: DocumentId,
    change: StatusChange,
    now: datetime,
) -> Document:
    """Revoke, suspend or reinstate one document, as `change.action` says.

    1. Find the document among the agency's own; check the right to this type.
    2. Make the transition and write its event, in one transaction.
    3. Publish.

    Raises:
        UnknownDocumentError: no such document in this agency.
        NotPermittedError: the caller has no right to this.
        TransitionError: the status does not allow it.
        StatusChangeError: the order is incomplete or its moment cannot be.
    """
    # 1.
    document = issuer.store.get_document(document_id, caller.agency_id)
    require_may(caller, _PERMISSIONS[change.action], document.type_id)
    # 2.
    try:
        changed = issuer.store.change_status(document.id, change, now)
    except TransitionError:
        # Maybe a retry of a change that was recorded and never published.
        publish_pending(issuer)
        raise
    # 3.
    publish_pending(issuer)
    return changed


def supersede_document(
    issuer: Issuer,
    caller: Caller,
    document_id: DocumentId,
    request: IssueRequest,
    now: datetime,
) -> Document:
    """Issue the successor of a document and link the two; returns the successor.

    1. Find the predecessor among the agency's own; check the right to this type.
    2. Issue the successor: the register refuses the reservation if the predecessor's
       status does not allow it, and turns the predecessor to superseded in the
       transaction that records the successor as issued; both are published.

    Raises:
        UnknownDocumentError, NotPermittedError, TransitionError: as `change_status`;
            and what `issue_document` raises.
    """
    # 1.
    predecessor = issuer.store.get_document(document_id, caller.agency_id)
    require_may(caller, Permission.SUPERSEDE, predecessor.type_id)
    # 2.
    return issue_document(issuer, caller, request, now)
