"""The same training by one process and by several that share every batch (course lesson 20): same losses, other clock."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import ClassVar

from core import corpora
from core.events import Event, Finished, Metric, Note, Snapshot, Started
from core.experiment import Experiment, knob

WARM = 3  # steps before the clock counts: buffers are made, gradients find their buckets


@dataclass(frozen=True)
class Config:
    """processes: how many share a batch. threads: of each process. batch: windows of all processes together, so that the
    losses do not depend on `processes`."""

    experiment: ClassVar[str] = "data_parallel"
    processes: int = knob(2, choices=(1, 2, 4))
    threads: int = knob(1, low=1, high=64)
    corpus: str = knob("tales-en", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    lr: float = knob(2e-3, low=0.0, high=1.0)
    blocks: int = knob(2, low=1, high=12)
    heads: int = knob(4, low=1, high=16)
    width: int = knob(128, low=8, high=1024)
    context: int = knob(64, low=2, high=1024)
    batch: int = knob(16, low=1, high=512)
    steps: int = knob(60, low=1, high=10_000)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss (mean over the whole batch) with seconds at every step; at the end test_loss and
    tokens_per_second (median over the steps after the first WARM). Started's facts: parameters, gradient_bytes (what
    every process hands over in a step), window_share (windows of each process).
    Raises the Problems of data_parallel.launch and corpora."""
    import statistics

    import torch

    from core import data_parallel, tokenizers
    from core.models import Model5, parameters

    with torch.device("meta"):
        vocabulary = tokenizers.load(config.tokenizer, config.corpus).n_vocab
        size = parameters(Model5(vocabulary, config.width, config.context, blocks=config.blocks, heads=config.heads))[1]
    batch = max(config.processes, config.batch - config.batch % config.processes)
    facts = {"parameters": size, "gradient_bytes": 4 * size, "window_share": batch // config.processes}
    yield Started(config.steps, facts)
    if batch != config.batch:
        yield Note(0, "batch_snapped", {"asked": config.batch, "used": batch, "processes": config.processes})
    times = [0.0]
    settings = asdict(config) | {"batch": batch}
    for said in data_parallel.launch(settings, config.processes, config.threads, breaths=True):
        if not said:
            yield Snapshot(len(times) - 1)  # a breath: whoever waits for the processes may stop the run
            continue
        if "test_loss" in said:
            yield Metric(said["step"], "test_loss", said["test_loss"], said["seconds"])
            continue
        times.append(said["seconds"])
        yield Metric(said["step"], "train_loss", said["loss"], said["seconds"])
        yield Snapshot(said["step"])  # no state: stopped half way, so short a run starts again
    steps = [b - a for a, b in zip(times[1:], times[2:], strict=False)][WARM:] or [times[-1]]
    yield Metric(config.steps, "tokens_per_second", batch * config.context / statistics.median(steps))
    yield Finished(config.steps, "done")


EXPERIMENT = Experiment("data_parallel", 2, Config, run, lane="alone", machine=True)
