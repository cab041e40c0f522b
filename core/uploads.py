"""A learner's own text: read in any usual encoding, refused with a reason, kept on this machine under its hash."""

import hashlib
import re
import unicodedata

from core import files
from core.problem import Problem

NAME = re.compile(r"text-[0-9a-f]{12}")
SHORTEST, LARGEST = 1000, 2_000_000  # characters, bytes
SAMPLE = 200_000  # characters that are enough to tell a language


def add(text: bytes | str) -> str:
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
    name = name_of(text)
    files.write_atomic(path(name), text.encode())
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


def path(name: str):
    """Where the text of that name lies."""
    return files.home() / "texts" / f"{name}.txt"


def read(name: str) -> str:
    """The kept text of that name. Raises Problem: text_missing(name), text_damaged(name, path)."""
    try:
        text = path(name).read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise Problem("text_missing", name=name) from None
    except UnicodeDecodeError:
        raise Problem("text_damaged", name=name, path=str(path(name))) from None
    if name_of(text) != name:
        raise Problem("text_damaged", name=name, path=str(path(name)))
    return text


def name_of(text: str) -> str:
    return f"text-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def language_of(text: str) -> str:
    """ "vi" where at least one letter in fifty is one that only Vietnamese writes, else "en": as its beginning says."""
    text = text[:SAMPLE]
    letters = sum(c.isalpha() for c in text)
    marked = len(re.findall(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", text.lower()))
    return "vi" if letters and marked >= 0.02 * letters else "en"
