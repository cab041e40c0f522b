"""Two novels that the course trains on, from Project Gutenberg: fetched on request, kept as served, read without what
Gutenberg puts around them.

The course reads the whole file: licence, byte order mark and all. The counts of every way to read it are in `readings`.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core import download, files
from core.problem import Problem

NAME = re.compile(r"book-(\d+)(-cr)?")
START = re.compile(r"^[ ]*\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG EBOOK[^\n]*\n", re.MULTILINE)
END = re.compile(r"^[ ]*\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG EBOOK", re.MULTILINE)


@dataclass(frozen=True)
class Book:
    """addresses: tried in order, first the course's. bytes: about what will come. phrase: what the text must contain to
    be this book."""

    number: int
    title: str
    author: str
    addresses: tuple[str, ...]
    bytes: int
    phrase: str

    @property
    def path(self) -> Path:
        """Where the file lies, byte for byte as the server sent it."""
        return files.home() / "books" / f"pg{self.number}.txt"


BOOKS = {
    35: Book(
        35,
        "The Time Machine",
        "H. G. Wells, 1895",
        ("https://www.gutenberg.org/files/35/35-0.txt", "https://www.gutenberg.org/cache/epub/35/pg35.txt"),
        204_000,
        "Time Traveller",
    ),
    829: Book(
        829,
        "Gulliver's Travels",
        "Jonathan Swift, 1726",
        ("https://www.gutenberg.org/cache/epub/829/pg829.txt", "https://www.gutenberg.org/files/829/829-0.txt"),
        614_000,
        "Lilliput",
    ),
}


def fetch(book: Book, progress=None, cancelled=None, *, addresses: tuple[str, ...] = (), timeout: float = 15.0) -> Path:
    """Download the book to its place, from the first address that has it.

    Raises download.fetch's Problems (those of the last address), and Problem book_wrong(title, address) for a page
    that is not the book: a login page, an error in HTML.
    """
    incoming = book.path.with_name(f"{book.path.name}.new")
    for address in (found := addresses or book.addresses):
        try:
            download.fetch(address, incoming, progress=progress, cancelled=cancelled, timeout=timeout)
            _check(book, incoming, address)
            incoming.replace(book.path)
            return book.path
        except Problem as problem:
            if problem.code in ("download_refused", "book_wrong") and address != found[-1]:
                continue  # another edition may still be there
            raise
    raise AssertionError("a book has an address")


def kept(book: Book) -> int:
    """Bytes that an interrupted download has left."""
    return download.kept(book.path.with_name(f"{book.path.name}.new"))


def _check(book: Book, path: Path, address: str) -> None:
    try:
        text = decode(path.read_bytes())
    except UnicodeDecodeError:
        text = ""
    if book.phrase not in text or "<html" in text[:2000].lower():
        path.unlink(missing_ok=True)
        raise Problem("book_wrong", title=book.title, address=address)


def decode(raw: bytes) -> str:
    """UTF-8 with or without its mark. Servers name no encoding, and Latin-1, the web's old default, would turn every
    curly quote into three characters (162,055 tokens instead of 158,350)."""
    return raw.decode("utf-8-sig")


def body(text: str) -> str:
    """The book alone: what stands between Gutenberg's START and END lines, without empty lines around it."""
    start, end = START.search(text), END.search(text)
    return text[start.end() if start else 0 : end.start() if end else len(text)].strip() + "\n"


def load(name: str) -> str:
    """The text of corpus "book-35" or "book-829" with lines that end "\\n"; of "book-35-cr" with "\\r\\n", as many servers
    send it.

    Raises Problem: unknown_book(name, valid), book_missing(title, address, bytes, folder, file), book_damaged(title,
    path).
    """
    return _load(name, *_stamp(name))


def fingerprint(name: str) -> str:
    """The name with a hash of the text: Gutenberg corrects its editions, and another text is another run."""
    return _fingerprint(name, *_stamp(name))


@lru_cache(maxsize=8)
def _fingerprint(name: str, *stamp) -> str:
    return f"{name}-{hashlib.sha256(_load(name, *stamp).encode()).hexdigest()[:12]}"


def book_of(name: str) -> Book:
    found = NAME.fullmatch(str(name))
    book = BOOKS.get(int(found[1])) if found else None
    if book is None:
        raise Problem("unknown_book", name=str(name)[:80], valid=", ".join(f"book-{n}" for n in BOOKS))
    return book


def _stamp(name: str) -> tuple[str, int, int]:
    """(path, size, time of change) of the book's file."""
    book = book_of(name)
    try:
        about = book.path.stat()
    except OSError:
        raise missing(book) from None
    return str(book.path), about.st_size, about.st_mtime_ns


def missing(book: Book) -> Problem:
    return Problem(
        "book_missing",
        title=book.title,
        address=book.addresses[0],
        bytes=book.bytes,
        folder=str(book.path.parent),
        file=book.path.name,
    )


@lru_cache(maxsize=8)
def _load(name: str, path: str, _size: int, _changed: int) -> str:
    book = book_of(name)
    try:
        text = decode(Path(path).read_bytes())
    except (OSError, UnicodeDecodeError):
        raise Problem("book_damaged", title=book.title, path=path) from None
    if book.phrase not in text:
        raise Problem("book_damaged", title=book.title, path=path)
    text = body(text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\n", "\r\n") if name.endswith("-cr") else text


def readings(book: Book) -> dict[str, str]:
    """The ways to read the same file, as texts: {"served", "lf", "body_cr", "body"}; "served" is the course's."""
    _stamp(f"book-{book.number}")
    served = book.path.read_bytes().decode()
    return {
        "served": served,
        "lf": served.replace("\r\n", "\n").removeprefix("\ufeff"),
        "body_cr": load(f"book-{book.number}-cr"),
        "body": load(f"book-{book.number}"),
    }
