"""The signal meter, held against gradients whose signal and noise are known."""

import pytest
import torch

from core import gradient_noise
from core.experiment import make
from core.experiments import gradient_signal
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")
SMALL = {"width": 16, "blocks": 1, "heads": 2, "context": 16, "batch": 4, "warm": 30, "windows": 384}


def read(rows):
    meter = gradient_noise.Meter()
    for row in rows:
        meter.add(row)
    return meter.read()


def test_it_finds_the_signal_and_the_noise_that_were_put_in():
    torch.manual_seed(0)
    mean = torch.full((400,), 0.1)  # power 4
    reading = read(mean + torch.randn(3000, 400))  # noise power 400
    assert reading.signal == pytest.approx(4.0, rel=0.1) and reading.noise == pytest.approx(400, rel=0.01)
    assert reading.cosine == pytest.approx(4 / 404, rel=0.1)


def test_sums_give_what_all_pairs_give():
    torch.manual_seed(1)
    rows = torch.randn(7, 20) + 0.5
    products = rows.double() @ rows.double().T
    units = rows.double() / rows.double().norm(dim=1, keepdim=True)
    off = ~torch.eye(7, dtype=torch.bool)
    reading = read(rows)
    assert reading.signal == pytest.approx(products[off].mean().item())
    assert reading.noise == pytest.approx(rows.double().var(0).sum().item())
    assert reading.cosine == pytest.approx((units @ units.T)[off].mean().item())


def test_without_a_mean_the_signal_is_nought_on_average_and_not_above():
    torch.manual_seed(2)
    found = [read(torch.randn(12, 50)).signal for _ in range(200)]
    assert abs(sum(found) / 200) < 3 * torch.tensor(found).std().item() / 200**0.5
    assert min(found) < 0


def test_the_gradient_is_autograds_laid_out_in_a_row():
    model = torch.nn.Linear(3, 2)
    unused = torch.nn.Parameter(torch.ones(4))
    model.register_parameter("unused", unused)
    loss = model(torch.ones(1, 3)).sum()
    row = gradient_noise.gradient(model, loss)
    assert row.numel() == 12
    assert row.tolist().count(0.0) == 4 and row.tolist().count(1.0) == 8


def test_pairs_hold_as_many_predictions_from_one_window_as_from_many():
    assert gradient_signal.pairs(64, 16) == [(64, 16), (16, 16), (4, 16), (1, 16), (64, 1), (1, 64)]
    assert len(set(gradient_signal.pairs(8, 1))) == len(gradient_signal.pairs(8, 1))


def test_more_places_and_more_windows_raise_the_signal_over_the_noise():
    result = Result(tuple(gradient_signal.run(make(gradient_signal.Config, **SMALL), {})))
    table = result.tables["pairs"][31]
    assert result.final("snr_all") > result.final("snr_last")
    assert result.final("snr_all") > 2 * result.final("snr_one_window"), "four windows against one"
    assert table["predictions"] == [k * b for k, b in zip(table["graded"], table["batch"], strict=True)]
    assert min(table["draws"]) >= gradient_signal.LEAST
