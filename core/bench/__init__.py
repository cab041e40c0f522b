"""How fast all this is: every figure beside its baseline, taken in turn with it, in one table (`make bench`)."""

from collections.abc import Iterator


def row(what: str, figure, unit: str, bar: str) -> dict:
    return {"what": what, "figure": figure, "unit": unit, "bar": bar}


def rows() -> Iterator[dict]:
    """The engine's figures, part by part, each row as soon as it is measured."""
    from core.bench import arms, generation, quality, training

    for part in (training, quality, arms, generation):
        yield from part.rows()
