"""How fast all this is: every figure beside its baseline, taken in turn with it, in one table (`make bench`)."""


def row(what: str, figure, unit: str, bar: str) -> dict:
    return {"what": what, "figure": figure, "unit": unit, "bar": bar}


def rows() -> list[dict]:
    """The engine's figures, part by part."""
    from core.bench import training

    return training.rows()
