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


def expected_unseen(tokens: int, batch: int, context: int, steps, sampler: str = "random") -> np.ndarray:
    """exp(-n B T / N): the chance that n·B windows at random places all miss a token that is not near an end. In shuffled
    passes ("epochs") the first one leaves 1 - n B T / N."""
    shown = np.asarray(steps, dtype=float) * batch * context / tokens
    return np.exp(-shown) if sampler == "random" else np.maximum(0, 1 - shown)


def shuffled_passes(chance: np.random.Generator, tokens: int, context: int, count: int) -> np.ndarray:
    """Starts of the first `count` windows of shuffled passes over windows side by side, int64 (count,)."""
    places = (tokens - 1) // context  # a window needs one more token as its last target
    passes = [chance.permutation(places) for _ in range(-(-count // places))]
    return np.concatenate(passes)[:count] * context


def draws_law(mean: float, often, sampler: str = "random") -> np.ndarray:
    """Share of the tokens shown k times, for every k in `often`, at `mean` showings per token: Poisson's law; in shuffled
    passes the two whole numbers beside the mean."""
    often = np.asarray(often)
    if sampler == "random":
        logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, often.max() + 1)))])  # ln k!
        return np.exp(often * np.log(mean) - mean - logs[often])
    low = np.floor(mean)
    return np.where(often == low, 1 - (mean - low), np.where(often == low + 1, mean - low, 0.0))


def visits(starts, tokens: int, context: int):
    """How many windows showed each token as an input: int64 (tokens,). The ends of a text lie in fewer windows."""
    starts = np.asarray(starts).ravel()
    edges = np.bincount(starts, minlength=tokens + context) - np.bincount(starts + context, minlength=tokens + context)
    return np.cumsum(edges)[:tokens]
