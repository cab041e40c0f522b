"""One training step, part by part: forward, backward, clip, update; under any of core.training_options' options."""

from contextlib import contextmanager, nullcontext

import torch

from core import losses, optimizers, products, schedules, timing, train
from core import training_options as options_

PARTS = ("data", "forward", "backward", "clip", "update")


class Stopwatch:
    """Seconds by part of the step. Off, it does nothing."""

    def __init__(self, device: str = "cpu", on: bool = True):
        self.device, self.on, self.seconds = device, on, dict.fromkeys(PARTS, 0.0)

    @contextmanager
    def part(self, name: str):
        if not self.on:
            yield
            return
        began = self.now()
        yield
        self.seconds[name] += self.now() - began

    def now(self) -> float:
        """Seconds; a GPU works on while Python goes ahead, so it is waited for."""
        return timing.clock(self.device)


def autocast(precision: str, device: str):
    """The context a forward pass runs in: bfloat16 or float16 products where they were asked for."""
    kind = {"bfloat16": torch.bfloat16, "float16": torch.float16}.get(precision)
    return torch.autocast(device, kind) if kind else nullcontext()


def accumulate(model, x, y, *, parts: int = 1, divide: bool = True, precision="float32", scaler=None, watch=None):
    """Gradients of the mean loss of x, y (B, T), one micro-batch after the other: memory of one, gradient of all.

    divide: each micro-batch's mean counts 1/parts, as it must; without it the gradient is `parts` times as long.
    Returns the mean loss of the batch, a tensor (no number: reading it would wait for the device).
    """
    watch, device, total = watch or Stopwatch(on=False), x.device.type, 0.0
    for xs, ys in zip(x.chunk(parts), y.chunk(parts), strict=True):
        with watch.part("forward"), autocast(precision, device):
            loss = losses.cross_entropy(model(xs), ys)
        with watch.part("backward"):
            share = loss / parts if divide else loss
            (scaler.scale(share) if scaler else share).backward()
        total = total + loss.detach() / parts
    return total


class Stepper:
    """A model, its optimizers and its scaler. step(x, y, number) makes update `number` (1, 2, ...) of `steps`."""

    def __init__(self, options: options_.Options, model, steps: int, device: str = "cpu"):
        self.options, self.steps, self.device = options, steps, device
        self.model = model.to(device)
        self.parts = options_.micro_batches(options)
        self.optimizers = options_.build_optimizers(options, self.model)
        self.scaler = torch.amp.GradScaler(device, init_scale=2.0**12) if options.precision == "float16" else None
        self.call = torch.compile(self.model) if options.compiled and not options_.no_compiler() else self.model
        self.rates = [[group["lr"] for group in one.param_groups] for one in self.optimizers]
        self.clipped = 0  # steps whose gradient was longer than `clip`

    def place(self, x, y):
        """Token ids where the model is, in the type that was asked for; targets stay int64, the loss wants them so."""
        x = x.to(torch.int32) if self.options.index == "int32" else x
        if self.device == "cuda" and self.options.pinned:
            return tuple(part.pin_memory().to(self.device, non_blocking=True) for part in (x, y))
        return x.to(self.device), y.to(self.device)

    def set_rates(self, number: int, factor: float = 1.0) -> None:
        o = self.options
        now = factor * schedules.factor(o.schedule, number - 1, self.steps, o.warmup)
        for one, rates in zip(self.optimizers, self.rates, strict=True):
            for group, rate in zip(one.param_groups, rates, strict=True):
                group["lr"] = rate * now

    def gradients(self, x, y, watch=None):
        """Fresh gradients of the batch; returns its mean loss as a tensor."""
        for one in self.optimizers:
            one.zero_grad(set_to_none=True)
        o = self.options
        how = {"parts": self.parts, "divide": o.divide, "precision": o.precision, "scaler": self.scaler}
        with self.multiplied():
            return accumulate(self.call, x, y, watch=watch, **how)

    def multiplied(self):
        """The context in which the library that was asked for multiplies float32 matrices."""
        return products.fast(self.device) if self.options.products == "fast" else nullcontext()

    def update(self, watch=None) -> None:
        """Clip where asked for, then one step of every optimizer."""
        watch = watch or Stopwatch(on=False)
        if self.options.clip:
            with watch.part("clip"):
                if self.scaler:
                    for one in self.optimizers:
                        self.scaler.unscale_(one)
                length = train.clip_gradient(self.model, self.options.clip)
                self.clipped += int(length > self.options.clip)
        with watch.part("update"):
            for one in self.optimizers:
                self.scaler.step(one) if self.scaler else one.step()
            if self.scaler:
                self.scaler.update()

    def step(self, x, y, number: int, *, factor: float = 1.0, watch=None):
        """x, y (B, T) as `place` returns them. Returns the mean loss before the update, a tensor."""
        self.set_rates(number, factor)
        loss = self.gradients(x, y, watch)
        self.update(watch)
        return loss

    def saved_bytes(self, x, y) -> int:
        """What one micro-batch's forward pass keeps for its backward pass, beyond the weights."""
        from core import memory

        def forward():
            with self.multiplied(), autocast(self.options.precision, self.device):
                return losses.cross_entropy(self.model(x), y)

        x, y = x.chunk(self.parts)[0], y.chunk(self.parts)[0]
        return memory.saved_for_backward(forward, self.model.parameters())

    def optimizer_bytes(self) -> int:
        return sum(
            t.numel() * t.element_size()
            for one in self.optimizers
            for state in one.state.values()
            for t in state.values()
            if torch.is_tensor(t)
        )

    # --- to stop and go on ----------------------------------------------------------------------------------------

    def state(self) -> dict:
        """{name: tensor}: the model's own names, and the optimizers' and the scaler's under names with a slash."""
        out = dict(self.model.state_dict()) | {"stepper/clipped": torch.tensor(float(self.clipped))}
        for place, one in enumerate(self.optimizers):
            out |= {f"{place}/{name}": tensor for name, tensor in optimizers.state(one).items()}
        if self.scaler:
            known = self.scaler.state_dict()
            out |= {"scaler/scale": torch.tensor(known["scale"])}
            out |= {"scaler/growth_tracker": torch.tensor(float(known["_growth_tracker"]))}
        return out

    def restore(self, tensors: dict) -> None:
        self.model.load_state_dict({name: t for name, t in tensors.items() if "/" not in name})
        for place, one in enumerate(self.optimizers):
            mine = {k.removeprefix(f"{place}/"): t for k, t in tensors.items() if k.startswith(f"{place}/")}
            optimizers.restore(one, mine)
        self.clipped = int(tensors["stepper/clipped"])
        if self.scaler:
            kept = {"scale": tensors["scaler/scale"].item(), "_growth_tracker": int(tensors["scaler/growth_tracker"])}
            self.scaler.load_state_dict(self.scaler.state_dict() | kept)


@contextmanager
def threads(count: int):
    """Compute on `count` threads inside; 0 leaves it as it is."""
    before = torch.get_num_threads()
    try:
        if count:
            torch.set_num_threads(count)
        yield
    finally:
        torch.set_num_threads(before)
