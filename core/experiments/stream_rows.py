"""A data set row by row: lengths, repeats, the test set one cuts, and the order in which a stream serves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora
from core.events import Event, Finished, Metric, Note, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

BATCH = 32  # rows of the first batch
SCANNED = 400  # rows whose tokens are counted


@dataclass(frozen=True)
class Config:
    """rows: read from the start of the text (a story of Tales, a paragraph of the manual). buffer: rows of the shuffle
    buffer. share, split: the test set. seed: of the shuffling and of a random split."""

    experiment: ClassVar[str] = "stream_rows"
    corpus: str = knob("manual", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    rows: int = knob(300, low=50, high=2000)
    buffer: int = knob(30, low=1, high=10_000)
    share: float = knob(0.1, low=0.01, high=0.5)
    split: str = knob("contiguous", choices=("contiguous", "random"))
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: rows, characters, repeats (rows that occurred before), neighbours (share of
    the test rows with a training row right before or after), mixed (0 to 1), reach (share of the file the first batch
    comes from), wait (rows read before the first is served).
    Tables "order" (served, row, test), "lengths" (tokens, row), "first" (row, text)."""
    import numpy as np

    from core import rng, streaming, tokenizers

    lines = corpora.load(config.corpus).train.splitlines()[: config.rows]
    n = len(lines)
    if n < 2:
        raise Problem("rows_too_few", rows=n)
    yield Started(0, {"rows": n})
    if n < config.rows:
        yield Note(0, "rows_fewer", {"rows": n, "asked": config.rows})
    order = streaming.through_buffer(n, config.buffer, rng.numpy_stream(config.seed, "batch"))
    test = streaming.cut(n, config.share, config.split, rng.numpy_stream(config.seed, "data"))
    beside = np.zeros(n, dtype=bool)
    beside[1:] |= ~test[:-1]
    beside[:-1] |= ~test[1:]
    first = order[:BATCH]
    numbers = {
        "rows": n,
        "characters": sum(map(len, lines)),
        "repeats": n - len(set(lines)),
        "neighbours": float(beside[test].mean()),
        "mixed": streaming.mixed(order),
        "reach": float((first.max() + 1) / n),
        "wait": min(config.buffer, n),
    }
    for name, value in numbers.items():
        yield Metric(0, name, float(value))
    step = max(1, n // 400)  # rows drawn
    places = range(0, n, step)
    shown = [int(order[i]) for i in places]
    yield Table(0, "order", {"served": list(places), "row": shown, "test": [bool(test[row]) for row in shown]})
    encode = tokenizers.load("bpe").encode
    yield Table(0, "lengths", {"tokens": [len(encode(line)) for line in lines[:SCANNED]]})
    yield Table(0, "first", {"row": first[:5].tolist(), "text": [lines[row][:160] for row in first[:5]]})
    yield Finished(0, "done")


EXPERIMENT = Experiment("stream_rows", 1, Config, run, lane="inline")
