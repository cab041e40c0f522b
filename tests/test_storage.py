"""What ships with the app and what is cleared: runs in the gallery, weights under the limit."""

import os
import subprocess
import sys

import pytest
import torch

from core import experiment, export, files, jobs, runs, worker, workers
from core.events import Finished, Metric, Note, Snapshot, Started
from core.experiment import run_id
from core.problem import Problem
from tests.by_hand import killed, losses, taken, tiny, trained

pytestmark = pytest.mark.usefixtures("by_hand")


# --- the gallery -----------------------------------------------------------------------------------------------------


def test_thinning_keeps_the_ends_the_extremes_and_everything_that_is_no_training_loss():
    curve = [Metric(s, "train_loss", 5.0 - 0.001 * s + (3.0 if s == 777 else 0.0)) for s in range(1, 2001)]
    rest = [Started(2000), Note(5, "resumed"), Metric(100, "test_loss", 4.0), Finished(2000, "done")]
    whole = (rest[0], *curve, *rest[1:3], Snapshot(2000), rest[3])
    kept = export.thin(whole, 200)
    steps = [e.step for e in kept if e.kind == "metric" and e.name == "train_loss"]
    assert 100 <= len(steps) <= 202 and steps[0] == 1 and steps[-1] == 2000 and 777 in steps
    assert [e for e in kept if e.kind != "metric" or e.name != "train_loss"] == rest
    assert export.thin(whole[:101], 200) == list(whole[:101])


def test_an_exported_run_is_found_and_read_like_one_of_the_store(gallery):
    run = trained(tiny())
    export.run(run)
    export.weights(tiny())
    own, whole = losses(run), run.result()
    weights = run.snapshot()[1]
    assert runs.clear() == 1 and not run.dir.exists()
    found = runs.find(tiny())
    assert found.source == "gallery" and found.status().state == "done" and runs.complete(tiny())
    assert losses(found) == own and found.result().metrics == whole.metrics
    step, kept = runs.Run(run.id).snapshot()
    assert step == 12 and not any("/" in name for name in kept)
    assert all(torch.equal(kept[name], weights[name]) for name in kept) and len(kept) == 4
    assert runs.find(tiny(steps=13)) is None  # it does not go that far


def test_a_shorter_run_of_ones_own_does_not_hide_the_stored_one(gallery):
    run = trained(tiny(steps=12))
    export.run(run)
    runs.clear()
    trained(tiny(steps=3))
    assert runs.find(tiny(steps=12)).source == "gallery"
    assert runs.find(tiny(steps=3)).source == "store"


def test_a_run_that_ships_gives_way_to_ones_own_from_the_moment_it_is_asked_for(gallery):
    config = tiny(steps=12)
    export.run(trained(config))
    runs.clear()
    (id,) = jobs.submit([config], "ann")
    own = runs.Run(id)
    assert not own.log.exists() and runs.find(config, "ann") == own, "it waits, and no worker has written anything yet"
    assert runs.find(config).source == "gallery" and runs.complete(config), "who is at no page wants the whole one"
    jobs.pause(id)
    assert runs.find(config, "ann") == own == runs.find(config, "bob")
    jobs.resume(id, "ann")
    assert jobs.stop(id, "ann")
    assert runs.find(config, "ann").source == "gallery", "it never began"


def test_a_run_that_was_stopped_is_shown_to_whom_it_belongs_and_the_whole_one_to_others(gallery):
    config = tiny(steps=12)
    export.run(trained(config))
    runs.clear()
    jobs.submit([config], "ann")
    live = worker.take(runs.Run(run_id(config)))
    while live.offer is None or live.offer.step < 3:
        worker.step(live)
    assert jobs.stop(live.run.id, "ann")
    while worker.step(live) is None:
        pass
    live.release()
    assert live.run.status().state == "stopped" and 3 <= live.run.status().step < 12
    assert runs.find(config, "ann") == live.run
    assert [runs.find(config, who).source for who in ("", "bob")] == ["gallery"] * 2
    assert not live.run.watchers(), "she looks at it no more"


def test_export_never_shortens_what_is_stored_nor_writes_what_was_never_trained(gallery):
    run = trained(tiny(steps=12))
    export.run(run)
    runs.clear()
    export.run(run)
    assert runs.find(tiny(steps=12)).status().step == 12
    export.run(trained(tiny(steps=3)))
    assert runs.find(tiny(steps=12)).status().step == 12
    assert len(list((gallery / "runs").iterdir())) == 1


# --- storage ---------------------------------------------------------------------------------------------------------


def test_clearing_spares_what_is_pinned_or_being_trained():
    done, pinned = trained(tiny(steps=2)), trained(tiny(steps=2, seed=1))
    active, live = taken(tiny(seed=2))
    jobs.submit([tiny(seed=3)])
    assert runs.clear(frozenset([pinned.id])) == 1
    left = {run.id for run in runs.all_runs()}
    assert left == {pinned.id, active.id, run_id(tiny(seed=3))} and done.id not in left
    live.release()


def test_a_shorter_run_of_the_same_beginning_does_not_hide_the_weights_that_ship(gallery):
    """Lesson 8 leaves 300 steps of the model of which lesson 10 needs 700."""
    long = trained(tiny(steps=12))
    export.run(long)
    export.weights(tiny(steps=12))
    runs.clear()
    assert runs.weights(tiny(steps=12))[0] == 12
    trained(tiny(steps=3))
    assert runs.weights(tiny(steps=12))[0] == 12 and runs.weights(tiny(steps=3))[0] == 3
    child = tiny(seed=1, parent=experiment.encode(tiny(steps=12)))
    assert worker.parent_weights(experiment.of(child), child)["start"].keys() == {
        "0.weight",
        "0.bias",
        "3.weight",
        "3.bias",
    }
    with pytest.raises(Problem) as missing:
        child = tiny(seed=1, parent=experiment.encode(tiny(steps=20)))
        worker.parent_weights(experiment.of(child), child)
    assert missing.value.code == "parent_missing"


def test_what_a_fresh_run_has_set_aside_is_no_run():
    run = trained(tiny(steps=2))
    os.replace(run.dir, run.dir.with_name(f".{run.id}.old"))
    assert runs.all_runs() == runs.clearable() == [] and runs.counts() == {} and runs.clear() == 0
    runs.evict(0)
    assert (runs.store() / f".{run.id}.old" / "snapshot.safetensors").exists()


def test_a_run_that_a_worker_takes_up_while_others_are_cleared_stays(monkeypatch):
    first, second = (trained(tiny(steps=2, seed=seed)) for seed in range(2))
    usual, hands = runs.shutil.rmtree, []

    def meanwhile(folder, **how):
        other = second if folder == first.dir else first
        hands.append(worker.take(other))
        usual(folder, **how)

    monkeypatch.setattr(runs.shutil, "rmtree", meanwhile)
    assert runs.clear() == 1
    assert [run.status().state for run in (first, second)].count("running") == 1
    hands[0].release()


def test_two_sessions_tidy_up_at_once(monkeypatch):
    made, usual = [trained(tiny(steps=2, seed=seed)) for seed in range(2)], runs.Run.status

    def status(run, queue=None):
        run.tensors.unlink(missing_ok=True)  # the other one was quicker
        return usual(run, queue)

    monkeypatch.setattr(runs.Run, "status", status)
    runs.evict(0)
    assert [run.saved for run in made] == [None, None]


def test_a_run_is_read_as_it_was_written_whatever_the_locale():
    run = runs.create(tiny())
    runs.write_json(run.dir / "config.json", {"config": "Ngày xửa ngày xưa"})
    code = "import locale, sys; from core import runs; print(locale.getencoding(), ascii(runs.all_runs()[0].info()))"
    ascii_only = os.environ | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    said = subprocess.check_output([sys.executable, "-c", code], cwd=workers.ROOT, env=ascii_only, text=True)
    assert said.partition(" ")[2].strip() == ascii(run.info()) != "{}", said


def test_eviction_drops_the_oldest_snapshots_first_and_no_log():
    made = [trained(tiny(steps=2, seed=seed)) for seed in range(4)]
    for age, run in enumerate(made):
        os.utime(run.dir, (1000 + age, 1000 + age))
    unfinished = killed(tiny(seed=9), 2)
    os.utime(unfinished.dir, (1, 1))
    size = (made[0].dir / "snapshot.safetensors").stat().st_size

    def kept():
        return [(run.dir / "snapshot.safetensors").exists() for run in made]

    runs.evict(runs.storage())
    assert kept() == [True] * 4
    (files.home() / "download").write_bytes(
        bytes(10**6)
    )  # what lies beside the runs is no reason to drop their weights
    runs.evict(10**6)
    assert kept() == [True] * 4
    (files.home() / "download").unlink()
    runs.evict(runs.storage() - size, frozenset([made[0].id]))
    assert kept() == [True, False, True, True]
    runs.evict(0, frozenset([made[0].id]))
    assert kept() == [True, False, False, False]
    assert (unfinished.dir / "snapshot.safetensors").exists()
    assert all(len(losses(run)) == 2 for run in made)


def test_storage_counts_bytes_and_survives_files_that_vanish(toy_store, monkeypatch):
    (toy_store / "a").mkdir(parents=True)
    (toy_store / "a" / "one").write_bytes(b"x" * 1000)
    (toy_store / "a" / "two").write_bytes(b"x" * 500)
    assert runs.storage() == 1500
    (toy_store / "a" / "gone").symlink_to(toy_store / "nowhere")  # listed, and not there when one looks
    assert runs.storage() == 1500
