"""The rules of Gopher (Rae et al. 2021, table A1): pages that repeat themselves, and pages that are not prose.

Every function takes the text of one page and returns plain numbers, so that a threshold can be moved afterwards.
"""

import re

from core.web_words import has_letter, is_word

TOP, DUPLICATED = (2, 3, 4), (5, 6, 7, 8, 9, 10)  # lengths of the runs of words that are looked at
STOP_WORDS = {
    "en": frozenset(("the", "be", "to", "of", "and", "that", "have", "with")),
    "vi": frozenset(("là", "và", "của", "có", "một", "không", "cho", "được")),  # ours: Gopher has no such list
}


def repeated(pieces: list[str]) -> tuple[int, int]:
    """(how many pieces have stood before in the list, how many characters these have together)."""
    again = len(pieces) - len(set(pieces))
    if not again:
        return 0, 0
    seen: set[str] = set()
    characters = 0
    for piece in pieces:
        if piece in seen:
            characters += len(piece)
        seen.add(piece)
    return again, characters


def repeated_lines(text: str) -> dict[str, float]:
    """Shares of paragraphs and lines that have stood before on the page, by count and by characters."""
    paragraphs, lines = re.split(r"\n{2,}", text.strip()), re.split(r"\n+", text)
    size, found = max(1, len(text)), {}
    for name, pieces in (("paragraph", paragraphs), ("line", lines)):
        again, characters = repeated(pieces)
        found[f"dup_{name}s"] = again / len(pieces)
        found[f"dup_{name}_chars"] = characters / size
    return found


def repeated_runs(pages, sizes) -> dict:
    """Shares of a page's characters, (N,) for each rule. top_n: what the most frequent run of n words covers. dup_n: what
    runs of n words cover that have stood before (behind a repeated run, the search goes on after it).

    pages: the words of every page. sizes (N,): characters of every page. Runs are compared by a 64-bit hash, all pages at
    once; those of n + 1 words are looked for only where one of n is repeated.
    """
    import numpy as np

    ids: dict[str, int] = {}
    flat = np.array([ids.setdefault(w, len(ids)) for words in pages for w in words], dtype=np.int64)
    page = np.repeat(np.arange(len(pages)), [len(words) for words in pages])
    draw = np.random.default_rng(0)
    code = draw.integers(0, 2**64, len(ids) + 1, dtype=np.uint64)[flat]
    ends = np.concatenate([[0], np.cumsum(np.array([len(w) for w in ids] + [0])[flat])])  # characters before each word
    hashes = draw.integers(0, 2**64, len(pages), dtype=np.uint64)[page]  # equal runs of two pages stay two
    places, found, times = np.arange(len(flat)), {}, None
    for n in range(1, max(DUPLICATED) + 1):
        places = places[(places + n <= len(flat))]
        places = places[page[places + n - 1] == page[places]]
        hashes[places] = hashes[places] * np.uint64(0x9E3779B97F4A7C15) + code[places + n - 1]
        if n < min(TOP):
            continue
        _, first, which, times = np.unique(hashes[places], return_index=True, return_inverse=True, return_counts=True)
        if n in TOP:
            found[f"top_{n}"] = _most_frequent(page, places[first], times, ends, n, len(pages)) / sizes
        if n >= max(TOP):
            places = places[times[which] > 1]
        if n in DUPLICATED:
            found[f"dup_{n}"] = _covered(page, places, hashes, ends, n, len(pages)) / sizes
    return found


def _most_frequent(page, first, times, ends, n: int, pages: int):
    """Characters that the most frequent run of each page covers; of equally frequent ones the first."""
    import numpy as np

    order = np.lexsort((first, -times, page[first]))
    first, times = first[order], times[order]
    _, best = np.unique(page[first], return_index=True)
    out = np.zeros(pages)
    out[page[first[best]]] = times[best] * (ends[first[best] + n] - ends[first[best]] + n - 1)
    return out


def _covered(page, places, hashes, ends, n: int, pages: int):
    """Characters of runs that stood before, page by page: places are those of all runs that occur twice, in order."""
    import numpy as np

    seen, free, out = set(), 0, np.zeros(pages)
    for place, run in zip(places.tolist(), hashes[places].tolist(), strict=True):
        if place < free:
            continue
        if run in seen:
            out[page[place]] += ends[place + n] - ends[place]
            free = place + n
        else:
            seen.add(run)
    return out


def quality(text: str, words: list[str], language: str = "en") -> dict[str, float]:
    """Gopher's own numbers of a page: how long, of which words, how many symbols, bullets, dots and stop words."""
    real = [w for w in words if is_word(w)]
    lines, count = text.splitlines() or [""], max(1, len(words))
    known = set(words) if language == "en" else {w.lower() for w in words}
    return {
        "words": len(real),
        "word_length": sum(map(len, real)) / max(1, len(real)),
        "hashes": text.count("#") / count,
        "ellipses": (text.count("...") + text.count("…")) / count,
        "bullets": sum(line.lstrip().startswith(("•", "-")) for line in lines) / len(lines),
        "ellipsis_lines": sum(line.rstrip().endswith(("...", "…")) for line in lines) / len(lines),
        "letters": sum(map(has_letter, words)) / count,
        "stop_words": len(STOP_WORDS[language] & known),
    }
