# SPDX-License-Identifier: Apache-2.0
"""Images that stand beside a file of data: `{"file": "photo.jpg"}` in place of base64.

For files that a person wrote on this machine, and for nothing else: what comes over
the network names no files, and is refused where it tries.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from templates.errors import ImageFileError
from templates.images import MAX_FILE_BYTES

_KEY = "file"


def read_images(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return data with the images read that it names.

    Only whole fields name files; within lists and tables there are no images.

    Args:
        data: the fields of a document, as they stand in a file.
        folder: the folder of that file, which names count from.

    Raises:
        ImageFileError: a file is not there, cannot be read or is too large.
    """
    return {
        name: _read_image(name, folder / value[_KEY]) if _names_file(value) else value
        for name, value in data.items()
    }


def _names_file(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {_KEY}
        and isinstance(value[_KEY], str)
    )


def _read_image(field: str, file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise ImageFileError(
            field,
            f"there is no file {file}",
            fix="Put the image there, or correct its name.",
        ) from error
    except (OSError, ValueError) as error:  # a name with a zero byte is no name
        raise ImageFileError(
            field, f"{file} cannot be read", fix="Name an image that can be read."
        ) from error
    if len(content) > MAX_FILE_BYTES:
        megabytes = MAX_FILE_BYTES // 1_000_000
        raise ImageFileError(
            field,
            f"{file} takes more than {megabytes} MB",
            fix="Make the image smaller first.",
        )
    return base64.b64encode(content).decode("ascii")
