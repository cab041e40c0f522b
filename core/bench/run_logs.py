"""Reading the log of a run that has gone on for long: all of it, and what is new in it."""

from collections.abc import Iterator

from core import events, experiment, runs
from core.bench import growth
from core.events import Finished, Metric, Started
from core.experiments import model1

SIZES = (100, 1_000, 10_000, 100_000)


def points(*, small: bool = False) -> list[dict]:
    out = []
    with growth.private_store():
        for steps in (10, 100) if small else SIZES:
            run = write(model1.Config(steps=steps, seed=len(out)))
            offset = run.log.stat().st_size
            append(run, [Metric(steps, "train_loss", 1.0, 1.0)])

            def whole(run=run):
                return run.result().metrics

            new = growth.seconds(lambda run=run, offset=offset: run.events(offset))
            out.append(growth.point("log", "read whole", steps, growth.seconds(whole), growth.allocated(whole)))
            out.append(growth.point("log", "read what is new", steps, new))
    return out


def write(config) -> runs.Run:
    """A run in the store with the log that `config.steps` steps of training leave behind."""
    run = runs.create(config)
    append(run, [Started(config.steps, {"references": {"uniform": 7.6, "bigram": 1.2}}), *training(0, config.steps)])
    append(run, [Finished(config.steps, "done")])
    return run


def training(begin: int, end: int) -> Iterator[Metric]:
    """What Model 1 logs after step `begin` up to step `end`: a loss every step, three more wherever it is evaluated."""
    grid = set(experiment.grid(end))
    for step in range(begin + 1, end + 1):
        yield Metric(step, "train_loss", 1.2 + 6 / step + step * 7919 % 101 / 500, step / 1000)
        if step in grid:
            yield from (Metric(step, f"test_loss{name}", 1.2 + 6 / step) for name in ("", "_next", "_after"))


def append(run: runs.Run, new) -> None:
    with run.log.open("a", encoding="utf-8") as log:
        log.writelines(events.to_json(event) + "\n" for event in new)
