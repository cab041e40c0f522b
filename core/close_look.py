"""A close look at where in a window the loss sits: many test windows, the final place by itself (course lesson 18)."""

from collections.abc import Iterator

from core import batches
from core.events import Event, Metric, Table


def windows(tokens, context: int, count: int, offset: int = 1, device: str = "cpu"):
    """(x, y), int64 tensors (n, context): at most `count` windows, which may overlap; no two end on the same token."""
    import torch

    rows = torch.from_numpy(batches.overlapping_rows(tokens, context, count, offset)).to(device)
    return rows[:, :context].contiguous(), rows[:, offset:].contiguous()


def last_losses(model, x, y, size: int = 64):
    """Loss at the final place of every window x, y (N, T): (N,). The head computes no other place."""
    import torch
    from torch.nn import functional as F

    final = torch.tensor([x.shape[1] - 1], device=x.device)
    parts = [
        F.cross_entropy(model(xs, final)[:, 0].float(), ys[:, -1], reduction="none")
        for xs, ys in zip(x.split(size), y.split(size), strict=True)
    ]
    return torch.cat(parts)


def events(model, x, y, step: int, full: bool) -> Iterator[Event]:
    """Metrics last_loss and last_se (mean and standard error of the final place's loss, nats). full: also the tables
    places (place 1 ... T, loss, se, sd: of one prediction there) and close (of every window the loss at its final place,
    `last`, and over all its places, `all`)."""
    from core.train import test_losses

    if not full:
        yield from _last(last_losses(model, x, y).cpu().double(), step)
        return
    loss = test_losses(model, x, y).cpu().double()  # (N, T)
    yield from _last(loss[:, -1], step)
    spread = loss.std(0) if len(loss) > 1 else loss.std(0, unbiased=False)
    columns = {"loss": loss.mean(0), "se": spread / len(loss) ** 0.5, "sd": spread}
    places = {"place": list(range(1, loss.shape[1] + 1))}
    yield Table(step, "places", places | {name: _rounded(values) for name, values in columns.items()})
    yield Table(step, "close", {"last": _rounded(loss[:, -1]), "all": _rounded(loss.mean(1))})


def _last(losses, step: int) -> Iterator[Event]:
    yield Metric(step, "last_loss", losses.mean().item())
    yield Metric(step, "last_se", losses.std().item() / len(losses) ** 0.5 if len(losses) > 1 else 0.0)


def _rounded(values) -> list[float]:
    return [round(v, 4) for v in values.tolist()]
