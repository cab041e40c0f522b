"""Counting parameters, operations and bytes, against models that are really there."""

import pytest
import torch

from core import step_costs, training_options
from core.experiments import flop_count, step_budget
from core.models import Model5, parameters
from core.result import Result
from core.step_costs import Shape
from core.stepper import Stepper

GPT2 = Shape(768, 12, 50_257, 1024)


@pytest.mark.parametrize("tying", ["same", "untied"])
def test_parameters_are_the_models(tying):
    shape = Shape(32, 3, 100, 16, tied=tying == "same")
    model = Model5(100, 32, 16, blocks=3, heads=4, tying=tying)
    assert sum(step_costs.parameters(shape).values()) == parameters(model)[0]


def test_gpt2_has_124_million_parameters_and_854_million_operations_a_token():
    assert sum(step_costs.parameters(GPT2).values()) == 124_439_808
    parts = step_costs.flops_per_token(GPT2)
    assert [round(parts[n] / 1e6) for n in ("blocks", "head", "attention")] == [510, 232, 113]


@pytest.mark.parametrize("values", [{}, {"width": 64, "blocks": 2, "heads": 4, "context": 32, "vocabulary": 500}])
def test_torchs_counter_gives_the_formula(values):
    result = Result(tuple(flop_count.run(flop_count.Config(**values), {})))
    assert result.final("ratio") == pytest.approx(1.0, abs=0.01)


def test_four_times_the_context_is_not_four_times_the_work_of_a_token():
    long, short = (Result(tuple(flop_count.run(flop_count.Config(context=t), {}))) for t in (1024, 256))
    assert long.final("course") / short.final("course") == 4
    assert long.final("counted") / short.final("counted") == pytest.approx(1.11, abs=0.02)


def test_adamw_in_float32_holds_four_numbers_a_parameter():
    found = step_costs.memory(GPT2, batch=1)
    assert found["weights"] + found["gradients"] + found["optimizer"] == pytest.approx(1.99e9, rel=0.01)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "muon"])
def test_the_optimizers_numbers_are_the_steppers(optimizer):
    options = training_options.Options(width=32, blocks=2, heads=2, context=8, batch=2, optimizer=optimizer)
    one = Stepper(options, training_options.build_model(options, 50, 0), 5)
    x = torch.randint(50, (2, 8))
    one.step(x, x, 1)
    counted = 4 * step_costs.optimizer_numbers(Shape(32, 2, 50, 8), optimizer)
    assert one.optimizer_bytes() == pytest.approx(counted, rel=0.01)  # AdamW counts steps beside its moments


@pytest.mark.parametrize("values", [{"attention": "flash"}, {"checkpoint": True}, {"attention": "manual"}])
def test_activations_are_about_what_autograd_keeps(values):
    options = training_options.Options(width=64, blocks=4, heads=4, context=64, batch=8, **values)
    one = Stepper(options, training_options.build_model(options, 500, 0), 5)
    x = torch.randint(500, (8, 64))
    manual, checkpoint = options.attention == "manual", options.checkpoint
    counted = step_costs.activation_bytes(Shape(64, 4, 500, 64), 8, 4, "float32", manual=manual, checkpoint=False)
    if checkpoint:  # one block is computed again later: not kept by the forward pass
        assert one.saved_bytes(x, x) == pytest.approx(8 * 64 * (64 * 5 + 500) * 4, rel=0.2)
    else:
        assert one.saved_bytes(x, x) == pytest.approx(sum(counted.values()), rel=0.1)


def test_days_and_utilisation():
    assert step_costs.saved_days(0.05, 1e9) == pytest.approx(578.7, abs=0.1)
    assert step_costs.mfu(854e6, 100_000, 989e12) == pytest.approx(0.0863, rel=0.01)


def test_the_budget_adds_up_and_more_micro_batches_need_less():
    def played(**values):
        return Result(tuple(step_budget.run(step_budget.Config(**values), {})))

    whole, parts = played(), played(accumulate=4)
    names = [n for n in whole.metrics if n.startswith("bytes_")]
    assert sum(whole.final(n) for n in names) == whole.final("bytes")
    assert parts.final("bytes_activations") == whole.final("bytes_activations") / 4
    assert parts.final("bytes_weights") == whole.final("bytes_weights")
    assert played(windows=1, accumulate=64).final("bytes") > 0, "more parts than windows: as many as there are windows"
