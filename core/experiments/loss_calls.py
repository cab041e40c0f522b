"""What PyTorch itself answers when a loss is called rightly and wrongly: its own messages, collected (course lesson 9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Sample, Started
from core.experiment import Experiment, knob


@dataclass(frozen=True)
class Config:
    experiment: ClassVar[str] = "loss_calls"
    classes: int = knob(10, low=2, high=1000)
    values: int = knob(3, low=2, high=1000)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: ce, nll, twice (cross_entropy on logits, nll_loss of log_softmax, cross_entropy of
    log_softmax), gap (largest difference of the three), raw (nll_loss of the logits); no_reduction_one and
    no_reduction_many (1 where backward raises without a mean, for one and for several values), correlation (1 where
    corrcoef(a, b) raises), label (1 where a label that is no class raises). Samples: the messages, under those names.
    """
    import torch
    from torch.nn import functional as F

    from core import rng

    yield Started(0)
    draw = rng.stream(config.seed, "noise")
    logits = torch.randn(4, config.classes, generator=draw)
    labels = torch.randint(config.classes, (4,), generator=draw)
    log_p = F.log_softmax(logits, -1)
    three = {
        "ce": F.cross_entropy(logits, labels).item(),
        "nll": F.nll_loss(log_p, labels).item(),
        "twice": F.cross_entropy(log_p, labels).item(),
    }
    three["gap"] = max(three.values()) - min(three.values())
    three["raw"] = F.nll_loss(logits, labels).item()
    for name, value in three.items():
        yield Metric(0, name, value)

    def article(count: int):
        """The article's loss has no mean: as many numbers as values."""
        return lambda: (torch.randn(count, generator=draw, requires_grad=True) - torch.randn(count)).abs().backward()

    a, b = torch.randn(2, config.values, generator=draw)
    calls = {
        "no_reduction_one": ("(y_hat - y).abs().backward()  # 1 value", article(1)),
        "no_reduction_many": (f"(y_hat - y).abs().backward()  # {config.values} values", article(config.values)),
        "correlation": ("torch.corrcoef(y_hat, y)", lambda: torch.corrcoef(a, b)),
        "label": (
            f"F.cross_entropy(logits, torch.tensor([{config.classes + 2}]))",
            lambda: F.cross_entropy(logits[:1], torch.tensor([config.classes + 2])),
        ),
    }
    for name, (code, call) in calls.items():
        try:
            call()
            raised, message = 0.0, "–"
        except (RuntimeError, TypeError, IndexError) as error:
            raised, message = 1.0, f"{type(error).__name__}: {error}".splitlines()[0]
        yield Metric(0, name, raised)
        yield Sample(0, name, code, message)
    yield Finished(0, "done")


EXPERIMENT = Experiment("loss_calls", 1, Config, run, lane="express")
