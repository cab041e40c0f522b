"""The loops that are held against each other: what the lessons run, and what anybody would write."""

SMALL = {"vocabulary": 65, "width": 128, "context": 64, "blocks": 4, "heads": 4, "batch": 12}
MEDIUM = {"vocabulary": 2048, "width": 384, "context": 128, "blocks": 6, "heads": 6, "batch": 16}
MODEL1 = {"vocabulary": 50_257, "width": 64, "context": 8, "batch": 64, "stride": 2}


def build(shape: dict, seed: int = 0):
    """(model, (N,) tokens): the built-in stories where the vocabulary has room for their byte pairs; for a small one random
    tokens with some structure: every token repeats the one eight places before, mostly."""
    import torch

    from core import bpe, corpora, initializers, rng
    from core.models import Model5

    model = Model5(shape["vocabulary"], shape["width"], shape["context"], blocks=shape["blocks"], heads=shape["heads"])
    initializers.gpt2(model, rng.stream(seed, "init"))
    if shape["vocabulary"] >= bpe.SIZE:
        return model, corpora.tokens("tales-en", "bpe", "train")
    draw = rng.stream(seed, "noise")
    tokens = torch.randint(shape["vocabulary"], (100_000,), generator=draw)
    keep = torch.rand(100_000, generator=draw) < 0.7
    for i in range(8, 100_000, 8):
        tokens[i : i + 8] = torch.where(keep[i : i + 8], tokens[i - 8 : i], tokens[i : i + 8])
    return model, tokens.numpy()


def engine_loop(shape: dict, precision: str, seed: int = 0):
    """What the lessons run: core.train.train over core.batches, event by event; yields the training loss."""
    from core import batches, losses
    from core.train import train

    model, tokens = build(shape, seed)

    def loss(model, step):
        x, y = batches.batch(tokens, seed, step, shape["batch"], shape["context"])
        return losses.cross_entropy(model(x), y)

    for event in train(
        model, loss=loss, steps=10**9, seed=seed, lr=1e-3, weight_decay=0.1, clip=1.0, precision=precision
    ):
        if event.kind == "metric":
            yield event.value


def plain_loop(shape: dict, seed: int = 0):
    """The baseline, as a tidy script has it: random windows, cross_entropy, clip, AdamW, loss.item() every step."""
    import torch
    from torch.nn import functional as F

    model, tokens = build(shape, seed)
    tokens = torch.from_numpy(tokens.astype("int64"))
    context, draw = shape["context"], torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
    while True:
        starts = torch.randint(len(tokens) - context - 1, (shape["batch"],), generator=draw)
        x = torch.stack([tokens[i : i + context] for i in starts])
        y = torch.stack([tokens[i + 1 : i + context + 1] for i in starts])
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        yield loss.item()


def flops_per_token(shape: dict) -> float:
    """Operations of a training step for each token: 6 a weight in a product, and attention (core/step_costs.py)."""
    from core import step_costs

    blocks = shape.get("blocks", 0)
    return sum(
        step_costs.flops_per_token(
            step_costs.Shape(shape["width"], blocks, shape["vocabulary"], shape["context"])
        ).values()
    )


def model1_tokens(shape: dict):
    """(N,) random tokens: they time alike."""
    import torch

    from core import rng

    return torch.randint(shape["vocabulary"], (40_000,), generator=rng.stream(0, "noise"))


def model1_loop(shape: dict, head: str = "blocks_bfloat16"):
    """What lesson 5's course preset runs; yields the training loss."""
    from core import batches, initializers, models, rng
    from core.experiments import model1
    from core.train import train

    tokens, graded = model1_tokens(shape).numpy(), model1.grade(model1.Config(head=head))
    model = models.Model1(shape["vocabulary"], shape["width"])
    initializers.torch_default(model, rng.stream(0, "init"), std=1.0)

    def loss(model, step):
        x, y = batches.epoch_batch(tokens, 0, step - 1, shape["batch"], shape["context"], shape["stride"])
        return graded(model, x, y)

    for event in train(model, loss=loss, steps=10**9, seed=0, lr=1e-3, weight_decay=0.01):
        if event.kind == "metric":
            yield event.value


def notebook_loop(shape: dict):
    """The baseline as a notebook has it (course lesson 5): windows in lists behind a DataLoader, log_softmax over all
    logits, NLLLoss, AdamW as torch builds it."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    from core import initializers, models, rng

    tokens, context = model1_tokens(shape), shape["context"]
    starts = range(0, len(tokens) - context - 1, shape["stride"])
    x, y = (torch.stack([tokens[i + ahead : i + ahead + context] for i in starts]) for ahead in (0, 1))
    loader = DataLoader(TensorDataset(x, y), batch_size=shape["batch"], shuffle=True, drop_last=True)
    model = models.Model1(shape["vocabulary"], shape["width"])
    initializers.torch_default(model, rng.stream(0, "init"), std=1.0)
    optimizer, measure = torch.optim.AdamW(model.parameters(), lr=1e-3), nn.NLLLoss()
    while True:
        for inputs, targets in loader:
            optimizer.zero_grad()
            log_probs = torch.log_softmax(model(inputs), -1)
            loss = measure(log_probs.view(-1, shape["vocabulary"]), targets.view(-1))
            loss.backward()
            optimizer.step()
            yield loss.item()
