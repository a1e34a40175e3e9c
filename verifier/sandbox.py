# SPDX-License-Identifier: Apache-2.0
"""Takes from a process what reading a PDF does not need: files, network, programs.

On Linux, without root and for good: Landlock leaves only the program's own folders
to read and no file to write; a seccomp filter refuses sockets, other programs, new
processes and looking into others. Whoever took the parser over could still answer
lies to the service, and nothing more. Elsewhere there is no such thing, and
`check_sandbox` says so (docs/adr/0030-a-sandbox-for-readers.md).
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from verifier.errors import SandboxError

_NO_NEW_PRIVS = 38
_SET_SECCOMP = 22
_SECCOMP_FILTER = 2

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_READ = 1 << 2 | 1 << 3
"""Of files and of folders."""
_FILES_BY_ABI = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many kinds of access to files Landlock knows, from which version on."""
_NETWORK_ABI, _SCOPE_ABI = 4, 6
_ALL_TCP, _ALL_SCOPES = 0b11, 0b11

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_THREAD = 0x00010000
_X32 = 0x40000000

_CALLS = {
    "x86_64": {
        "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "bind": 49,
        "listen": 50, "accept4": 288, "fork": 57, "vfork": 58, "execve": 59,
        "execveat": 322, "ptrace": 101, "process_vm_readv": 310,
        "process_vm_writev": 311, "kill": 62, "tkill": 200, "tgkill": 234,
        "pidfd_open": 434, "pidfd_send_signal": 424, "pidfd_getfd": 438,
        "io_uring_setup": 425, "bpf": 321, "userfaultfd": 323,
        "perf_event_open": 298, "add_key": 248, "request_key": 249, "keyctl": 250,
        "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "chroot": 161,
        "pivot_root": 155, "open_by_handle_at": 304, "init_module": 175,
        "finit_module": 313, "kexec_load": 246, "chmod": 90, "fchmod": 91,
        "fchmodat": 268, "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260,
        "utimensat": 280, "setxattr": 188, "setrlimit": 160, "mknod": 133,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "accept": 202, "sendto": 206, "bind": 200,
        "listen": 201, "accept4": 242, "execve": 221, "execveat": 281,
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271,
        "kill": 129, "tkill": 130, "tgkill": 131, "pidfd_open": 434,
        "pidfd_send_signal": 424, "pidfd_getfd": 438, "io_uring_setup": 425,
        "bpf": 280, "userfaultfd": 282, "perf_event_open": 241, "add_key": 217,
        "request_key": 218, "keyctl": 219, "unshare": 97, "setns": 268,
        "mount": 40, "umount2": 39, "chroot": 51, "pivot_root": 41,
        "open_by_handle_at": 265, "init_module": 105, "finit_module": 273,
        "kexec_load": 104, "fchmod": 52, "fchmodat": 53, "fchown": 55,
        "fchownat": 54, "utimensat": 88, "setxattr": 5,
    },
}  # fmt: skip
"""System calls that are refused, by what the kernel calls the processor."""
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def check_sandbox() -> None:
    """Check that this machine can make the sandbox; changes nothing.

    Raises:
        SandboxError: it cannot, and why.
    """
    if sys.platform != "linux":
        raise SandboxError(f"there is none for {sys.platform}, only for Linux")
    if platform.machine() not in _CALLS or sys.maxsize < 2**32:
        raise SandboxError(f"there is none for processors of {platform.machine()}")
    if _find_abi() < 1:
        raise SandboxError("the kernel has no Landlock (Linux 5.13 or newer)")


def enter_sandbox(folders: Iterable[Path]) -> None:
    """Give up all that reading a PDF does not need; only `folders` can be read.

    Holds for this thread and all that it starts, so it is called before any.

    Raises:
        SandboxError: it cannot be made.
    """
    check_sandbox()
    _call_prctl(_NO_NEW_PRIVS, 1)
    _restrict_files(folders)
    _restrict_calls()


def program_folders() -> tuple[Path, ...]:
    """Return where Python, the libraries and our own code lie."""
    here = Path(__file__).resolve().parent
    ours = [here.parent / name for name in ("verifier", "register", "templates")]
    system = [Path("/usr/lib"), Path("/usr/share/zoneinfo"), Path("/lib")]
    prefixes = [Path(prefix) for prefix in (sys.prefix, sys.base_prefix)]
    # A folder that other things lie in, too, is not among them: keys may.
    libraries = [Path(entry) for entry in sys.path if entry.endswith("-packages")]
    libraries += [prefix / "lib" for prefix in prefixes]
    found = [*ours, *system, *libraries]
    return tuple(dict.fromkeys(folder for folder in found if folder.exists()))


def _find_abi() -> int:
    """Return the version of Landlock, or -1."""
    return _libc().syscall(_LANDLOCK_CREATE, None, 0, _VERSION_FLAG)  # type: ignore[no-any-return]  # ctypes


def _restrict_files(folders: Iterable[Path]) -> None:
    abi = _find_abi()
    kinds = max(count for version, count in _FILES_BY_ABI.items() if version <= abi)
    about = struct.pack("=Q", (1 << kinds) - 1)
    if abi >= _NETWORK_ABI:
        about += struct.pack("=Q", _ALL_TCP)
    if abi >= _SCOPE_ABI:
        about += struct.pack("=Q", _ALL_SCOPES)
    rules = _call(_LANDLOCK_CREATE, about, ctypes.c_size_t(len(about)), 0)
    try:
        for folder in folders:
            opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
            try:
                beneath = struct.pack("=Qi", _READ, opened)
                _call(_LANDLOCK_ADD, rules, _PATH_BENEATH, beneath, 0)
            finally:
                os.close(opened)
        _call(_LANDLOCK_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _restrict_calls() -> None:
    program = _write_filter(platform.machine())
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, and where they are.
    count = len(program) // 8
    about = struct.pack("@HP", count, ctypes.addressof(buffer))
    _call_prctl(_SET_SECCOMP, _SECCOMP_FILTER, about)


def _write_filter(machine: str) -> bytes:
    """Return the filter as the kernel's small machine reads it (seccomp(2))."""
    refuse = _REFUSE | errno.EPERM
    out = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, refuse),
        (_LOAD, 0, 0, _NUMBER_AT),
        # The same calls under other numbers (x32).
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, refuse),
    ]
    for number in sorted(_CALLS[machine].values()):
        out += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    # Its flags lie in memory, where a filter cannot look; the older one is tried.
    out += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)]
    out += [
        (_EQUAL, 1, 0, _CLONE[machine]),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_ANY_BIT, 0, 1, _THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, refuse),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in out)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(number: int, *arguments: object) -> int:
    result: int = _libc().syscall(number, *arguments)
    if result < 0:
        raise SandboxError(f"system call {number}: {os.strerror(ctypes.get_errno())}")
    return result


def _call_prctl(option: int, *arguments: int | bytes) -> None:
    filled = [*arguments, 0, 0, 0, 0][:4]
    wide = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in filled]
    if _libc().prctl(option, *wide) != 0:
        raise SandboxError(f"prctl {option}: {os.strerror(ctypes.get_errno())}")
