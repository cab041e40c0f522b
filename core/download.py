"""A file from the internet: resumed where it was cut, checked, cancelled at will, and never waited for without an end.

An interrupted download leaves `<name>.part` beside its place, and `<name>.part.json` which says what it is a part of;
the next `fetch` of the same address goes on from there. Only a whole and checked file gets the name `path`.
"""

import hashlib
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from core import files
from core.problem import Problem

CONNECT, TIMEOUT = 5.0, 15.0  # seconds: until a connection opens, and without a single byte
TRIES = 3  # how often a cut connection is opened again before the learner is asked
CHUNK = 1 << 18  # bytes read, and between two looks at `cancelled`

Progress = Callable[[int, int | None], None]  # (bytes so far, bytes in all or None where nobody says)
Cancelled = Callable[[], bool]

_busy: set[Path] = set()
_guard = threading.Lock()


class _Cut(Exception):
    """The connection ended before the file did."""


def fetch(
    url: str,
    path: Path | str,
    *,
    size: int | None = None,
    sha256: str | None = None,
    span: tuple[int, int] | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    timeout: float = TIMEOUT,
) -> Path:
    """Download `url` to `path`, whole or not at all, and return the path.

    size, sha256: what the bytes must be. span: only the bytes [start, stop) of the file. An older file at `path` stays
    until the new one is complete. Raises Problem: download_unreachable(address, reason), download_slow(address,
    seconds), download_refused(address, status), download_cut(address, bytes, total), download_wrong(address, found,
    expected), download_no_ranges(address), download_cancelled(bytes), download_busy(path), no_room(needed, free, path),
    disk_full, read_only. What had arrived is kept for the next call, except after download_wrong.
    """
    path = Path(path)
    with _guard:
        if path in _busy:
            raise Problem("download_busy", path=str(path))
        _busy.add(path)
    try:
        part = path.with_name(path.name + ".part")
        wanted = (span[1] - span[0]) if span else size
        for attempt in range(TRIES):
            before = _length(part)
            try:
                total = _continue(url, part, span, wanted, progress, cancelled, timeout, bool(sha256))
                break
            except _Cut as cut:
                here, total = _length(part), cut.args[0]
                if attempt == TRIES - 1 or here == before:
                    raise Problem("download_cut", address=url, bytes=here, total=total) from None
        _check(url, part, wanted if wanted is not None else total, sha256)
        os.replace(part, path)
        _about(part).unlink(missing_ok=True)
        return path
    except OSError as error:
        raise files.problem(error, path) from error
    finally:
        with _guard:
            _busy.discard(path)


def ranged(url: str, start: int, stop: int, *, cancelled: Cancelled | None = None, timeout: float = TIMEOUT) -> bytes:
    """The bytes [start, stop) of a file that a server holds. Raises fetch's Problems about the address."""
    answer = _ask(url, start, stop, None, timeout)
    with answer:
        if answer.status_code != 206 or _content_range(answer)[0] != start:
            raise Problem("download_no_ranges", address=url)
        data = bytearray()
        try:
            for chunk in _chunks(answer, url, timeout):
                data += chunk
                if cancelled and cancelled():
                    raise Problem("download_cancelled", bytes=len(data))
        except _Cut:
            pass
    if len(data) != stop - start:
        raise Problem("download_cut", address=url, bytes=len(data), total=stop - start)
    return bytes(data)


def kept(path: Path | str) -> int:
    """How many bytes an interrupted download of `path` has left, 0 where there is none."""
    return _length(Path(path).with_name(Path(path).name + ".part"))


def forget(path: Path | str) -> None:
    """Delete what an interrupted download of `path` has left."""
    part = Path(path).with_name(Path(path).name + ".part")
    for leftover in (part, _about(part)):
        leftover.unlink(missing_ok=True)


# --- one connection ---------------------------------------------------------------------------------------------


def _continue(url, part, span, wanted, progress, cancelled, timeout, hashed) -> int | None:
    """Append to `part` until the file ends; returns its full size where the server says it."""
    first, stop = span or (0, None)
    about = {"url": url, "span": list(span or ())}
    noted = _read_json(_about(part))
    if {k: noted.get(k) for k in about} != about or not (noted.get("match") or hashed):
        part.unlink(missing_ok=True)
    have = _length(part)
    if wanted is not None and have >= wanted:
        return wanted
    with _ask(url, first + have, stop, noted.get("match") if have else None, timeout) as answer:
        if answer.status_code == 416:  # what we have is longer than what there is
            part.unlink(missing_ok=True)
            raise _Cut(wanted)
        if answer.status_code == 206:
            start, end, _ = _content_range(answer)
            if start != first + have:
                raise Problem("download_no_ranges", address=url)
            total = None if end is None else end + 1 - first
        elif span:
            raise Problem("download_no_ranges", address=url)
        else:  # the whole file, from its beginning: it changed, or the server cannot start in the middle
            have, total = 0, int(answer.headers.get("Content-Length") or 0) or None
        _room(part, (wanted or total or 0) - have)
        part.parent.mkdir(parents=True, exist_ok=True)
        match = answer.headers.get("ETag", "")
        match = "" if match.startswith("W/") else match or answer.headers.get("Last-Modified", "")
        files.write_atomic(_about(part), json.dumps(about | {"match": match}).encode())
        with open(part, "ab" if have else "wb") as file:
            for chunk in _chunks(answer, url, timeout, total):
                file.write(chunk)
                have += len(chunk)
                if progress:
                    progress(have, total or wanted)
                if cancelled and cancelled():
                    raise Problem("download_cancelled", bytes=have)
    if total is not None and have < total:
        raise _Cut(total)
    return total


def _ask(url: str, first: int, stop: int | None, match: str | None, timeout: float):
    """Open the address at byte `first`. Answers other than 200, 206 and 416 are Problems."""
    import requests

    headers = {"User-Agent": files.NAME, "Accept-Encoding": "identity"}  # byte ranges are those of the plain file
    if first or stop is not None:
        headers["Range"] = f"bytes={first}-{'' if stop is None else stop - 1}"
        if match:
            headers["If-Range"] = match
    try:
        answer = requests.get(url, headers=headers, stream=True, timeout=(CONNECT, timeout))
    except requests.Timeout:
        raise Problem("download_slow", address=url, seconds=timeout) from None
    except requests.RequestException as error:
        raise Problem("download_unreachable", address=url, reason=type(error).__name__) from None
    if answer.status_code not in (200, 206, 416):
        answer.close()
        raise Problem("download_refused", address=url, status=answer.status_code)
    return answer


def _chunks(answer, url: str, timeout: float, total: int | None = None) -> Iterator[bytes]:
    """The body as it arrives. Raises _Cut(total) where the connection breaks, Problem(download_slow) on silence."""
    import requests
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    try:
        while chunk := answer.raw.read1(CHUNK):
            yield chunk
    except (ReadTimeoutError, TimeoutError):
        raise Problem("download_slow", address=url, seconds=timeout) from None
    except (HTTPError, requests.RequestException, ConnectionError):
        raise _Cut(total) from None


def _content_range(answer) -> tuple[int, int | None, int | None]:
    """(first, last, total) of "bytes first-last/total"; (-1, None, None) where the answer does not say."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if not found:
        return -1, None, None
    return int(found[1]), int(found[2]), None if found[3] == "*" else int(found[3])


# --- what has arrived -------------------------------------------------------------------------------------------


def _check(url: str, part: Path, size: int | None, sha256: str | None) -> None:
    found = _length(part)
    expected: object = size
    if size is None or found == size:
        if not sha256:
            return
        with open(part, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        expected = sha256
        if found == sha256:
            return
    part.unlink(missing_ok=True)
    _about(part).unlink(missing_ok=True)
    raise Problem("download_wrong", address=url, found=found, expected=expected)


def _room(part: Path, needed: int) -> None:
    folder = next((p for p in part.parents if p.exists()), None)
    free = shutil.disk_usage(folder).free if folder else needed
    if free < needed:
        raise Problem("no_room", needed=needed, free=free, path=str(part.parent))


def _about(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read_json(path: Path) -> dict:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return data if isinstance(data, dict) else {}
    except (OSError, ValueError):
        return {}
