"""What mere counting of neighbouring tokens can say: which pairs a text contains, and what a table of them would write."""

import numpy as np


def pairs(tokens, vocabulary: int):
    """The different neighbouring pairs of a text as sorted keys a·V + b: int64 (number of pairs,)."""
    tokens = np.asarray(tokens, dtype=np.int64)
    return np.unique(tokens[:-1] * vocabulary + tokens[1:])


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
