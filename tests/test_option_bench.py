"""The bench and the recipe, small: what they report is what they did, and what cannot be done is said."""

import math

import pytest
import torch

from core import training_options
from core.experiment import make, run_id
from core.experiments import micro_bench, option_bench, recipe
from core.problem import Problem
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")
SMALL = {"width": 16, "blocks": 1, "heads": 2, "context": 8, "batch": 4}


def benched(**values):
    config = make(option_bench.Config, **(SMALL | {"vocabulary": 64, "steps": 2} | values))
    return Result(tuple(e for e in option_bench.run(config, {}) if e.kind != "snapshot"))


def raced(resume=None, **values):
    config = make(recipe.Config, **(SMALL | {"steps": 12} | values))
    return Result(tuple(e for e in recipe.run(config, {}, resume) if e.kind != "snapshot"))


def column(result, name):
    table = result.tables["options"][result.step]
    return dict(zip(table["option"], table[name], strict=True))


def test_every_option_is_timed_beside_the_baseline_and_its_gap_is_told():
    result = benched(options="accumulate,bfloat16,muon,untied,int32,modern")
    speed, gradient, update = (column(result, n) for n in ("speed", "gradient_gap", "update_gap"))
    assert set(speed) == {"baseline", "accumulate", "bfloat16", "int32", "muon", "untied", "modern"}
    assert speed["baseline"] == 1 and gradient["baseline"] == update["baseline"] == 0
    assert gradient["accumulate"] < 1e-6 and gradient["int32"] == 0
    assert 1e-4 < gradient["bfloat16"] < 0.1
    assert gradient["muon"] == 0 and update["muon"] > 0.3, "same gradient, other step"
    assert math.isnan(gradient["untied"]), "another model has another gradient"
    assert set(result.tables["parts"][2]["part"]) == {"data", "forward", "backward", "clip", "update"}


def test_options_without_their_hardware_are_named_and_left_out(monkeypatch):
    result = benched(options="pinned,cudnn,clip")
    assert set(column(result, "speed")) == {"baseline", "clip"}
    assert [n.code for n in result.notes] == ["needs_gpu"] and "pinned" in result.notes[0].facts["options"]
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.delenv("CXX", raising=False)
    result = benched(options="compiled")
    assert [n.code for n in result.notes] == ["no_compiler"] and set(column(result, "speed")) == {"baseline"}
    assert [n.code for n in raced(compiled=True, pinned=True).notes] == ["no_compiler", "pinned_needs_gpu"]


def test_a_recipe_reports_memory_speed_and_a_utilisation_below_one():
    result = raced(clip=1e-3)
    assert result.finished.reason == "done" and set(result.metrics["test_loss"]) == {0, 10, 12}
    assert result.final("peak_bytes") > result.final("saved_bytes") > 0 < result.final("optimizer_bytes")
    assert result.final("tokens_per_second") == pytest.approx(32_000 / result.final("step_ms"))
    assert 0 < result.final("mfu") < 1 and result.final("clipped") == 1.0
    assert result.samples["story"][12].text


def test_memory_is_measured_on_a_twin_and_changes_nothing():
    """The first loss is the untouched model's: the same with and without the steps the twin made."""
    config = make(recipe.Config, **SMALL, steps=2)
    stepper, train, _, tokenizer = recipe.prepare(config)
    x, y = stepper.place(*recipe.draw(config, train, 1, tokenizer.n_vocab))
    assert raced(steps=2).at("train_loss", 1) == pytest.approx(stepper.step(x, y, 1).item(), abs=1e-6)


@pytest.mark.parametrize("values", [{}, training_options.MODERN, {"precision": "bfloat16", "dropout": 0.2}])
def test_a_recipe_goes_on_bit_for_bit_from_a_snapshot(values):
    config, whole, state = make(recipe.Config, **(SMALL | {"steps": 12} | values)), [], None
    for event in recipe.run(config, {}):
        if event.kind == "snapshot" and event.step == 6:
            state = (6, {name: t.clone() for name, t in event.state().items()})
        elif event.kind == "metric" and event.name in ("train_loss", "test_loss"):
            whole.append((event.step, event.name, event.value))
    again = raced(resume=state, **values)
    after = [(s, n, v) for n in ("train_loss", "test_loss") for s, v in again.metrics[n].items()]
    assert sorted(after) == sorted(row for row in whole if row[0] > 6)
    assert again.final("first_seconds") == state[1]["clock/taken"][0] and len(state[1]["clock/taken"]) == 6


def test_longer_is_the_same_run_only_without_a_schedule():
    def same(**values):
        return run_id(make(recipe.Config, steps=100, **values)) == run_id(make(recipe.Config, steps=200, **values))

    assert same() and not same(schedule="cosine") and not same(warmup=0.1) and not same(bad_batch=True)


def test_the_bad_batch_is_noise_half_way_and_hurts():
    config = make(recipe.Config, **SMALL, steps=12, bad_batch=True)
    _, train, _, tokenizer = recipe.prepare(config)
    good, _ = recipe.draw(make(recipe.Config, **SMALL, steps=12), train, 6, tokenizer.n_vocab)
    bad, _ = recipe.draw(config, train, 6, tokenizer.n_vocab)
    assert not torch.equal(good, bad)
    assert torch.equal(*(recipe.draw(c, train, 5, tokenizer.n_vocab)[0] for c in (config, config)))


def test_a_rate_far_too_high_ends_as_diverged_and_a_missing_kernel_as_a_problem():
    end = raced(optimizer="sgd", lr=10.0, steps=60, width=64).finished
    assert end.reason == "diverged" and end.step < 60
    with pytest.raises(Problem, match="not_on_this_device"):
        raced(attention="cudnn")


@pytest.mark.parametrize("what", micro_bench.WHAT)
def test_every_comparison_runs_and_counts_its_work(what):
    config = make(micro_bench.Config, what=what, steps=3, width=16, blocks=1, context=8, batch=6, reach=2)
    result = Result(tuple(e for e in micro_bench.run(config, {}) if e.kind != "snapshot"))
    table = result.tables["cases"][3]
    assert len(table["series"]) >= 2
    for low, middle, high in zip(table["low"], table["ms"], table["high"], strict=True):
        assert 0 < low <= middle <= high
    if what == "batch":
        assert table["x"] == [4, 5, 6, 7, 8]
        assert table["rate"][0] == pytest.approx(4 * 8 * 1000 / table["ms"][0])
    if what == "index":
        refused = [result.final(f"refused_{t}") for t in ("float32", "int16", "uint16", "int32")]
        assert refused == [1, 1, 1, 0] and "RuntimeError" in result.samples["float32"][0].text
