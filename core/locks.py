"""Locks between processes: a file that one of them holds. The lock falls with the process, however the process ends."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def locked(path: Path) -> bool:
    """Whether a process holds this lock. A shared try, released at once: it never keeps a worker waiting for long."""
    try:
        with open(path) as handle:
            return not try_lock(handle, shared=True)
    except OSError:
        return False


@contextlib.contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold this lock inside, if it is free. Yields whether it is."""
    with contextlib.ExitStack() as stack:
        mine = False
        with contextlib.suppress(OSError):
            mine = try_lock(stack.enter_context(open(path, "a", encoding="utf-8")))
        yield mine


def try_lock(handle, *, shared: bool = False) -> bool:
    """Take an open file's lock if it is free; closing the file gives it back."""
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        except OSError:
            return False
    import fcntl

    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        return True
    except OSError:
        return False
