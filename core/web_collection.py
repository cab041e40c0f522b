"""A collection of pages to look at and to filter: the simulated web, or any documents or text this machine has."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from core import corpora, documents, simulated_web
from core.problem import Problem
from core.web_filters import Pages

WEB = "docs-web"
BUILT_IN = (WEB, "docs-python")
PIECE = 1500  # characters from which a text without documents is cut at the next end of a line


@dataclass(frozen=True, eq=False)
class Collection:
    """pages: the texts with all that rules look at. kinds: the hidden labels of the simulated web, () elsewhere.
    counted: token_count of each page as it came, () where a page has none. skipped: pages of the source left out."""

    name: str
    pages: Pages
    kinds: tuple[str, ...] = ()
    counted: tuple[int, ...] = ()
    of: int = 0
    kept: dict = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        return self.pages.texts

    @cached_property
    def tokens(self):
        """Tokens of each page under the built-in byte pairs: numpy array (N,)."""
        return self.count("bpe")

    def count(self, tokenizer: str):
        """Tokens of each page: numpy array (N,). Raises the Problems of tokenizers.load."""
        import numpy as np

        from core import tokenizers

        if tokenizer not in self.kept:
            encode = tokenizers.load(tokenizer).encode
            self.kept[tokenizer] = np.array([len(encode(text)) for text in self.texts], dtype=np.int64)
        return self.kept[tokenizer]


def load(name: str, count: int, seed: int = 0, junk: float = 0.6) -> Collection:
    """At most `count` pages of that collection. seed and junk: of the simulated web alone.

    Raises Problem: those of corpora.load, text_empty where there is no page.
    """
    if name == WEB:
        return _simulated(count, seed, junk)
    return _found(name, count, corpora.fingerprint(name))


@lru_cache(maxsize=6)
def _simulated(count: int, seed: int, junk: float) -> Collection:
    texts, kinds = simulated_web.web(count, seed, junk)
    return Collection(WEB, Pages(texts, *simulated_web.detected(kinds, seed)), kinds, of=count)


@lru_cache(maxsize=4)
def _found(name: str, count: int, _fingerprint: str) -> Collection:
    rows = _rows(name)
    total, rows = len(rows), rows[:count]
    if not rows:
        raise Problem("text_empty")
    from core import uploads

    texts = tuple((row.get("text") or "").replace("\r\n", "\n") for row in rows)
    languages = tuple(row.get("language") or uploads.language_of(t) for row, t in zip(rows, texts, strict=True))
    scores = tuple(1.0 if row.get("language_score") is None else float(row["language_score"]) for row in rows)
    counted = tuple(row["token_count"] for row in rows if row.get("token_count") is not None)
    return Collection(name, Pages(texts, languages, scores), (), counted if len(counted) == len(rows) else (), total)


def _rows(name: str) -> list[dict]:
    if name.startswith("docs-") or name == "fineweb":
        return documents.load(name).to_pylist()
    corpus = corpora.load(name)
    return [{"text": text, "language": corpus.language} for text in cut(corpus.train + corpus.test)]


def cut(text: str) -> list[str]:
    """A text without documents in pieces of at least PIECE characters, cut at ends of lines."""
    pieces, now = [], ""
    for line in text.splitlines(keepends=True):
        now += line
        if len(now) >= PIECE:
            pieces.append(now.strip("\n"))
            now = ""
    return [piece for piece in [*pieces, now.strip("\n")] if piece.strip()]
