"""Time to quality: how soon lesson 20's "everything on" is as good as the usual recipe is at its end, on one text."""

from collections.abc import Iterator

from core.bench import row

TEXT = {"corpus": "manual", "tokenizer": "bytes", "width": 128, "blocks": 4, "heads": 4, "context": 64, "batch": 12}
USUAL = {"lr": 1e-3, "weight_decay": 0.1, "schedule": "cosine", "warmup": 0.05, "clip": 1.0, "steps": 2000}
STEPS = 330  # of everything on: its schedule must know its end
RATE = {"lr": 6e-3}  # of what Muon leaves to AdamW; at lesson 20's 3e-3, for half the width, it takes 340 steps


def rows() -> Iterator[dict]:
    """Both recipes from the same initial draws on the same batches, clocked by their own training seconds."""
    from core import device, training_options

    cores = device.cores()
    usual, modern = (train(fields, cores) for fields in (USUAL, training_options.MODERN | RATE | {"steps": STEPS}))
    goal = usual.final("test_loss")
    name = f"AdamW 1e-3, warmup and cosine, {USUAL['steps']:,} steps on Python's manual in bytes"
    yield row(f"time to quality: {name}", round(usual.seconds[USUAL["steps"]], 1), "s", "")
    yield row("  its test loss at the end", round(goal, 3), "nats", "")
    reached = next((step for step, loss in modern.metrics["test_loss"].items() if step and loss <= goal), None)
    if reached is None:
        loss = modern.final("test_loss")
        yield row(f"  everything on, {STEPS} steps, ends at {loss:.3f} nats", "not reached", "", "≤ ¼ of the time")
        return
    seconds, ratio = modern.seconds[reached], modern.seconds[reached] / usual.seconds[USUAL["steps"]]
    what = f"everything on (Muon, rotary, QK-norm, ReLU², late decay) is there at step {reached} of {STEPS}"
    yield row(f"  {what}", round(seconds, 1), "s", "")
    yield row(f"  parameters {usual.facts['parameters']:,} and", f"{modern.facts['parameters']:,}", "", "no more")
    yield row("  **ratio**", f"**{ratio:.2f}**", "×", "≤ 0.25")


def train(fields: dict, threads: int):
    """The Result of this recipe."""
    from core.experiments import recipe
    from core.result import Result

    return Result(tuple(recipe.run(recipe.Config(**TEXT | fields, threads=threads), {})))
