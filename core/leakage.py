"""How much of a test set was in the training set: shared predictions, shared passages, and what chance says (lesson 6)."""

import numpy as np

from core import coverage


def trained(starts, tokens: int, context: int):
    """Which places of the text some training window predicts from: bool (tokens,)."""
    return coverage.visits(starts, tokens, context) > 0


def shares(test, mask, context: int):
    """For every test window, the share of its T predictions that a training window makes too: float64 (windows,).

    mask: `trained` of the training windows.
    """
    before = np.concatenate([[0], np.cumsum(mask)])
    return (before[np.asarray(test) + context] - before[test]) / context


def leaked(train, test, tokens: int, context: int) -> float:
    """Share of the test predictions that are training predictions too, from 0 to 1."""
    return float(shares(test, trained(train, tokens, context), context).mean())


def expected(context: int, stride: int, share: float) -> float:
    """What `leaked` comes to when windows are drawn at random: 1 - share^(T/stride - 1), where stride divides T.

    A prediction lies in c windows; it is unknown only if the c - 1 others were all drawn for the test set too. c depends
    on the place in the window, so the general form is a mean over the T places.
    """
    place = np.arange(context)
    others = place // stride + (context - 1 - place) // stride
    return float((1 - share**others).mean())


def ngrams(tokens, n: int):
    """One 64-bit key for each run of n tokens: uint64 (len - n + 1,), empty where the text is shorter."""
    tokens = np.asarray(tokens).astype(np.uint64)
    count = len(tokens) - n + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    keys = np.zeros(count, dtype=np.uint64)
    for i in range(n):  # a polynomial in a large odd number, modulo 2^64
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + tokens[i : i + count] + np.uint64(1)
    return keys


def repeated(tokens, train, test, context: int, n: int) -> float:
    """Share of the different places of the test text where n tokens begin that some training text contains word for
    word, wherever it stands there: the overlap detector of benchmark makers. nan where no n tokens fit.

    train, test: starts of windows; a text is what its windows cover, T + 1 tokens each.
    """
    keys = ngrams(tokens, n)
    if not len(keys):
        return float("nan")
    known, asked = (keys[whole(starts, len(tokens), context + 1, n)] for starts in (train, test))
    return float(np.isin(asked, known).mean()) if len(asked) else float("nan")


def whole(starts, tokens: int, length: int, n: int):
    """The places where n tokens in a row are covered by windows of `length` tokens: bool (tokens - n + 1,)."""
    gaps = np.concatenate([[0], np.cumsum(coverage.visits(starts, tokens, length) == 0)])
    return gaps[n:] == gaps[:-n]
