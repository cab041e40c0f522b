"""The line rules of C4 (Raffel et al. 2020) as FineWeb runs them, and FineWeb's own four rules on what they leave.

A page is a handful of lines, and every rule here is about lines, so they are looked at once (`look`) and a threshold is
then applied to all lines of all pages together.
"""

import re
from dataclasses import dataclass

from core.web_words import sentences, words

CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
ENDS = (".", "?", "!", '"', "'")  # what C4 takes for the end of a sentence
TERMINAL = (".", "!", "?", "‼", "‽", "⁇", "⁈", "⁉", "。", "！", "．", "？", "｡")  # what FineWeb does; no quotation mark
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
LONGEST_WORD, SHORT = 1000, 30  # characters


@dataclass(frozen=True)
class Lines:
    """All lines of all pages, one entry a line: numpy arrays (L,) in page order.

    page: whose line. said: words as split at spaces. tokens: words and marks. sentences, characters: of the line without
    citations. key: equal for equal texts. The rest are yes or no.
    """

    page: object
    said: object
    tokens: object
    sentences: object
    characters: object
    key: object
    long_word: object
    lorem: object
    javascript: object
    curly: object
    policy: object
    ended: object
    terminal: object
    texts: tuple  # the lines themselves
    words: tuple  # their words and marks, citations included
    pages: int

    def words_of_pages(self) -> tuple:
        """The words of every page: no word goes over the end of a line."""
        out: list[list[str]] = [[] for _ in range(self.pages)]
        for page, found in zip(self.page.tolist(), self.words, strict=True):
            out[page] += found
        return tuple(out)


def look(texts: list[str]) -> Lines:
    """Every line of every page, as numbers."""
    import numpy as np

    keys: dict[str, int] = {}
    rows, kept, cut = [], [], []
    for page, text in enumerate(texts):
        for raw in text.splitlines():
            stripped = raw.strip()
            line = CITATION.sub("", stripped) if "[" in stripped else stripped
            lower, said, tokens = line.lower(), stripped.split(), words(stripped)
            kept.append(line)
            cut.append(tokens)
            rows.append(
                (
                    page,
                    len(said),
                    len(tokens if line is stripped else words(line)),
                    sentences(line),
                    len(line),
                    keys.setdefault(line, len(keys)),
                    len(stripped) > LONGEST_WORD and any(len(w) > LONGEST_WORD for w in said),
                    "lorem ipsum" in lower,
                    "javascript" in lower,
                    "{" in line,
                    any(p in lower for p in POLICY),
                    line.endswith(ENDS) and not line.endswith("..."),
                    line.endswith(TERMINAL),
                )
            )
    columns = list(np.array(rows, dtype=np.int64).reshape(-1, 13).T)
    return Lines(*columns[:6], *(c.astype(bool) for c in columns[6:]), tuple(kept), tuple(cut), len(texts))


@dataclass(frozen=True)
class Left:
    """What C4's line rules leave. lines (L,): whether a line stays. values: {rule: one number a page}."""

    lines: object
    values: dict


def clean(
    lines: Lines, least_words: float = 3, javascript: bool = True, policy: bool = True, end: bool = False
) -> Left:
    """Apply the line rules to all pages. A line stays that has `least_words` words, none of them endless, no "javascript"
    and no cookie notice; with `end`, only one that ends like a sentence.

    values: lorem, curly (lines with such a thing, among those that were still there when it was looked for), sentences.
    """
    import numpy as np

    there = ~lines.long_word & (lines.said >= least_words)
    if end:
        there &= lines.ended
    lorem = there & lines.lorem
    if javascript:
        there &= ~lines.javascript
    curly = there & lines.curly
    if policy:
        there &= ~lines.policy

    def total(what):
        return np.bincount(lines.page, weights=what.astype(float), minlength=lines.pages)

    values = {"lorem": total(lorem), "curly": total(curly), "sentences": total(lines.sentences * there)}
    return Left(there, values)


def shape(lines: Lines, there, short: float = SHORT) -> dict:
    """FineWeb's rules (Penedo et al. 2024) on the lines that are `there`: {rule: one number a page}, shares from 0 to 1,
    newlines per word. A page with no line left has 0 everywhere, and punct_lines 0 removes it."""
    import numpy as np

    mask = there & (lines.characters > 0)
    page, pages = lines.page[mask], lines.pages

    def total(what):
        return np.bincount(page, weights=what[mask].astype(float), minlength=pages)

    count, characters = total(mask), total(lines.characters)
    _, first = np.unique(page * (int(lines.key.max(initial=0)) + 1) + lines.key[mask], return_index=True)
    again = np.ones(len(page), dtype=bool)
    again[first] = False  # the first of equal lines on a page is no duplicate
    repeated = np.bincount(page, weights=lines.characters[mask] * again, minlength=pages)
    return {
        "punct_lines": total(lines.terminal) / np.maximum(count, 1),
        "short_lines": total(lines.characters <= short) / np.maximum(count, 1),
        "dup_chars": repeated / np.maximum(characters, 1),
        "newlines": np.maximum(count - 1, 0) / np.maximum(total(lines.tokens), 1),
    }


def kept_text(lines: Lines, left: Left, page: int) -> str:
    """The page as the line rules leave it."""
    import numpy as np

    first, last = np.searchsorted(lines.page, (page, page + 1))
    return "\n".join(lines.texts[i] for i in range(first, last) if left.lines[i]).strip()
