"""Lesson 7's engine: what is copied, what stays frozen, who owns the memory; against counts and torch itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import pretrained, transplant
from core.experiments import borrowed, copying
from core.problem import Problem
from core.result import Result

TINY = borrowed.Config(keep=400, steps=12, batch=4)

pytestmark = pytest.mark.usefixtures("private_home")


def play(config, inputs=None):
    return Result(tuple(borrowed.run(config, inputs or {})))


@pytest.fixture(scope="module")
def free(private_home):
    return play(TINY)


def test_rows_are_matched_by_text_and_doubtful_texts_are_left_out():
    assert transplant.match(["a", "b", "c"], ["c", "x", "a"]).tolist() == [2, -1, 0]
    assert transplant.match(["�", "a", "�"], ["a", "�"]).tolist() == [1, -1]
    assert transplant.match(["�", "�"], ["�", "�"]).tolist() == [0, 1], "the same vocabulary is the same rows"


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_shuffling_keeps_every_vector_and_moves_that_share_of_them(share):
    table = np.arange(200.0).reshape(100, 2)
    out = transplant.shuffled(table, share, seed=3)
    assert sorted(map(tuple, out)) == sorted(map(tuple, table))
    assert (out != table).all(1).sum() == round(100 * share)


def test_rescaling_changes_lengths_and_no_angle():
    table = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    small = transplant.rescaled(table, 0.14)
    assert small.std() == pytest.approx(0.14, abs=1e-5)
    assert borrowed.cosine(table, small) == pytest.approx(1, abs=1e-5)


def test_pca_keeps_every_product_of_a_table_of_low_rank_and_cannot_widen_it():
    draw = np.random.default_rng(1)
    table = (draw.standard_normal((40, 3)) @ draw.standard_normal((3, 10))).astype(np.float32)
    small = transplant.fitted(table, 3, "pca", 0)
    assert small.shape == (40, 3)
    np.testing.assert_allclose(small @ small.T, table @ table.T, rtol=1e-3, atol=1e-3)
    with pytest.raises(Problem, match="wider_than_donor"):
        transplant.fitted(table, 11, "pca", 0)
    assert transplant.fitted(table, 400, "random", 0).std() * 20 == pytest.approx(table.std() * 10**0.5, rel=0.1)


def test_the_test_loss_is_torchs_own_mean_over_the_test_part(free):
    from core import corpora

    model, tokenizer = borrowed.build(TINY)
    borrowed.plant(TINY, model, tokenizer, None)
    ids = torch.as_tensor(corpora.tokens("manual", "bpe", "test").astype("int64"))
    with torch.no_grad():
        expected = F.cross_entropy(model(ids[None, :-1])[0], ids[1:]).item()
    assert free.at("test_loss", 0) == pytest.approx(expected, abs=1e-4)


def test_a_borrowed_run_starts_from_the_donors_rows_bit_for_bit():
    model, tokenizer = borrowed.build(TINY)
    facts = borrowed.plant(TINY, model, tokenizer, None)
    assert np.array_equal(model.wte.weight.detach().numpy(), pretrained.embedding("house-model1"))
    assert facts["matched"] == tokenizer.n_vocab


def test_bytes_that_the_donor_knows_as_tokens_are_matched_and_the_others_are_noise():
    config = replace(TINY, tokenizer="bytes")
    result = play(config)
    assert 90 < result.facts["matched"] < 256
    assert [n.code for n in result.notes] == ["rows_matched"]


def test_frozen_rows_do_not_move_at_all_and_free_rows_of_unseen_tokens_only_decay(free):
    frozen = play(replace(TINY, freeze="always"))
    assert frozen.final("row_change") == 0.0
    assert free.final("row_change") > 0.01
    assert free.final("cosine_unseen") == pytest.approx(1, abs=1e-6)
    table = free.tables["movement"][TINY.steps]
    unseen = [norm for norm, count in zip(table["norm"], table["count"], strict=True) if count == 0]
    assert unseen == pytest.approx([(1 - TINY.lr * TINY.weight_decay) ** TINY.steps] * len(unseen), abs=2e-4)


def test_late_freezing_moves_nothing_before_its_step():
    config = replace(TINY, freeze="10", steps=20)
    result = play(config)
    assert result.at("row_change", 10) == 0.0 and result.at("row_change", 20) > 0


def test_a_ratio_of_zero_is_the_same_run_as_freezing():
    a, b = play(replace(TINY, ratio=0.0)), play(replace(TINY, freeze="always"))
    assert a.final("test_loss") == pytest.approx(b.final("test_loss"), abs=1e-6)


def test_a_borrowed_head_and_embedding_are_the_donor_itself():
    result = play(replace(TINY, head="borrowed"))
    card = next(r for r in pretrained.card("house-model1")["results"] if r["text"] == "manual")
    assert result.at("test_loss", 0) == pytest.approx(card["test_loss"], abs=0.05)


def test_what_cannot_be_done_is_refused_by_name():
    for code, config in (
        ("nothing_to_train", replace(TINY, freeze="always", head="frozen")),
        ("nothing_to_train", replace(TINY, freeze="3", head="frozen")),
        ("head_does_not_fit", replace(TINY, width=32, head="borrowed")),
        ("too_few_tokens", replace(TINY, keep=3)),
    ):
        with pytest.raises(Problem, match=code):
            play(config)


def test_more_tokens_than_there_are_is_said(free):
    assert not free.notes
    assert "keep_beyond_text" in [n.code for n in play(replace(TINY, keep=10_000_000, steps=1)).notes]


def test_difference_zero_does_not_tell_a_copy_from_an_alias_but_one_step_does():
    result = Result(tuple(copying.run(copying.Config(), {})))
    assert all(result.final(f"{way}_difference") == 0 for way in copying.WAYS)
    assert [bool(result.final(f"{way}_donor_change")) for way in copying.WAYS] == [False, True, True, False]
    assert [bool(result.final(f"{way}_shared")) for way in copying.WAYS] == [False, True, True, False]


def test_a_parameter_put_in_after_the_optimizer_was_built_never_moves():
    result = Result(tuple(copying.run(copying.Config(updates=5), {})))
    assert result.final("late_held") == 0 and result.final("late_model_change") == 0
    assert result.final("copy__held") == 1 and result.final("copy__model_change") > 0


def test_adamw_skips_a_gradient_of_none_and_decays_under_a_gradient_of_zero():
    result = Result(tuple(copying.run(copying.Config(lr=0.1, weight_decay=0.5), {})))
    assert result.final("off_factor") == result.final("none_factor") == 1.0
    assert result.final("zero_factor") == pytest.approx(0.95, abs=1e-6)
    assert result.final("passes") > 0


@pytest.mark.parametrize("steps", [0, 3])
def test_the_copying_demo_ends_at_the_step_it_was_asked_for(steps):
    result = Result(tuple(copying.run(copying.Config(updates=steps), {})))
    assert result.step == result.finished.step == steps, "else a worker would take the run for unfinished"
