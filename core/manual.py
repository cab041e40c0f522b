"""Python's own documentation: real English that needs no download. Its prose, a quarter of a million characters; and its
pages, as a crawler would have found them.

Both ship as one version of Python has them (the PSF's licence lies beside them), because every release words them anew:
with another text, stored runs, floors and claims would be of another task.
"""

import gzip
import platform
import re
import sys
import sysconfig
import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from core import files

FOLDER = Path(__file__).resolve().parent / "gallery" / "manual"
TEXT, PAGES = FOLDER / "prose.txt.gz", FOLDER / "pages.parquet"


@cache
def text() -> str:
    """The prose of the manual, one paragraph a line. The pages are `documents.load("docs-python")`."""
    return gzip.decompress(TEXT.read_bytes()).decode()


def extract(topics: Mapping[str, str]) -> str:
    """The prose of these {name: topic}, one paragraph a line: no code, no grammar, and no paragraph twice (the topics quote
    each other, and a test part must be unseen)."""
    seen: dict[str, None] = {}
    for name in sorted(topics):
        for block in re.split(r"\n\s*\n", topics[name]):
            if (paragraph := prose(block)) is not None:
                seen.setdefault(paragraph)
    return "".join(paragraph + "\n" for paragraph in seen)


def prose(block: str) -> str | None:
    """A paragraph as one line, or None where the block is a heading, code, a grammar rule or a table."""
    line = re.sub(r"^[*\-] +", "", " ".join(block.split()))
    letters = sum(c.isalpha() or c == " " for c in line)
    sentence = len(line) >= 60 and line[-1] in '.:?!)”"' and letters >= 0.85 * len(line)
    # Code is indented under its paragraph and the grammar has "::="; prose wraps into even lines of plain words.
    code = "::=" in line or ">>>" in line or re.search(r"\w\s=\s\w|\+--|\|\s", line)
    return line if sentence and not code else None


def pages(topics: Mapping[str, str], library: Path) -> list[dict]:
    """The pages as rows of core/documents.py's columns: the topics, and what the modules of this `library` (a folder) say of
    themselves."""
    from core import tokenizers

    encode, version = tokenizers.load("bpe").encode, f"python-{platform.python_version()}"
    found = [(f"pydoc:{name}", "pydoc_data/topics.py", topics[name].strip()) for name in sorted(topics)]
    return [
        {
            "text": text,
            "id": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url + text)}>",
            "dump": version,
            "url": url,
            "date": None,
            "file_path": file,
            "language": "en",
            "language_score": None,
            "token_count": len(encode(text)),
        }
        for url, file, text in found + _modules(library)
    ]


def _modules(library: Path) -> list[tuple[str, str, str]]:
    """The docstrings of the standard library's modules that have at least 300 characters: read, never imported."""
    out = []
    first = re.compile(r'\s*(?:#[^\n]*\n\s*)*[rR]?"""(.*?)"""', re.DOTALL)
    for name in sorted(sys.stdlib_module_names):
        for place in (library / f"{name}.py", library / name / "__init__.py"):
            try:
                with open(place, encoding="utf-8") as file:
                    found = first.match(file.read(60_000))
            except (OSError, UnicodeDecodeError):
                continue
            if found and len(text := found[1].strip()) >= 300:
                out.append((f"module:{name}", place.relative_to(library).as_posix(), text))
    return out


def main() -> None:
    """Write both from the Python that runs this. What was trained on them (`make gallery`) has to be made anew."""
    from pydoc_data.topics import topics

    import pyarrow as pa

    from core import documents

    rows = pages(topics, Path(sysconfig.get_path("stdlib")))
    files.write_atomic(TEXT, gzip.compress(extract(topics).encode(), mtime=0))
    files.write_atomic(PAGES, documents.write(pa.Table.from_pylist(rows, schema=documents.schema())))


if __name__ == "__main__":
    main()
