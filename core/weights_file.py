"""A safetensors file: eight bytes of length, a JSON header with every tensor's name and place, then only numbers.

So the shapes of a file of any size are known in a millisecond, one tensor is read without the others, and, unlike in a
pickle, nothing in it can run. Layout: https://github.com/huggingface/safetensors#format
"""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path

from core.problem import Problem

LONGEST = 100_000_000  # bytes of a header: the format's own limit
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Entry:
    """Where a tensor lies: bytes [start, stop) of the file."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


def header(path: Path | str) -> dict[str, Entry]:
    """{name: Entry} of a file, in the order of its bytes. Reads the header alone.

    Raises Problem: weights_missing, weights_empty, weights_html (a web page saved under this name), weights_pointer
    (git-lfs left its note), weights_pickle (never opened), weights_strange (anything else), weights_truncated(bytes,
    expected), weights_unreadable(reason); all with the path.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            first = file.read(512)
            _recognise(first, path)
            (length,) = struct.unpack("<Q", first[:8])
            if not 2 <= length <= LONGEST:
                raise Problem("weights_strange", path=str(path))
            if size < 8 + length:
                raise Problem("weights_truncated", path=str(path), bytes=size, expected=8 + length)
            file.seek(8)
            entries = parse(file.read(length), path)
    except FileNotFoundError:
        raise Problem("weights_missing", path=str(path)) from None
    except OSError as error:
        raise Problem("weights_unreadable", path=str(path), reason=error.strerror or type(error).__name__) from None
    end = max((entry.stop for entry in entries.values()), default=8 + length)
    if size < end:
        raise Problem("weights_truncated", path=str(path), bytes=size, expected=end)
    if size > end:
        raise Problem("weights_strange", path=str(path))
    return entries


def _recognise(first: bytes, path) -> None:
    """Say what a file is that only bears the name."""
    start = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower()
    for code, found in (
        ("weights_empty", not first),
        ("weights_html", start.startswith((b"<!doctype", b"<html", b"<?xml"))),
        ("weights_pointer", first.startswith(POINTER)),
        ("weights_pickle", first.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"))),
        ("weights_strange", len(first) < 10 or first[8:9] != b"{"),
    ):
        if found:
            raise Problem(code, path=str(path))


def parse(text: bytes, path) -> dict[str, Entry]:
    """{name: Entry} of a header's JSON `text`. Raises Problem("weights_strange") unless the tensors follow each other
    without a gap, each as long as its shape says. path: a file or an address, for the message."""
    entries = {}
    try:
        for name, facts in json.loads(text).items():
            if name != "__metadata__":
                start, stop = (8 + len(text) + int(offset) for offset in facts["data_offsets"])
                entries[name] = Entry(facts["dtype"], tuple(map(int, facts["shape"])), start, stop)
        entries = dict(sorted(entries.items(), key=lambda item: (item[1].start, item[1].stop)))
        end = 8 + len(text)
        for entry in entries.values():
            size = SIZES.get(entry.dtype)
            whole = size is None or entry.stop - entry.start == size * math.prod(entry.shape)
            if entry.start != end or entry.stop < end or not whole or min(entry.shape, default=0) < 0:
                raise ValueError(entry)
            end = entry.stop
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise Problem("weights_strange", path=str(path)) from None
    return entries


def read(path: Path | str, entries: dict[str, Entry]) -> dict:
    """{name: float32 numpy array} of these entries of the file, and of no others.

    Raises Problem: weights_dtype(path, name, dtype) for what holds no real numbers, weights_unreadable.
    """
    out = {}
    try:
        with open(path, "rb") as file:
            for name, entry in entries.items():
                file.seek(entry.start)
                out[name] = numbers(file.read(entry.stop - entry.start), entry, name, path)
    except OSError as error:
        raise Problem("weights_unreadable", path=str(path), reason=error.strerror or type(error).__name__) from None
    return out


def numbers(data: bytes, entry: Entry, name: str, path):
    """The bytes of a tensor as a float32 numpy array of its shape."""
    import numpy as np

    if entry.dtype == "BF16":  # the upper half of a float32
        values = (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    elif entry.dtype in ("F16", "F32", "F64"):
        values = np.frombuffer(data, f"<f{SIZES[entry.dtype]}").astype(np.float32)
    else:
        raise Problem("weights_dtype", path=str(path), name=name, dtype=entry.dtype)
    return values.reshape(entry.shape)


def to_bytes(tensors: dict[str, tuple[str, tuple[int, ...], bytes]]) -> bytes:
    """A safetensors file of {name: (dtype, shape, bytes)}, in that order."""
    table, end = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        table[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + len(data)]}
        end += len(data)
    text = json.dumps(table).encode()
    text += b" " * (-len(text) % 8)  # the numbers start at a multiple of eight
    return struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values())
