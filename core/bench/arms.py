"""Three arms of a lesson at once, through the workers as a page asks for them, beside one arm alone."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.bench import growth, row

REPEATS, STEPS = 3, 300
RATES = (1e-3, 2e-3, 5e-4)  # learning rates of the three arms


def rows() -> Iterator[dict]:
    from core import device
    from core.experiments import model5

    with workers():
        alone, together = [], []
        for repeat in range(REPEATS):
            arms = [replace(model5.Config(steps=STEPS), lr=lr, seed=100 + repeat) for lr in RATES]
            alone.append(clock([replace(arms[0], seed=200 + repeat)]))
            together.append(clock(arms))
    ratio = statistics.median(three / one for one, three in zip(alone, together, strict=True))
    name = f"lesson 8's model, {STEPS} steps"
    yield row(f"{name}: one arm alone", round(statistics.median(alone), 2), "s", "")
    yield row(f"  three arms on {device.cores()} cores", round(statistics.median(together), 2), "s", "")
    yield row("  ratio", round(ratio, 2), "×", "≤ 1.7 on two cores")


@contextmanager
def workers():
    """A pool of warm workers on a store of its own."""
    from core import workers

    with growth.private_store():
        pool = workers.Pool().start()
        try:
            time.sleep(12)  # they import torch and train two steps of their own
            yield
        finally:
            pool.close()


def clock(configs: list) -> float:
    """Seconds until the workers have trained these runs, asked for together."""
    from core import runner

    began = time.perf_counter()
    for _ in runner.results(configs, poll=0.02, together=True):
        pass
    return time.perf_counter() - began
