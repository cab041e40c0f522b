"""What this machine has beyond the built-in texts: which texts, where they lie, how large they are; and the caches."""

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core import corpora, documents, files, gutenberg, own_tales, uploads
from core.problem import Problem

MOST = 20  # a learner's own texts that lists offer, newest first


def texts() -> list[str]:
    """Names of the texts that were downloaded, uploaded or typed here: novels, web pages, then the learner's own."""
    books = [f"book-{n}" for n, book in gutenberg.BOOKS.items() if book.path.exists()]
    found = [name + ending for name in books for ending in ("", "-cr")]
    if documents.path("fineweb").exists():
        found.append("fineweb")
    return found + own()[:MOST]


def own() -> list[str]:
    """Names of the learner's own texts, documents and languages, newest first."""
    found = []
    for folder, ending, pattern in (
        ("texts", ".txt", uploads.NAME),
        ("documents", ".parquet", documents.NAME),
        ("tales", ".txt", own_tales.NAME),
    ):
        try:
            for path in (files.home() / folder).iterdir():
                if path.suffix == ending and pattern.fullmatch(path.stem):
                    found.append((path.stat().st_mtime, path.stem))
        except OSError:
            continue
    return [name for _, name in sorted(found, reverse=True)]


def path(name: str) -> Path | None:
    """Where the text lies; None where it is made on the spot (Tales, Python's own)."""
    if gutenberg.NAME.fullmatch(name):
        return gutenberg.book_of(name).path
    if name == "fineweb" or documents.NAME.fullmatch(name):
        return documents.path(name)
    if uploads.NAME.fullmatch(name):
        return uploads.path(name)
    return own_tales.path(name) if own_tales.NAME.fullmatch(name) else None


def opening(name: str, length: int = 24) -> str:
    """The first words of a learner's own text, to tell it from others; "" where it cannot be read."""
    try:
        about = path(name).stat()
        return _opening(name, length, about.st_size, about.st_mtime_ns)
    except (OSError, AttributeError):
        return ""


@lru_cache(maxsize=200)
def _opening(name: str, length: int, _size: int, _changed: int) -> str:
    try:
        if documents.NAME.fullmatch(name):
            text = documents.load(name)["text"][0].as_py() or ""
        else:
            with open(path(name), encoding="utf-8", errors="replace") as file:
                text = file.read(200)
    except (Problem, OSError, IndexError):
        return ""
    words = " ".join(text.split())
    return words if len(words) <= length else words[:length].rsplit(" ", 1)[0] + "…"


@dataclass(frozen=True)
class Size:
    """A text under a tokenizer. characters, tokens: of both parts. distinct: how many of the vocabulary occur."""

    characters: int
    tokens: int
    test_tokens: int
    distinct: int
    vocabulary: int


def size(name: str, tokenizer: str) -> Size:
    """Raises the Problems of corpora.load and tokenizers.load."""
    return _size(name, tokenizer, corpora.fingerprint(name))


@lru_cache(maxsize=100)
def _size(name: str, kind: str, _fingerprint: str) -> Size:
    import numpy as np

    from core import tokenizers

    tokenizer, corpus = tokenizers.load(kind, name), corpora.load(name)
    train, test = (corpora.tokens(corpus, tokenizer, part) for part in ("train", "test"))
    used = np.zeros(tokenizer.n_vocab, dtype=bool)
    used[train], used[test] = True, True
    characters = len(corpus.train) + len(corpus.test)
    return Size(characters, len(train) + len(test), len(test), int(used.sum()), tokenizer.n_vocab)


def delete(name: str) -> None:
    """Delete a downloaded or own text. Runs that learned from it keep their curves; a link to it says what is missing.
    Raises Problem(read_only)."""
    place = path(name)
    if place is not None:
        _away(place)


# --- caches ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cache:
    """A folder under home() with one kind of thing in it. again: whether it is made or fetched again when needed."""

    key: str
    folder: Path
    bytes: int
    files: int
    again: bool


CACHES: dict[str, tuple[str, bool]] = {
    "tokens": ("cache/tokens", True),
    "floors": ("cache/floors", True),
    "oracle": ("cache/oracle", True),
    "books": ("books", True),
    "documents": ("documents", False),
    "texts": ("texts", False),
    "tales": ("tales", False),
    "tokenizers": ("tokenizers", True),
    "weights": ("weights", True),
    "runs": ("runs", False),
}


def caches() -> list[Cache]:
    """Every folder that holds something, in the order of CACHES."""
    out = []
    for key, (name, again) in CACHES.items():
        folder = files.home() / name
        size, count = files.size(folder)
        if count:
            out.append(Cache(key, folder, size, count, again))
    return out


def clear(key: str) -> None:
    """Empty one of the caches (not the runs: runs.clear knows which of them are pinned). Raises Problem(read_only)."""
    assert key in CACHES and key != "runs", key
    _away(files.home() / CACHES[key][0])


def _away(place: Path) -> None:
    try:
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    except OSError as error:
        raise files.problem(error, place) from error
