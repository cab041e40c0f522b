"""A small GPT that starts from weights of your choice: first loss, first gradient, and where it gets (lesson 12)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core import shapes
from core.events import Event, Metric, Sample, Started, Table
from core.experiment import Experiment, knob

CORPORA = ("tales-en", "tales-vi", "manual")
TEXT_ID = "text-[0-9a-f]{12}"
SCHEMES = (
    "normal",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "he_normal",
    "he_uniform",
    "pytorch",
    "constant",
    "zeros",
)
EVAL_TOKENS = 4096
LENGTH = 40  # tokens it writes, before and after


@dataclass(frozen=True)
class Config:
    """Model 5 with undivided logits. matrices: the scheme of every Linear; std: its spread where the scheme leaves it
    open; gain: factor on the formulas of Xavier and He. embeddings: "same", the tables by that scheme too, or "gpt2",
    N(0, 0.02). bias_std: spread of the biases. residual_scaling: the projections into the residual stream smaller by
    sqrt(2 blocks), as GPT-2 does."""

    experiment: ClassVar[str] = "initial_weights"
    matrices: str = knob("normal", choices=SCHEMES)
    std: float = knob(0.02, low=1e-6, high=10.0)
    gain: float = knob(1.0, low=0.01, high=10.0)
    embeddings: str = knob("same", choices=("same", "gpt2"))
    bias_std: float = knob(0.0, low=0.0, high=10.0)
    residual_scaling: bool = knob(False)
    corpus: str = knob("manual", choices=CORPORA, pattern=TEXT_ID, corpus=True)
    tokenizer: str = knob("bpe", choices=("bpe", "words", "bytes", "gpt2"))
    lr: float = knob(3e-3, low=0.0, high=10.0)
    optimizer: str = knob("adamw", choices=("adamw", "adam", "sgd"))
    weight_decay: float = knob(0.01, low=0.0, high=100.0)
    blocks: int = knob(2, low=1, high=48)
    heads: int = knob(4, low=1, high=64)
    width: int = knob(64, low=4, high=2048)
    context: int = knob(32, low=2, high=1024)
    batch: int = knob(16, low=1, high=512)
    steps: int = knob(120, low=0, high=100_000)
    seed: int = knob(0, low=0, high=10_000)
    device: str = knob("cpu", choices=("cpu", "cuda", "mps"))


def build(config: Config):
    """(Model 5, tokenizer), its weights as the Config asks. Raises the Problems of tokenizers.load."""
    from core import initializers, rng, tokenizers
    from core.models import Model5

    tokenizer = tokenizers.load(config.tokenizer, config.corpus)
    heads = shapes.heads(config.width, config.heads)
    model = Model5(tokenizer.n_vocab, config.width, config.context, blocks=config.blocks, heads=heads)
    initializers.fill(
        model,
        rng.stream(config.seed, "init"),
        scheme=config.matrices,
        std=config.std,
        gain=config.gain,
        embeddings=config.embeddings,
        bias_std=config.bias_std,
        residual_scaling=config.residual_scaling,
    )
    return model, tokenizer


def first_look(model, loss) -> dict[str, list]:
    """Before any step: {block; gradient: norm over all parameters of the block; stream: std of the residual stream
    after it}. Block 0 is the two embeddings. loss(model) -> (scalar tensor, token ids (B, T))."""
    import torch

    value, x = loss(model)
    value.backward()

    def norm(parameters):
        return math.sqrt(sum(p.grad.cpu().double().square().sum().item() for p in parameters if p.grad is not None))

    with torch.no_grad():
        h = model.wte(x) + model.wpe.weight[: x.shape[1]]
        gradients, stream = [norm([model.wte.weight, model.wpe.weight])], [h.cpu().double().std().item()]
        for block in model.h:
            h = block(h)
            gradients.append(norm(block.parameters()))
            stream.append(h.cpu().double().std().item())
    model.zero_grad(set_to_none=True)
    return {"block": list(range(len(stream))), "gradient": gradients, "stream": stream}


def distinct_rows(weight) -> int:
    """How many rows of a matrix are not copies of another one (to one part in ten thousand of its largest number)."""
    import torch

    largest = weight.abs().max().clamp_min(1e-30)
    return len(torch.unique((weight / largest * 1e4).round(), dim=0))


def matrices(model) -> dict:
    """{name: weight}: the embeddings and every matrix of the blocks."""
    return {n.removesuffix(".weight"): p for n, p in model.named_parameters() if p.dim() == 2}


def moved(now: dict, start: dict) -> dict[str, list]:
    """Distance of every matrix from where it started, over the size it started with; None where that was zero."""
    ratio = {n: (w.detach() - start[n]).norm().item() / max(start[n].norm().item(), 1e-30) for n, w in now.items()}
    return {"matrix": list(ratio), "moved": [round(r, 5) if r < 1e9 else None for r in ratio.values()]}


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics: train_loss every step; test_loss on the grid; at the start and the end rows (distinct rows of the first
    block's MLP matrix) and output_rows (of the output matrix); gradient_ratio (last block's first gradient over the
    first block's), gradient (norm of all). Tables: blocks (first_look), moved (at the end). Sample: "text".
    Raises the Problems of corpora, tokenizers and batches (too_few_tokens)."""
    import torch

    from core import batches, corpora, losses, references, writing
    from core import train as loop

    model, tokenizer = build(config)
    train, test = (corpora.tokens(config.corpus, config.tokenizer, part) for part in ("train", "test"))
    batches.batch(train, 0, 0, 1, config.context)
    rows = batches.test_rows(test, config.context, max(8, EVAL_TOKENS // config.context))
    held = torch.from_numpy(rows).to(config.device)
    held_x, held_y = held[:, :-1].contiguous(), held[:, 1:].contiguous()
    model = model.to(config.device)
    start = {n: w.detach().clone() for n, w in matrices(model).items()}
    opening = [int(i) for i in test[:6]]

    def loss(model, step):
        x, y = (
            part.to(config.device) for part in batches.batch(train, config.seed, step, config.batch, config.context)
        )
        return losses.cross_entropy(model(x), y)

    if resume is None:
        lines = references.lines(config.corpus, tokenizer, config.context)
        yield Started(config.steps, {"vocabulary": tokenizer.n_vocab, "references": lines})

        def first(model):
            x, y = (p.to(config.device) for p in batches.batch(train, config.seed, 1, config.batch, config.context))
            return losses.cross_entropy(model(x), y), x

        table = first_look(model, first)
        yield Table(0, "blocks", table)
        yield Metric(0, "gradient", math.sqrt(sum(g * g for g in table["gradient"])))
        if table["gradient"][1] > 0:
            yield Metric(0, "gradient_ratio", table["gradient"][-1] / table["gradient"][1])

    def evaluate(model, step):
        yield Metric(step, "test_loss", loop.test_losses(model, held_x, held_y).cpu().double().mean().item())
        if step not in (0, config.steps) and step not in (100, 300, 600):
            return
        yield Metric(step, "rows", float(distinct_rows(model.h[0].mlp.c_fc.weight)))
        yield Metric(step, "output_rows", float(distinct_rows(model.lm_head.weight)))
        if step:
            yield Table(step, "moved", moved(matrices(model), start))
        prompt, text = writing.continued(
            model, opening, tokenizer, tokens=LENGTH, seed=config.seed, context=config.context
        )
        yield Sample(step, "text", prompt, text)

    yield from loop.train(
        model,
        loss=loss,
        steps=config.steps,
        seed=config.seed,
        optimizer=config.optimizer,
        lr=config.lr,
        weight_decay=config.weight_decay,
        evaluate=evaluate,
        resume=resume,
    )


EXPERIMENT = Experiment("initial_weights", 1, Config, run, extends=lambda config: True, build=build)
