# SPDX-License-Identifier: Apache-2.0
"""Which keys belong into the token, and the token, opened when one is needed."""

from functools import cached_property
from pathlib import Path

from keys.hsm import TokenKeys
from keys.settings import KeysSettings, read_pin
from keys.signing import KeyLabel
from keys.token import TokenPlace, open_token


class TokenShelf:
    """The keys that settings place in the token."""

    def __init__(self, settings: KeysSettings) -> None:
        self._settings = settings

    def holds(self, label: KeyLabel) -> bool:
        """Tell whether a key belongs into the token."""
        return self._settings.is_in_token(label)

    @cached_property
    def keys(self) -> TokenKeys:
        """The keys in the token.

        Raises:
            TokenModuleError, PinError, SettingsError: what stands in the way.
        """
        settings = self._settings
        place = TokenPlace(
            module=settings.pkcs11_module or Path(),
            label=settings.pkcs11_token,
            pin=read_pin(settings),
            sessions=settings.pkcs11_sessions,
            wait=settings.pkcs11_wait,
        )
        return TokenKeys(open_token(place), settings.env)
