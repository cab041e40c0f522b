"""How many test windows are enough, and what an evaluation in training mode reports instead (course lesson 6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import splits
from core.events import Event, Finished, Metric, Snapshot, Started, Table
from core.experiment import Experiment, knob

SIZES = (4, 8, 16, 32, 64, 128, 256, 512)  # test windows in an estimate, as far as there are so many
DRAWS = 8  # estimates of each size
PASSES = 20  # passes over the whole test set in training mode


@dataclass(frozen=True)
class Config:
    """A short training of Model 1 (contiguous split), then one finished model evaluated in several ways.

    dropout: of the embedding, on in training mode, off in evaluation mode.
    """

    experiment: ClassVar[str] = "evaluation"
    corpus: str = knob("manual", choices=("manual", "tales-en", "tales-vi"), pattern="text-[0-9a-f]{12}", corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    share: float = knob(0.1, low=0.001, high=0.9)
    dropout: float = knob(0.2, low=0.0, high=0.99)
    lr: float = knob(5e-3, low=0.0, high=100.0)
    width: int = knob(128, low=1, high=2048)
    context: int = knob(8, low=1, high=1024)
    batch: int = knob(64, low=1, high=4096)
    steps: int = knob(150, low=0, high=10_000)
    seed: int = knob(0, low=0, high=10_000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step; at the end eval_loss (all test windows, evaluation mode), train_mode_loss (mean of
    PASSES in training mode), window_sd (spread of one window's loss), windows, kept_bytes (what a forward pass with
    gradients keeps for the backward pass) and kept_no_grad (the same under torch.no_grad).
    Table "estimates": windows, draw, mode ("eval", "train"), loss."""
    import numpy as np
    import torch

    from core import corpora, initializers, losses, memory, models, rng, tokenizers
    from core.train import test_losses, train

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    parts = [np.asarray(corpora.tokens(config.corpus, tokenizer, part), dtype=np.int64) for part in ("train", "test")]
    tokens = np.concatenate(parts)
    T = config.context
    learn, _ = splits.cut("contiguous", len(tokens), T, 2, config.share, gap=T, block=1, seed=config.seed)
    _, test = splits.cut("contiguous", len(tokens), T, T, config.share, gap=T, block=1, seed=config.seed)
    model = models.Model1(tokenizer.n_vocab, config.width, dropout=config.dropout)
    initializers.torch_default(model, rng.stream(config.seed, "init"))
    if resume is None:
        yield Started(config.steps, {"vocabulary": tokenizer.n_vocab, "windows": len(test)})

    def loss(model, step):
        x, y = splits.batch(tokens, learn, config.seed, step - 1, config.batch, T)
        return losses.nll_of_log_softmax(model(x), y)

    how = {"steps": config.steps, "seed": config.seed, "lr": config.lr, "weight_decay": 0.01, "resume": resume}
    for event in train(model, loss=loss, **how):
        if event.kind != "finished":
            yield event
        elif event.reason == "diverged":
            yield event
            return
    places = test[:, None] + np.arange(T)
    x, y = torch.from_numpy(tokens[places]), torch.from_numpy(tokens[places + 1])
    torch.manual_seed(rng.key(config.seed, "dropout"))
    model.eval()
    rows = {"eval": test_losses(model, x, y).mean(1)[None].numpy()}  # (1, windows)
    model.train()
    passes = []
    for _ in range(PASSES):
        passes.append(test_losses(model, x, y).mean(1).numpy())
        drawn = torch.get_rng_state()
        yield Snapshot(config.steps)  # a breath, in which a worker looks after its other runs; they draw as well
        torch.set_rng_state(drawn)
    rows["train"] = np.stack(passes)  # (PASSES, windows)
    step = config.steps
    yield Metric(step, "eval_loss", float(rows["eval"].mean()))
    yield Metric(step, "train_mode_loss", float(rows["train"].mean()))
    yield Metric(step, "window_sd", float(rows["eval"][0].std(ddof=1)) if len(test) > 1 else 0.0)
    yield Metric(step, "windows", float(len(test)))
    yield estimates(config, rows, step)
    some = x[: config.batch].clone(), y[: config.batch].clone()  # storages of their own: whole ones are counted

    def forward():
        return losses.nll_of_log_softmax(model(some[0]), some[1])

    yield Metric(step, "kept_bytes", float(memory.saved_for_backward(forward, model.parameters())))
    with torch.no_grad():
        yield Metric(step, "kept_no_grad", float(memory.saved_for_backward(forward, model.parameters())))
    yield Finished(step, "done")


def estimates(config: Config, rows: dict, step: int) -> Table:
    """The loss as it is estimated from n windows drawn without repetition, DRAWS times for every n and both modes."""
    from core import rng

    count = rows["eval"].shape[1]
    columns = {"windows": [], "draw": [], "mode": [], "loss": []}
    for n in [n for n in SIZES if n < count] + [count]:
        for draw in range(DRAWS if n < count else 1):
            chosen = rng.numpy_stream(config.seed, "eval", n, draw).permutation(count)[:n]
            for mode, values in rows.items():
                row = (n, draw, mode, float(values[draw % len(values)][chosen].mean()))
                for name, value in zip(columns, row, strict=True):
                    columns[name].append(value)
    return Table(step, "estimates", columns)


EXPERIMENT = Experiment("evaluation", 1, Config, run)
