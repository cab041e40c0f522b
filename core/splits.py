"""How to cut a text into windows to train on and windows to test on: by place, by lot, by whole blocks (course lesson 6).

A window that starts at s is tokens s .. s+T; it makes T predictions, at the places s .. s+T-1 (token p predicts p+1).
Every function returns (train, test): starts of windows, int64 arrays. Which one is honest is for core/leakage.py to say.
"""

from core import batches, rng
from core.problem import Problem

WAYS = ("contiguous", "random", "blocks", "other")


def book(tokens, keep: int, share: float):
    """(the end of `tokens`, the share of it that is for the test): `share` of the whole text, and at most `keep` tokens
    before it. So a contiguous split has the same test set however much there is to train on."""
    held = round(share * len(tokens))
    kept = tokens[-(keep + held) :]
    return kept, held / len(kept)


def contiguous(tokens: int, context: int, stride: int, share: float, gap: int = 0):
    """The last `share` of the windows is the test set. The windows next to the cut overlap across it, by T - stride
    predictions; a gap of that many tokens (dropped windows) parts them for good."""
    starts = all_starts(tokens, context, stride)
    cut = len(starts) - round(share * len(starts))
    return starts[:cut], starts[cut + -(-gap // stride) :]


def at_random(tokens: int, context: int, stride: int, share: float, seed: int):
    """Every window is drawn for one side or the other, as the course's random_split does. Neighbours overlap."""
    starts = all_starts(tokens, context, stride)
    order = rng.numpy_stream(seed, "eval").permutation(starts)
    cut = len(order) - round(share * len(order))
    return order[:cut], order[cut:]


def in_blocks(tokens: int, context: int, stride: int, share: float, block: int, seed: int):
    """Whole blocks of `block` tokens are drawn for the test set; a window with tokens on both sides is dropped."""
    import numpy as np

    count = -(-tokens // block)
    drawn = rng.numpy_stream(seed, "eval").permutation(count)[: max(1, round(share * count))]
    tested = np.isin(np.arange(tokens) // block, drawn)
    before = np.concatenate([[0], np.cumsum(tested)])  # how many test tokens lie before each place
    starts = all_starts(tokens, context, stride)
    inside = before[starts + context + 1] - before[starts]
    return starts[inside == 0], starts[inside == context + 1]


def all_starts(tokens: int, context: int, stride: int):
    """Where the windows of a text start: 0, stride, 2 stride, ... as long as T + 1 tokens are left."""
    import numpy as np

    if tokens < context + 1:
        raise Problem("too_few_tokens", tokens=tokens, needed=context + 1)
    return np.arange(0, tokens - context, stride)


def cut(way: str, tokens: int, context: int, stride: int, share: float, *, gap: int, block: int, seed: int):
    """(train, test) by the name of the way. "other" trains as contiguous does; its test windows are another text's.

    Raises Problem("split_empty", train, test, windows) where one side has no window left.
    """
    if way == "random":
        train, test = at_random(tokens, context, stride, share, seed)
    elif way == "blocks":
        train, test = in_blocks(tokens, context, stride, share, block, seed)
    else:
        train, test = contiguous(tokens, context, stride, share, gap)
    if not len(train) or not len(test):
        windows = len(all_starts(tokens, context, stride))
        raise Problem("split_empty", train=len(train), test=len(test), windows=windows)
    return train, test


def batch(tokens, starts, seed: int, step: int, size: int, context: int):
    """Step `step` (0, 1, ...) of shuffled passes over the windows that start at `starts`: x, y (B, T), int64 tensors;
    y is one token on. The last batch of a pass may be smaller."""
    import numpy as np
    import torch

    epoch, place = divmod(step, -(-len(starts) // size))
    chosen = starts[batches.order(seed, epoch, len(starts))[place * size : (place + 1) * size]]
    places = chosen[:, None] + np.arange(context)
    return torch.from_numpy(tokens[places]), torch.from_numpy(tokens[places + 1])
