"""Runs into the gallery, the folder of logs and weights that ships with the app (`python -m app warm --gallery`)."""

import gzip
from pathlib import Path

from core import events, experiment, files, runs


def run(finished: runs.Run, *, points: int = 200) -> None:
    """Put a finished run into the gallery: metrics thinned to about `points` a line. A stored run that goes further stays,
    and nothing is written of a run never trained."""
    further = runs.gallery(finished.id)
    if not finished.log.exists() or (further and further.status().step > finished.status().step):
        return
    kept = thin(finished.result().events, points)
    text = "".join(events.to_json(e) + "\n" for e in kept).encode()
    (runs.GALLERY / "runs").mkdir(exist_ok=True)
    files.write_atomic(runs.GALLERY / "runs" / f"{finished.id}.jsonl.gz", gzip.compress(text, mtime=0))
    runs.gallery_events.cache_clear()  # or this process would go on with what shipped before


def weights(config) -> None:
    """Put the weights that others start from when they name this config into the gallery: of exactly its steps, under a
    name of their own where the run that ships goes further. Nothing where nobody has them, or where they ship already."""
    keeper = runs.keeper(config)
    if keeper is None or keeper.source == "gallery":
        return
    own = experiment.run_id(config)
    longer = runs.gallery(own) and runs.gallery(own).status().step != keeper.saved
    _ship(keeper.snapshot(), runs.Run(f"{own}-{config.steps}" if longer else own, "gallery").tensors)


def _ship(saved: tuple[int, dict], path: Path) -> None:
    from safetensors.torch import save

    step, tensors = saved
    plain = {name: tensor.contiguous() for name, tensor in tensors.items() if "/" not in name}
    path.parent.mkdir(exist_ok=True)
    files.write_atomic(path, save(plain, metadata={"step": str(step)}))


def thin(all_events: tuple, points: int) -> list:
    """Every event but most training losses: of each stretch of steps the lowest and the highest stay, and the ends."""
    losses = [e for e in all_events if e.kind == "metric" and e.name == "train_loss"]
    if len(losses) <= points:
        return [e for e in all_events if e.kind != "snapshot"]
    width = max(1, 2 * len(losses) // points)
    keep = {losses[0].step, losses[-1].step}
    for i in range(0, len(losses), width):
        part = sorted(losses[i : i + width], key=lambda e: e.value)
        keep |= {part[0].step, part[-1].step}
    drop = lambda e: e.kind == "snapshot" or (e.kind == "metric" and e.name == "train_loss" and e.step not in keep)  # noqa: E731
    return [e for e in all_events if not drop(e)]
