"""Who wins in `apply`? The order of visits decides what a shared matrix holds in the end (course lesson 13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

DRAWN = 4096  # numbers drawn of every matrix: their std is within 2 or 3 percent of the whole matrix's


@dataclass(frozen=True)
class Config:
    """A Model 5 of any size, the course's by default. tying: "same", "course" (nn.Parameter(wte.weight)), "untied".
    order: who is registered first, the embedding or the head. moved_first: the model goes to another device before
    `apply`, not after. linear_std: N(0, ·) for every Linear. embedding_init: rule for the two embeddings, with
    embedding_std where it is "normal". position_std: N(0, ·) for the positions alone; 0 leaves them to that rule."""

    experiment: ClassVar[str] = "apply_order"
    tying: str = knob("course", choices=("same", "course", "untied"))
    order: str = knob("embedding", choices=("embedding", "head"))
    moved_first: bool = knob(False)
    linear_std: float = knob(0.02, low=1e-6, high=10.0)
    embedding_init: str = knob("xavier_normal", choices=("xavier_normal", "normal", "pytorch"))
    embedding_std: float = knob(0.02, low=1e-6, high=10.0)
    position_std: float = knob(0.0, low=0.0, high=10.0)
    vocabulary: int = knob(50_257, low=2, high=200_000)
    width: int = knob(768, low=4, high=4096)
    context: int = knob(256, low=2, high=4096)
    blocks: int = knob(12, low=1, high=48)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "inventory" at steps 0 to 4, the stations of `apply`: matrix, block (0: outside), rule that wrote it last,
    formula (std that rule wants), measured (on DRAWN numbers, drawn anew at every visit). Table "stations" once.
    Metrics: matrices (1 or 2 for tokens and head), counted (numbers torch lists), stored (in memory)."""
    import numpy as np

    from core import rng, visits

    size = {name: getattr(config, name) for name in ("vocabulary", "width", "context", "blocks")}
    found = visits.visits(
        **size,
        tying=config.tying,
        order=config.order,
        moved_first=config.moved_first,
        std=config.linear_std,
        embeddings=config.embedding_init,
        embedding_std=config.embedding_std,
        position_std=config.position_std,
    )
    yield Started(len(found) - 1)
    yield Table(0, "stations", {"station": list(visits.STATIONS[config.order])})
    keys, spread = list(found[0]), {}  # of unit normals, one per matrix and visit
    two = visits.separate(config.tying, config.moved_first)
    for step, state in enumerate(found):
        measured = []
        for index, key in enumerate(keys):
            written = (0 if key[0] == "head" and not two else index, state[key][2])
            if written not in spread:
                draws = rng.numpy_stream(config.seed, "init", *written)
                spread[written] = float(np.std(draws.standard_normal(DRAWN, dtype=np.float32)))
            measured.append(state[key][1] * spread[written])
        columns = {
            "matrix": [name for name, _ in keys],
            "block": [block for _, block in keys],
            "rule": [state[key][0] for key in keys],
            "formula": [state[key][1] for key in keys],
            "measured": measured,
        }
        yield Table(step, "inventory", columns)
        for name in ("wte", "wpe", "head"):
            yield Metric(step, name, measured[keys.index((name, 0))])
    tied, head = visits.counts(**size), config.vocabulary * config.width
    yield Metric(0, "matrices", float(2 if two else 1))
    yield Metric(0, "counted", float(tied + (0 if config.tying == "same" else head)))
    yield Metric(0, "stored", float(tied + (head if two else 0)))
    yield Finished(len(found) - 1, "done")


EXPERIMENT = Experiment("apply_order", 1, Config, run, lane="inline")
