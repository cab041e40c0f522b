"""The loops that are held against each other: what the lessons run, and what anybody would write."""

SMALL = {"vocabulary": 65, "width": 128, "context": 64, "blocks": 4, "heads": 4, "batch": 12}
MEDIUM = {"vocabulary": 2048, "width": 384, "context": 128, "blocks": 6, "heads": 6, "batch": 16}


def build(shape: dict, seed: int = 0):
    """(model, (N,) random tokens with some structure: every token repeats the one eight places before, mostly)."""
    import torch

    from core import initializers, rng
    from core.models import Model5

    model = Model5(shape["vocabulary"], shape["width"], shape["context"], blocks=shape["blocks"], heads=shape["heads"])
    initializers.gpt2(model, rng.stream(seed, "init"))
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
    tokens = torch.from_numpy(tokens)
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
