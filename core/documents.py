"""Web pages as FineWeb stores them: one row a document, nine columns. The learner's own file with these columns is one
more such collection, and Python's own documentation another, so that lessons about data need no download."""

import hashlib
import io
import json
import re
from functools import cache, lru_cache
from pathlib import Path

from core import files, manual
from core.problem import Problem

# name -> type, in FineWeb's order. token_count is GPT-2's; id a URN; date ISO 8601 as text.
COLUMNS = {
    "text": "string",
    "id": "string",
    "dump": "string",
    "url": "string",
    "date": "string",
    "file_path": "string",
    "language": "string",
    "language_score": "float64",
    "token_count": "int64",
}
LARGEST_FILE, LARGEST, MOST = 20_000_000, 200_000_000, 100_000  # bytes as sent, bytes unpacked, documents
NAME = re.compile(r"docs-[0-9a-f]{12}")
BETWEEN = "\n\n"  # what stands between two documents when they are read as one text


def schema():
    """The nine columns as a pyarrow schema."""
    import pyarrow as pa

    return pa.schema([(name, getattr(pa, kind)()) for name, kind in COLUMNS.items()])


def read(data: bytes):
    """A parquet or JSON-lines file as a pyarrow Table of the nine columns; those the file lacks are null.

    Raises Problem: documents_large(bytes, limit), documents_foreign, documents_damaged(reason), documents_no_text(columns),
    documents_line(line, reason), text_empty.
    """
    if len(data) > LARGEST_FILE:
        raise Problem("documents_large", bytes=len(data), limit=LARGEST_FILE)
    if data[:4] != b"PAR1" and b"\0" in data[:4096]:  # JSON writes a zero byte as \u0000
        raise Problem("documents_foreign")
    rows = _parquet(data) if data[:4] == b"PAR1" else _json_lines(data)
    if not any((text or "").strip() for text in rows["text"].to_pylist()):
        raise Problem("text_empty")
    return rows


def _parquet(data: bytes):
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data))
        about = file.metadata
        unpacked = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
        if unpacked > LARGEST or about.num_rows > MOST:
            raise Problem("documents_large", bytes=unpacked, limit=LARGEST)
        names = file.schema_arrow.names
        if "text" not in names:
            raise Problem("documents_no_text", columns=", ".join(names)[:200])
        wanted = [name for name in COLUMNS if name in names]
        found = pq.ParquetFile(io.BytesIO(data), read_dictionary=wanted).read(wanted)
        if (
            spelled := sum(map(_spelled, found.columns))
        ) > LARGEST:  # a text that repeats is stored once, and is not here
            raise Problem("documents_large", bytes=spelled, limit=LARGEST)
        return _fit(found)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:  # KeyError: two columns of one name
        raise Problem("documents_damaged", reason=str(error).splitlines()[0][:200]) from None


def _spelled(column) -> int:
    """Bytes of a column's texts when each row has its own; 0 for other columns."""
    import pyarrow as pa
    import pyarrow.compute as pc

    dictionaries = [chunk for chunk in column.chunks if isinstance(chunk, pa.DictionaryArray)]
    return sum(pc.sum(pc.binary_length(c.dictionary).take(c.indices)).as_py() or 0 for c in dictionaries)


def _json_lines(data: bytes):
    import pyarrow as pa

    columns: dict[str, list] = {name: [] for name in COLUMNS}
    # Not splitlines, which also ends a line at U+2028 and its like: JSON allows these inside a text.
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Problem("documents_line", line=number, reason=str(error)[:100]) from None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            names = ", ".join(row)[:200] if isinstance(row, dict) else type(row).__name__
            raise Problem("documents_no_text", columns=names)
        if number > MOST:
            raise Problem("documents_large", bytes=len(data), limit=LARGEST_FILE)
        for name, kind in COLUMNS.items():
            value = row.get(name)
            columns[name].append(str(value) if kind == "string" and value is not None else value)
    try:
        return _fit(pa.table({name: pa.array(values) for name, values in columns.items()}))
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise Problem("documents_damaged", reason=str(error).splitlines()[0][:200]) from None


def _fit(table):
    """The table with exactly the nine columns, in order and of their types (a date becomes its ISO text)."""
    import pyarrow as pa

    wanted = schema()
    columns = []
    for field in wanted:
        if field.name in table.column_names:
            columns.append(table[field.name].cast(field.type))
        else:
            columns.append(pa.nulls(table.num_rows, field.type))
    return pa.table(columns, schema=wanted)


def write(table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def add(data: bytes) -> str:
    """Keep a learner's documents and return their name, "docs-<12 hex digits>". Raises read's Problems, text_short,
    disk_full, read_only."""
    from core import uploads

    table = read(data)
    text = join(table)
    if len(text) < uploads.SHORTEST:
        raise Problem("text_short", characters=len(text), needed=uploads.SHORTEST)
    packed = write(table)
    name = f"docs-{hashlib.sha256(packed).hexdigest()[:12]}"
    files.write_atomic(path(name), packed)
    return name


def path(name: str) -> Path:
    """Where the collection of that name lies: "fineweb" (core/fineweb.py) or "docs-<12 hex digits>"."""
    return files.home() / "documents" / f"{name}.parquet"


def load(name: str):
    """The pyarrow Table of "docs-python" or "docs-web" (built in), "fineweb", or "docs-<12 hex digits>".

    Raises Problem: text_missing(name), fineweb_missing, text_damaged(name, path).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if name == "docs-python":
        return python()
    if name == "docs-web":
        return web()
    if not path(name).exists():
        raise missing(name)
    try:
        return pq.read_table(path(name), schema=schema())
    except (pa.ArrowException, OSError, ValueError):
        raise Problem("text_damaged", name=name, path=str(path(name))) from None


def fingerprint(name: str) -> str:
    """The name with a hash of all texts: FineWeb's first documents may be any number. Raises load's Problems."""
    if name == "docs-python":
        return _fingerprint(name, 0, 0)
    if name == "docs-web":
        from core import corpora, simulated_web

        return f"{name}-{simulated_web.VERSION}-{corpora.fingerprint('manual')}-{corpora.fingerprint('tales-vi')}"
    try:
        about = path(name).stat()
    except OSError:
        raise missing(name) from None
    return _fingerprint(name, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=8)
def _fingerprint(name: str, _size: int, _changed: int) -> str:
    return f"{name}-{hashlib.sha256(join(load(name)).encode()).hexdigest()[:12]}"


def missing(name: str) -> Problem:
    if name == "fineweb":
        from core import fineweb

        return Problem("fineweb_missing", address=fineweb.ADDRESS, folder=str(path(name).parent), file=path(name).name)
    return Problem("text_missing", name=name)


def join(table) -> str:
    """All documents as one text, in their order."""
    return BETWEEN.join(text.strip("\n") for text in table["text"].to_pylist() if text and text.strip()) + "\n"


@cache
def python():
    """Python's own documentation as documents, as one version had it (core/manual.py). Same columns as FineWeb, but nobody
    crawled these pages: `dump` says "python-3.x.y" and `url` names the topic or module; date and language_score are null,
    and token_count is counted with the built-in byte pairs."""
    import pyarrow.parquet as pq

    return pq.read_table(manual.PAGES, schema=schema())


@cache
def web():
    """The simulated web (core/simulated_web.py) as documents: generated, and labelled so in `dump`."""
    import pyarrow as pa

    from core import simulated_web

    return pa.Table.from_pylist(simulated_web.rows(), schema=schema())
