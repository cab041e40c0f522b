"""The race against torch.optim, closed forms, and the course's own figures."""

import math

import pytest

from core.experiments import one_parameter
from core.result import Result


def race(**settings) -> Result:
    config = one_parameter.Config(**settings)
    return Result(tuple(one_parameter.run(config, {})))


def of(result, what) -> list[float]:
    return [result.final(f"{what}_{name}") for name in one_parameter.OPTIMIZERS]


@pytest.mark.parametrize("reset", [1, 4, 10_000])
def test_every_path_is_that_of_torchs_optimizer_with_its_zero_grad(reset):
    import torch

    config = one_parameter.Config(steps=200, reset={1: "1", 4: "4"}.get(reset, "never"), momentum=0.5, weight_decay=0.1)
    for name in one_parameter.OPTIMIZERS:
        w = torch.nn.Parameter(torch.tensor(2.0, dtype=torch.float64))
        optimizer = {
            "sgd": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.5),
            "adam": lambda p: torch.optim.Adam(p, lr=0.05),
            "adamw": lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1),
        }[name]([w])
        path = [2.0]
        for t in range(200):
            if t % reset == 0:
                optimizer.zero_grad()
            ((w - 5) ** 2).backward()
            optimizer.step()
            path.append(w.item())
        assert one_parameter.walk(name, config, [0.0] * 200)[0] == pytest.approx(path, rel=1e-12)


def test_exercise_one_of_the_course():
    assert of(race(), "weight") == pytest.approx([4.9845, 4.1481, 4.0849], abs=1e-4)


def test_the_warm_up_of_the_course_in_closed_form():
    result = race(lr=0.01, start=0.0, target=math.pi, steps=150)
    assert result.final("weight_sgd") == pytest.approx(math.pi * (1 - 0.98**150), abs=1e-12)
    assert result.tables["law"][150]["weight"][-1] == pytest.approx(result.final("weight_sgd"), abs=1e-12)


@pytest.mark.parametrize("c", [1e-3, 0.2, 50.0])
def test_only_sgd_feels_the_scale_of_the_loss(c):
    plain, scaled = of(race(), "weight"), of(race(scale=c), "weight")
    assert scaled[1:] == pytest.approx(plain[1:], abs=1e-5)
    assert abs(scaled[0] - plain[0]) > 1


@pytest.mark.parametrize(("decay", "end"), [(0.01, 5.0), (0.1, 5.0), (0.3, 1 / 0.3), (1.0, 1.0)])
def test_adamw_creeps_to_the_target_unless_the_decay_outweighs_a_full_step(decay, end):
    config = one_parameter.Config(weight_decay=decay, steps=4000)
    assert one_parameter.limit(config) == pytest.approx(end)
    step, w, state = one_parameter.stepper("adamw", config), config.start, {}
    distance = []
    for t in range(40_000):
        w, state = step(w, 2 * (w - config.target), state)
        if t in (150, 39_999):
            distance.append(abs(w - end))
    assert distance[1] < 0.01 < distance[0]  # not yet there, then there


def test_never_reset_is_momentum_one_and_swings_with_the_period_of_the_formula():
    never, frictionless = race(reset="never", steps=1000), race(momentum=1.0, steps=1000)
    assert never.final("weight_sgd") == frictionless.final("weight_sgd")
    period = 2 * math.pi / math.acos(1 - 0.05)
    assert never.facts["period"] == pytest.approx(period) == pytest.approx(19.786, abs=1e-3)
    assert never.final("period_sgd") == pytest.approx(period, abs=0.01)
    assert never.final("swing_sgd") == pytest.approx(3 / math.cos(math.pi / period), abs=0.01)  # and never grows


def test_forgetting_hurts_only_the_forgetful():
    all_reset, two_forget = race(steps=150), race(steps=150, reset="never", forgetful="adam,sgd")
    assert two_forget.final("weight_adamw") == all_reset.final("weight_adamw")
    assert two_forget.final("swing_adam") > 2 > all_reset.final("error_adam")


@pytest.mark.parametrize(("lr", "blows_up"), [(0.99, False), (1.01, True)])
def test_sgd_is_stable_up_to_lr_times_c_of_one(lr, blows_up):
    result = race(lr=lr, steps=1000)
    assert (result.final("blown_sgd") > 0) == blows_up
    assert math.isinf(race(lr=3.0, steps=4000).final("error_sgd"))  # no exception past the largest float


@pytest.mark.parametrize(("lr", "steps"), [(0.05, 55), (0.1, 26), (0.5, 1), (0.99, 283)])
def test_steps_to_a_hundredth_follow_the_contraction(lr, steps):
    assert race(lr=lr, steps=400).final("arrived_sgd") == steps
    assert steps == 1 or steps == math.ceil(math.log(300) / -math.log(abs(1 - 2 * lr)))


def test_at_the_critical_momentum_the_error_falls_fastest():
    critical = race().facts["critical"]
    error = {m: race(momentum=m).final("error_sgd") for m in (0.0, round(critical, 3), 0.9)}
    assert error[round(critical, 3)] < min(error[0.0], error[0.9]) / 10
    assert math.isnan(race(momentum=0.3).facts["period"]) and race(momentum=0.9).facts["period"] > 1


def test_arrival_means_for_good_and_never_is_not_a_number():
    assert one_parameter.arrival([3, 0.5, 2, 0.5, 0.4], 1) == 3
    assert math.isnan(one_parameter.arrival([3, 0.5, 2], 1))
    assert one_parameter.arrival([0.5, 0.4], 1) == 0


def test_a_thinned_line_keeps_its_ends_and_extremes():
    values = [math.sin(t) for t in range(4001)]
    shown = one_parameter.kept(values)
    assert len(shown) <= 420 and shown[0] == 0 and shown[-1] == 4000
    assert {values.index(max(values)), values.index(min(values))} <= set(shown)
