"""Where the playground keeps its files, and the one way it writes them: whole or not at all."""

import contextlib
import errno
import os
import sys
import tempfile
from pathlib import Path

from core.problem import Problem

NAME = "pretraining-playground"
UMASK = os.umask(0o077)  # can only be read by setting it
os.umask(UMASK)


def home() -> Path:
    """$PLAYGROUND_HOME, or this platform's folder for user caches. Read at each call; the folder may not exist yet."""
    chosen = os.environ.get("PLAYGROUND_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / NAME


def size(folder: Path | str) -> tuple[int, int]:
    """(bytes, files) under a folder, (0, 0) where there is none. What vanishes meanwhile does not count."""
    total = count = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size
                count += 1
            except OSError:
                continue
    return total, count


def write_atomic(path: Path | str, data: bytes, *, durable: bool = True) -> None:
    """Write `data` to `path` so that a reader or a crash sees the old file or the new one, never a half.

    durable: wait until the disk says that it has it (some 10 ms), so that a power cut should lose nothing either; not for
    what only matters while the machine runs (tickets, wishes).

    Makes the folder where it is missing. Raises Problem("disk_full", path) when no space or quota is left,
    Problem("read_only", path) when the place may not be written to, or a file stands where its folder
    should be. Any other OSError passes through.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The same folder, because a rename is atomic only within one file system.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                to_disk(file.fileno())
        with contextlib.suppress(OSError):  # a file system without such modes
            os.chmod(temporary, 0o666 & ~UMASK)  # mkstemp keeps files to oneself: people may share a home
        os.replace(temporary, path)
    except BaseException as error:  # Ctrl-C as well: a half-written file is of no use to anybody
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if isinstance(error, OSError):
            raise problem(error, path) from error
        raise


def to_disk(handle: int) -> None:
    """Wait until the disk has what was written to this file descriptor. Apple's fsync hands it to the drive alone, which
    may still hold it in its cache: F_FULLFSYNC empties that too, where the drive can."""
    try:
        import fcntl

        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    except (ImportError, AttributeError, OSError):  # Windows, Linux, a drive that cannot
        os.fsync(handle)


def problem(error: OSError, path: Path) -> Exception:
    """The sentence behind a failed write, or the error itself where there is none."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return Problem("disk_full", path=str(path))
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
        return Problem("read_only", path=str(path))
    return error


def append(handle, data: bytes) -> None:
    """Add whole lines to a log opened unbuffered ("ab", buffering=0) and hand them to the system: all of them or none.

    Unbuffered, because what stays in a buffer is tried again at close. Raises Problem as `write_atomic` does.
    """
    before = handle.seek(0, os.SEEK_END)
    try:
        while data:  # a disk that fills up takes a part first
            data = data[handle.write(data) :]
    except OSError as error:
        try:
            os.ftruncate(handle.fileno(), before)
        except OSError:
            pass
        raise problem(error, Path(handle.name)) from error
