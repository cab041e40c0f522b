"""Which windows of the text a model sees at which step: a pure function of (tokens, seed, step), so no loader state."""

from functools import lru_cache

from core import rng
from core.problem import Problem


def batch(tokens, seed: int, step: int, size: int, context: int, offset: int = 1):
    """Random windows (lesson 8's four lines): x (size, context) and y, the tokens `offset` places on. int64 tensors.

    tokens: numpy array (N,). Same (seed, step): same batch, whatever was drawn before.
    Raises Problem("too_few_tokens", tokens, needed) where no window fits.
    """
    last = _last_start(tokens, context, offset)
    starts = rng.numpy_stream(seed, "batch", step).integers(0, last + 1, size=size)
    return _windows(tokens, starts, context, offset)


def epoch_batch(tokens, seed: int, step: int, size: int, context: int, stride: int, offset: int = 1):
    """Step `step` of shuffled passes over the windows that start every `stride` tokens (lesson 5's DataLoader).

    Each pass shows every window once, in an order of its own; its last batch may be smaller. x, y as in `batch`.
    A stride above the context skips tokens. Runs that differ in `offset` alone read the same windows at every step; the
    few at the end of the text that have no token so far on begin a little earlier.
    """
    number, place = divmod(step, batches_per_epoch(tokens, size, context, stride))
    shuffled = order(seed, number, _last_start(tokens, context, 1) // stride + 1)
    starts = shuffled[place * size : (place + 1) * size] * stride
    return _windows(tokens, starts.clip(max=_last_start(tokens, context, offset)), context, offset)


def batches_per_epoch(tokens, size: int, context: int, stride: int) -> int:
    """Batches of `size` windows in one pass, the last one perhaps smaller."""
    return -(-(_last_start(tokens, context, 1) // stride + 1) // size)


def test_windows(tokens, context: int, count: int, offset: int = 1):
    """(x, y), int64 tensors (n, context): the fixed windows of `test_rows`, ready for a model."""
    import torch

    rows = torch.from_numpy(test_rows(tokens, context, count, offset))  # (n, context + offset)
    return rows[:, :context].contiguous(), rows[:, offset:].contiguous()


def test_rows(tokens, context: int, count: int, offset: int = 1):
    """At most `count` windows spread evenly over `tokens` without overlap: int64 numpy array (n, context + offset).

    Fewer where the text has no room for more. The first `context` columns are x, the last `context` are y; with
    offset 1 this is what references.oracle reads.
    """
    last = _last_start(tokens, context, offset)
    return _spread(tokens, last, min(count, len(tokens) // (context + offset)), context + offset)


def overlapping_rows(tokens, context: int, count: int, offset: int = 1):
    """Like `test_rows`, but the windows may overlap: at most one for every place where one can start, so that no two
    of them grade the same token at the same place. int64 numpy array (n, context + offset)."""
    last = _last_start(tokens, context, offset)
    return _spread(tokens, last, min(count, last + 1), context + offset)


def graded_places(context: int, count: int, how: str, seed: int, step: int):
    """The places of `place_numbers` as an int64 tensor (count,)."""
    import torch

    return torch.from_numpy(place_numbers(context, count, how, seed, step))


def place_numbers(context: int, count: int, how: str, seed: int, step: int):
    """Which `count` of the T = `context` places of a window are graded at this step: int64 numpy array (count,), ascending.

    how: "last" (the final ones), "every" (evenly spaced, the final one among them), "random" (drawn anew at every step
    from the seed). count at least T: all of them. Course lesson 18 grades the final place alone.
    """
    import numpy as np

    if count >= context:
        places = np.arange(context)
    elif how == "last":
        places = np.arange(context - count, context)
    elif how == "every":
        places = (np.arange(1, count + 1) * context) // count - 1
    else:
        places = np.sort(rng.numpy_stream(seed, "places", step).permutation(context)[:count])
    return places.astype(np.int64)


def _spread(tokens, last: int, count: int, length: int):
    """`count` (at least 1) rows of `length` tokens, their starts spread evenly over 0 ... last."""
    import numpy as np

    starts = np.linspace(0, last, max(1, count)).astype(np.int64)
    return np.asarray(tokens)[starts[:, None] + np.arange(length)].astype(np.int64)


def _last_start(tokens, context: int, offset: int) -> int:
    last = len(tokens) - context - offset
    if last < 0:
        raise Problem("too_few_tokens", tokens=len(tokens), needed=context + offset)
    return last


def _windows(tokens, starts, context: int, offset: int):
    import numpy as np
    import torch

    places = starts[:, None] + np.arange(context)  # (B, T)
    tokens = np.asarray(tokens)
    x, y = (tokens[places + ahead].astype(np.int64) for ahead in (0, offset))
    return torch.from_numpy(x), torch.from_numpy(y)


@lru_cache(maxsize=8)
def order(seed: int, epoch: int, count: int):
    """The order in which pass `epoch` shows `count` windows: int64 numpy array (count,), kept, so not to be changed."""
    return rng.numpy_stream(seed, "data", epoch).permutation(count)
