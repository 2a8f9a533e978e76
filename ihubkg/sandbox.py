"""Walls around a process that reads what strangers wrote: no network, no program, little memory.

Linux only: seccomp by `prctl(2)`, with a filter of a few instructions and no library. Elsewhere
`close()` sets the resource limits alone and says so in what it returns.
"""

import ctypes
import errno
import platform
import resource
import signal
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1024 * 1024

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# https://docs.kernel.org/userspace-api/seccomp_filter.html
_LOAD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_GREATER_EQUAL = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EACCES  # SECCOMP_RET_ERRNO
_KILL = 0x80000000  # SECCOMP_RET_KILL_PROCESS
_X32 = 0x40000000

_CALLS = {
    # architecture: (audit number, numbers of socket connect bind sendto execve ptrace execveat
    # io_uring_setup); io_uring could open sockets behind the filter's back.
    "x86_64": (0xC000003E, (41, 42, 49, 59, 101, 322, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 221, 117, 281, 425)),
}


@dataclass(frozen=True)
class Walls:
    """What a process may use: `memory` and `files` are caps, `seconds` caps processor time."""

    memory: int = 1024 * MEBIBYTE
    files: int = 256
    written: int = 0
    network: bool = False


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def close(walls: Walls) -> bool:
    """Shut this process in, for good; return False where the network could not be closed.

    `walls.memory` caps the address space; a process that already maps more than half of it gets
    its own size and half the cap on top, so that a large resident graph can still be asked.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (walls.files, walls.files))
    resource.setrlimit(resource.RLIMIT_FSIZE, (walls.written, walls.written))
    if sys.platform != "linux":
        return False
    cap = max(walls.memory, mapped() + walls.memory // 2)
    resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    if not walls.network:
        return _close_network()
    return True


def mapped() -> int:
    """Return the size of this process's address space in bytes (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def resident() -> int:
    """Return the memory this process holds at present in bytes (Linux), 0 elsewhere."""
    if sys.platform != "linux":
        return 0
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends (Linux)."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _close_network() -> bool:
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    code = _filter(*known)
    program = _Program(len(code) // 8, code)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))
    return True


def _filter(architecture: int, refused: tuple[int, ...]) -> bytes:
    """Return the BPF program that refuses some system calls and allows the rest."""
    lines = [
        (_LOAD_WORD, 0, 0, 4),  # seccomp_data.arch
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD_WORD, 0, 0, 0),  # seccomp_data.nr
        (_JUMP_GREATER_EQUAL, 0, 1, _X32),  # the x32 numbers name the same calls
        (_RETURN, 0, 0, _KILL),
    ]
    for number in refused:
        lines += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _prctl(option: int, value: int, pointer: int = 0) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(pointer), 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({option}) was refused")
