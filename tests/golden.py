"""The first losses of every lesson's own runs, as stored: `python -m tests.golden` writes them anew (`make golden`).

They are a promise: as long as an experiment's `version` stands, its numbers do not move.
"""

import json
from pathlib import Path

from app.lesson import discover, quick
from core import corpora, experiment

PATH = Path(__file__).resolve().parent / "golden.json"
STEPS = 20
FIXED = corpora.NAMES  # texts that are the same everywhere


def configs() -> dict[str, object]:
    """{"05-train sgd": Config}: the quick preset's main arm of every playground that trains on a fixed text from scratch."""
    found: dict[str, object] = {}
    for number, lesson in discover().items():
        for playground in lesson.playgrounds:
            config = quick(lesson, playground)[0].config
            kind = experiment.of(config)
            if kind.lane != "train" or kind.needs(config) or getattr(config, "corpus", None) not in FIXED:
                continue
            if getattr(config, "steps", 0) >= STEPS:
                found[f"{number:02d}-{playground.slug}"] = config
    return found


def losses(config) -> list[float]:
    """The training losses of the first 20 steps, on one thread."""
    import torch

    torch.set_num_threads(1)
    out: list[float] = []
    for event in experiment.of(config).run(config, {}):
        if event.kind == "metric" and event.name == "train_loss":
            out.append(event.value)
            if len(out) == STEPS:
                break
    return out


def main() -> None:
    rows = {
        name: {"version": experiment.of(config).version, "losses": [round(v, 5) for v in losses(config)]}
        for name, config in configs().items()
    }
    PATH.write_text(json.dumps(rows, indent=0) + "\n")


if __name__ == "__main__":
    main()
