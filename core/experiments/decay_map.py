"""Which weight decay is best at which learning rate? Every pair of a grid trained at once in one tensor (lesson 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Snapshot, Started, Table
from core.experiment import Experiment, knob

LRS = tuple(round(10 ** (k / 3 - 3), 5) for k in range(10))  # 0.001 to 1
DECAYS = (0.0, *(round(10 ** (k / 2 - 3), 5) for k in range(10)))  # 0, and 0.001 to 31.6
FEATURES, ROWS, BATCH, NOISE = 80, 64, 16, 0.5
STAGES = (10, 25, 50, 100, 200, 300, 400, 600, 800, 1000)  # when the map is drawn


@dataclass(frozen=True)
class Config:
    """Linear regression with fewer rows (64) than features (80). truth: every fifth true weight is not zero, or all
    are. spread: the first feature's scale over the last one's. seeds: data sets every cell is averaged over."""

    experiment: ClassVar[str] = "decay_map"
    optimizer: str = knob("adamw", choices=("adamw", "adam"))
    truth: str = knob("sparse", choices=("sparse", "dense"))
    spread: float = knob(10.0, low=1.0, high=1000.0)
    steps: int = knob(400, low=10, high=1000)
    seeds: int = knob(10, low=1, high=20)
    seed: int = knob(0, low=0, high=10_000)


def problem(config: Config):
    """(x (S, 64, 80), y (S, 64), true weights (S, 80), feature scales (80)) for the S = config.seeds data sets."""
    import torch

    from core import rng

    scales = torch.logspace(0, -1, FEATURES, base=config.spread)
    xs, ys, truths = [], [], []
    for s in range(config.seeds):
        draw = rng.stream(config.seed, "data", s)
        x = torch.randn(ROWS, FEATURES, generator=draw) * scales
        true = torch.randn(FEATURES, generator=draw)
        if config.truth == "sparse":
            true = torch.where(torch.arange(FEATURES) % 5 == 0, true, 0.0)
        xs.append(x)
        truths.append(true)
        ys.append(x @ true + NOISE * torch.randn(ROWS, generator=draw))
    return torch.stack(xs), torch.stack(ys), torch.stack(truths), scales


def error(w, true, scales):
    """Mean squared error on endless test data, exactly: NOISE² + sum of scale²·(w - true)².

    w: (S, 80, L, D), true: (S, 80), scales: (80). Returns (S, L, D)."""
    return NOISE**2 + ((w - true[:, :, None, None]).square() * scales.square()[:, None, None]).sum(1)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Tables: map at the STAGES (lr, wd, error: mean over the data sets, nan where one of them diverged) and, at the
    end, seeds (lr, wd, seed, error). Metrics at the same steps: best (error of the best cell), best_lr, best_wd, near
    (share of the cells within 5 % of the best), broken (share of the cells that diverged). Facts: lrs, wds, noise."""
    import time

    import torch

    from core import optimizers, rng

    yield Started(config.steps, {"lrs": list(LRS), "wds": list(DECAYS), "noise": NOISE**2})
    x, y, true, scales = problem(config)
    lr, wd = torch.tensor(LRS)[:, None], torch.tensor(DECAYS)  # (L, 1), (D): together (L, D)
    w, state = torch.zeros(config.seeds, FEATURES, len(LRS), len(DECAYS)), {}
    place, clock = torch.arange(config.seeds)[:, None], 0.0
    for step in range(1, config.steps + 1):
        began = time.perf_counter()
        rows = torch.randint(ROWS, (config.seeds, BATCH), generator=rng.stream(config.seed, "batch", step))
        xb, yb = x[place, rows], y[place, rows]  # (S, 16, 80), (S, 16): the same batch for every cell
        miss = (xb @ w.flatten(2)) - yb[..., None]  # (S, 16, L·D)
        grad = (2 / BATCH * xb.mT @ miss).view_as(w)
        if config.optimizer == "adamw":
            w, state = optimizers.adamw_step(w, grad, state, lr=lr, weight_decay=wd)
        else:
            w, state = optimizers.adam_step(w, grad + wd * w, state, lr=lr)
        clock += time.perf_counter() - began
        if step in STAGES or step == config.steps:
            yield from stage(error(w, true, scales), step, clock)
        if step < config.steps:
            yield Snapshot(step)  # nothing worth saving: a breath, in which a worker looks after its other runs
    yield seeds(error(w, true, scales), config.steps)
    yield Snapshot(config.steps)
    yield Finished(config.steps, "done")


def stage(errors, step: int, seconds: float) -> Iterator[Event]:
    """The map and its best cell after `step` steps and so many seconds. errors: (S, L, D)."""
    import torch

    mean = torch.where(errors.isfinite().all(0), errors.mean(0), torch.nan)  # (L, D)
    finite = mean.nan_to_num(torch.inf)
    best = int(finite.argmin())
    yield Metric(step, "best", finite.min().item(), seconds)
    yield Metric(step, "best_lr", LRS[best // len(DECAYS)])
    yield Metric(step, "best_wd", DECAYS[best % len(DECAYS)])
    yield Metric(step, "near", (finite <= 1.05 * finite.min()).float().mean().item())
    yield Metric(step, "broken", mean.isnan().float().mean().item())
    columns = {
        "lr": [a for a in LRS for _ in DECAYS],
        "wd": [b for _ in LRS for b in DECAYS],
        "error": [round(v, 5) for v in mean.flatten().tolist()],
    }
    yield Table(step, "map", columns)


def seeds(errors, step: int) -> Table:
    """The error of every cell on every data set. errors: (S, L, D)."""
    cells = [(a, b) for a in LRS for b in DECAYS]
    columns = {
        "lr": [a for a, _ in cells] * len(errors),
        "wd": [b for _, b in cells] * len(errors),
        "seed": [s for s in range(len(errors)) for _ in cells],
        "error": [round(v, 5) for v in errors.flatten().tolist()],
    }
    return Table(step, "seeds", columns)


def best_decay(columns: dict) -> dict[float, float]:
    """{lr: the wd with the lowest error} of a map; cells that diverged (nan, None in a log) never win."""
    import math

    found: dict[float, tuple[float, float]] = {}
    for lr, wd, value in zip(columns["lr"], columns["wd"], columns["error"], strict=True):
        if value is not None and math.isfinite(value) and (lr not in found or value < found[lr][0]):
            found[lr] = (value, wd)
    return {lr: wd for lr, (_, wd) in found.items()}


EXPERIMENT = Experiment("decay_map", 1, Config, run, lane="express")
