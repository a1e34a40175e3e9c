# SPDX-License-Identifier: Apache-2.0
"""SoftHSM 2 for the tests: a real PKCS#11 module with tokens that can be pulled.

A module belongs to a process and reads its configuration when it starts, so all
tokens of one test process lie in one folder, each with a label of its own.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from keys.token import TokenPlace
from tests.programs import need, run

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PIN = "4711-right"


def need_module() -> Path:
    """Return the path of SoftHSM's module, or skip the test."""
    for path in map(Path, MODULES):
        if path.is_file():
            return path
    pytest.skip("needs the module libsofthsm2.so (softhsm2)")


@dataclass(frozen=True, kw_only=True)
class SoftHsm:
    """The module and the folder of its tokens."""

    module: Path
    folder: Path

    @property
    def configuration(self) -> Path:
        """The file that SOFTHSM2_CONF names."""
        return self.folder / "softhsm2.conf"

    def make_token(self) -> "SoftToken":
        """Make an empty token."""
        label = f"test-{secrets.token_hex(4)}"
        return self._initialise(label)

    def _initialise(self, label: str) -> "SoftToken":
        before = set(self._tokens())
        run(
            need("softhsm2-util", "softhsm2"), "--init-token", "--free",
            "--label", label, "--pin", PIN, "--so-pin", "so-secret",
        )  # fmt: skip
        [folder] = set(self._tokens()) - before
        return SoftToken(hsm=self, label=label, folder=folder)

    def _tokens(self) -> list[Path]:
        return list((self.folder / "tokens").iterdir())


@dataclass(frozen=True, kw_only=True)
class SoftToken:
    """One token: a folder that can be taken away and put back."""

    hsm: SoftHsm
    label: str
    folder: Path

    @property
    def _pulled(self) -> Path:
        return self.hsm.folder / self.folder.name

    def place(self, pin: str = PIN, *, sessions: int = 4) -> TokenPlace:
        """Where it is, as settings would say it."""
        return TokenPlace(
            module=self.hsm.module,
            label=self.label,
            pin=SecretStr(pin),
            sessions=sessions,
            wait=20,
        )

    def settings(self, pin: str = PIN) -> dict[str, str]:
        """The same as settings of a program."""
        return {
            "SOFTHSM2_CONF": str(self.hsm.configuration),
            "TRA_PKCS11_MODULE": str(self.hsm.module),
            "TRA_PKCS11_TOKEN": self.label,
            "TRA_PKCS11_PIN": pin,
        }

    def pull(self) -> None:
        """Take the token away."""
        self.folder.rename(self._pulled)

    def put_back(self) -> None:
        """Put it back as it was."""
        self._pulled.rename(self.folder)

    def initialise_anew(self) -> "SoftToken":
        """Put an empty token of the same label in its place."""
        return self.hsm._initialise(self.label)


def make_softhsm(folder: Path, patch: pytest.MonkeyPatch) -> SoftHsm:
    """Configure SoftHSM for this process and what it starts."""
    hsm = SoftHsm(module=need_module(), folder=folder)
    (folder / "tokens").mkdir()
    hsm.configuration.write_text(
        f"directories.tokendir = {folder / 'tokens'}\n"
        "objectstore.backend = file\nlog.level = ERROR\n"
    )
    patch.setenv("SOFTHSM2_CONF", str(hsm.configuration))
    return hsm
