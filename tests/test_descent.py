"""Descent in numpy walks as torch.optim does; arriving means staying."""

import numpy as np
import pytest
import torch

from core import descent


def by_torch(loss, start, lr, steps, optimizer, schedule=lambda t: 1.0):
    w = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    kinds = {
        "sgd": lambda: torch.optim.SGD([w], lr=lr),
        "momentum": lambda: torch.optim.SGD([w], lr=lr, momentum=0.9),
        "adam": lambda: torch.optim.Adam([w], lr=lr),
    }
    opt, path = kinds[optimizer](), [start]
    for t in range(steps):
        opt.param_groups[0]["lr"] = lr * schedule(t)
        opt.zero_grad()
        loss(w).sum().backward()
        opt.step()
        path.append(w.item())
    return np.array(path)


@pytest.mark.parametrize("optimizer", descent.OPTIMIZERS)
def test_the_path_is_that_of_torch_optim(optimizer):
    mine = descent.descend(lambda w: 4 * (w - 3) ** 3, np.array([2.0]), 0.05, 60, optimizer=optimizer)[:, 0]
    np.testing.assert_allclose(mine, by_torch(lambda w: (w - 3) ** 4, 2.0, 0.05, 60, optimizer), rtol=1e-9)


@pytest.mark.parametrize(("decay", "schedule"), [("1/t", lambda t: 20 / (20 + t)), ("linear", lambda t: 1 - t / 40)])
def test_a_falling_learning_rate_is_multiplied_with_its_schedule(decay, schedule):
    mine = descent.descend(lambda w: 2 * w, np.array([1.0]), 0.1, 40, decay=decay)[:, 0]
    np.testing.assert_allclose(mine, by_torch(lambda w: w**2, 1.0, 0.1, 40, "sgd", schedule), rtol=1e-9)


def test_many_problems_walk_as_each_alone():
    start, lr = np.array([1.0, -2.0, 5.0]), np.array([0.1, 0.4, 0.9])
    together = descent.descend(lambda w: 2 * w, start, lr, 20)
    for i in range(3):
        alone = descent.descend(lambda w: 2 * w, start[i : i + 1], lr[i], 20)[:, 0]
        np.testing.assert_array_equal(together[:, i], alone)


def test_arriving_means_staying_to_the_end():
    distance = np.array([[3, 3, 3, 3], [0.5, 2, 0.5, 0.1], [2, 1, 0.4, np.nan], [0.5, 0.9, 0.3, np.nan]])
    assert descent.arrival(distance, 1.0).tolist() == [3, 2, 1, -1]
