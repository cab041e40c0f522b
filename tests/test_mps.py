"""What is different on Apple's GPU, which no test machine has: its interface is played by what the CPU has."""

import itertools
import subprocess
import sys
from functools import partial
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import torch

from core import memory, models, timing, train, training_options
from core.experiments import micro_bench
from core.stepper import Stopwatch


def test_clipping_leaves_it_to_other_devices_how_they_go_through_the_tensors():
    """Meta tensors, like those on MPS, are refused where one call for all is asked for."""
    model = torch.nn.Linear(3, 2, device="meta")
    for p in model.parameters():
        p.grad = torch.empty_like(p)
    with pytest.raises(RuntimeError, match="foreach"):
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
    assert train.clip_gradient(model, 1.0).device.type == "meta"


def test_clipping_is_one_call_for_all_tensors_on_the_cpu():
    model = torch.nn.Linear(3, 2)
    model(torch.ones(1, 3)).sum().backward()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as record:
        length = train.clip_gradient(model, 0.1)
    assert "aten::_foreach_norm" in {e.key for e in record.key_averages()}
    assert length.item() == pytest.approx(8**0.5), "six weights and two shifts, a slope of 1 each"


def test_every_clock_waits_for_it(monkeypatch):
    waited = []
    monkeypatch.setattr(torch.mps, "synchronize", lambda: waited.append(1))
    timing.clock("cpu")
    assert waited == []
    timing.clock("mps")
    Stopwatch("mps").now()
    list(timing.interleaved({"a": lambda: None}, 1, device="mps", warm=False))
    assert len(waited) == 4


def test_the_peak_of_its_memory_is_the_highest_count_after_any_operation(monkeypatch):
    counts = itertools.chain([5, 7, 90, 6], itertools.repeat(1))
    monkeypatch.setattr(torch.mps, "current_allocated_memory", lambda: next(counts))
    stepper = SimpleNamespace(device="mps")
    assert memory.peak(stepper, lambda: torch.ones(3) + 1) == 90
    counts = itertools.count()
    w = torch.ones(3, requires_grad=True)
    loss = (w * w).sum()
    assert memory.peak(stepper, loss.backward) > 2, "a backward pass is looked into as well"


class There(torch.Tensor):
    """A tensor that says it is there."""

    device = SimpleNamespace(type="mps")


def test_a_block_computed_twice_drops_the_same_numbers(monkeypatch):
    """torch keeps the state of no generator but its own and CUDA's: here of none."""
    forgetful = partial(models.checkpointed, preserve_rng_state=False, determinism_check="none")
    monkeypatch.setattr(models, "checkpointed", forgetful)
    monkeypatch.setattr(torch.mps, "get_rng_state", torch.get_rng_state)
    monkeypatch.setattr(torch.mps, "set_rng_state", torch.set_rng_state)

    def block(h):
        return torch.nn.functional.dropout(h.sin(), 0.5).square()

    def slopes(run):
        torch.manual_seed(0)
        h = torch.ones(1000).as_subclass(There).requires_grad_()
        run(block, h).sum().backward()
        return h.grad, torch.rand(1)

    kept, again = slopes(lambda block, h: block(h)), slopes(models.recomputed)
    assert torch.equal(kept[0], again[0])
    assert torch.equal(kept[1], again[1]), "what is drawn afterwards is the same too"


def test_a_kernel_it_does_not_have_is_not_timed():
    def series(device):
        config = micro_bench.Config(device=device)
        return {case.series for case in micro_bench.attention(config, MagicMock(), None)}

    assert series("cpu") - series("mps") == {"flash"} and "math" in series("mps")


@pytest.mark.parametrize(
    ("compiler", "tools", "missing"),
    [
        ("/usr/bin/g++", False, "g++"),
        ("/usr/bin/g++", True, ""),
        ("/opt/homebrew/bin/g++", False, ""),
    ],
)
def test_a_mac_s_compiler_is_a_stub_without_apple_s_tools(monkeypatch, compiler, tools, missing):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("shutil.which", lambda name: compiler)
    monkeypatch.setattr(subprocess, "run", lambda *args, **how: SimpleNamespace(returncode=0 if tools else 2))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert training_options.no_compiler() == missing
