# SPDX-License-Identifier: Apache-2.0
"""What the libraries under this package must be told before they are imported."""

import os

_QUIET = {"PYTHAINLP_READ_ONLY": "1", "PYTHAINLP_OFFLINE": "1"}


def quiet_pythainlp() -> None:
    """Keep PyThaiNLP from making a folder in HOME and from using the network.

    It decides when it is imported, and reads the environment only. A choice made by
    the operator stays, including the older name of the first variable, which must
    not be set beside the new one.
    """
    if "PYTHAINLP_READ_MODE" in os.environ:
        return
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
