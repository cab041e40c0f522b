"""The training loop: it yields events, and the caller decides what to draw, save or stop. And evaluation."""

import math
import time
from collections.abc import Callable, Iterator

import torch
from torch.nn import functional as F

from core import optimizers, products, rng
from core.events import Event, Finished, Metric, Snapshot
from core.experiment import grid

PATIENCE = 3  # steps in a row without a finite loss before a run counts as diverged


def train(
    model,
    *,
    loss: Callable,
    steps: int,
    seed: int,
    optimizer: str = "adamw",
    lr: float = 1e-3,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    factor: Callable[[int], float] | None = None,
    clip: float = 0.0,
    precision: str = "float32",
    evaluate: Callable | None = None,
    due: Callable[[int], bool] | None = None,
    groups: list[dict] | None = None,
    resume: tuple[int, dict] | None = None,
) -> Iterator[Event]:
    """Train `model` for `steps` updates, from 0 or from `resume` = (step, tensors of a snapshot).

    loss(model, step) -> scalar tensor: the loss of the batch that update `step` (1, 2, ...) uses. factor(step): what the
    learning rate is multiplied with, steps counted from 0. momentum: SGD's alone. evaluate(model, step) -> events, called
    in eval mode at the untrained model (step 0) and wherever `due(step)` says (default: experiment.grid, and at the end).
    Yields after every update Metric("train_loss") with training seconds so far, the evaluation's events, and an offer to
    save. Three losses in a row that are not finite end the run: Finished("diverged").
    """
    begin, tensors = resume or (0, {})
    if resume:
        model.load_state_dict(optimizers.weights(tensors))
    opt = optimizers.build(optimizer, groups or model.parameters(), lr=lr, weight_decay=weight_decay, momentum=momentum)
    if resume:
        optimizers.restore(opt, tensors)
    rates = [group["lr"] for group in opt.param_groups]
    points = set(grid(steps))
    due = due or (lambda step: step in points)
    device = next(model.parameters()).device.type
    clock, bad = float(tensors.get("clock/seconds", 0.0)), int(tensors.get("clock/bad", 0))

    def state(step):
        extra = {"clock/seconds": torch.tensor(clock), "clock/bad": torch.tensor(float(bad))}
        return lambda: model.state_dict() | optimizers.state(opt) | extra

    if evaluate and begin == 0:
        yield from evaluated(evaluate, model, 0)
    yield Snapshot(begin, state(begin))
    for step in range(begin + 1, steps + 1):
        started = time.perf_counter()
        if factor:
            for group, rate in zip(opt.param_groups, rates, strict=True):
                group["lr"] = rate * factor(step - 1)
        torch.manual_seed(rng.key(seed, "dropout", step))
        with products.fast(device):
            with torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
                value = loss(model, step)
            opt.zero_grad(set_to_none=True)
            value.backward()
        if clip:
            clip_gradient(model, clip)
        opt.step()
        number = value.item()
        clock += time.perf_counter() - started
        yield Metric(step, "train_loss", number, clock)
        bad = 0 if math.isfinite(number) else bad + 1
        if bad == PATIENCE:
            yield Finished(step, "diverged", {"value": str(number), "lr": lr})
            return
        if evaluate and (due(step) or step == steps):
            yield from evaluated(evaluate, model, step)
        yield Snapshot(step, state(step))
    yield Finished(steps, "done")


def clip_gradient(model, longest: float):
    """Shorten the model's gradient to at most `longest` (2-norm over all parameters). Returns its length before, a tensor.

    All tensors in one call (foreach) on CPU and CUDA; torch refuses that on MPS, where it may choose for itself.
    """
    together = True if next(model.parameters()).device.type in ("cpu", "cuda") else None
    return torch.nn.utils.clip_grad_norm_(model.parameters(), longest, foreach=together)


def evaluated(evaluate: Callable, model, step: int) -> Iterator[Event]:
    """evaluate(model, step), event by event, with dropout off and no gradients; between two events the model is in
    training mode, so that the caller may do anything there."""
    events = evaluate(model, step)
    while True:
        model.eval()
        try:
            with torch.no_grad(), products.fast(next(model.parameters()).device.type):
                event = next(events, None)
        finally:
            model.train()
        if event is None:
            return
        yield event


@torch.no_grad()
def test_losses(model, x, y, size: int = 64):
    """Loss of every token of the windows x, y (N, T), in float32: (N, T). Windows go through in parts of `size`."""
    parts = []
    with products.fast(x.device.type):
        for xs, ys in zip(x.split(size), y.split(size), strict=True):
            logits = model(xs).float()
            parts.append(F.cross_entropy(logits.flatten(0, 1), ys.flatten(), reduction="none").view(ys.shape))
    return torch.cat(parts)
