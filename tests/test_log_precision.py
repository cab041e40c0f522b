"""The numpy spelling of half precision against torch's own, and the cells that the lesson speaks of."""

import numpy as np
import pytest
import torch

from core import rng, signal
from core.experiments import log_precision
from core.result import Result

TORCH = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def found(**fields) -> Result:
    return Result(tuple(log_precision.run(log_precision.Config(**fields), {})))


def by_torch(way: str, z, dtype: str):
    z = torch.from_numpy(z).to(TORCH[dtype])
    if way == "fused":
        return torch.log_softmax(z, -1)
    if way == "two_steps":
        return torch.log(torch.softmax(z, -1))
    return torch.log(z.exp() / z.exp().sum(-1, keepdim=True))


@pytest.mark.parametrize("dtype", TORCH)
@pytest.mark.parametrize("way", log_precision.WAYS)
@pytest.mark.parametrize("std", [1.0, 10.0, 30.0])
def test_the_same_entries_are_no_numbers_as_in_torch(way, dtype, std):
    z = (std * rng.numpy_stream(1, "data").standard_normal((20, 2048))).astype(np.float32)
    with np.errstate(all="ignore"):
        mine = log_precision.WAYS[way](signal.rounded(z, dtype), log_precision.keeper(dtype))
    theirs = by_torch(way, z, dtype).float().numpy()
    assert (np.isfinite(mine) == np.isfinite(theirs)).mean() > 0.9995
    if way == "fused":  # torch rounds once more on the way: two units in the last place
        step = {"float32": 1e-6, "bfloat16": 2**-8, "float16": 2**-11}[dtype]
        np.testing.assert_allclose(mine, theirs, rtol=2 * step, atol=2 * step)


def test_the_fused_form_is_a_number_in_every_cell_and_the_others_are_not():
    table = found().tables["map"][0]
    share = {key: value for *key, value in zip(*table.values(), strict=True) for key in [tuple(key)]}
    assert max(v for (way, _, _), v in share.items() if way == "fused") == 0
    assert share["two_steps", "float32", 30.0] == pytest.approx(0.5, abs=0.05)
    assert share["two_steps", "float16", 10.0] == pytest.approx(0.95, abs=0.02)
    assert share["by_hand", "float16", 3.0] == 1  # the sum alone is beyond 65,504


def test_an_offset_breaks_the_formula_of_the_book_and_nothing_else():
    run = found(std=1.0, offset=100.0)
    assert run.final("broken_by_hand") == 1
    assert run.final("broken_two_steps") == run.final("broken_fused") == 0


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_stored_in_half_precision_log_probabilities_keep_more_of_the_likely_tokens(dtype):
    run = found(dtype=dtype, std=3.0, rows=100, seed=3)
    assert run.final("stored_logs") < run.final("stored_logits") / 2


def test_float32_storage_loses_nothing_to_speak_of():
    run = found(std=3.0)
    assert max(run.final("stored_logs"), run.final("stored_logits")) < 1e-6
