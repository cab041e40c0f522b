"""A run that starts from another one starts from exactly the one its Config names: as many steps, whatever came since."""

import os

import pytest

from core import dispatch, experiment, export, jobs, queue, runner, runs, worker, workers
from core.experiment import encode, make, run_id
from tests import toy
from tests.by_hand import tiny

pytestmark = pytest.mark.usefixtures("by_hand", "gallery")


@pytest.fixture(autouse=True)
def one_slot(monkeypatch):
    monkeypatch.setenv("PLAYGROUND_SLOTS", "1")


def child(steps, **values):
    return tiny(seed=1, steps=3, parent=encode(tiny(steps=steps, **values)))


def work(most=2000):
    """What a worker does until the queue is empty."""
    live, blocked = [], {}
    for _ in range(most):
        dispatch.claim.last = 0.0
        dispatch.claim(live, blocked)
        for one in list(live):
            let_go = worker.step(one)
            if let_go:
                live.remove(one)
                dispatch.drop(one, let_go, blocked)
        if not live and not queue.waiting():
            return
    raise AssertionError(f"waited in vain: {queue.waiting()}")


def trained(config):
    jobs.submit([config])
    work()
    return runs.Run(run_id(config))


def end_of(config) -> float:
    """The sum of the weights where an undisturbed run of this config ends."""
    return [e for e in toy.run(config, {}) if e.kind == "metric" and e.name == "sum"][-1].value


def start_of(config) -> float:
    return runs.Run(run_id(config)).result().at("sum", 0)


def state(config):
    status = runs.Run(run_id(config)).status()
    return status.facts.get("code", status.state)


LENGTHS = (0, 5, 7, 12)


def test_children_of_one_parent_at_several_lengths_each_start_where_they_say():
    assert len({end_of(tiny(steps=steps)) for steps in LENGTHS}) == len(LENGTHS)
    some = [child(steps) for steps in LENGTHS]
    jobs.submit(some)
    work()
    assert [start_of(one) for one in some] == [end_of(tiny(steps=steps)) for steps in LENGTHS]


def test_a_parent_that_went_further_is_trained_again_to_the_length_that_is_named():
    jobs.submit([tiny(steps=12)])
    jobs.submit([tiny(steps=24)])  # "continue to 24"
    work()
    own = runs.Run(run_id(tiny()))
    log = own.log.read_bytes()
    jobs.submit([child(12)])
    work()
    assert start_of(child(12)) == end_of(tiny()) and own.log.read_bytes() == log
    assert runs.exact(tiny()).id == f"{own.id}-12" and runs.keeper(tiny()) == runs.exact(tiny())
    assert runs.exact(tiny()).config() == tiny() and runs.counts() == {"toy": 3}


def test_a_parent_that_goes_on_while_its_child_waits_costs_the_child_nothing_but_time():
    trained(tiny(steps=5))
    jobs.submit([child(5)])  # its parent is there, so nothing else is queued
    jobs.submit([tiny(steps=12)])
    first, second = queue.waiting()
    os.rename(first.path, first._replace(when=second.when + 1).path)
    work()
    assert runs.Run(run_id(tiny())).saved == 12
    assert state(child(5)) == "done" and start_of(child(5)) == end_of(tiny(steps=5))


def test_a_parent_that_is_to_go_further_is_no_place_for_a_child_to_wait():
    jobs.submit([tiny(steps=12)])
    jobs.submit([child(5)])
    assert {ticket.run for ticket in queue.waiting()} == {
        run_id(tiny()),
        f"{run_id(tiny())}-5",
        run_id(child(5)),
    }
    work()
    assert start_of(child(5)) == end_of(tiny(steps=5))


def test_what_ships_is_taken_at_its_own_length_and_at_no_other():
    export.run(trained(tiny(steps=12)))
    export.weights(tiny(steps=12))
    runs.clear()
    jobs.submit([child(12)])
    assert [ticket.run for ticket in queue.waiting()] == [run_id(child(12))]  # nothing is trained for it
    work()
    assert start_of(child(12)) == end_of(tiny()) and not runs.Run(run_id(tiny())).dir.exists()
    jobs.submit([child(5)])
    work()
    assert start_of(child(5)) == end_of(tiny(steps=5))
    assert not runs.Run(run_id(tiny())).dir.exists()  # the one of that length alone has a folder of its own
    assert runner.result(child(7)).at("sum", 0) == end_of(tiny(steps=7))


def test_several_lengths_of_the_weights_can_ship():
    export.run(trained(tiny()))
    for steps in (5, 12):
        runner.provide(child(steps))
        export.weights(tiny(steps=steps))
    assert sorted(p.stem for p in (runs.GALLERY / "weights").iterdir()) == [run_id(tiny()), f"{run_id(tiny())}-5"]
    runs.clear()
    for steps in (5, 12):
        assert runs.weights(tiny(steps=steps))[0] == steps and jobs.lacking(child(steps)) == []
        export.weights(tiny(steps=steps))  # it ships already
    assert jobs.lacking(child(7)) == [tiny(steps=7)]


def test_what_ships_was_trained_on_the_cpu_and_serves_every_device(monkeypatch):
    """A learner on a GPU starts from the same shipped donor; its own run is another one."""
    from core.experiments import model1

    config = make(model1.Config, steps=0)
    run = runs.create(config)
    live = worker.take(run)
    while not worker.step(live):
        pass
    live.release()
    export.run(run)
    export.weights(config)
    runs.clear()
    assert runs.keeper(make(model1.Config, config, device="cuda")) == runs.Run(run.id, "gallery")


def test_an_evicted_parent_is_trained_again_here_as_by_the_workers():
    trained(tiny())
    for seed, ask in ((1, lambda config: runner.result(config)), (2, lambda config: trained(config))):
        runs.evict(0)
        assert runs.keeper(tiny()) is None and runs.complete(tiny())
        config = tiny(seed=seed, steps=3, parent=encode(tiny()))
        ask(config)
        assert state(config) == "done" and start_of(config) == end_of(tiny())
    runs.evict(0)
    runner.result(config), trained(config)
    assert runs.keeper(tiny()) is None  # nobody needs it for a run that is complete


def test_a_paused_child_goes_on_after_its_parent_was_evicted():
    config = child(12)
    jobs.submit([config])
    run = runs.Run(run_id(config))
    live, blocked = [], {}
    while not run.result().metrics.get("train_loss"):
        dispatch.claim.last = 0.0
        dispatch.claim(live, blocked)
        for one in list(live):
            if let_go := worker.step(one):
                live.remove(one)
                dispatch.drop(one, let_go, blocked)
    jobs.pause(run.id)
    dispatch.drop(live[0], worker.step(live[0]), blocked)
    assert run.status().state == "paused"
    runs.Run(run_id(tiny())).tensors.unlink()
    jobs.resume(run.id)
    work()
    assert state(config) == "done" and run.result().step == 3


def test_a_diverged_parent_is_as_far_as_it_can_go_but_not_where_it_diverged_later():
    wild = {"optimizer": "sgd", "lr": 1e8}
    jobs.submit([child(100, **wild)])
    work()
    parent = runs.Run(run_id(tiny(steps=100, **wild)))
    at = parent.status().step
    assert parent.status().state == "diverged" and at < 100 and parent.saved < at
    assert runs.keeper(tiny(steps=100, **wild)) == runs.keeper(tiny(steps=200, **wild)) == parent
    assert state(child(100, **wild)) != "parent_missing"
    assert runs.keeper(tiny(steps=at - 2, **wild)) is None
    assert runs.exact(tiny(steps=at - 2, **wild)).id == f"{parent.id}-{at - 2}"


def test_only_exactly_that_length_is_handed_to_a_child():
    trained(tiny(steps=12))
    for steps in (5, 20):
        with pytest.raises(worker.Problem) as missing:
            worker.parent_weights(experiment.of(child(steps)), child(steps))
        assert missing.value.code == "parent_missing"
    assert worker.parent_weights(experiment.of(child(12)), child(12))["start"].keys() == {
        "0.weight",
        "0.bias",
        "3.weight",
        "3.bias",
    }


@pytest.mark.parametrize("left", [0, 4, 9, 60, -1])
def test_the_step_of_a_damaged_snapshot_is_not_believed(left):
    run = trained(tiny())
    assert run.saved == 12
    run.tensors.write_bytes(run.tensors.read_bytes()[:left])
    assert run.saved is None and jobs.lacking(child(12)) == [tiny()]
    jobs.submit([child(12)])
    work()
    assert run.saved == 12 and start_of(child(12)) == end_of(tiny())
    run.tensors.write_bytes(b"\xff" * 100)
    assert run.saved is None
    run.tensors.unlink()
    assert run.saved is None


def test_the_step_of_a_snapshot_is_read_without_torch():
    import subprocess
    import sys

    trained(tiny())
    code = "import sys; from core import runs; print([r.saved for r in runs.all_runs()], 'torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=workers.ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[12] False"
