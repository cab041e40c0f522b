"""The weights' spread while a model learns: against closed forms, and against torch's optimizer by hand."""

import math

import numpy as np
import pytest
import torch

from core import corpora, growth, rng
from core.experiments import weight_growth
from core.initializers import by_visit
from core.models import Model5
from core.result import Result

TINY = {"corpus": "tales-en", "width": 16, "blocks": 2, "heads": 2, "context": 8, "batch": 2}


def train(**values):
    return Result(tuple(weight_growth.run(weight_growth.Config(**(TINY | values)), {})))


@pytest.fixture(scope="module")
def short():
    return train(steps=20)


def test_kurtosis_of_shapes_that_are_known():
    g = rng.stream(0, "data")
    assert growth.kurtosis(torch.randn(200_000, generator=g)) == pytest.approx(3, abs=0.06)
    assert growth.kurtosis(torch.rand(200_000, generator=g)) == pytest.approx(1.8, abs=0.02)


def test_matrices_that_widen_unequally_have_no_longer_tails_for_it():
    """Normal numbers of two spreads thrown together look long-tailed; each for itself does not."""
    model = Model5(50, 128, 8, blocks=1, heads=2)
    by_visit(model, rng.stream(0, "init"))
    with torch.no_grad():
        model.h[0].attn.c_attn.weight[:256] *= 4  # queries and keys
    assert growth.kurtosis(growth.fused(model)[0]) > 3.5
    assert growth.table(model)["kurtosis"][0] == pytest.approx(3, abs=0.1)


def test_a_histogram_holds_all_weights_inside_its_axis_and_only_those():
    model = Model5(50, 16, 8, blocks=2, heads=2)
    by_visit(model, rng.stream(0, "init"))
    table = growth.histograms(model, 0.02)
    assert sum(s for b, s in zip(table["block"], table["share"], strict=True) if b == 1) == pytest.approx(1, abs=0.01)
    narrow = growth.histograms(model, 0.004)  # the axis ends at one standard deviation
    inside = sum(s for b, s in zip(narrow["block"], narrow["share"], strict=True) if b == 1)
    assert inside == pytest.approx(math.erf(1 / math.sqrt(2)), abs=0.04)


def test_the_first_step_of_adamw_has_the_size_of_the_learning_rate():
    """Adam's first step is lr · sign(gradient): std lr, so log10(lr / std) is the meter's first value."""
    model = Model5(50, 16, 8, blocks=1, heads=2)
    by_visit(model, rng.stream(0, "init"))
    before = [w.clone() for w in growth.fused(model)]
    (1e6 * model(torch.arange(8)[None]).square().mean()).backward()  # far above Adam's epsilon
    torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0).step()
    assert growth.table(model, before)["update"][0] == pytest.approx(math.log10(1e-3 / 0.02), abs=0.06)


def test_noise_is_fresh_at_every_step_and_has_the_promised_frequencies():
    tokens = corpora.tokens("tales-en", "bpe", "train")
    for data in ("uniform", "shuffled"):
        config = weight_growth.Config(**(TINY | {"data": data, "batch": 64}))
        first, second = (weight_growth.windows(config, tokens, 500, "batch", s, 64)[0] for s in (1, 2))
        assert not torch.equal(first, second)
        assert torch.equal(first, weight_growth.windows(config, tokens, 500, "batch", 1, 64)[0])
    drawn = np.concatenate(
        [weight_growth.windows(config, tokens, 500, "batch", s, 64)[0].numpy().ravel() for s in range(20)]
    )
    commonest = np.bincount(tokens).argmax()
    assert (drawn == commonest).mean() == pytest.approx((tokens == commonest).mean(), rel=0.15)


def test_growth_is_the_mean_change_of_the_qkv_spreads(short):
    first, last = (np.array(short.tables["spread"][s]["qkv"]) for s in (0, 20))
    assert short.final("growth") == pytest.approx((last - first).mean(), abs=2e-6)
    assert short.at("growth", 0) == 0
    q, k, v, whole = (np.array(short.tables["spread"][20][n]) for n in ("q", "k", "v", "qkv"))
    assert np.sqrt((q**2 + k**2 + v**2) / 3) == pytest.approx(whole, rel=0.01)


def test_start_and_audit_are_said_before_the_first_step(short):
    assert short.at("linear", 0) == pytest.approx(0.02, rel=0.03) and short.at("bias", 0) == 0
    assert short.final("audit_same") == 1 and short.final("gap") == 0
    assert short.at("entropy", 0) == pytest.approx(1, abs=0.01)
    assert set(short.samples["text"]) == {0, 20}


def test_the_moved_course_model_drifts_apart_and_the_unmoved_one_cannot():
    assert train(steps=20, tying="course").final("gap") == 0
    moved = train(steps=20, tying="course", moved=True)
    assert moved.at("gap", 0) == 0 and moved.final("gap") > 0.05
    assert [n.code for n in moved.notes] == ["matrices_differ"]
    assert moved.notes[0].facts["gap"] == pytest.approx(moved.final("gap"), rel=0.01)


def test_weights_that_are_no_numbers_are_named_with_their_share():
    model = Model5(50, 16, 8, blocks=1, heads=2)
    assert growth.not_finite(model) is None
    with torch.no_grad():
        model.h[0].attn.c_attn.weight[:12] = math.nan  # 12 of 48 rows
    assert growth.not_finite(model) == ("h.0.attn.c_attn.weight", 0.25)
    counted = growth.histograms(model, 0.2)["share"]
    assert sum(counted) <= 0.76


def test_a_resumed_run_goes_on_bit_for_bit():
    config = weight_growth.Config(**(TINY | {"steps": 6, "tying": "course", "moved": True}))
    whole, saved = [], None
    for event in weight_growth.run(config, {}):
        if event.kind == "snapshot" and event.step == 3:
            saved = {k: v.clone() for k, v in event.state().items()}
        whole.append(event)
    again = Result(tuple(weight_growth.run(config, {}, (3, saved))))
    for name in ("train_loss", "growth", "gap"):
        assert again.final(name) == Result(tuple(whole)).final(name)


def test_uniform_noise_has_nothing_to_teach():
    result = train(data="uniform", steps=40, lr=3e-3)
    assert result.final("test_loss") == pytest.approx(math.log(result.facts["vocabulary"]), abs=0.1)
