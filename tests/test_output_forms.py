"""Two outputs, one set of probabilities: held against torch, closed forms, and rows where something must go wrong."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core import sampling, spread
from core.experiments import output_forms
from core.problem import Problem
from core.result import Result

NORMAL = output_forms.Config(source="normal", rows=20)


def found(config) -> Result:
    return Result(tuple(output_forms.run(config, {})))


@pytest.fixture
def z():
    return (3 * np.random.default_rng(0).standard_normal((5, 300))).astype(np.float32)


def test_log_softmax_is_torchs_and_a_banned_token_stays_banned(z):
    z[0, 7] = -np.inf
    np.testing.assert_allclose(spread.log_softmax(z), torch.log_softmax(torch.from_numpy(z), -1), atol=2e-6)
    assert spread.log_softmax(z)[0, 7] == -np.inf


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 5.0])
def test_probabilities_at_a_temperature_are_torchs(z, temperature):
    expected = torch.softmax(torch.from_numpy(z) / temperature, -1)
    np.testing.assert_allclose(sampling.probabilities(z, temperature), expected, atol=1e-6)


def test_temperature_zero_puts_everything_on_the_likeliest(z):
    p = sampling.probabilities(z, 0)
    assert (p.argmax(-1) == z.argmax(-1)).all() and (p.sum(-1) == 1).all() and p.max() == 1


def test_top_k_keeps_k_tokens_and_too_large_a_k_keeps_all(z):
    assert (sampling.kept(z, top_k=7).sum(-1) == 7).all()
    assert sampling.kept(z, top_k=10_000).all()


def test_top_p_keeps_the_smallest_set_that_reaches_p():
    scores = np.log(np.array([[0.1, 0.5, 0.05, 0.35]]))
    assert sampling.kept(scores, top_p=0.45).tolist() == [[False, True, False, False]]
    assert sampling.kept(scores, top_p=0.55).tolist() == [[False, True, False, True]]
    assert sampling.kept(scores, top_p=0.93).tolist() == [[True, True, False, True]]


def test_a_draw_inverts_the_cumulated_probabilities():
    p = np.array([0.2, 0.0, 0.5, 0.3])
    assert [sampling.draw(p, u) for u in (0.0, 0.199, 0.2, 0.699, 0.701, 0.999999)] == [0, 0, 2, 2, 3, 3]


def test_a_row_without_tokens_is_refused():
    with pytest.raises(Problem, match="no_token_left"):
        sampling.probabilities(np.full((1, 4), -np.inf, dtype=np.float32))


@pytest.mark.parametrize("temperature", [0.1, 0.5, 0.7, 1.0, 1.5, 5.0])
def test_the_two_outputs_agree_to_float32_rounding_at_every_temperature(temperature):
    run = found(replace(NORMAL, temperature=temperature))
    assert run.final("gap") < 5e-6 and run.final("gap_power") < 5e-6 and run.final("same_top") == 1
    assert run.final("constant_spread") < 1e-5 and run.final("idempotent") < 5e-6


def test_what_log_softmax_takes_away_is_the_logsumexp():
    run = found(replace(NORMAL, offset=40.0))
    z = output_forms.logits(NORMAL)[0] + 40
    assert run.final("constant") == pytest.approx(torch.from_numpy(z[0]).logsumexp(0).item(), abs=1e-4)


def test_an_offset_moves_the_constant_and_no_probability():
    here, there = found(NORMAL), found(replace(NORMAL, offset=64.0))
    assert there.final("constant") - here.final("constant") == pytest.approx(64, abs=1e-3)
    a, b = (r.tables["tokens"][0]["logits"] for r in (here, there))
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_frozen_code_is_right_at_temperature_one_and_wrong_elsewhere():
    assert found(NORMAL).final("tv_frozen") < 1e-5
    assert found(replace(NORMAL, temperature=0.5)).final("tv_frozen") > 0.3


def test_probabilities_that_became_zero_cannot_be_warmed_up_again():
    run = found(replace(NORMAL, std=100.0, temperature=100.0))
    assert run.final("underflow") > 0.9 and run.final("tv_power") > 0.8 and run.final("tv") < 1e-5


def test_top_k_and_top_p_let_the_same_tokens_through():
    run = found(replace(NORMAL, top_k=50, top_p=0.9, temperature=0.7))
    assert run.final("kept_differ") == 0 and 0 < run.final("kept_logits") <= 50


def test_banned_tokens_get_nothing_and_a_ban_on_all_is_said():
    run = found(output_forms.Config(banned=3))
    free = found(output_forms.Config())
    assert run.tables["tokens"][0]["token"][0] == free.tables["tokens"][0]["token"][3]
    assert found(output_forms.Config(banned=100_000)).finished.facts["code"] == "no_token_left"


def test_the_trained_logits_are_those_of_the_shipped_model():
    from core import pretrained

    model = pretrained.model("house-model1")
    config = output_forms.Config(word="return")
    z, names = output_forms.logits(config)
    from core import tokenizers

    token = tokenizers.load("bpe").encode("return")[-1]
    np.testing.assert_allclose(z[0], model(torch.tensor([[token]]))[0, 0].detach(), atol=1e-5)
    assert len(names) == z.shape[1]


def test_entropy_grows_with_temperature_up_to_ln_v():
    table = found(NORMAL).tables["entropy"][0]
    assert (np.diff(table["logits"]) > 0).all()
    assert table["logits"][-1] == pytest.approx(np.log(output_forms.VOCABULARY), abs=1e-3)
    np.testing.assert_allclose(table["logits"], table["logs"], atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("temperature", [1e-39, 1e-300])
def test_a_temperature_too_small_to_divide_by_takes_the_likeliest(temperature, dtype):
    z = np.array([1.0, 3.0, 2.0], dtype=dtype)
    assert sampling.probabilities(z, temperature).tolist() == [0, 1, 0]
