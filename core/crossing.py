"""Where two learning curves meet: how far one run had to go to reach what another ended with. Plain Python."""


def first_below(points: dict[float, float], level: float) -> float | None:
    """The first x at which the curve through `points` {x: y} comes down to `level`, on the straight line between two
    neighbours; None where it never does."""
    before = None
    for x, y in sorted(points.items()):
        if y <= level:
            return float(x) if before is None or before[1] == y else _between(*before, x, y, level)
        before = (x, y)
    return None


def at(points: dict[float, float], x: float) -> float:
    """The curve's height at x, on the straight line between two neighbours; nan outside."""
    known = sorted(points.items())
    for (x0, y0), (x1, y1) in zip(known, known[1:], strict=False):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return float("nan")


def _between(x0, y0, x1, y1, level):
    return x0 + (x1 - x0) * (y0 - level) / (y0 - y1)
