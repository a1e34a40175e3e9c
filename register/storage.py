# SPDX-License-Identifier: Apache-2.0
"""Places for files: a local folder or an S3-compatible bucket, by one address.

Opening checks the address only. Credentials of a bucket come from the usual
AWS variables and never from the address.
"""

from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from register.errors import StorageError
from register.publication_paths import media_type_of

Storage = LocalStore | S3Store

_S3: Final = "s3://"
_FILE: Final = "file://"


def open_storage(location: str) -> Storage:
    """Return the storage at a folder (`./data/files`, `file:///…`) or `s3://…`.

    A folder that does not exist is made.

    Raises:
        StorageError: the address cannot be opened.
    """
    try:
        if location.startswith(_S3):
            return S3Store.from_url(location)
        if "://" in location and not location.startswith(_FILE):
            raise StorageError(
                f"storage is a folder, file:///… or s3://…, not {location!r}"
            )
        return LocalStore(Path(location.removeprefix(_FILE)).absolute(), mkdir=True)
    except (BaseError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise StorageError(f"cannot open storage {location!r}: {reason}") from error


def put_published(storage: Storage, path: str, data: bytes) -> None:
    """Write one file of a publication, whole or not at all.

    A bucket may be what the world reads: it is told the media type, and that a
    cache has to ask again each time.

    Raises:
        BaseError, OSError: it could not be written.
    """
    if isinstance(storage, LocalStore):
        obstore.put(storage, path, data)
        return
    headers = {"Content-Type": media_type_of(path), "Cache-Control": "no-cache"}
    # In one piece, so that the tag of the object is the MD5 of its bytes.
    obstore.put(storage, path, data, attributes=headers, use_multipart=False)
