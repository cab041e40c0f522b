"""The texts models learn from: Tales, the prose of Python's own manual, and a learner's own text."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from core import files, rng, tales
from core.problem import Problem

NAMES = ("tales-en", "tales-vi", "manual")
UPLOAD = re.compile(r"text-[0-9a-f]{12}")
TRAIN_STORIES, TEST_STORIES = 6000, 600
SHORTEST, LARGEST = 1000, 2_000_000  # an uploaded text: characters, bytes
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
    """The corpus of that name: one of NAMES, or "text-<12 hex digits>" as add_text gave it.

    Raises Problem: unknown_corpus, manual_missing, text_missing (this machine has no such text), text_damaged.
    """
    return _load(name, fingerprint(name))


@lru_cache(maxsize=6)
def _load(name: str, _fingerprint: str) -> Corpus:
    if name in tales.LANGUAGES:
        language = tales.LANGUAGES[name]
        # Fresh draws for the test part: unseen stories of the same language, not the end of the training text.
        train, test = (
            tales.tell(language, count, rng.numpy_stream(0, "data", part))
            for part, count in enumerate((TRAIN_STORIES, TEST_STORIES))
        )
        return Corpus(name, train, test, language.code, language)
    text = manual() if name == "manual" else _uploaded(name)
    train, test = split(text)
    return Corpus(name, train, test, "en" if name == "manual" else _language(text))


def fingerprint(name: str) -> str:
    """What stands for the corpus in a run's identity: it changes when the text does. Milliseconds; same Problems."""
    if name in tales.LANGUAGES:
        return f"{name}-{tales.LANGUAGES[name].fingerprint}-{TRAIN_STORIES}-{TEST_STORIES}"
    if name == "manual":
        return _manual_fingerprint()
    if not UPLOAD.fullmatch(str(name)):
        raise Problem("unknown_corpus", name=str(name)[:80], valid=", ".join(NAMES))
    return name  # the name of an uploaded text is the hash of its content


@cache
def _manual_fingerprint() -> str:
    return f"manual-{_short_hash(manual())}"


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
    ids = read_array(path)
    if ids is None:
        text = corpus.train if part == "train" else corpus.test
        if corpus.tale is not None:
            # No token crosses the border of two words, so each of the few distinct pieces is encoded once.
            pieces = tales.PIECE.findall(text)
            table = {piece: tokenizer.encode(piece) for piece in set(pieces)}
            flat = [i for piece in pieces for i in table[piece]]
        else:
            flat = tokenizer.encode(text)
        ids = np.array(flat, dtype=np.uint16 if tokenizer.n_vocab <= 65536 else np.int32)
        keep_array(path, ids)
    return ids


# --- Python's manual --------------------------------------------------------------------------------------------


@cache
def manual() -> str:
    """The prose of Python's language manual, which every CPython carries (module pydoc_data.topics): one paragraph a
    line, no code, no grammar, no paragraph twice (the topics quote each other, and a test part must be unseen).

    It differs between Python versions, so its hash is part of every run's identity. PSF licence; read, not shipped.
    Raises Problem("manual_missing") on an installation without the module.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise Problem("manual_missing") from None
    seen: dict[str, None] = {}
    for name in sorted(topics):
        for block in re.split(r"\n\s*\n", topics[name]):
            if (paragraph := prose(block)) is not None:
                seen.setdefault(paragraph)
    if not seen:
        raise Problem("manual_missing")
    return "".join(paragraph + "\n" for paragraph in seen)


def prose(block: str) -> str | None:
    """A paragraph as one line, or None where the block is a heading, code, a grammar rule or a table."""
    text = re.sub(r"^[*\-] +", "", " ".join(block.split()))
    letters = sum(c.isalpha() or c == " " for c in text)
    sentence = len(text) >= 60 and text[-1] in '.:?!)”"' and letters >= 0.85 * len(text)
    # Code is indented under its paragraph and the grammar has "::="; prose wraps into even lines of plain words.
    code = "::=" in text or ">>>" in text or re.search(r"\w\s=\s\w|\+--|\|\s", text)
    return text if sentence and not code else None


# --- a learner's own text ---------------------------------------------------------------------------------------


def add_text(text: bytes | str) -> str:
    """Keep a learner's text on this machine and return its name, "text-<12 hex digits of its hash>".

    Bytes may be UTF-8, UTF-16 with a mark, or Windows-1252. Line ends become "\\n", letters and their accents are
    joined (NFC). Raises Problem: text_empty, text_binary, text_short(characters, needed), text_too_large(bytes,
    limit), and disk_full, read_only.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else bytes(text)
    if len(raw) > LARGEST:
        raise Problem("text_too_large", bytes=len(raw), limit=LARGEST)
    text = _clean(_decode(raw))
    if not text.strip():
        raise Problem("text_empty")
    if len(text) < SHORTEST:
        raise Problem("text_short", characters=len(text), needed=SHORTEST)
    name = f"text-{_short_hash(text)}"
    files.write_atomic(_text_path(name), text.encode())
    return name


def _decode(raw: bytes) -> str:
    encodings = ("utf-16",) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = sum(unicodedata.category(c) == "Cc" and c not in "\n\r\t\f" for c in text)
        if strange == 0 or (strange < 0.001 * len(text) and "\0" not in text):
            return text
    raise Problem("text_binary")


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def _text_path(name: str):
    return files.home() / "texts" / f"{name}.txt"


def _uploaded(name: str) -> str:
    try:
        text = _text_path(name).read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise Problem("text_missing", name=name) from None
    except UnicodeDecodeError:
        raise Problem("text_damaged", name=name, path=str(_text_path(name))) from None
    if f"text-{_short_hash(text)}" != name:
        raise Problem("text_damaged", name=name, path=str(_text_path(name)))
    return text


def _language(text: str) -> str:
    """ "vi" where at least one letter in fifty is one that only Vietnamese writes, else "en"."""
    letters = sum(c.isalpha() for c in text)
    marked = len(re.findall(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", text.lower()))
    return "vi" if letters and marked >= 0.02 * letters else "en"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
