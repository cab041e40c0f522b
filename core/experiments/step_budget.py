"""Memory, operations and hours of a training step, by counting alone: what an option can save before it is tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Started
from core.experiment import Experiment, knob


@dataclass(frozen=True)
class Config:
    """tokens_per_second: the speed you measured; saved_ms: what an option saves in a step; updates: how many steps there are."""

    experiment: ClassVar[str] = "step_budget"
    d_model: int = knob(768, low=8, high=16_384)
    layers: int = knob(12, low=1, high=128)
    layer_heads: int = knob(12, low=1, high=128)
    vocabulary: int = knob(50_257, low=16, high=300_000)
    window: int = knob(1024, low=2, high=131_072)
    windows: int = knob(8, low=1, high=1024)
    accumulate: int = knob(1, low=1, high=1024)
    precision: str = knob("float32", choices=("float32", "bfloat16", "float16", "pure_bfloat16"))
    optimizer: str = knob("adamw", choices=("sgd", "adamw", "muon"))
    kernel: str = knob("flash", choices=("manual", "flash"))
    checkpoint: bool = knob(False)
    tying: str = knob("same", choices=("same", "untied"))
    hardware: str = knob("h100", choices=("v100", "a100", "h100", "4090", "cpu"))
    tokens_per_second: float = knob(100_000.0, low=1, high=1e9)
    saved_ms: float = knob(50.0, low=0.01, high=10_000)
    updates: float = knob(1e5, low=1, high=1e10)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: bytes_<part> and bytes (their sum) of a step's memory, flops_<part> and flops for each token,
    parameters, mfu, ceiling (tokens per second at an MFU of 1), billion_hours (for 10⁹ tokens at this speed),
    saved_days. Facts: chip, peak."""
    from core import compute, step_costs

    chip = compute.accelerator(config.hardware)
    yield Started(0, {"chip": chip.name, "peak": chip.peak})
    shape = step_costs.Shape(
        config.d_model, config.layers, config.vocabulary, config.window, tied=config.tying == "same"
    )
    found = step_costs.memory(
        shape,
        batch=config.windows,
        accumulate=min(config.accumulate, config.windows),
        heads=config.layer_heads,
        precision=config.precision,
        optimizer=config.optimizer,
        manual=config.kernel == "manual",
        checkpoint=config.checkpoint,
    )
    flops = step_costs.flops_per_token(shape)
    total = sum(flops.values())
    numbers = {f"bytes_{name}": value for name, value in found.items()}
    numbers |= {f"flops_{name}": value for name, value in flops.items()}
    numbers |= {
        "bytes": sum(found.values()),
        "flops": total,
        "parameters": sum(step_costs.parameters(shape).values()),
        "mfu": step_costs.mfu(total, config.tokens_per_second, chip.peak),
        "ceiling": chip.peak / total,
        "billion_hours": 1e9 / config.tokens_per_second / 3600,
        "saved_days": step_costs.saved_days(config.saved_ms / 1000, config.updates),
    }
    for name, value in numbers.items():
        yield Metric(0, name, float(value))
    yield Finished(0, "done")


EXPERIMENT = Experiment("step_budget", 1, Config, run, lane="inline")
