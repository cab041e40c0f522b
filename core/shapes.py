"""Sizes of a model that must fit together."""


def heads(width: int, asked: int, part: int = 1) -> int:
    """The largest number of heads, at most the one asked for, that divides the width into multiples of `part`."""
    return next(n for n in range(min(asked, width), 0, -1) if width % (n * part) == 0)
