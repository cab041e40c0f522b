"""The texts models learn from, by name: Tales, the prose of Python's own manual, novels, web pages, a learner's own.

tales-en, tales-vi, manual     built in (NAMES)
book-35, book-829[-cr]         two novels, once downloaded (core/gutenberg.py)
fineweb, docs-<12 hex>         web pages, once downloaded or uploaded; docs-python and docs-web are built in (core/documents.py)
text-<12 hex>, tales-<12 hex>  a learner's text (core/uploads.py) and a learner's language (core/own_tales.py)
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from core import documents, files, gutenberg, manual, own_tales, rng, tales, uploads
from core.problem import Problem

NAMES = ("tales-en", "tales-vi", "manual")
# What else a Config's corpus may be: `pattern` of its field. Whether this machine has it shows when it is read.
OTHER = r"(text|tales|docs)-[0-9a-f]{12}|book-(35|829)(-cr)?|fineweb|docs-python|docs-web"
TRAIN_STORIES, TEST_STORIES = 6000, 600
BETWEEN_LINES = re.compile(r"(?<=\S\n)(?=\S)")
HELD_OUT = 0.1  # the last tenth of a text is its test part: cut by position, so that no window is on both sides


@dataclass(frozen=True)
class Corpus:
    """A text in two parts that share nothing: `train` and `test`. tale: its language, where the text is Tales."""

    name: str
    train: str
    test: str
    language: str  # "en" | "vi"
    tale: tales.Language | None = None


def load(name: str) -> Corpus:
    """The corpus of that name: one of NAMES, or what OTHER matches.

    Raises Problem: unknown_corpus; where this machine has no such text text_missing, tale_missing,
    book_missing, fineweb_missing; text_damaged, book_damaged.
    """
    return _load(name, fingerprint(name))


@lru_cache(maxsize=6)
def _load(name: str, _fingerprint: str) -> Corpus:
    language = own_tales.language(name)
    if language is not None:
        # Fresh draws for the test part: unseen stories of the same language, not the end of the training text.
        train, test = (
            tales.tell(language, count, rng.numpy_stream(0, "data", part))
            for part, count in enumerate((TRAIN_STORIES, TEST_STORIES))
        )
        return Corpus(name, train, test, language.code, language)
    text = _read(name)
    train, test = split(text)
    return Corpus(name, train, test, "en" if name == "manual" else uploads.language_of(text))


def _read(name: str) -> str:
    if name == "manual":
        return manual.text()
    if name.startswith("book-"):
        return gutenberg.load(name)
    if name == "fineweb" or name.startswith("docs-"):
        return documents.join(documents.load(name))
    return uploads.read(name)


def fingerprint(name: str) -> str:
    """What stands for the corpus in a run's identity: it changes when the text does. Milliseconds; same Problems."""
    if name in NAMES:
        if name == "manual":
            return _manual_fingerprint()
        return f"{name}-{tales.LANGUAGES[name].fingerprint}-{TRAIN_STORIES}-{TEST_STORIES}"
    if not re.fullmatch(OTHER, str(name)):
        raise Problem("unknown_corpus", name=str(name)[:80], valid=", ".join(NAMES))
    if name.startswith("book-"):
        return gutenberg.fingerprint(name)
    if name in ("fineweb", "docs-python", "docs-web"):
        return documents.fingerprint(name)
    if name.startswith("tales-"):
        return f"{name}-{own_tales.language(name).fingerprint}-{TRAIN_STORIES}-{TEST_STORIES}"
    return name  # the name of an uploaded text is the hash of its content


@cache
def _manual_fingerprint() -> str:
    return f"manual-{_short_hash(manual.text())}"


def split(text: str) -> tuple[str, str]:
    """(train, test): cut by position at the line end nearest before nine tenths (lesson 6: never by random windows)."""
    at = int(len(text) * (1 - HELD_OUT))
    line = text.rfind("\n", int(at * 0.9), at)
    at = line + 1 if line >= 0 else at
    return text[:at], text[at:]


def tokens(corpus, tokenizer, part: str):
    """The `part` ("train" or "test") of a corpus as token ids: numpy array (N,), uint16 (int32 above 65,536 tokens).

    corpus, tokenizer: objects, or their names. Kept on disk under home()/cache; a cache that cannot be written or
    read is done without. Raises the Problems of load and of tokenizers.load.
    """
    assert part in ("train", "test"), part
    from core import tokenizers

    if isinstance(corpus, str) and (kept := _tokens_by_name(corpus, tokenizer, part)) is not None:
        return kept
    corpus = load(corpus) if isinstance(corpus, str) else corpus
    tokenizer = tokenizers.load(tokenizer, corpus.name) if isinstance(tokenizer, str) else tokenizer
    return _tokens(corpus, tokenizer, part)


def _tokens_by_name(name: str, tokenizer, part: str):
    """Tokens from the cache without generating or reading the text; None where there are none."""
    from core import tokenizers

    tokenizer = tokenizers.load(tokenizer, name) if isinstance(tokenizer, str) else tokenizer
    return read_array(_cache_path(fingerprint(name), tokenizer, part))


def _cache_path(identity: str, tokenizer, part: str):
    return files.home() / "cache" / "tokens" / f"{identity}-{tokenizer.name}-{tokenizer.fingerprint}-{part}.npy"


def read_array(path):
    """The numpy array of a cache file, None where it is absent or damaged (it is made again)."""
    import numpy as np

    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None


def keep_array(path, array) -> None:
    """Put a numpy array in the cache. A full or read-only disk must not stop a lesson: it is made again next time."""
    import io

    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, array)
    try:
        files.write_atomic(path, buffer.getvalue())
    except (Problem, OSError):
        pass


def _tokens(corpus: Corpus, tokenizer, part: str):
    import numpy as np

    path = _cache_path(fingerprint(corpus.name), tokenizer, part)
    ids, kind = read_array(path), np.uint16 if tokenizer.n_vocab <= 65536 else np.int32
    if ids is None:
        text = corpus.train if part == "train" else corpus.test
        if corpus.tale is not None:
            # No token crosses the border of two words, so each of the few distinct pieces is encoded once.
            pieces = tales.PIECE.findall(text)
            table = {piece: tokenizer.encode(piece) for piece in set(pieces)}
            flat = [i for piece in pieces for i in table[piece]]
            ids = np.array(flat, dtype=kind)
        else:
            ids = np.concatenate([np.array(tokenizer.encode(part), dtype=kind) for part in parts_of(text)])
        keep_array(path, ids)
    return ids


def parts_of(text: str, size: int = 2**20) -> Iterator[str]:
    """The text in parts of at least `size` characters that encode as they do in the whole: cut after a line end between two
    characters that are no spaces, where no piece of bpe.PATTERN goes on. A list of tokens takes 36 bytes for each."""
    begin = 0
    while cut := BETWEEN_LINES.search(text, begin + size):
        yield text[begin : cut.start()]
        begin = cut.start()
    yield text[begin:]


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
