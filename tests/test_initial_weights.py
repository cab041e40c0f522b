"""The small GPT of lesson 12: zeros stay zeros, clones stay clones, and the first gradient is autograd's."""

import math

import pytest
import torch

from core.experiments import initial_weights as experiment
from core.result import Result
from core.runs import experiment as identity

SMALL = {"width": 16, "heads": 2, "context": 16, "batch": 4, "steps": 12, "corpus": "tales-en", "lr": 1e-2}


def result(**values):
    return Result(tuple(experiment.run(experiment.Config(**SMALL | values), {})))


def test_all_zero_weights_never_learn():
    run = result(matrices="zeros")
    uniform = run.facts["references"]["uniform"]
    losses = set(run.metrics["train_loss"].values())
    assert len(losses) == 1 and losses.pop() == pytest.approx(uniform, abs=1e-5)
    assert run.final("gradient") == 0 and run.final("output_rows") == 1


def test_one_constant_everywhere_gives_no_gradient_worth_the_name():
    """Adam divides even rounding noise by its own size, so the loss may creep; its units stay copies of each other."""
    run = result(matrices="constant")
    assert run.final("gradient") < 1e-6 and run.at("output_rows", 0) == 1 and run.final("rows") == 1


def test_zero_matrices_under_random_embeddings_learn_but_stay_clones():
    run = result(matrices="zeros", embeddings="gpt2")
    losses = list(run.metrics["train_loss"].values())
    assert losses[-1] < losses[0] - 0.05
    assert run.final("rows") == 1 and run.final("output_rows") > 1000


def test_random_weights_have_as_many_rows_as_there_are():
    run = result()
    assert run.final("rows") == 4 * SMALL["width"]


def test_the_first_gradient_is_what_autograd_finds():
    from core import batches, corpora, losses

    config = experiment.Config(**SMALL | {"std": 0.1})
    table = result(std=0.1).tables["blocks"][0]
    model, _ = experiment.build(config)
    train = corpora.tokens("tales-en", "bpe", "train")
    x, y = batches.batch(train, 0, 1, config.batch, config.context)
    losses.cross_entropy(model(x), y).backward()
    for place, block in enumerate(model.h, 1):
        flat = torch.cat([p.grad.flatten() for p in block.parameters()])
        assert table["gradient"][place] == pytest.approx(flat.norm().item(), rel=1e-5)
    assert table["stream"][0] == pytest.approx(0.1 * math.sqrt(2), rel=0.1)


def test_looking_first_changes_nothing_of_the_training():
    """The gradient of the first look must not leak into the first step."""
    one = result(steps=1).metrics["train_loss"]
    many = result(steps=12).metrics["train_loss"]
    assert one[1] == many[1]


def test_how_far_a_matrix_moved_is_a_ratio_of_norms():
    a, b = {"m": torch.tensor([[3.0, 0.0], [0.0, 4.0]])}, {"m": torch.tensor([[3.0, 0.0], [0.0, 1.0]])}
    assert experiment.moved(a, b)["moved"] == [pytest.approx(3 / math.sqrt(10), rel=1e-3)]
    assert experiment.moved(a, {"m": torch.zeros(2, 2)})["moved"] == [None]


def test_clones_are_counted_once():
    assert experiment.distinct_rows(torch.tensor([[1.0, 2.0], [1.0, 2.0], [2.0, 1.0]])) == 2
    assert experiment.distinct_rows(torch.zeros(5, 3)) == 1


def test_a_longer_run_is_the_same_run():
    short, long = experiment.Config(steps=10), experiment.Config(steps=20)
    assert identity.run_id(short) == identity.run_id(long)


def test_a_bad_start_ends_without_a_crash_and_still_writes():
    run = result(std=3.0)
    assert run.finished.reason == "done" and run.at("test_loss", 0) > 15
    assert run.samples["text"][12].text
