"""Rows that come one by one: what a shuffle buffer does to their order, and what a cut does to a test set."""


def through_buffer(rows: int, buffer: int, draw):
    """The order, int array (rows,), in which a stream of `rows` leaves a shuffle buffer: fill it, then hand out one of
    it at random and put the next row in its place; at the end hand out what is left, shuffled (as `datasets` does)."""
    import numpy as np

    size = min(buffer, rows)
    held = list(range(size))
    places = draw.integers(0, size, size=rows - size)
    out = []
    for new, place in zip(range(size, rows), places.tolist(), strict=True):
        out.append(held[place])
        held[place] = new
    return np.array(out + draw.permutation(held).tolist())


def cut(rows: int, share: float, kind: str, draw):
    """Which rows are the test set, boolean array (rows,): the last ones (contiguous), or any (random)."""
    import numpy as np

    count = min(rows - 1, max(1, round(share * rows)))
    test = np.zeros(rows, dtype=bool)
    test[draw.permutation(rows)[:count] if kind == "random" else np.arange(rows - count, rows)] = True
    return test


def mixed(order) -> float:
    """How mixed an order is: 0 as in the file, about 1 as if drawn from a hat (1 − the correlation with the file's)."""
    import numpy as np

    return float(1 - np.corrcoef(np.arange(len(order)), order)[0, 1]) if len(order) > 1 else 0.0
