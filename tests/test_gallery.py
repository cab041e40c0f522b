"""What ships with the app stays small: a clone is downloaded by a class over a school's network."""

from pathlib import Path

from core import house, runs


def size(folder: Path) -> float:
    """MB of the files in it."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def test_stored_runs_and_verdicts_take_at_most_five_megabytes():
    assert size(runs.GALLERY / "runs") + size(runs.GALLERY / "claims") <= 5


def test_weights_that_others_start_from_take_at_most_eight_megabytes():
    assert size(runs.GALLERY / "weights") + size(house.FOLDER) <= 8


def test_every_stored_weight_belongs_to_a_stored_run():
    weights = {p.stem for p in (runs.GALLERY / "weights").glob("*.safetensors")}
    logs = {p.name.removesuffix(".jsonl.gz") for p in (runs.GALLERY / "runs").glob("*.jsonl.gz")}
    assert weights and weights <= logs
