"""Which tokens of a text random windows have shown, and how often: counting, against the law of chance (lesson 8)."""

import numpy as np

NEVER = np.iinfo(np.int64).max


def first_seen(starts, tokens: int, context: int):
    """The step (0, 1, ...) that first shows each token as an input, NEVER where none does: int64 (tokens,).

    starts: whole numbers (steps, batch), the first position of every window of `context` tokens.
    """
    starts = np.asarray(starts)
    first = np.full(tokens, NEVER)
    when = np.repeat(np.arange(len(starts)), starts.shape[1])
    np.minimum.at(first, starts.ravel(), when)
    # A token is shown by every start in the `context` places up to it: a running minimum, grown by doubling.
    reach = 1
    while reach < context:
        shift = min(reach, context - reach)
        first[shift:] = np.minimum(first[shift:], first[:-shift])
        reach += shift
    return first


def unseen(first, steps) -> np.ndarray:
    """Share of the tokens not shown in the first n batches, for every n in `steps`: float64, one per n."""
    order = np.sort(first)
    return 1 - np.searchsorted(order, np.asarray(steps), side="left") / len(first)


def expected_unseen(tokens: int, batch: int, context: int, steps) -> np.ndarray:
    """exp(-n B T / N): the chance that n·B windows at random places all miss a token that is not near an end."""
    return np.exp(-np.asarray(steps, dtype=float) * batch * context / tokens)


def visits(starts, tokens: int, context: int):
    """How many windows showed each token as an input: int64 (tokens,). The ends of a text lie in fewer windows."""
    starts = np.asarray(starts).ravel()
    edges = np.bincount(starts, minlength=tokens + context) - np.bincount(starts + context, minlength=tokens + context)
    return np.cumsum(edges)[:tokens]
