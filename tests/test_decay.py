"""Weights without data, steps taken apart, the map: against closed forms and torch.optim."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from core import experiment, queue
from core.experiments import anatomy, decay, decay_map, optimizer_check, row_norms
from core.result import Result
from core.step_parts import parts

A = decay.Config()


def result(config) -> Result:
    return Result(tuple(experiment.of(config).run(config, {})))


@pytest.mark.parametrize("lr", [1e-3, 1e-2, 1e-1])
@pytest.mark.parametrize("optimizer", ["adamw", "sgdw", "sgd"])
def test_without_a_gradient_decay_is_a_power_of_one_minus_lr_times_wd(optimizer, lr):
    weight = result(replace(A, optimizer=optimizer, lr=lr)).final("weight")
    assert weight == pytest.approx((1 - lr * 0.1) ** 100, abs=1e-12)


def test_adam_with_l2_and_no_gradient_does_not_see_the_weight_decay():
    ends = [result(replace(A, optimizer="adam", weight_decay=wd)).final("weight") for wd in (0.01, 0.1, 1.0)]
    assert ends == pytest.approx([0.22444] * 3, abs=1e-4)


@pytest.mark.parametrize(("optimizer", "kind"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)])
def test_a_noisy_weight_walks_as_with_torch(optimizer, kind):
    from core import rng

    config = replace(A, optimizer=optimizer, noise=0.3, copies=7, steps=60, memory1=5.0, memory2=50.0)
    w = torch.nn.Parameter(torch.ones(7, dtype=torch.float64))
    opt = kind([w], lr=0.01, weight_decay=0.1, betas=(0.8, 0.98))
    for row in 0.3 * rng.numpy_stream(0, "noise").standard_normal((60, 7)):
        w.grad = torch.tensor(row)
        opt.step()
    assert result(config).final("weight") == pytest.approx(w.mean().item(), abs=1e-12)


def test_adamw_decays_loud_and_quiet_weights_alike_and_l2_only_spares_the_loud():
    noisy = replace(A, copies=200, steps=500)
    ends = {
        (name, noise): result(replace(noisy, optimizer=name, noise=noise)).final("weight")
        for name in ("adamw", "adam")
        for noise in (1.0, 0.01)
    }
    assert ends["adamw", 1.0] == pytest.approx(ends["adamw", 0.01], abs=0.01)
    assert ends["adam", 1.0] > 0.5 and abs(ends["adam", 0.01]) < 0.01


def test_noise_keeps_adamws_weights_at_the_root_of_lr_over_two_wd():
    config = replace(A, lr=0.1, weight_decay=0.1, noise=1.0, copies=400, steps=1000, start=0.0)
    assert result(config).final("spread") == pytest.approx(math.sqrt(0.1 / (2 * 0.1)), rel=0.12)


def test_without_decay_adam_and_adamw_are_equal_bit_for_bit():
    runs = [
        result(replace(A, optimizer=o, weight_decay=0.0, noise=1.0, copies=50, steps=200)) for o in ("adam", "adamw")
    ]
    assert runs[0].metrics == runs[1].metrics


def test_a_decay_beyond_two_ends_as_diverged_not_as_nan():
    end = result(replace(A, lr=10.0, weight_decay=100.0, steps=1000)).finished
    assert end.reason == "diverged" and end.step < 200


# --- a step taken apart ----------------------------------------------------------------------------------------------

KNOBS = {"lr": 0.05, "weight_decay": 0.3, "beta1": 0.8, "beta2": 0.95, "eps": 1e-4}


@pytest.mark.parametrize(
    ("optimizer", "kind"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW), ("sgd", torch.optim.SGD)]
)
def test_the_parts_of_a_step_add_up_to_torchs_step(optimizer, kind):
    more = {} if optimizer == "sgd" else {"betas": (0.8, 0.95), "eps": 1e-4}
    p = torch.nn.Parameter(torch.tensor([2.0], dtype=torch.float64))
    opt = kind([p], lr=0.05, weight_decay=0.3, **more)
    w, state = 2.0, {}
    for t in range(30):
        g = math.sin(3 * t) * 10 ** (t % 3)
        p.grad = torch.tensor([g], dtype=torch.float64)
        opt.step()
        numbers, state = parts(w, g, state, optimizer=optimizer, **KNOBS)
        assert numbers["w"] - w == pytest.approx(numbers["by_gradient"] + numbers["by_decay"], abs=1e-12)
        w = numbers["w"]
        assert w == pytest.approx(p.item(), abs=1e-10)


def test_without_bias_correction_the_first_step_is_root_ten_times_too_long():
    first = [result(anatomy.Config(weight_decay=0.0, correction=c)).at("move", 1) / 0.05 for c in (True, False)]
    assert first == pytest.approx([1.0, 0.1 / math.sqrt(0.001)], rel=1e-4)


def test_decay_before_or_after_differs_by_lr_squared_times_wd():
    ends = [result(anatomy.Config(order=order, steps=1)).final("w") for order in ("before", "after")]
    assert abs(ends[0] - ends[1]) == pytest.approx(0.05**2 * 0.1, rel=1e-6)


def test_adam_does_not_see_the_scale_of_the_loss_and_sgd_does():
    def end(**values):
        return result(anatomy.Config(weight_decay=0.0, steps=50, **values)).final("w")

    assert [end(optimizer="adam", scale=c) for c in (0.01, 1.0, 1000.0)] == pytest.approx([4.148] * 3, abs=1e-3)
    assert end(optimizer="sgd", scale=0.01) < 2.2 and abs(end(optimizer="sgd", scale=1000.0)) > 1e90


def test_sgd_thrown_out_of_range_ends_as_diverged():
    assert result(anatomy.Config(optimizer="sgd", scale=1e6, lr=10.0, steps=200)).finished.reason == "diverged"


# --- the map ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("optimizer", "kind"), [("adamw", torch.optim.AdamW), ("adam", torch.optim.Adam)])
def test_a_cell_of_the_map_is_a_run_of_its_own(optimizer, kind):
    """One cell trained alone with torch's optimizer on the same batches ends with the same error."""
    from core import rng

    config = decay_map.Config(optimizer=optimizer, steps=60, seeds=2)
    x, y, true, scales = decay_map.problem(config)
    lr, wd = decay_map.LRS[5], decay_map.DECAYS[6]
    errors = []
    for s in range(2):
        w = torch.nn.Parameter(torch.zeros(decay_map.FEATURES))
        opt = kind([w], lr=lr, weight_decay=wd)
        for step in range(1, 61):
            rows = torch.randint(64, (2, 16), generator=rng.stream(0, "batch", step))[s]
            opt.zero_grad()
            torch.nn.functional.mse_loss(x[s][rows] @ w, y[s][rows]).backward()
            opt.step()
        errors.append(0.25 + ((w.detach() - true[s]).square() * scales.square()).sum().item())
    table = result(config).tables["map"][60]
    place = list(zip(table["lr"], table["wd"], strict=True)).index((lr, wd))
    assert table["error"][place] == pytest.approx(np.mean(errors), rel=1e-3)


def test_the_exact_error_is_what_many_test_rows_measure():
    config = decay_map.Config(seeds=1)
    _, _, true, scales = decay_map.problem(config)
    w = torch.full((1, decay_map.FEATURES, 1, 1), 0.3)
    x = torch.randn(100_000, decay_map.FEATURES, generator=torch.Generator().manual_seed(1)) * scales
    y = x @ true[0] + decay_map.NOISE * torch.randn(len(x), generator=torch.Generator().manual_seed(2))
    counted = (x @ w[0, :, 0, 0] - y).square().mean().item()
    assert decay_map.error(w, true, scales).item() == pytest.approx(counted, rel=0.02)


def test_cells_that_diverge_are_none_of_the_best():
    found = result(decay_map.Config(seeds=2))
    table = found.tables["map"][400]
    assert any(math.isnan(v) for v in table["error"]) and found.final("broken") > 0
    best = decay_map.best_decay(table)
    assert set(best) == set(decay_map.LRS)
    for lr, wd in best.items():
        column = [v for a, v in zip(table["lr"], table["error"], strict=True) if a == lr and math.isfinite(v)]
        place = list(zip(table["lr"], table["wd"], strict=True)).index((lr, wd))
        assert table["error"][place] == min(column)
    assert decay_map.best_decay({"lr": [1, 1, 1], "wd": [0, 1, 2], "error": [None, 3.0, 2.0]}) == {1: 2}


# --- torch itself, and the embedding ---------------------------------------------------------------------------------


def test_what_is_written_out_is_torchs_and_torch_decays_before_the_step():
    found = result(optimizer_check.Config())
    assert max(found.final(name) for name in ("adamw", "adam", "sgd")) < 1e-12
    assert found.final("after") > 1e-4
    assert found.final("zero_gradient") == pytest.approx(0.95) and found.final("no_gradient") == 1.0


def test_rows_are_sorted_into_bins_of_their_count():
    counts, ratios = np.array([0, 0, 1, 2, 5000]), np.array([0.1, 0.3, 1.0, 2.0, 9.0])
    columns = row_norms.by_count(counts, ratios)
    assert columns["tokens"] == [2, 2, 1] and columns["median"] == [0.2, 1.5, 9.0]
    assert columns["count"] == pytest.approx([0.5, math.sqrt(2), 5000], rel=1e-4)


def test_a_token_that_never_occurs_shrinks_by_the_known_factor_under_adamw_and_to_nothing_under_l2():
    from core.experiments import model1

    ends = {}
    for name, decay_ in (("adamw", 0.5), ("adam", 0.01)):
        parent = model1.Config(
            corpus="manual", optimizer=name, weight_decay=decay_, lr=0.05, steps=60, width=4, tokenizer="bytes"
        )
        saved = None
        for event in model1.run(parent, {}):
            if event.kind == "snapshot" and event.step == 60:
                saved = event.state()
        probe = row_norms.Config(parent=experiment.encode(parent))
        found = Result(tuple(row_norms.run(probe, {"model": saved})))
        assert found.facts["factor"] == pytest.approx((1 - 0.05 * decay_) ** 60)
        ends[name] = found.final("unused"), found.facts["factor"]
    assert ends["adamw"][0] == pytest.approx(ends["adamw"][1], rel=1e-3)
    assert ends["adam"][0] < 0.05


def test_a_run_without_one_embedding_table_is_refused():
    from core.problem import Problem

    with pytest.raises(Problem, match="wrong_parent"):
        row_norms.read(row_norms.Config(parent=experiment.encode(A)))


def test_a_map_ends_when_a_worker_runs_it(private_home):
    """It keeps no state, but says where it is: else the worker would begin it again for ever."""
    from core import dispatch, jobs, runs

    config = decay_map.Config(steps=20, seeds=1)
    jobs.submit([config])
    live = []
    dispatch.claim(live, {})
    from core import worker

    while (reason := worker.step(live[0])) is None:
        pass
    dispatch.drop(live[0], reason, {})
    assert reason == "done" and queue.waiting() == [] and runs.complete(config)
