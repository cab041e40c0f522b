"""One row of logits, handed on as it is and as log-softmax: do temperature, top-k and top-p notice? (course lesson 15)"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import erf
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

VOCABULARY = 2048  # of the drawn logits
SHOWN, POINTS = 12, 200  # tokens drawn as bars, as points
LOWEST, HIGHEST, STOPS = 0.05, 100.0, 34  # temperatures of the entropy curve


@dataclass(frozen=True)
class Config:
    """source: "trained", what the shipped Model 1 says after the last token of `word`; "normal", `rows` rows of
    N(0, std²). offset: added to every logit. banned: so many of the likeliest tokens are set to −inf."""

    experiment: ClassVar[str] = "output_forms"
    source: str = knob("trained", choices=("trained", "normal"))
    word: str = knob("return")
    std: float = knob(3.0, low=0.0, high=1000.0)
    offset: float = knob(0.0, low=-1e6, high=1e6)
    temperature: float = knob(1.0, low=0.0, high=1000.0)
    top_k: int = knob(0, low=0, high=100_000)
    top_p: float = knob(1.0, low=0.01, high=1.0)
    banned: int = knob(0, low=0, high=100_000)
    rows: int = knob(1, low=1, high=1000)
    seed: int = knob(0, low=0, high=10_000)


@cache
def _model():
    """(embedding (V, C), head (V, C)) of the house's Model 1, float32."""
    from core import house, weights_file

    path = house.FOLDER / "model1.safetensors"
    tensors = weights_file.read(path, weights_file.header(path))
    return tensors["wte.weight"], tensors["lm_head.weight"]


def logits(config: Config):
    """(z (rows, V) float32, names of the V tokens)."""
    import numpy as np

    from core import rng, tokenizers

    if config.source == "normal":
        z = config.std * rng.numpy_stream(config.seed, "data").standard_normal((config.rows, VOCABULARY))
        return z.astype(np.float32), [f"#{i}" for i in range(VOCABULARY)]
    tokenizer = tokenizers.load("bpe")
    wte, head = _model()
    x = wte[(tokenizer.encode(config.word) or [0])[-1]]
    gelu = np.array([v * (1 + erf(v / 2**0.5)) / 2 for v in x.tolist()], dtype=np.float32)
    return (head @ gelu)[None], [spelled(piece) for piece in tokenizer.pieces]


def spelled(piece: str) -> str:
    """A token so that its spaces and line breaks can be seen."""
    return piece.replace("\n", "↵").replace(" ", "␣")


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0, largest over all rows: gap, gap_power (of the probabilities at T from log-softmax, and from
    probabilities^(1/T), against those from the logits), tv, tv_power, tv_frozen (half the summed differences; frozen:
    exp(log-softmax) and stop, which is T = 1), and same_top (1 where the likeliest token is always the same), kept_logits,
    kept_logs, kept_differ (tokens that top-k and top-p let through), constant_spread (of z − log_softmax(z) within a row),
    idempotent (largest change by a second log-softmax), underflow (share of tokens whose probability has become 0).
    Of the first row: constant, entropy_logits, entropy_logs. Tables of the first row: tokens (the SHOWN likeliest),
    points (z, log_p) and entropy (by T). All in float32. Everything banned: Finished("failed")."""
    import numpy as np

    from core import sampling, spread

    z, names = logits(config)
    yield Started(0, {"vocabulary": z.shape[-1]})
    z = z + np.float32(config.offset)
    if config.banned:
        order = np.argsort(-z, -1)[:, : config.banned]
        np.put_along_axis(z, order, np.float32(-np.inf), -1)
    how = {"temperature": config.temperature, "top_k": config.top_k, "top_p": config.top_p}
    try:
        from_logits = sampling.probabilities(z, **how)
    except Problem as problem:
        yield Metric(0, "kept_logits", 0.0)
        yield Finished(0, "failed", {"code": problem.code} | problem.facts)
        return
    log_p = spread.log_softmax(z)
    from_logs = sampling.probabilities(log_p, **how)
    p = np.exp(log_p)
    allowed = from_logits > 0
    from_power = from_logits if config.temperature == 0 else spread.at_temperature(p * allowed, config.temperature)
    open_ = np.isfinite(z)
    constant = np.where(open_, z, 0) - np.where(open_, log_p, 0)  # (rows, V), 0 where banned
    spreads = constant.max(-1, where=open_, initial=-np.inf) - constant.min(-1, where=open_, initial=np.inf)
    numbers = {
        "gap": np.abs(from_logits - from_logs).max(),
        "gap_power": np.abs(from_logits - from_power).max(),
        "tv": half_l1(from_logits, from_logs),
        "tv_power": half_l1(from_logits, from_power),
        "tv_frozen": half_l1(from_logits, p),
        "same_top": (z.argmax(-1) == log_p.argmax(-1)).all(),
        "kept_logits": allowed[0].sum(),
        "kept_logs": (from_logs[0] > 0).sum(),
        "kept_differ": (allowed != (from_logs > 0)).sum(),
        "constant": np.median(constant[0][open_[0]]),
        "constant_spread": spreads.max(),
        "idempotent": np.abs(np.where(open_, spread.log_softmax(log_p) - np.where(open_, log_p, 0), 0)).max(),
        "underflow": ((p == 0) & open_).mean(),
        "entropy_logits": spread.entropy(from_logits[0].astype(np.float64)),
        "entropy_logs": spread.entropy(from_logs[0].astype(np.float64)),
    }
    for name, value in numbers.items():
        yield Metric(0, name, float(value) + 0.0)  # a negative zero reads badly
    top = np.argsort(-np.where(open_[0], z[0], -np.inf), kind="stable")[:SHOWN]
    columns = {"z": z[0], "log_p": log_p[0], "logits": from_logits[0], "logs": from_logs[0], "frozen": p[0]}
    columns = {"token": [names[i] for i in top]} | {name: part[top].tolist() for name, part in columns.items()}
    yield Table(0, "tokens", columns)
    some = np.unique(np.linspace(0, z.shape[-1] - 1, POINTS).astype(int))
    some = np.argsort(-z[0], kind="stable")[some]
    some = some[open_[0][some]]
    yield Table(0, "points", {"z": z[0, some].tolist(), "log_p": log_p[0, some].tolist()})
    yield entropies(z[0], log_p[0])
    yield Finished(0, "done")


def half_l1(p, q) -> float:
    """Total variation distance: the share of draws in which the two would have to disagree; largest over rows."""
    import numpy as np

    return float(np.abs(p.astype(np.float64) - q).sum(-1).max() / 2)


def entropies(z, log_p) -> Table:
    """Entropy in nats at STOPS temperatures, from both outputs (V,), nothing filtered out."""
    import numpy as np

    from core import sampling, spread

    grid = np.geomspace(LOWEST, HIGHEST, STOPS)
    both = [
        [float(spread.entropy(sampling.probabilities(output, float(t)).astype(np.float64))) for t in grid]
        for output in (z, log_p)
    ]
    return Table(0, "entropy", {"temperature": grid.tolist(), "logits": both[0], "logs": both[1]})


EXPERIMENT = Experiment("output_forms", 1, Config, run, lane="inline")
