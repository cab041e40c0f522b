"""What training costs: hand sums, published figures, and the closed forms of the loss fits."""

import math

import numpy as np
import pytest

from core import compute
from core.cards import card, cards
from core.experiments import compute_cost, cost_spread
from core.result import Result


def result(config):
    module = {"compute_cost": compute_cost, "cost_spread": cost_spread}[config.experiment]
    return Result(tuple(module.run(config, {})))


def test_gpt3_is_within_one_percent_of_its_published_compute():
    assert compute.flops(175e9, 300e9) == pytest.approx(3.14e23, rel=0.01)


def test_hours_and_utilisation_undo_each_other():
    hours = compute.gpu_hours(1e21, 312e12, 0.4)
    assert compute.utilisation(1e21, hours, 312e12) == pytest.approx(0.4)


def test_energy_and_co2_of_bloom_are_those_of_its_paper():
    kwh = compute.energy(1_082_990, 400, pue=1)
    assert kwh == pytest.approx(433_196)
    assert compute.co2(kwh, 57) == pytest.approx(24.7, abs=0.05)


def test_the_course_gpt4_sums_by_hand():
    capital = compute.owned(25_000, 10_000, 0.8)
    assert capital == pytest.approx(450e6)
    assert compute.amortised(capital, 95 * 24, 4) == pytest.approx(29.28e6, rel=1e-3)


def test_fifteen_trillion_tokens_are_some_4300_lifetimes_of_reading():
    assert compute.lifetimes(15e12) == pytest.approx(15e12 / (250 * 60 * 8 * 365 * 60 / 0.75))
    assert 4200 < compute.lifetimes(15e12) < 4400


@pytest.mark.parametrize(("name", "ratio"), [("hoffmann", 92.6), ("besiroglu", 18.4)])
def test_best_split_of_chinchillas_compute(name, ratio):
    n, d = compute.FITS[name].best(5.76e23)
    assert compute.flops(n, d) == pytest.approx(5.76e23)
    assert d / n == pytest.approx(ratio, rel=0.01)


@pytest.mark.parametrize("fit", compute.FITS.values(), ids=lambda fit: fit.name)
def test_no_other_split_of_the_compute_has_a_lower_predicted_loss(fit):
    n, d = fit.best(1e21)
    sizes = n * np.geomspace(0.01, 100, 401)
    losses = [fit.loss(size, 1e21 / (6 * size)) for size in sizes]
    assert min(losses) == pytest.approx(fit.loss(n, d), rel=1e-9)
    assert sizes[int(np.argmin(losses))] == pytest.approx(n)


def test_the_tokens_for_a_loss_give_that_loss_and_none_do_below_what_the_size_allows():
    fit = compute.FITS["besiroglu"]
    assert fit.loss(1e9, fit.tokens_for(2.6, 1e9)) == pytest.approx(2.6)
    assert math.isinf(fit.tokens_for(fit.E, 1e9))


def test_implied_utilisation_of_the_cards_as_computed_independently():
    wanted = {"Llama 2 7B": 0.391, "Llama 2 70B": 0.428, "Llama 3.1 8B": 0.139, "Llama 3.1 405B": 0.333}
    wanted |= {"DeepSeek-V3": 0.346, "TinyLlama 1.1B": 0.51, "nanoGPT (GPT-2 124M)": 0.255}
    for name, mfu in wanted.items():
        assert card(name).mfu == pytest.approx(mfu, abs=0.002), name


def test_three_llamas_share_one_grid_to_four_digits_so_their_co2_was_computed():
    grids = [c.grid for c in cards() if c.name.startswith("Llama 2 ")]
    assert len(grids) == 3 and max(grids) - min(grids) < 2e-4


def test_every_card_says_where_it_comes_from():
    for one in cards():
        assert one.source and one.status in ("card", "paper", "estimate", "rumour")
        assert one.url.startswith("https://") or one.status == "rumour"


def test_serving_three_times_the_training_tokens_costs_another_training():
    found = result(compute_cost.Config(served=7.5e9))
    assert found.final("served_flop") == pytest.approx(found.final("flop"))


def test_more_gpus_shorten_the_run_and_leave_the_rent_alone():
    one, many = result(compute_cost.Config(gpus=1)), result(compute_cost.Config(gpus=100))
    assert one.final("rent") == many.final("rent")
    assert one.final("days") == pytest.approx(100 * many.final("days"))


def test_a_cleaner_grid_changes_the_co2_and_not_the_bill():
    dirty, clean = result(compute_cost.Config(grid=410)), result(compute_cost.Config(grid=57))
    assert dirty.final("dollars") == clean.final("dollars")
    assert dirty.final("tonnes") / clean.final("tonnes") == pytest.approx(410 / 57)


def test_a_lock_ties_the_tokens_to_the_parameters():
    found = result(compute_cost.Config(lock=True, ratio=20))
    assert found.facts["tokens"] == pytest.approx(20 * 1.24e8)
    assert found.final("per_parameter") == pytest.approx(20)


def test_draws_of_the_cost_spread_as_the_logarithms_add():
    config = cost_spread.Config(by_mfu=1.0)
    found = result(config)
    half = math.exp(math.sqrt(sum(math.log(f) ** 2 for f in (config.by_parameters, config.by_tokens, config.by_price))))
    assert found.final("high") / found.final("median") == pytest.approx(half, rel=0.05)
    assert found.final("median") / found.final("low") == pytest.approx(half, rel=0.05)
    assert sum(found.tables["costs"][0]["share"]) == pytest.approx(1)


def test_without_doubt_there_is_one_cost():
    sure = cost_spread.Config(by_parameters=1, by_tokens=1, by_mfu=1, by_price=1)
    found = result(sure)
    assert found.final("low") == pytest.approx(found.final("high")) == pytest.approx(found.final("middle"))
    assert set(found.tables["swings"][0]["share"]) == {0.0}
