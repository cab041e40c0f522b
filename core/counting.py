"""What mere counting of neighbouring tokens can say: which pairs a text contains, and what a table of them would write."""

import numpy as np

PART = 2**20  # how much of a text is sorted at a time: what is alive besides is as large as the table of pairs


def count_pairs(first, second, vocabulary: int):
    """How often b stands after a: (keys a·V + b, ascending; counts), int64. first, second: token ids (N,)."""
    parts = []
    for i in range(0, max(1, len(first)), PART):
        a, b = (np.asarray(ids[i : i + PART], dtype=np.int64) for ids in (first, second))
        parts.append(np.unique(a * vocabulary + b, return_counts=True))
    if len(parts) == 1:
        return parts[0]
    keys, counts = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(keys, kind="stable")
    keys, begins = np.unique(keys[order], return_index=True)
    return keys, np.add.reduceat(counts[order], begins)


def frequencies(tokens, vocabulary: int):
    """How often each token stands in a text (N,), N at least 1: int64 (V,)."""
    return sum(np.bincount(tokens[i : i + PART], minlength=vocabulary) for i in range(0, len(tokens), PART))


def pairs(tokens, vocabulary: int):
    """The different neighbouring pairs of a text as sorted keys a·V + b: int64 (number of pairs,)."""
    return count_pairs(tokens[:-1], tokens[1:], vocabulary)[0]


def known_share(ids, keys, vocabulary: int) -> float:
    """Share of the neighbouring pairs of `ids` that `pairs` found in the text; nan for fewer than two tokens."""
    ids = np.asarray(ids, dtype=np.int64)
    if len(ids) < 2:
        return float("nan")
    wanted = ids[:-1] * vocabulary + ids[1:]
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return float((keys[places] == wanted).mean())


def continue_by_pairs(tokens, start, length: int, generator) -> list[int]:
    """`length` tokens after `start`, each drawn as often as it follows the one before it in `tokens` (lesson 8).

    A token the text never continues (its last one, perhaps) is followed by any token of the text, drawn by frequency.
    generator: numpy.random.Generator.
    """
    tokens = np.asarray(tokens, dtype=np.int64)
    order = np.argsort(tokens[:-1], kind="stable")
    sorted_first = tokens[:-1][order]
    out = [int(start)]
    for _ in range(length):
        low, high = (
            np.searchsorted(sorted_first, out[-1], side="left"),
            np.searchsorted(sorted_first, out[-1], side="right"),
        )
        place = order[generator.integers(low, high)] + 1 if high > low else generator.integers(len(tokens))
        out.append(int(tokens[place]))
    return out[1:]


def shares(text: str) -> dict[str, float]:
    """Share of the characters of `text` that are white space and punctuation, each from 0 to 1; nan for an empty text."""
    if not text:
        return {"whitespace": float("nan"), "punctuation": float("nan")}
    return {
        "whitespace": sum(c.isspace() for c in text) / len(text),
        "punctuation": sum(not (c.isalnum() or c.isspace()) for c in text) / len(text),
    }
