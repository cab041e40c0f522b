"""A store that fills up: listing its runs, finding one of them, weighing it, making room in it."""

import json

from core import events, experiment, runs
from core.bench import growth
from core.events import Finished, Metric, Started
from core.experiments import model1

SIZES = (10, 100, 1_000, 10_000)
STEPS, WEIGHTS = 50, 2_000  # of each run; bytes of its snapshot


def points(*, small: bool = False) -> list[dict]:
    out = []
    for count in (3, 9) if small else SIZES:
        with growth.private_store(in_memory=True):
            for seed in range(count):
                config = model1.Config(seed=seed, steps=STEPS)
                fill(config)
            room = runs.storage() - max(1, count // 10) * WEIGHTS
            for what, act, most in (
                ("listing", runs.all_runs, 9),
                ("cache hit", lambda config=config: runs.find(config).status(), 9),
                ("bytes counted", runs.storage, 9),
                ("a tenth evicted", lambda room=room: runs.evict(room), 1),
                ("cleared", runs.clear, 1),
            ):
                out.append(growth.point("store", what, count, growth.seconds(act, most=most)))
    return out


LOG = "".join(
    events.to_json(event) + "\n"
    for event in (
        Started(STEPS),
        *(Metric(step, "train_loss", 1.0, step / 100) for step in range(1, STEPS + 1)),
        Finished(STEPS, "done"),
    )
)


def fill(config) -> None:
    """A finished run of this config in the store: its files as a worker leaves them, but without waiting for the disk."""
    run = runs.Run(experiment.run_id(config))
    run.dir.mkdir(parents=True)
    run.log.write_text(LOG)
    (run.dir / "config.json").write_text(json.dumps({"config": experiment.encode(config)}))
    (run.dir / "control.json").write_text(json.dumps({"want": "run", "steps": STEPS}))
    (run.dir / "snapshot.safetensors").write_bytes(bytes(WEIGHTS))
    (run.dir / "lock").touch()
