"""What one step knows: signal and noise of the gradient by graded places and windows of a batch (course lesson 18)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import corpora, experiment
from core.events import Event, Finished, Metric, Note, Snapshot, Started, Table
from core.experiment import Experiment, knob

LEAST = 12  # gradients of a pair, at the least


@dataclass(frozen=True)
class Config:
    """Model 5 trained for `warm` steps with every place graded, then held still. windows: read for each pair of graded
    places and windows of a batch; four times as many where one place is graded, for there the noise is largest."""

    experiment: ClassVar[str] = "gradient_signal"
    corpus: str = knob("manual", choices=corpora.NAMES, pattern=corpora.OTHER, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    lr: float = knob(1e-3, low=0.0, high=10.0)
    width: int = knob(64, low=4, high=2048)
    blocks: int = knob(2, low=1, high=48)
    heads: int = knob(4, low=1, high=64)
    context: int = knob(64, low=2, high=1024)
    batch: int = knob(16, low=1, high=512)
    warm: int = knob(30, low=0, high=10_000)
    graded_at: str = knob("last", choices=("last", "every", "random"))
    windows: int = knob(512, low=24, high=100_000)
    seed: int = knob(0, low=0, high=10_000)


def pairs(context: int, batch: int) -> list[tuple[int, int]]:
    """(graded places, windows): fewer and fewer places of a whole batch; one window graded everywhere; and as many
    predictions as that, one from each of T windows."""
    few = [(max(1, context // share), batch) for share in (1, 4, 16)]
    return list(dict.fromkeys([*few, (1, batch), (context, 1), (1, context)]))


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss while it warms up; then snr_all, snr_last (batch as chosen, all places or one), snr_one_window
    (all places of one), snr_many_windows (one place of each of T), cosine_all, cosine_last. Table "pairs": graded,
    batch, predictions, draws, snr, cosine, ms (of one forward and backward, head on the graded places only)."""
    from core import batches, losses
    from core import train as loop

    Parent = experiment.load("model5")
    parent = Parent.Config(
        corpus=config.corpus,
        tokenizer=config.tokenizer,
        init="gpt2",
        width=config.width,
        blocks=config.blocks,
        heads=config.heads,
        context=config.context,
        seed=config.seed,
    )
    model, tokenizer = Parent.build(parent)
    tokens = corpora.tokens(config.corpus, tokenizer, "train")
    batches.batch(tokens, 0, 0, 1, config.context)  # a text too short for one window is refused here
    yield Started(config.warm + 1, {"vocabulary": tokenizer.n_vocab, "context": config.context})

    def loss(model, step):
        x, y = batches.batch(tokens, config.seed, step, config.batch, config.context)
        return losses.cross_entropy(model(x), y)

    for event in loop.train(model, loss=loss, steps=config.warm, seed=config.seed, lr=config.lr, weight_decay=0.01):
        if event.kind == "metric":
            yield event
        elif event.kind == "snapshot":
            yield Snapshot(event.step)  # no state: stopped half way, so short a run starts again
        elif event.kind == "finished" and event.reason == "diverged":
            yield event
            return
    model.eval()
    yield from read(config, model, tokens)


def read(config: Config, model, tokens) -> Iterator[Event]:
    """The meter, held to every pair."""
    step, context = config.warm + 1, config.context
    columns = {name: [] for name in ("graded", "batch", "predictions", "draws", "snr", "cosine", "ms")}
    found = {}
    for graded, size in pairs(context, config.batch):
        reading, ms = measure(config, model, tokens, graded, size)
        found[graded, size] = reading
        row = (graded, size, graded * size, reading.draws, reading.snr, reading.cosine, ms)
        for name, value in zip(columns, row, strict=True):
            columns[name].append(value)
        yield Snapshot(config.warm)  # the last step still waits for the other pairs
    yield Table(step, "pairs", columns)
    named = {
        "all": (context, config.batch),
        "last": (1, config.batch),
        "one_window": (context, 1),
        "many_windows": (1, context),
    }
    for name, pair in named.items():
        yield Metric(step, f"snr_{name}", found[pair].snr)
        yield Metric(step, f"cosine_{name}", found[pair].cosine)
    lost = [pair for pair, reading in found.items() if reading.snr <= 0]
    if lost:
        yield Note(step, "signal_lost", {"pairs": ", ".join(f"{k} × {size}" for k, size in lost)})
    yield Finished(step, "done")


def measure(config: Config, model, tokens, graded: int, size: int):
    """(Reading, milliseconds a gradient) of batches of `size` windows that the warm-up never drew."""
    import time

    from core import batches, gradient_noise, losses

    meter, began = gradient_noise.Meter(), time.perf_counter()
    draws = max(LEAST, config.windows * (4 if graded == 1 else 1) // size)
    for draw in range(draws):
        number = 1_000_000 + draw  # other batches than the warm-up's
        x, y = batches.batch(tokens, config.seed, number, size, config.context)
        places = batches.graded_places(config.context, graded, config.graded_at, config.seed, number)
        meter.add(gradient_noise.gradient(model, losses.cross_entropy(model(x, places), y[:, places])))
    return meter.read(), 1000 * (time.perf_counter() - began) / draws


EXPERIMENT = Experiment("gradient_signal", 1, Config, run)
