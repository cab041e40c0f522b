"""What weight decay did to the embedding, row by row: frequent tokens against rare ones (a probe; course lesson 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import experiment
from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

EDGES = (0, 1, 3, 10, 30, 100, 300, 1000, 3000)  # bins of how often a token occurs: [0, 1), [1, 3), ...


@dataclass(frozen=True)
class Config:
    """parent: the run whose embedding is read (core.experiment.encode of its Config); empty: lesson 5's quick one."""

    experiment: ClassVar[str] = "row_norms"
    parent: str = knob("")


def read(config: Config):
    """The Config of the run that is read. Raises Problem("wrong_parent") where there is no embedding of one table."""
    return experiment.parent(config, "model1")


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "rows": per bin of EDGES that is not empty, count (geometric middle of its tokens' counts in the training
    text; 0.5 for none), tokens (how many), and median, low, high of the row's length over its length before training.
    Metric unused: the median of the tokens that never occur. Facts: factor, (1 - lr·wd)^steps."""
    import numpy as np

    from core import corpora

    parent = read(config)
    yield Started(1, {"factor": (1 - parent.lr * parent.weight_decay) ** parent.steps, "steps": parent.steps})
    model, tokenizer = experiment.of(parent).build(parent)
    before = model.wte.weight.detach().norm(dim=1).cpu().double().numpy()
    after = inputs["model"]["wte.weight"].norm(dim=1).cpu().double().numpy()
    tokens = np.asarray(corpora.tokens(parent.corpus, tokenizer, "train"))
    counts = np.bincount(tokens, minlength=tokenizer.n_vocab)
    columns = by_count(counts, after / before)
    if columns["count"] and columns["count"][0] < 1:
        yield Metric(1, "unused", columns["median"][0])
    yield Table(1, "rows", columns)
    yield Finished(1, "done")


def by_count(counts, ratios) -> dict[str, list]:
    """Median and quartiles of `ratios` in the bins of `counts` (both (V,))."""
    import numpy as np

    columns = {name: [] for name in ("count", "tokens", "median", "low", "high")}
    for low, high in zip(EDGES, (*EDGES[1:], np.inf), strict=True):
        inside = (counts >= low) & (counts < high)
        if inside.any():
            middle = float(np.exp(np.log(np.maximum(counts[inside], 0.5)).mean()))
            quartiles = np.quantile(ratios[inside], (0.25, 0.5, 0.75))
            row = (middle, int(inside.sum()), quartiles[1], quartiles[0], quartiles[2])
            for name, value in zip(columns, row, strict=True):
                columns[name].append(round(float(value), 5))
    return columns


EXPERIMENT = Experiment("row_norms", 1, Config, run, needs=lambda config: {"model": read(config)}, lane="express")
