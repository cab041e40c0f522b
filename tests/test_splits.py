"""Training on a split: losses against the plain model, leaks and doses, the evaluation and overlap experiments."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import experiment, leakage, splits, tokenizers
from core.experiments import evaluation, no_grad, overlap
from core.experiments import splits as study
from core.problem import Problem
from core.result import Result

TINY = study.Config(corpus="tales-en", tokenizer="words", keep=3000, share=0.01, steps=20, batch=8, width=16)

pytestmark = pytest.mark.usefixtures("private_home")


def play(config, module=study):
    return Result(tuple(module.run(config, {})))


@pytest.fixture(scope="module")
def tiny(private_home):
    return play(TINY)


def test_the_test_loss_is_the_mean_over_every_test_prediction_once(tiny):
    model, tokenizer = study.build(TINY)
    parts = study.sides(TINY, tokenizer)
    x, y = (torch.from_numpy(parts.tokens[parts.test[:, None] + np.arange(8) + ahead]) for ahead in (0, 1))
    with torch.no_grad():
        losses = F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="none").view(y.shape)
    assert tiny.at("window_mean", 0) == pytest.approx(losses.mean().item(), abs=1e-5)
    batches = [losses[i : i + 8].mean().item() for i in range(0, len(losses), 8)]
    assert tiny.at("batch_means", 0) == pytest.approx(np.mean(batches), abs=1e-5)
    by_place = dict(zip((parts.test[:, None] + np.arange(8)).ravel().tolist(), losses.ravel().tolist(), strict=True))
    assert tiny.at("test_loss", 0) == pytest.approx(np.mean(list(by_place.values())), abs=1e-5)


def test_seen_and_unseen_pairs_make_up_the_test_loss(tiny):
    known = tiny.facts["known_pairs"]
    for step in (0, 20):
        mixed = known * tiny.at("test_seen", step) + (1 - known) * tiny.at("test_unseen", step)
        assert mixed == pytest.approx(tiny.at("test_loss", step), abs=1e-6)


def test_the_standard_error_of_independent_stretches():
    losses = np.repeat(np.random.default_rng(0).normal(size=50), 4)  # 50 stretches, each of four equal losses
    expected = losses[::4].std(ddof=1) / np.sqrt(50)
    assert study.standard_error(losses, np.arange(200), 4) == pytest.approx(expected)
    assert study.standard_error(losses[:4], np.arange(4), 4) == 0


def test_other_splits_are_other_runs_of_the_same_start(tiny):
    ids = {experiment.run_id(replace(TINY, split=way)) for way in splits.WAYS}
    assert len(ids) == 4
    again = play(replace(TINY, split="random"))
    assert again.facts["leaked"] == pytest.approx(again.facts["expected"], abs=0.03) and again.facts["leaked"] > 0.5
    assert tiny.facts["leaked"] == 0
    assert again.metrics["test_loss"] != tiny.metrics["test_loss"]


def test_another_book_is_tested_on_another_text():
    tokenizer = tokenizers.load("bpe")
    parts = study.sides(replace(TINY, tokenizer="bpe", split="other"), tokenizer)
    assert "Python" in tokenizer.decode(parts.tokens[parts.test[0] :].tolist())
    assert "Python" not in tokenizer.decode(parts.tokens[: parts.test[0]].tolist())
    assert parts.train.max() + 8 < parts.test.min()
    assert not leakage.trained(parts.train, len(parts.tokens), 8)[parts.test[0] :].any()


def test_a_dose_slips_that_share_of_the_test_set_into_training(tiny):
    for dose in (0.3, 1.0):
        found = play(replace(TINY, dose=dose, steps=0))
        assert found.facts["told"] == pytest.approx(dose, abs=0.1)
        assert found.facts["leaked"] >= found.facts["told"] - 0.02
        assert found.facts["train_windows"] > tiny.facts["train_windows"]
    assert found.facts["passages"] == 1.0 and "test_clean" not in found.metrics


def test_the_lower_half_of_a_table_at_a_time_makes_no_difference(monkeypatch, tiny):
    monkeypatch.setattr(study, "CELLS", 400)
    found = play(replace(TINY, steps=0))
    for name in ("test_loss", "same_loss", "test_seen"):
        assert found.at(name, 0) == pytest.approx(tiny.at(name, 0), abs=1e-6)


def test_a_resumed_run_ends_with_the_same_losses(tiny):
    state = None
    for event in study.run(replace(TINY, steps=11), {}):
        if event.kind == "snapshot" and event.step == 11:
            state = {name: tensor.clone() for name, tensor in event.state().items()}
    rest = Result(tuple(study.run(TINY, {}, (11, state))))
    assert rest.final("test_loss") == tiny.final("test_loss")
    assert rest.metrics["train_loss"] == {s: v for s, v in tiny.metrics["train_loss"].items() if s > 11}


def test_dropout_is_on_in_training_and_off_in_evaluation():
    model, _ = study.build(replace(TINY, dropout=0.5))
    x = torch.arange(20)[None]
    model.eval()
    assert torch.equal(model(x), model(x))
    model.train()
    assert not torch.equal(model(x), model(x))
    plain, _ = study.build(TINY)
    assert torch.equal(plain(x), model.eval()(x))


def test_a_split_without_test_windows_is_refused():
    with pytest.raises(Problem) as refused:
        play(replace(TINY, split="blocks", block=4, share=0.001, keep=50_000))
    assert refused.value.code == "split_empty"


def test_the_strip_adds_up_to_the_whole_text():
    result = Result(tuple(overlap.run(overlap.Config(corpus="tales-en", tokenizer="words"), {})))
    strip = result.tables["strip"][0]
    cells = {}
    for cell, share in zip(strip["cell"], strip["share"], strict=True):
        cells[cell] = cells.get(cell, 0) + share
    assert len(cells) == overlap.CELLS and all(total == pytest.approx(1) for total in cells.values())


def test_the_enlarged_windows_mark_exactly_the_predictions_made_twice():
    config = overlap.Config(corpus="tales-en", tokenizer="words", stride=4, window=5)
    result = Result(tuple(overlap.run(config, {})))
    zoom = list(zip(*result.tables["zoom"][0].values(), strict=True))
    doubles = {place for row, place, _, kind in zoom if row and kind == "double"}
    assert {place for row, place, _, kind in zoom if row == 0 and kind == "known"} == doubles
    words = {place: piece for row, place, piece, _ in zoom if row == 0}
    assert all(words[place] == piece for _, place, piece, _ in zoom)


def test_overlap_and_the_training_run_count_the_same_leak():
    for way in ("contiguous", "random", "blocks"):
        config = replace(TINY, split=way, steps=0, keep=9000, share=0.05)
        fields = {f: getattr(config, f) for f in ("corpus", "tokenizer", "split", "share", "keep")}
        counted = play(overlap.Config(**fields), overlap)
        trained = play(config)
        assert counted.final("leaked") == pytest.approx(trained.facts["leaked"])
        assert counted.final("expected") == pytest.approx(trained.facts["expected"])


def test_training_mode_reports_more_and_only_gradients_keep_memory():
    config = evaluation.Config(corpus="tales-en", tokenizer="words", steps=60, width=32, share=0.02, dropout=0.5)
    result = play(config, evaluation)
    assert result.final("train_mode_loss") > result.final("eval_loss") + 0.02
    assert result.final("kept_no_grad") == 0
    words = tokenizers.load("words", "tales-en").n_vocab
    kept = result.final("kept_bytes") / (min(64, result.final("windows")) * 8)  # bytes of each place
    assert words * 4 <= kept <= 2 * words * 4 + 4 * 32 * 4 + 16, "log-probabilities, the stream, ids"
    same = play(replace(config, dropout=0.0), evaluation)
    assert same.final("train_mode_loss") == pytest.approx(same.final("eval_loss"), abs=1e-5)


def test_more_windows_make_closer_estimates():
    table = play(
        evaluation.Config(corpus="tales-en", tokenizer="words", steps=20, width=16, share=0.05), evaluation
    ).tables["estimates"][20]
    rows = [r for r in zip(*table.values(), strict=True) if r[2] == "eval"]
    spread = {n: np.std([loss for m, _, _, loss in rows if m == n]) for n in (8, 512)}
    assert spread[512] < spread[8] / 3


def test_no_grad_changes_no_loss():
    result = play(no_grad.Config(vocabulary=100, width=8, batch=4), no_grad)
    assert result.final("same") == 0 and result.final("ratio") > 0
